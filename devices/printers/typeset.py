"""Draws a ticket as the picture that a thermal head burns: black dots on white, no greys.

The letters are drawn here, with the product's own fonts, because code pages are where receipt
printers go wrong: cheap ones number them differently, and python-escpos 3.1 forgets to switch back
after a reset, so the second ticket reads "╚ve 5 Ç" for "Ève 5 €". A picture also keeps every
control byte of a hostile name away from the printer.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from devices.printers import Block, Pair, Qr, Rule, Space, Text, Ticket
from wording.script import drawn, is_arabic

WIDTH_80MM = 576
"""Dots across the printed area of 80 mm paper at 203 dpi."""
WIDTH_58MM = 384
"""Dots across the printed area of 58 mm paper at 203 dpi."""

TEXT_LENGTH_MAX = 300
"""Letters kept of one text: a hostile name costs some centimetres of paper, not the roll."""
LINES_MAX = 8
"""Lines kept of one text."""
HEIGHT_MAX = 4_800
"""Rows kept of one ticket: 60 cm."""

_FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
_INK_BELOW = 144  # a touch above the middle: thermal paper loses the thinnest strokes
_BLACK, _WHITE = 0, 255
_MARGIN_TOP, _MARGIN_BOTTOM = 24, 40
_PAIR_SIZE = 26
_PAIR_GAP = 20
_HEADLINE_SIZE = 36  # from here on letters are set tighter and heavier, as on the screens
_TRACKING = 0.022  # of the letter size, taken away between the letters of a headline
_SHRINK_MIN = 0.6  # a word too wide for the paper is set smaller down to this, then broken
_UNKNOWN_LETTERS = "·"
_ELLIPSIS = "…"
_NOT_A_CHARACTER = "\U0010ffff"  # what a font shows for it is what it shows for any letter it lacks


def typeset(ticket: Ticket, width: int = WIDTH_80MM) -> Image.Image:
    """The ticket as a picture of 1 bit per dot, exactly `width` dots wide, at most HEIGHT_MAX high.

    Any text is drawn safely: see `printable`. Raises ValueError when a QR payload does not fit on
    the paper at one dot per module.
    """
    column = _Column(width)
    pieces = [column.piece(block) for block in ticket.blocks]
    height = _MARGIN_TOP + sum(piece.height for piece in pieces) + _MARGIN_BOTTOM
    page = Image.new("L", (width, min(height, HEIGHT_MAX)), _WHITE)
    y = _MARGIN_TOP
    for piece in pieces:
        page.paste(piece, (column.margin, y))
        y += piece.height
    return page.point(_ink_or_paper, "1")


def printable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """What of `text` can be drawn with `font`: one line, at most TEXT_LENGTH_MAX letters.

    Control characters, direction overrides and loose accents are left out, and so are emoji and
    signs the font lacks; a run of letters it lacks becomes one middle dot. Spaces are collapsed,
    but no-break spaces stay.
    """
    spaced = re.sub(r"[ \t\n\v\f\r\x85\u2028\u2029]+", " ", text[: 8 * TEXT_LENGTH_MAX])
    drawn = "".join(_drawable(letter, font) for letter in unicodedata.normalize("NFC", spaced))
    tidy = re.sub(f"{_UNKNOWN_LETTERS}{{2,}}", _UNKNOWN_LETTERS, drawn)
    tidy = re.sub(" {2,}", " ", tidy).strip(" ")
    if len(tidy) > TEXT_LENGTH_MAX:
        return tidy[: TEXT_LENGTH_MAX - 1].rstrip() + _ELLIPSIS
    return tidy


def _ink_or_paper(grey: int) -> int:
    return _BLACK if grey < _INK_BELOW else _WHITE


class _Column:
    """The printed column of one paper width: turns each block into a strip of paper."""

    def __init__(self, width: int) -> None:
        self.narrow = width < WIDTH_80MM - 64
        self.margin = 12 if self.narrow else 32
        self.width = width - 2 * self.margin

    def piece(self, block: Block) -> Image.Image:
        match block:
            case Text():
                return self._text(block)
            case Pair():
                return self._pair(block)
            case Qr():
                return self._qr(block)
            case Rule():
                return self._rule()
            case Space():
                return self._blank(max(0, block.dots))

    def _blank(self, height: int) -> Image.Image:
        return Image.new("L", (self.width, height), _WHITE)

    def _text(self, block: Text) -> Image.Image:
        style = _Style(block.bold, block.mono, arabic=is_arabic(block.text))
        size = self._size(block.size)
        text = printable(block.text, style.font(size))
        size = self._size_that_fits(text, style, size)
        lines = _first_lines(_wrap(text, style, size, self.width))
        if block.align == "center" and len(lines) > 1:
            lines = _balance(lines, style, size, self.width)
        strip = self._blank(len(lines) * _line_height(size))
        for number, line in enumerate(lines):
            _set_line(strip, number * _line_height(size), line, style, size, block.align)
        return strip

    def _pair(self, block: Pair) -> Image.Image:
        arabic = is_arabic(block.label)
        quiet = _Style(bold=False, mono=False, arabic=arabic)
        loud = _Style(bold=True, mono=False, arabic=is_arabic(block.value))
        size = self._size(_PAIR_SIZE)
        label = printable(block.label, quiet.font(size))
        value = printable(block.value, loud.font(size))
        beside = self.width - _PAIR_GAP - loud.length(value, size)
        side_by_side = beside >= self.width // 3
        labels = _wrap(label, quiet, size, beside if side_by_side else self.width)
        values = _wrap(value, loud, size, self.width)
        values_from = 0 if side_by_side else len(labels)
        line_height = _line_height(size) + 2
        rows = max(len(labels), values_from + len(values))
        strip = self._blank(rows * line_height)
        for number, line in enumerate(labels):
            _set_line(strip, number * line_height, line, quiet, size, "right" if arabic else "left")
        for number, line in enumerate(values, start=values_from):
            _set_line(strip, number * line_height, line, loud, size, "left" if arabic else "right")
        return strip

    def _qr(self, block: Qr) -> Image.Image:
        modules = qr_modules(block.payload)
        dots = min(block.dots, self.width) // modules.width
        if dots < 1:
            raise ValueError(
                f"a QR code of {modules.width} modules does not fit in {block.dots} dots"
            )
        # Whole dots per module, so nearest is exact: a module is never blurred nor uneven.
        side = modules.width * dots
        picture = modules.resize((side, side), Image.Resampling.NEAREST)
        strip = self._blank(side)
        strip.paste(picture, ((self.width - side) // 2, 0))
        return strip

    def _rule(self) -> Image.Image:
        strip = self._blank(36)
        draw = ImageDraw.Draw(strip)
        dash, gap = 8, 5
        count = (self.width + gap) // (dash + gap)
        left = (self.width - count * (dash + gap) + gap) // 2
        for number in range(count):
            x = left + number * (dash + gap)
            draw.rectangle((x, 17, x + dash - 1, 19), fill=_BLACK)
        return strip

    def _size(self, size: int) -> int:
        """On narrow paper titles give way; small print stays as legible as on wide paper."""
        size = max(8, min(size, 200))
        if not self.narrow:
            return size
        return max(min(size, 20), round(size * 0.8))

    def _size_that_fits(self, text: str, style: "_Style", size: int) -> int:
        widest = max((style.length(word, size) for word in text.split(" ")), default=0.0)
        if widest <= self.width:
            return size
        smaller = int(size * self.width / widest)
        return smaller if smaller >= size * _SHRINK_MIN else size


class _Style:
    """A face: weight and width of the letters, and whether there are Arabic ones among them."""

    def __init__(self, bold: bool, mono: bool, arabic: bool = False) -> None:
        self._bold = bold
        self._mono = mono
        self.arabic = arabic

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        if self.arabic:
            return _font(f"NotoSansArabic-{'Bold' if self._bold else 'Regular'}.ttf", size)
        if self._mono:
            return _font("JetBrainsMono-Bold.ttf", size)
        if not self._bold:
            return _font("Inter-Medium.otf", size)
        return _font("Inter-ExtraBold.otf" if size >= _HEADLINE_SIZE else "Inter-Bold.otf", size)

    def length(self, text: str, size: int) -> float:
        width = self.font(size).getlength(drawn(text, rtl=self.arabic))
        return width - self.tracking(size) * max(0, len(text) - 1)

    def tracking(self, size: int) -> float:
        loose = self._mono or self.arabic or size < _HEADLINE_SIZE
        return 0.0 if loose else size * _TRACKING


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic engine everywhere: the other one is there or not with the machine, and paper must
    # not look different for it.
    path = str(_FONTS / name)
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _line_height(size: int) -> int:
    return round(size * (1.18 if size >= _HEADLINE_SIZE else 1.34))


def _set_line(
    strip: Image.Image, top: int, line: str, style: _Style, size: int, align: str
) -> None:
    length = style.length(line, size)
    line = drawn(line, rtl=style.arabic)
    spare = strip.width - length
    x = {"left": 0.0, "right": spare}.get(align, spare / 2)
    # Capitals of both faces are 0.73 of the size high: they stand in the middle of the line.
    baseline = top + round((_line_height(size) + 0.73 * size) / 2)
    draw = ImageDraw.Draw(strip)
    font, tracking = style.font(size), style.tracking(size)
    if not tracking:
        draw.text((round(x), baseline), line, font=font, fill=_BLACK, anchor="ls")
        return
    for letter in line:
        draw.text((x, baseline), letter, font=font, fill=_BLACK, anchor="ls")
        x += font.getlength(letter) - tracking


def _wrap(text: str, style: _Style, size: int, width: float) -> list[str]:
    """`text` in lines of at most `width` dots, broken between words, in a word if it must be."""
    lines: list[str] = []
    line = ""
    for word in _words_that_fit(text.split(" "), style, size, width):
        longer = f"{line} {word}" if line else word
        if line and style.length(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def _first_lines(lines: list[str]) -> list[str]:
    if len(lines) <= LINES_MAX:
        return lines
    return [*lines[: LINES_MAX - 1], lines[LINES_MAX - 1][:-1] + _ELLIPSIS]


def _balance(lines: list[str], style: _Style, size: int, width: int) -> list[str]:
    """The same words in as many lines, of nearly one length: no last word alone on its line."""
    text = " ".join(lines)
    for narrower in range(width // 2, width, 8):
        balanced = _wrap(text, style, size, narrower)
        if len(balanced) == len(lines) and balanced != lines:
            longest_word = max(style.length(word, size) for word in text.split(" "))
            return balanced if longest_word <= narrower else lines
    return lines


def _words_that_fit(words: Iterable[str], style: _Style, size: int, width: float) -> Iterable[str]:
    for word in words:
        rest = word
        while style.length(rest, size) > width and len(rest) > 1:
            cut = _letters_that_fit(rest, style, size, width)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _letters_that_fit(word: str, style: _Style, size: int, width: float) -> int:
    count = 1
    while count < len(word) and style.length(word[: count + 1], size) <= width:
        count += 1
    return count


def _drawable(letter: str, font: ImageFont.FreeTypeFont) -> str:
    category = unicodedata.category(letter)
    if category[0] == "C" or category in {"Mn", "Me", "Zl", "Zp"}:
        return ""
    if _has_glyph(str(font.path), letter):
        return letter
    plain = unicodedata.normalize("NFKC", letter)
    if plain != letter and all(_has_glyph(str(font.path), part) for part in plain):
        return plain
    if category[0] == "Z":
        return " "
    return _UNKNOWN_LETTERS if category[0] in "LN" else ""


@lru_cache(maxsize=4096)
def _has_glyph(path: str, letter: str) -> bool:
    if unicodedata.category(letter)[0] in "CZ":
        return letter in " \u00a0\u202f\u2009"
    probe = _font(Path(path).name, 32)
    return _shape(probe, letter) != _shape(probe, _NOT_A_CHARACTER)


def _shape(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def qr_modules(payload: str | bytes, *, level: str = "M", quiet_zone: int = 4) -> Image.Image:
    """The QR code as a picture of one dot per module.

    `level` of error correction is L, M, Q or H; readers ask for a quiet zone of four modules.
    """
    import qrcode  # not needed to ask a printer for its status

    # The library's constants are the two bits of the standard: M is 0, L 1, H 2 and Q 3.
    code = qrcode.QRCode(error_correction="MLHQ".index(level), border=quiet_zone)
    code.add_data(payload)
    code.make(fit=True)
    matrix: Sequence[Sequence[bool]] = code.get_matrix()
    dots = bytes(_BLACK if dark else _WHITE for row in matrix for dark in row)
    return Image.frombytes("L", (len(matrix), len(matrix)), dots)
