"""Pictures: of a gift, the shop's logo, a disc with a sign."""

from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle
from kivy.properties import (
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.ui.text import picture
from kiosk.ui.theme import ASSETS
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.mirror import readable

PICTURES_MOST = 48
"""A texture of 640 × 480 takes 1.6 MB of memory with its smaller copies."""

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")

FOLDERS = [ASSETS / "images"]
"""Where images are looked for. The merchant's own are added by `look_also_in`."""


def look_also_in(folder: Path) -> None:
    """Images are in that folder too."""
    if folder not in FOLDERS:
        FOLDERS.append(folder)


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
        margin = 2 * worn().px(8)
        room = (max(self.width - margin, 1), max(self.height - margin, 1))
        self.frame = fitted(self.texture.size, room, self.center)


def fitted(
    size: tuple[float, float], room: tuple[float, float], middle: tuple[float, float]
) -> list[int]:
    """Where an image of that size is drawn, as large as it fits into `room` around `middle`.

    Left, bottom, width and height, with its own proportions.
    """
    scale = min(room[0] / size[0], room[1] / size[1])
    width, height = size[0] * scale, size[1] * scale
    return [
        round(middle[0] - width / 2),
        round(middle[1] - height / 2),
        round(width),
        round(height),
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
