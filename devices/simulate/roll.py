"""Paper in the virtual printer: rows burnt so far, letters set in lines, the piece that is cut."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT = 12, 24
"""Font A of receipt printers, in dots."""
LINE_SPACING = 30
"""Dots from line to line after a reset."""

_FONT = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "JetBrainsMono-Bold.ttf"
_BLACK, _WHITE = 0, 255
_PAPER_WIDTHS = {576: 640, 512: 576, 384: 464}
"""The whole paper in dots (80 mm and 58 mm) for the dots that the head reaches."""


@dataclass(slots=True, kw_only=True)
class Style:
    """How the next letters are set."""

    wide: int = 1
    high: int = 1
    bold: bool = False
    underline: bool = False
    reverse: bool = False


@dataclass(slots=True)
class Line:
    """Letters and narrow pictures that wait for their line feed."""

    text: str = ""
    cells: list[Image.Image] = field(default_factory=list)

    def set_letter(self, letter: str, style: Style) -> None:
        self.text += letter
        self.cells.append(_cell(letter, style))

    def width(self) -> int:
        return sum(cell.width for cell in self.cells)

    def height(self) -> int:
        return max((cell.height for cell in self.cells), default=0)

    def picture(self, width: int, align: int) -> Image.Image:
        """The line on paper `width` dots wide; `align` is 0 left, 1 centre, 2 right."""
        strip = Image.new("L", (width, self.height()), _WHITE)
        spare = max(0, width - self.width())
        x = (0, spare // 2, spare)[align]
        for cell in self.cells:
            strip.paste(cell, (x, strip.height - cell.height))
            x += cell.width
        return strip


class Roll:
    """The paper that has left the head and is not cut yet."""

    def __init__(self, width: int) -> None:
        """`width` is what the head reaches, in dots."""
        self.width = width
        self.lines: list[str] = []
        self._strips: list[Image.Image] = []

    @property
    def rows(self) -> int:
        """Rows since the last cut."""
        return sum(strip.height for strip in self._strips)

    def burn(self, strip: Image.Image) -> None:
        """Append rows; `strip` is as wide as the head."""
        self._strips.append(strip)

    def feed(self, rows: int) -> None:
        """Append blank rows."""
        self.burn(Image.new("L", (self.width, rows), _WHITE))

    def tear_off(self) -> tuple[Image.Image, tuple[str, ...]]:
        """The picture of the piece, with the unprinted margins of the paper, and its text lines."""
        paper_width = _PAPER_WIDTHS.get(self.width, self.width + 64)
        piece = Image.new("L", (paper_width, max(1, self.rows)), _WHITE)
        y = 0
        for strip in self._strips:
            piece.paste(strip, ((paper_width - self.width) // 2, y))
            y += strip.height
        lines = tuple(self.lines)
        self._strips, self.lines = [], []
        return piece, lines


def raster(data: bytes, width: int, rows: int) -> Image.Image:
    """Packed dots (1 is ink, most significant bit left) as a picture."""
    ink = Image.frombytes("1", (width, rows), data)
    return ink.convert("L").point(_inverted)


def fitted(picture: Image.Image, width: int, align: int) -> Image.Image:
    """`picture` placed on paper `width` dots wide; what is wider is cut off, as the head does."""
    strip = Image.new("L", (width, picture.height), _WHITE)
    spare = max(0, width - picture.width)
    strip.paste(picture, ((0, spare // 2, spare)[align], 0))
    return strip


def _inverted(grey: int) -> int:
    return _WHITE - grey


def _cell(letter: str, style: Style) -> Image.Image:
    cell = Image.new("L", (CELL_WIDTH, CELL_HEIGHT), _WHITE)
    draw = ImageDraw.Draw(cell)
    draw.text((0, 18), letter, font=_font(), fill=_BLACK, anchor="ls")
    if style.bold:
        draw.text((1, 18), letter, font=_font(), fill=_BLACK, anchor="ls")
    if style.underline:
        draw.line((0, CELL_HEIGHT - 2, CELL_WIDTH, CELL_HEIGHT - 2), fill=_BLACK)
    if style.reverse:
        cell = cell.point(_inverted)
    size = (CELL_WIDTH * style.wide, CELL_HEIGHT * style.high)
    return cell.resize(size, Image.Resampling.NEAREST)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), 20, layout_engine=ImageFont.Layout.BASIC)
