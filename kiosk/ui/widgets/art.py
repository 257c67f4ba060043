"""Pictures drawn by the kiosk itself: the card on its warm circles, a gift, a disc with a sign."""

from pathlib import Path

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.properties import (
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.ui.text import picture
from kiosk.ui.theme import ASSETS
from kiosk.ui.widgets import worn

MOTION_EVERY_S = 20.0
"""A label that keeps moving costs a fanless box 7 % of a core; this costs nothing in between."""

DIP_S = 0.45
"""The card goes down and comes up again: under one second of motion in all."""

ARROW_TURN = {"below": 0, "right": 90, "above": 180, "left": 270}


class HeroArt(Widget):
    """The invitation: a card, and an arrow to where the reader is."""

    words = StringProperty("")
    """What is written on the card."""
    middle = ObjectProperty((0, 0))
    """Where the circles have their centre, in window coordinates."""
    side = OptionProperty("below", options=list(ARROW_TURN))
    arrow = NumericProperty(1)
    """0 hides the arrow: there is no reader to go to."""
    size_factor = NumericProperty(1.0)
    dip = NumericProperty(0.0)
    turn = NumericProperty(0)
    arrow_middle = ObjectProperty((0, 0))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("middle", "side", "size_factor"):
            self.fbind(name, self._aim)
        self._aim()
        self._wait = None
        self.fbind("parent", self._live)

    def px(self, design: float) -> float:
        """Pixels of this picture, which may be smaller than the rest of the glass."""
        return worn().px(design) * float(self.size_factor)

    def _aim(self, *_: object) -> None:
        x, y = self.middle
        reach = self.px(250)
        along = {"below": (0, -1), "above": (0, 1), "left": (-1, 0), "right": (1, 0)}[self.side]
        self.turn = ARROW_TURN[self.side]
        self.arrow_middle = (x + along[0] * reach, y + along[1] * reach)

    def _live(self, *_: object) -> None:
        """Move only while shown."""
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None
        Animation.cancel_all(self)
        if self.parent is not None and worn().motion:
            self._wait = Clock.schedule_interval(self._nod, MOTION_EVERY_S)

    def _nod(self, _: float) -> None:
        if self.get_root_window() is None:
            return
        motion = Animation(dip=1, duration=DIP_S, transition="in_out_quad")
        (motion + Animation(dip=0, duration=DIP_S, transition="in_out_quad")).start(self)


class Arrow(Widget):
    """Points down, and is turned to where the reader is."""

    turn = NumericProperty(0)
    reach = NumericProperty(1)
    ink = ColorProperty()


class Picture(Widget):
    """A gift's picture: the shop's own image when there is one, else a sign on a warm ground."""

    picture = StringProperty("")
    ground = ColorProperty()
    ink = ColorProperty()
    share = NumericProperty(0.56)
    """How much of the height the sign takes."""
    radius = NumericProperty(18)
    source = StringProperty("")
    letter = StringProperty("")

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.fbind("picture", self._choose)
        self._choose()

    def _choose(self, *_: object) -> None:
        own = image_of(self.picture)
        self.source = str(own) if own else ""
        self.letter = "" if own else picture(self.picture)


class Disc(Widget):
    """A round ground with a sign on it: success, trouble, the printer at work."""

    icon = StringProperty("")
    ground = ColorProperty()
    ink = ColorProperty()


def image_of(name: str) -> Path | None:
    """The shop's image for a picture name, when it put one into `assets/images`."""
    folder = ASSETS / "images"
    if not name or Path(name).name != name:  # a name, never a way out of the folder
        return None
    for ending in (".png", ".jpg", ".jpeg", ".webp"):
        if (folder / f"{name}{ending}").is_file():
            return folder / f"{name}{ending}"
    return None
