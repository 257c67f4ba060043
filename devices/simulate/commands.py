"""The ESC/POS language as a printer understands it, written from Epson's command reference.

Strict on purpose: an unknown command, a value out of range or data cut short is a complaint that
tests can read. It shares nothing with python-escpos, so that one can check the other.
"""
# ruff: noqa: PLR2004  # the numbers are the bytes of the reference, and would lose by getting names

from collections.abc import Callable
from typing import Protocol

from PIL import Image

from devices.printers.typeset import qr_modules
from devices.simulate.roll import CELL_WIDTH, LINE_SPACING, Line, Style, fitted, raster

STRIP_ROWS = 8
"""Rows that are burnt at a time: a printer does not wait for the whole picture."""

_CODE_PAGES = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737",
    15: "iso8859_7", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 33: "cp775",
    34: "cp855", 36: "cp862", 37: "cp864", 39: "iso8859_2", 40: "iso8859_15", 45: "cp1250",
    46: "cp1251", 47: "cp1253", 48: "cp1254", 49: "cp1255", 50: "cp1256", 51: "cp1257",
    52: "cp1258",
}  # fmt: skip
_QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
_NAMES = {65: b"1.00", 66: b"SIMULATED", 67: b"TM-T88V", 68: b"SIM0001", 69: b""}


class Mechanism(Protocol):
    """What the language drives."""

    width: int

    def take(self, count: int) -> bytes:
        """The next bytes of the job, when they have come."""

    def burn(self, strip: Image.Image) -> None:
        """Print some rows; returns when they are on paper."""

    def write(self, text: str) -> None:
        """Note a line of text that was just burnt."""

    def cut(self) -> None:
        """Cut the paper."""

    def answer(self, data: bytes) -> None:
        """Send to whoever is at the other end."""

    def paper_byte(self) -> int:
        """The answer to GS r 1."""

    def report_changes(self, wanted: int) -> None:
        """Automatic status back (GS a), 0 for none."""

    def complain(self, problem: str) -> None:
        """Note a violation of the language."""


