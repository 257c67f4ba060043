"""The kiosk by four buttons: next, back, ok, cancel. Any USB keypad has them.

Next and back move a frame over what can be chosen, in reading order; ok chooses it; cancel is the
screen's way out (EN 301 549, 5.1.3.1: every function without a touchscreen).
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Canvas, Color, Line

from kiosk.ui.reading import Choice, choices
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.buttons import touch


class Button(Enum):
    """One of the four."""

    NEXT = "next"
    BACK = "back"
    OK = "ok"
    CANCEL = "cancel"


TAB, RETURN, ESCAPE, SPACE = 9, 13, 27, 32
UP, DOWN, RIGHT, LEFT = 273, 274, 275, 276
PAD_0, PAD_2, PAD_4, PAD_5, PAD_6, PAD_8, PAD_DOT, PAD_ENTER = (
    256, 258, 260, 261, 262, 264, 266, 271,
)  # fmt: skip

SOFTER, LOUDER = 269, 270
"""Minus and plus of a keypad: the volume of the voice."""

KEYS: dict[int, Button] = {
    TAB: Button.NEXT,
    RIGHT: Button.NEXT,
    DOWN: Button.NEXT,
    PAD_6: Button.NEXT,
    PAD_2: Button.NEXT,
    LEFT: Button.BACK,
    UP: Button.BACK,
    PAD_4: Button.BACK,
    PAD_8: Button.BACK,
    RETURN: Button.OK,
    PAD_ENTER: Button.OK,
    PAD_5: Button.OK,
    ESCAPE: Button.CANCEL,
    PAD_0: Button.CANCEL,
    PAD_DOT: Button.CANCEL,
}
"""Kivy's numbers of the keys; a keypad's digits count whether or not its Num Lock is on."""

WAYS_OUT = ("finish", "back", "later", "done")
"""Names of what leaves a screen; the first that is there is what cancel means."""


class FourButtons:
    """Where the frame is, and what each button does to it."""

    def __init__(
        self, canvas: Canvas, view: Callable[[], Any], heard: Callable[[Choice], None]
    ) -> None:
        self._view = view
        self._heard = heard
        self._name: str | None = None
        with canvas:
            self._ground = Color(1, 1, 1, 0)
            self._outer = Line(width=1)
            self._ink = Color(0, 0, 0, 0)
            self._inner = Line(width=1)

    @property
    def active(self) -> bool:
        """Whether somebody works with the buttons now."""
        return self._name is not None

    @property
    def name(self) -> str | None:
        """The name of what is framed."""
        return self._name

    def press(self, button: Button) -> bool:
        """Do what `button` means here; False when there is nothing on the glass."""
        view = self._view()
        if view is None:
            return False
        found = choices(view)
        here = next((n for n, choice in enumerate(found) if choice.touch.name == self._name), None)
        if button is Button.CANCEL:
            self._leave(view, found)
        elif button is Button.OK:
            if here is not None:
                touch(found[here].touch)
                Clock.schedule_once(self.follow, 0)
        elif found:
            step = 1 if button is Button.NEXT else -1
            start = -1 if button is Button.NEXT else 0
            self._go((start if here is None else here) + step, found)
        return True

    def _go(self, number: int, found: tuple[Choice, ...]) -> None:
        chosen = found[number % len(found)]
        self._name = chosen.touch.name
        self.follow()
        self._heard(chosen)

    def _leave(self, view: Any, found: tuple[Choice, ...]) -> None:
        for name in WAYS_OUT:
            for choice in found:
                if choice.touch.name == name:
                    touch(choice.touch)
                    return
        view.answer(None)

    def follow(self, *_: object) -> None:
        """Draw the frame where its thing is now; take it away when that is gone."""
        view = self._view()
        found = {} if view is None else {c.touch.name: c.touch for c in choices(view)}
        framed = found.get(self._name or "")
        if framed is None:
            self.rest(keep=view is not None and self.active)
            return
        look = worn()
        width, height = framed.size
        y = framed.to_window(framed.x, framed.y)[1]
        x = min(framed.to_window(edge, framed.y)[0] for edge in (framed.x, framed.right))
        gap, thick = look.px(7), max(2, look.px(6))
        self._ground.rgba = look.colours.paper
        self._ink.rgba = look.colours.ink
        for line, extra in ((self._outer, thick), (self._inner, 0)):
            line.width = thick + extra / 2
            line.rounded_rectangle = (
                x - gap, y - gap, width + 2 * gap, height + 2 * gap, look.radius_small,
            )  # fmt: skip

    def rest(self, *, keep: bool = False) -> None:
        """No frame; `keep` when the person still works with the buttons, on another screen."""
        self._name = "" if keep else None
        self._ground.rgba = self._ink.rgba = (0, 0, 0, 0)
