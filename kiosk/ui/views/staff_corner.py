"""The corner that staff holds to come in: the shop's name, for a second and a half.

Nothing shows it, nothing reads it aloud, and a customer who touches the name by chance does not
get there. It protects nothing: that is for the PIN.
"""

from typing import Any

from kivy.clock import Clock

from kiosk.screens import AttractChoice
from kiosk.ui.views.base import View
from kiosk.ui.widgets import worn

HOLD_S = 1.5
CORNER = 2.2
"""How wide the corner is, in touch targets: the name is longer than high."""


class Cornered(View):
    """A view whose upper left corner can be held, where it has one."""

    _held: Any = None

    @property
    def cornered(self) -> bool:
        """Whether staff comes in here."""
        return True

    def on_touch_down(self, touch: Any) -> bool:
        """Begin to count; the touch does what it does anyway."""
        self._let_go()
        if self.cornered and self._in_corner(*touch.pos):
            self._held = Clock.schedule_once(self._through, HOLD_S)
        return bool(super().on_touch_down(touch))

    def on_touch_move(self, touch: Any) -> bool:
        """A finger that slides away has let go."""
        if not self._in_corner(*touch.pos):
            self._let_go()
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: Any) -> bool:
        """Let go."""
        self._let_go()
        return bool(super().on_touch_up(touch))

    def wipe(self) -> None:
        """See `View.wipe`."""
        self._let_go()
        super().wipe()

    def _in_corner(self, x: float, y: float) -> bool:
        side = worn().action
        return bool(self.x <= x < self.x + CORNER * side and self.top - side < y <= self.top)

    def _through(self, _: float) -> None:
        self._held = None
        self.answer(AttractChoice.STAFF)

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.cancel()
            self._held = None


class StaffCornerView(Cornered):
    """A screen that stands there while nobody does: staff comes in at its corner."""
