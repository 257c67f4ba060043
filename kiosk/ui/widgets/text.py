"""Text that always fits its box: it breaks into lines, then shrinks, and at last ends in "…".

`Text` is the only widget that draws letters, so every text of the kiosk passes `kiosk.ui.text`.
"""

from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kivy.clock import Clock
from kivy.core.text import Label as Letters
from kivy.graphics import Color, Rectangle
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.ui.text import POINTS_ASIDE, faced, icon, laid_out, shown
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.mirror import readable

STEPS = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52)
"""The sizes that are tried, largest first. Below the last one, letters would not be read."""


DRAWINGS_MOST = 192
"""Pictures of texts that are kept: what six screens say, or a keyboard and four."""

OTHER_SIDE = {"left": "right", "right": "left"}


Wish = tuple[Any, ...]
"""All that decides how a text looks, its words first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A text as a picture."""

    texture: Any
    height: int
    """Of its lines, without the air that Kivy leaves."""
    shortened: bool


_drawings: OrderedDict[Wish, Drawing] = OrderedDict()


def drawn(wish: Wish, draw: Callable[[], Drawing]) -> Drawing:
    """The picture of that text, drawn once: "Back" is the same on every screen."""
    drawing = _drawings.get(wish)
    if drawing is None:
        drawing = _drawings[wish] = draw()
        if len(_drawings) > DRAWINGS_MOST:
            _drawings.popitem(last=False)
    else:
        _drawings.move_to_end(wish)
    return drawing


def words_drawn() -> set[str]:
    """Every text whose picture is kept."""
    return {wish[0] for wish in _drawings}


class Text(Widget):
    """Letters in a box. `size_px` is the wished height at 1280 × 800, `lines` the most lines."""

    text = StringProperty("")
    size_px = NumericProperty(28)
    weight = OptionProperty(
        "medium", options=["medium", "semibold", "bold", "extrabold", "mono", "icons"]
    )
    colour = ColorProperty()
    halign = OptionProperty("left", options=["left", "center", "right"])
    valign = OptionProperty("middle", options=["top", "middle", "bottom"])
    lines = NumericProperty(0)
    """The most lines; 0 for as many as the box has room for."""
    leading = NumericProperty(1.0)
    """Line height, 1 is the font's own; big letters look better tighter."""
    cap = NumericProperty(1.0)
    """How much of `size_px` may be used: a `Stack` shrinks all its texts alike."""

    spoken = StringProperty("")
    """The same in words that are read aloud or in large letters; empty when they are these."""
    silent = BooleanProperty(False)
    """Another text says it, or it is part of a drawing."""
    private = BooleanProperty(False)
    """Not to be said through a loudspeaker."""

    keeps_direction = BooleanProperty(True)
    """Whether it is drawn the same way round on a mirrored glass: all but arrows are."""
    texture_size = ObjectProperty((0, 0))
    shortened = BooleanProperty(False)
    """Whether the text ends in "…" because even the smallest letters did not fit."""

    def __init__(self, **values: object) -> None:
        self._draw = Clock.create_trigger(self._refresh, -1)
        super().__init__(**values)
        with self.canvas:
            self._ink = Color()
            self._box = Rectangle(size=(0, 0))
        for name in ("text", "size_px", "weight", "halign", "valign", "lines", "leading", "cap"):
            self.fbind(name, self._draw)
        self.fbind("size", self._draw)
        self.fbind("pos", self._draw)
        self.fbind("colour", self._tint)
        if self.colour is None or tuple(self.colour) == (1, 1, 1, 1):
            self.colour = worn().colours.ink
        self._tint()
        self._draw()

    def height_at(self, width: float, cap: float) -> float:
        """How tall this text is at `cap` of its size in lines of `width`; used by `Stack`."""
        if not self.text:
            return 0
        letters = self._letters(cap)
        text = self._shown()
        face = faced(self.weight, text)
        lines = broken(text, face, letters, width)
        most = self.lines or len(lines)
        return min(len(lines), most) * line_height(face, letters, self.leading)

    def fits_at(self, width: float, cap: float) -> bool:
        """Whether no word is broken and no line is over at `cap` of its size."""
        if not self.text:
            return True
        text, letters = self._shown(), self._letters(cap)
        face = faced(self.weight, text)
        lines = broken(text, face, letters, width)
        if self.lines and len(lines) > self.lines:
            return False
        return all(extent(word, face, letters) <= width for word in words_of(text))

    def width_at(self, cap: float = 1.0) -> float:
        """How wide this text is on one line."""
        text = self._shown()
        return extent(text, faced(self.weight, text), self._letters(cap)) if text else 0

    def _shown(self) -> str:
        """The text as it is drawn; pictograms are private letters that `shown` would take out."""
        return str(self.text) if self.weight == "icons" else shown(self.text)

    def _letters(self, cap: float) -> int:
        return max(1, round(worn().letters(self.size_px) * cap))

    def _tint(self, *_: object) -> None:
        self._ink.rgba = self.colour

    def _refresh(self, *_: object) -> None:
        width, height = self.size
        if not self.text or width < 1 or height < 1:
            self._box.size = (0, 0)
            self._box.texture = None
            self.texture_size = (0, 0)
            return
        drawing = drawn(self._wish(), self._draw_letters)
        texture, self.shortened = drawing.texture, drawing.shortened
        self.texture_size = (texture.width, drawing.height)
        self._box.texture = texture
        self._box.tex_coords = readable(texture, keeps_direction=self.keeps_direction)
        self._box.size = texture.size
        self._box.pos = self._placed(texture.size)

    def _wish(self) -> Wish:
        """All that decides how the letters look; where they are does not."""
        return (
            self.text,
            self.weight,
            *self.size,
            worn().letters(self.size_px),
            self.cap,
            self.halign,
            self.lines,
            self.leading,
            worn().rtl,
        )

    def _draw_letters(self) -> Drawing:
        letters, lines, shortened = self._fitted(*self.size)
        rtl, face = worn().rtl, faced(self.weight, self._shown())
        # The whole glass is drawn mirrored (see `kiosk.ui.widgets.mirror`), and so is the side.
        drawing = Letters(
            text="\n".join(laid_out(line, rtl=rtl) for line in lines),
            font_name=face,
            font_size=letters,
            font_hinting="light",
            halign=OTHER_SIDE.get(self.halign, self.halign) if rtl else self.halign,
            line_height=self.leading,
        )
        drawing.refresh()
        height = max(len(lines) * line_height(face, letters, self.leading), 1)
        return Drawing(texture=drawing.texture, height=height, shortened=shortened)

    def _placed(self, size: tuple[float, float]) -> tuple[float, float]:
        left = {"left": 0.0, "center": 0.5, "right": 1.0}[self.halign]
        bottom = {"bottom": 0.0, "middle": 0.5, "top": 1.0}[self.valign]
        return (
            round(self.x + (self.width - size[0]) * left),
            round(self.y + (self.height - size[1]) * bottom),
        )

    def _fitted(self, width: float, height: float) -> tuple[int, list[str], bool]:
        """The letters and lines that fit, and whether the text had to be cut."""
        text = self._shown()
        face = faced(self.weight, text)
        for step in STEPS:
            letters = self._letters(self.cap * step)
            tall = line_height(face, letters, self.leading)
            lines = broken(text, face, letters, width)
            most = min(self.lines or len(lines), max(1, int((height + 1) / tall)))
            whole_words = all(extent(word, face, letters) <= width for word in words_of(text))
            if len(lines) <= most and whole_words:
                return letters, list(lines), False
        return letters, cut(text, face, letters, width, most), True


