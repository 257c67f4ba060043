"""A real window with the real display in it, drawn frame by frame as the tests ask."""

import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiosk.screens import Mode
from kiosk.speech import Mute, Voice
from kiosk.ui.app import UiOptions, open_window, wardrobe, wear_look
from kiosk.ui.theme import Look, load

SIZES = (
    (800, 480, 0.193),  # 7 inches
    (1024, 600, 0.217),  # 10.1 inches
    (1280, 800, 0.170),  # 10.1 inches
    (800, 1280, 0.170),  # the same, upright
    (1080, 1920, 0.248),  # 21.5 inches, upright
)
"""Width and height in pixels, and how large a pixel is in millimetres."""

FRAMES = 4
"""What is laid out in one frame can move what is laid out in the next; four are plenty."""


class Bench:
    """One per process, because Kivy has one window per process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with warnings.catch_warnings():
            # Kivy 2.3.1 imports modules that Python 3.11 calls old.
            warnings.simplefilter("ignore", DeprecationWarning)
            open_window(UiOptions(home=home))
            from kivy.base import EventLoop
            from kivy.clock import Clock
            from kivy.core.window import Window

        Clock._max_fps = 0  # frames come when a test asks, not 60 times a second
        self._window = Window
        self._loop = EventLoop
        if Window not in EventLoop.event_listeners:
            EventLoop.add_event_listener(Window)
        self.look: Look | None = None
        self.display: Any = None

    def glass(
        self,
        size: tuple[int, int, float] = SIZES[2],
        *,
        languages: Sequence[str] = ("fr", "en"),
        motion: bool = False,
        modes: frozenset[Mode] = frozenset(),
        voice: Voice | None = None,
    ) -> Any:
        """A new display on a glass of that size."""
        from kivy.clock import Clock

        from kiosk.ui.display import KivyDisplay
        from kiosk.ui.pace import Pace

        self.close()
        width, height, mm = size
        self._window.size = (width, height)
        options = UiOptions(
            home=self._home, mm_per_px=mm, motion=motion, modes=modes, voice=voice or Mute()
        )
        self.look = wear_look(options, load(), (width, height))
        self.display = KivyDisplay(
            languages=languages,
            pace=Pace(Clock),
            wardrobe=wardrobe(options, load(), (width, height)),
            voice=options.voice,
        )
        self._window.add_widget(self.display.stage)
        return self.display

    def close(self) -> None:
        """Take the display off the window."""
        if self.display is not None:
            self._window.remove_widget(self.display.stage)
            self.display.close()
            self.display = None

    def settle(self, frames: int = FRAMES) -> None:
        """Let what waits for the next frames happen."""
        from kivy.clock import Clock
        from kivy.lang import Builder

        self.display.stage.size = self._window.size
        for _ in range(frames):
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()
            self._window.dispatch("on_draw")
            self._window.dispatch("on_flip")

    def targets(self) -> dict[str, tuple[float, float, float, float]]:
        """What can be touched now."""
        from kiosk.ui.finder import targets

        return targets(self.display.stage)

    def press(self, name: str) -> Any:
        """Put a finger on the middle of a target; give it to `lift`."""
        x, y, width, height = self.targets()[name]
        return self.press_at(x + width / 2, y + height / 2)

    def press_at(self, x: float, y: float) -> Any:
        """Put a finger anywhere on the glass."""
        finger = _finger(x / self._window.width, y / self._window.height)
        self._loop.post_dispatch_input("begin", finger)
        return finger

    def lift(self, finger: Any) -> None:
        """Take the finger away."""
        self._loop.post_dispatch_input("end", finger)

    def touch(self, name: str) -> None:
        """Press and lift, and let the frames that follow happen."""
        self.lift(self.press(name))
        self.settle()


def _finger(x: float, y: float) -> Any:
    from kivy.input.motionevent import MotionEvent

    class Finger(MotionEvent):
        def depack(self, args: dict[str, float]) -> None:
            self.sx, self.sy = args["x"], args["y"]
            self.profile = ["pos"]
            super().depack(args)

    return Finger("finger", time.monotonic_ns(), {"x": x, "y": y}, is_touch=True, type_id="touch")
