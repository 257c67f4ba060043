"""Silence: a countdown over whatever is shown."""

import math
import time

from kivy.clock import Clock
from kivy.properties import StringProperty

from kiosk.screens import StillThere
from kiosk.ui.views.base import View


class StillThereView(View):
    """Counts down by itself; who asks decides what happens at the end."""

    title = StringProperty("")
    number = StringProperty("")
    about = StringProperty("")
    leave = StringProperty("")
    stay = StringProperty("")

    def begin(self, screen: StillThere) -> None:
        """Count from now."""
        self._until = time.monotonic() + screen.seconds
        if self.fresh:
            self._count = Clock.schedule_interval(self._tick, 0.25)

    def show(self, screen: StillThere) -> None:
        """See `View.show`."""
        del screen
        w = self.w
        self.title = w.t("Are you still there?")
        self.leave = w.t("Finish")
        self.stay = w.t("I am still here")
        self._tick(0)

    def wipe(self) -> None:
        """Stop counting too."""
        self._count.cancel()
        super().wipe()

    def _tick(self, _: float) -> None:
        left = max(0, math.ceil(self._until - time.monotonic()))
        self.number = self.w.number(left)
        self.about = self.w.tn(
            "Your page closes in {count} second.", "Your page closes in {count} seconds.", left
        )