class Icon(Text):
    """One pictogram in the middle of its box, by its name in `kiosk.ui.text.ICONS`."""

    icon = StringProperty("")

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.weight = "icons"
        self.halign = "center"
        self.fbind("icon", self._name)
        self._name()

    def _name(self, *_: object) -> None:
        self.keeps_direction = self.icon not in POINTS_ASIDE
        self.text = icon(self.icon) if self.icon else ""


def words_of(text: str) -> list[str]:
    """What may not be broken. Spaces inside numbers and before "?" are no places to break."""
    return text.replace("\n", " ").split(" ")


@lru_cache(maxsize=64)
def _ruler(weight: str, letters: int) -> Letters:
    ruler = Letters(font_name=weight, font_size=letters, font_hinting="light")
    ruler.resolve_font_name()
    return ruler


@lru_cache(maxsize=2048)
def extent(text: str, weight: str, letters: int) -> int:
    """How wide `text` is on one line, in pixels."""
    return int(_ruler(weight, letters).get_extents(laid_out(text, rtl=False))[0])


@lru_cache(maxsize=256)
def _tall(weight: str, letters: int) -> int:
    return int(_ruler(weight, letters).get_extents("Ég")[1])


def line_height(weight: str, letters: int, leading: float) -> int:
    """How tall one line is, in pixels."""
    return round(_tall(weight, letters) * leading)


@lru_cache(maxsize=512)
def broken(text: str, weight: str, letters: int, width: float) -> tuple[str, ...]:
    """`text` in lines of at most `width`. A word that is wider has a line of its own."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and extent(longer, weight, letters) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return tuple(lines)


def cut(text: str, weight: str, letters: int, width: float, most: int) -> list[str]:
    """At most `most` lines, each at most `width` wide; what is left out becomes "…"."""
    lines = list(broken(text, weight, letters, width))
    kept = [_ended(line, weight, letters, width) for line in lines[:most]]
    if len(lines) > most and not kept[-1].endswith("…"):
        kept[-1] = _ended(f"{kept[-1]}…", weight, letters, width)
    return kept


def _ended(line: str, weight: str, letters: int, width: float) -> str:
    if extent(line, weight, letters) <= width:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if extent(f"{line[:middle].rstrip()}…", weight, letters) <= width:
            low = middle
        else:
            high = middle - 1
    return f"{line[:low].rstrip()}…"


def forget_measures(fixed: Container[str] = frozenset()) -> None:
    """Drop every measured text: they hold names and addresses of the person who left.

    Pictures of `fixed` words are kept, those of single letters, which are keys, and pictograms.
    """
    extent.cache_clear()
    broken.cache_clear()
    for wish in [wish for wish in _drawings if len(wish[0]) > 1 and wish[0] not in fixed]:
        del _drawings[wish]