class Interpreter:
    """One printer's reading head: takes bytes, drives the mechanism, keeps the modes."""

    def __init__(self, mechanism: Mechanism) -> None:
        self._printer = mechanism
        self._commands = self._table()
        self.reset()

    def reset(self) -> None:
        """ESC @: all modes as at power-on, and no letters waiting."""
        self._page = _CODE_PAGES[0]
        self._style = Style()
        self._align = 0
        self._spacing = LINE_SPACING
        self._line = Line()
        self._graphics: Image.Image | None = None
        self._qr_module, self._qr_level, self._qr_data = 3, "L", b""
        self._printer.report_changes(0)

    def step(self) -> None:
        """Reads and obeys one command, or sets one letter."""
        byte = self._take()
        if byte in (0x1B, 0x1D, 0x1C, 0x10):
            self._command(bytes((byte, self._take())))
        elif byte >= 0x20:
            self._letter(bytes((byte,)))
        elif byte == 0x0A:
            self._line_feed()
        elif byte == 0x09:
            self._tabulate()
        elif byte != 0x0D:
            self._printer.complain(f"control byte {byte:02X} outside a command")

    def discard_line(self) -> None:
        """Letters that wait for their line feed are lost."""
        self._line = Line()

    def _command(self, name: bytes) -> None:
        command = self._commands.get(name)
        if command is None:
            self._printer.complain(f"unknown command {name.hex(' ').upper()}")
            return
        command()

    def _take(self) -> int:
        return self._printer.take(1)[0]

    def _take_word(self) -> int:
        return int.from_bytes(self._printer.take(2), "little")

    def _table(self) -> dict[bytes, Callable[[], None]]:
        return {
            b"\x1b@": self.reset,
            b"\x1bt": self._code_page,
            b"\x1b!": self._print_mode,
            b"\x1ba": self._justify,
            b"\x1bE": self._bold,
            b"\x1bG": self._bold,
            b"\x1b-": self._underline,
            b"\x1bd": self._feed_lines,
            b"\x1bJ": self._feed_rows,
            b"\x1b2": self._default_spacing,
            b"\x1b3": self._set_spacing,
            b"\x1b*": self._column_picture,
            b"\x1bM": self._ignore_one,  # font B is drawn as font A
            b"\x1bR": self._ignore_one,
            b"\x1b ": self._ignore_one,
            b"\x1b{": self._ignore_one,
            b"\x1bp": self._drawer,
            b"\x1d!": self._size,
            b"\x1dB": self._reverse,
            b"\x1dL": self._ignore_word,
            b"\x1dW": self._ignore_word,
            b"\x1db": self._ignore_one,
            b"\x1dV": self._cut,
            b"\x1dv": self._raster,
            b"\x1d(": self._extended,
            b"\x1dr": self._transmit_status,
            b"\x1dI": self._transmit_identity,
            b"\x1da": self._automatic_status,
            b"\x1c.": self._ignore_nothing,
            b"\x1c&": self._ignore_nothing,
            b"\x10\x04": self._ignore_one,  # obeyed when it came in
            b"\x10\x05": self._ignore_one,
            b"\x10\x14": self._real_time_request,
        }

    def _ignore_nothing(self) -> None:
        """Kanji mode on and off: this printer has none."""

    def _ignore_one(self) -> None:
        self._take()

    def _ignore_word(self) -> None:
        self._take_word()

    def _real_time_request(self) -> None:
        self._printer.take({1: 2, 2: 2, 8: 7}.get(self._take(), 0))

    # Text

    def _code_page(self) -> None:
        number = self._take()
        if number not in _CODE_PAGES:
            self._printer.complain(f"no code page {number}")
        self._page = _CODE_PAGES.get(number, self._page)

    def _print_mode(self) -> None:
        mode = self._take()
        self._style = Style(
            wide=2 if mode & 0x20 else 1,
            high=2 if mode & 0x10 else 1,
            bold=bool(mode & 0x08),
            underline=bool(mode & 0x80),
        )

    def _justify(self) -> None:
        align = self._one_of({0: 0, 1: 1, 2: 2, 48: 0, 49: 1, 50: 2}, "justification")
        self._align = self._align if align is None else align

    def _bold(self) -> None:
        self._restyle(bold=bool(self._take() & 1))

    def _underline(self) -> None:
        self._restyle(underline=self._take() not in (0, 48))

    def _reverse(self) -> None:
        self._restyle(reverse=bool(self._take() & 1))

    def _size(self) -> None:
        size = self._take()
        wide, high = (size >> 4 & 7) + 1, (size & 7) + 1
        self._style = Style(
            wide=wide,
            high=high,
            bold=self._style.bold,
            underline=self._style.underline,
            reverse=self._style.reverse,
        )

    def _restyle(
        self,
        *,
        bold: bool | None = None,
        underline: bool | None = None,
        reverse: bool | None = None,
    ) -> None:
        now = self._style
        self._style = Style(
            wide=now.wide,
            high=now.high,
            bold=now.bold if bold is None else bold,
            underline=now.underline if underline is None else underline,
            reverse=now.reverse if reverse is None else reverse,
        )

    def _letter(self, byte: bytes) -> None:
        try:
            letter = byte.decode(self._page)
        except UnicodeDecodeError:
            self._printer.complain(f"byte {byte.hex().upper()} means nothing in {self._page}")
            letter = "?"
        if self._line.width() + CELL_WIDTH * self._style.wide > self._printer.width:
            self._line_feed()
        self._line.set_letter(letter, self._style)

    def _tabulate(self) -> None:
        for _ in range(8 - len(self._line.text) % 8):
            self._letter(b" ")

    def _line_feed(self) -> None:
        line, self._line = self._line, Line()
        if line.cells:
            self._printer.write(line.text)
            self._burn(line.picture(self._printer.width, self._align))
        self._blank(max(0, self._spacing - line.height()))

    def _feed_lines(self) -> None:
        lines = self._take()
        self._line_feed()
        self._blank(max(0, lines - 1) * self._spacing)

    def _feed_rows(self) -> None:
        rows = self._take()
        if self._line.cells:
            self._line_feed()
        self._blank(rows)

    def _default_spacing(self) -> None:
        self._spacing = LINE_SPACING

    def _set_spacing(self) -> None:
        self._spacing = self._take()

    # Pictures

    def _raster(self) -> None:
        if self._take() != 0x30:
            self._printer.complain("GS v is followed by 0")
        mode = self._one_of({0: 0, 1: 1, 2: 2, 3: 3, 48: 0, 49: 1, 50: 2, 51: 3}, "raster mode")
        width_bytes, rows = self._take_word(), self._take_word()
        if not width_bytes or not rows:
            self._printer.complain("a raster has at least one byte and one row")
            return
        if width_bytes * 8 > self._printer.width:
            self._printer.complain(f"a raster {width_bytes * 8} dots wide on {self._printer.width}")
        stretch = ((mode or 0) & 1) + 1, ((mode or 0) >> 1) + 1
        while rows:
            now = min(rows, STRIP_ROWS)
            strip = raster(self._printer.take(width_bytes * now), width_bytes * 8, now)
            self._show(strip, stretch)
            rows -= now

    def _show(self, picture: Image.Image, stretch: tuple[int, int] = (1, 1)) -> None:
        size = picture.width * stretch[0], picture.height * stretch[1]
        stretched = picture.resize(size, Image.Resampling.NEAREST)
        self._burn(fitted(stretched, self._printer.width, self._align))

    def _column_picture(self) -> None:
        rows = self._one_of({0: 8, 1: 8, 32: 24, 33: 24}, "column picture mode")
        columns = self._take_word()
        data = self._printer.take(columns * (rows or 8) // 8)
        upright = raster(data, rows or 8, columns)
        self._line.cells.append(upright.transpose(Image.Transpose.TRANSPOSE))

    def _burn(self, strip: Image.Image) -> None:
        for top in range(0, strip.height, STRIP_ROWS):
            bottom = min(strip.height, top + STRIP_ROWS)
            self._printer.burn(strip.crop((0, top, strip.width, bottom)))

    def _blank(self, rows: int) -> None:
        if rows:
            self._burn(Image.new("L", (self._printer.width, rows), 255))

    # Cutter and drawer

    def _cut(self) -> None:
        mode = self._take()
        if mode in (65, 66, 97, 98, 103, 104):
            self._flush_line()
            self._blank(self._take())
        elif mode not in (0, 1, 48, 49):
            self._printer.complain(f"no cut {mode}")
            return
        if self._line.cells:
            self._printer.complain("a cut in the middle of a line does nothing")
            return
        self._printer.cut()

    def _flush_line(self) -> None:
        if self._line.cells:
            self._line_feed()

    def _drawer(self) -> None:
        self._printer.take(3)

    # GS ( …

    def _extended(self) -> None:
        letter = self._printer.take(1)
        data = self._printer.take(self._take_word())
        handler = {b"H": self._process_id, b"L": self._graphic, b"k": self._symbol}.get(letter)
        if handler is None or len(data) < 2:
            self._printer.complain(f"unknown command GS ( {letter!r} {data[:2].hex(' ')}")
            return
        handler(data)

    def _process_id(self, data: bytes) -> None:
        if data[:2] != b"00" or len(data) != 6 or not all(0x20 <= byte <= 0x7E for byte in data):
            self._printer.complain(f"bad process id request {data.hex(' ')}")
            return
        self._printer.answer(b"\x37\x22" + data[2:] + b"\x00")

    def _graphic(self, data: bytes) -> None:
        function = data[1]
        if function == 112 and len(data) >= 10:
            self._store_graphic(data)
        elif function in (2, 50) and self._graphics is not None:
            self._show(self._graphics)
            self._graphics = None
        else:
            self._printer.complain(f"GS ( L function {function}")

    def _store_graphic(self, data: bytes) -> None:
        stretch = data[3], data[4]
        width, rows = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
        packed = data[10:]
        if len(packed) != (width + 7) // 8 * rows or not packed:
            self._printer.complain(f"{len(packed)} bytes for graphics of {width} x {rows} dots")
            return
        picture = raster(packed, width, rows)
        size = width * stretch[0], rows * stretch[1]
        self._graphics = picture.resize(size, Image.Resampling.NEAREST)

    def _symbol(self, data: bytes) -> None:
        kind, function, values = data[0], data[1], data[2:]
        if kind != 49:
            self._printer.complain(f"no symbol of kind {kind}: only QR codes")
        elif function == 65 and len(values) == 2:
            pass  # model 1 and 2 look the same to every reader in use
        elif function == 67 and len(values) == 1 and 1 <= values[0] <= 16:
            self._qr_module = values[0]
        elif function == 69 and len(values) == 1 and values[0] in _QR_LEVELS:
            self._qr_level = _QR_LEVELS[values[0]]
        elif function == 80 and values[:1] == b"0":
            self._qr_data = values[1:]
        elif function == 81 and values == b"0" and self._qr_data:
            self._show(_qr_picture(self._qr_data, self._qr_level, self._qr_module))
        else:
            self._printer.complain(f"GS ( k function {function} with {values.hex(' ')}")

    # Answers in turn

    def _transmit_status(self) -> None:
        answers = {1: self._printer.paper_byte(), 2: 0}
        which = self._one_of({1: 1, 2: 2, 49: 1, 50: 2}, "GS r")
        if which is not None:
            self._printer.answer(bytes((answers[which],)))

    def _transmit_identity(self) -> None:
        number = self._take()
        if number in _NAMES:
            self._printer.answer(b"\x5f" + _NAMES[number] + b"\x00")
        elif number in (1, 2, 3, 49, 50, 51):
            self._printer.answer(b"\x02")
        else:
            self._printer.complain(f"no identity {number}")

    def _automatic_status(self) -> None:
        self._printer.report_changes(self._take())

    def _one_of(self, values: dict[int, int], what: str) -> int | None:
        byte = self._take()
        if byte not in values:
            self._printer.complain(f"{what} {byte} does not exist")
        return values.get(byte)


def _qr_picture(data: bytes, level: str, module: int) -> Image.Image:
    modules = qr_modules(data, level=level, quiet_zone=0)
    size = modules.width * module, modules.height * module
    return modules.resize(size, Image.Resampling.NEAREST)
