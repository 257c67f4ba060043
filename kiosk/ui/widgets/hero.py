"""What the invitation shows: the card on its warm circles, or a picture, and where to go."""

from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.properties import (
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn
from kiosk.ui.widgets.art import fitted, image_of, texture_of
from kiosk.ui.widgets.mirror import readable

MOTION_EVERY_S = 20.0
"""A label that keeps moving costs a fanless box 7 % of a core; this costs nothing in between."""

DIP_S = 0.45
"""The card goes down and comes up again: under one second of motion in all."""

ARROW_TURN = {"below": 0, "right": 90, "above": 180, "left": 270}

ROOM_BY_SIDE = {"below": (430, 310), "above": (430, 310), "left": (320, 320), "right": (320, 320)}
"""How wide and tall a picture may be on the circles: it leaves the arrow its place."""

SMALL_CARD = 0.42
"""The card's size at the corner of a picture, of the one that it has alone."""

CARD_CORNER = (142, -148)
"""Where its middle is then, from the middle of the circles."""


class HeroArt(Widget):
    """The invitation: a card, and an arrow to where the reader is.

    A merchant's picture takes the card's place; the card is small at its corner then, for it still
    says what the arrow is for.
    """

    words = StringProperty("")
    """What is written on the card."""
    middle = ObjectProperty((0, 0))
    """Where the circles have their centre, in window coordinates."""
    side = OptionProperty("below", options=list(ARROW_TURN))
    arrow = NumericProperty(1)
    """0 hides the arrow: there is no reader to go to."""
    size_factor = NumericProperty(1.0)
    picture = StringProperty("")
    """An image's name; empty for the card alone."""
    texture = ObjectProperty(None, allownone=True)
    corners = ObjectProperty((0, 0, 1, 0, 1, 1, 0, 1))
    frame = ListProperty([0, 0, 0, 0])
    """Where the picture is drawn: x, y, width, height."""
    card_middle = ObjectProperty((0, 0))
    card_unit = NumericProperty(1.0)
    """What `unit` is for the card."""
    unit = NumericProperty(1.0)
    """Pixels of this glass for one pixel of the drawing at 1280 × 800."""
    dip = NumericProperty(0.0)
    turn = NumericProperty(0)
    arrow_middle = ObjectProperty((0, 0))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("middle", "side", "size_factor"):
            self.fbind(name, self._aim)
        self.fbind("picture", self._choose)
        self._choose()
        self._wait: Any = None
        self.fbind("parent", self._live)

    def _aim(self, *_: object) -> None:
        x, y = self.middle
        self.unit = worn().scale * self.size_factor
        reach = self.unit * 250
        along = {"below": (0, -1), "above": (0, 1), "left": (-1, 0), "right": (1, 0)}[self.side]
        self.turn = ARROW_TURN[self.side]
        self.arrow_middle = (x + along[0] * reach, y + along[1] * reach)
        self._place_card()

    def _choose(self, *_: object) -> None:
        own = image_of(self.picture)
        self.texture = texture_of(own) if own else None
        self._aim()

    def _place_card(self) -> None:
        """In the middle, or at the corner of the picture."""
        if self.texture is None:
            self.card_middle, self.card_unit, self.frame = self.middle, self.unit, [0, 0, 0, 0]
            return
        (x, y), unit = self.middle, self.unit
        self.corners = readable(self.texture)
        wide, tall = ROOM_BY_SIDE[self.side]
        self.frame = fitted(self.texture.size, (wide * unit, tall * unit), (x, y))
        self.card_middle = (x + CARD_CORNER[0] * unit, y + CARD_CORNER[1] * unit)
        self.card_unit = unit * SMALL_CARD

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
