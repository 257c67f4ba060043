"""Pictures drawn by the kiosk itself: the card on its warm circles, a gift, a disc with a sign."""

from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle
from kivy.properties import (
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.ui.text import picture
from kiosk.ui.theme import ASSETS
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.mirror import readable

MOTION_EVERY_S = 20.0
"""A label that keeps moving costs a fanless box 7 % of a core; this costs nothing in between."""

DIP_S = 0.45
"""The card goes down and comes up again: under one second of motion in all."""

PICTURES_MOST = 48
"""A texture of 640 × 480 takes 1.6 MB of memory with its smaller copies."""

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")

FOLDERS = [ASSETS / "images"]
"""Where images are looked for. The merchant's own are added by `look_also_in`."""


def look_also_in(folder: Path) -> None:
    """Images are in that folder too."""
    if folder not in FOLDERS:
        FOLDERS.append(folder)


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
    unit = NumericProperty(1.0)
    """Pixels of this glass for one pixel of the drawing at 1280 × 800."""
    dip = NumericProperty(0.0)
    turn = NumericProperty(0)
    arrow_middle = ObjectProperty((0, 0))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("middle", "side", "size_factor"):
            self.fbind(name, self._aim)
        self._aim()
        self._wait: Any = None
        self.fbind("parent", self._live)

    def _aim(self, *_: object) -> None:
        x, y = self.middle
        self.unit = worn().scale * self.size_factor
        reach = self.unit * 250
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
    letter = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    frame = ListProperty([0, 0, 0, 0])
    """Where the image is drawn: x, y, width, height."""
    corners = ObjectProperty((0, 0, 1, 0, 1, 1, 0, 1))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.fbind("picture", self._choose)
        for name in ("pos", "size", "texture"):
            self.fbind(name, self._fit)
        self._choose()

    def _choose(self, *_: object) -> None:
        own = image_of(self.picture)
        self.texture = texture_of(own) if own else None
        self.letter = "" if own else picture(self.picture)

    def _fit(self, *_: object) -> None:
        """As large as it fits, with its own proportions."""
        if self.texture is None:
            self.frame = [0, 0, 0, 0]
            return
        self.corners = readable(self.texture)
        margin = worn().px(8)
        width, height = self.texture.size
        room = (max(self.width - 2 * margin, 1), max(self.height - 2 * margin, 1))
        scale = min(room[0] / width, room[1] / height)
        self.frame = [
            round(self.x + (self.width - width * scale) / 2),
            round(self.y + (self.height - height * scale) / 2),
            round(width * scale),
            round(height * scale),
        ]


class Logo(Widget):
    """The shop's own sign, as tall as its box, at its beginning."""

    def __init__(self, path: Path, **values: object) -> None:
        self._texture = texture_of(path)
        super().__init__(**values)
        with self.canvas:
            Color(1, 1, 1, 1)
            self._box = Rectangle(texture=self._texture)
        self._box.tex_coords = readable(self._texture)
        for name in ("pos", "size"):
            self.fbind(name, self._fit)

    def _fit(self, *_: object) -> None:
        width, height = self._texture.size
        scale = min(self.width / width, self.height / height)
        self._box.size = (width * scale, height * scale)
        self._box.pos = (self.x, self.y + (self.height - height * scale) / 2)


class Disc(Widget):
    """A round ground with a sign on it: success, trouble, the printer at work."""

    icon = StringProperty("")
    ground = ColorProperty()
    ink = ColorProperty()


@lru_cache(maxsize=PICTURES_MOST)
def texture_of(path: Path) -> Any:
    """The image as a texture, read once: Kivy's own cache forgets after a minute of calm."""
    return CoreImage(str(path), nocache=True).texture


def pictures() -> list[Path]:
    """The shop's images, as many as are kept."""
    found = (path for path in sorted((ASSETS / "images").glob("*.*")) if path.suffix in ENDINGS)
    return list(islice(found, PICTURES_MOST))


def image_of(name: str) -> Path | None:
    """The image for a picture name: of `assets/images`, or the merchant's own, by its hash."""
    if not name or Path(name).name != name:  # a name, never a way out of the folder
        return None
    found = (folder / f"{name}{end}" for folder in FOLDERS for end in ENDINGS)
    return next((path for path in found if path.is_file()), None)
