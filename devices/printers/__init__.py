"""The printer port: what can be printed, and what is known afterwards.

Printing has three outcomes, not two. A printer that falls silent may or may not have printed, and
only a person with the paper in hand can tell; cash machines have kept the same third state for
decades.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Protocol

from devices.errors import TargetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph, wrapped at words."""

    text: str
    size: int = 26
    """Letter height in dots at 203 dpi (8 dots are 1 mm)."""
    bold: bool = False
    align: str = "center"
    """``left``, ``center`` or ``right``."""
    mono: bool = False
    """Letters of one width, for codes that are read aloud or typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A label at the left and its value in bold at the right."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Qr:
    """A QR code with its quiet zone."""

    payload: str
    dots: int = 280
    """Its side at most, quiet zone included, in dots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A dashed line across the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Blank paper."""

    dots: int = 16


Block = Text | Pair | Qr | Rule | Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One piece of paper: blocks from top to bottom, then a cut."""

    blocks: tuple[Block, ...]

    def lines(self) -> tuple[str, ...]:
        """Its words in reading order, for speech and for tests; a QR code has none."""
        return tuple(_words(self.blocks))


def _words(blocks: Sequence[Block]) -> list[str]:
    words: list[str] = []
    for block in blocks:
        if isinstance(block, Text):
            words.append(block.text)
        elif isinstance(block, Pair):
            words.append(f"{block.label} : {block.value}")
    return words


class PrintOutcome(Enum):
    """What is known of a print job."""

    PRINTED = "printed"
    """The printer confirmed that the paper is out."""
    NOT_PRINTED = "not_printed"
    """Proved: no byte left for the printer, or it confirmed that its buffer was cleared."""
    UNKNOWN = "unknown"
    """Bytes were sent and no confirmation came."""


class Paper(Enum):
    """How much paper is left, as the printer tells."""

    PLENTY = "plenty"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterStatus:
    """The printer's own account of itself. An empty or malformed answer is not `reachable`."""

    reachable: bool
    online: bool
    paper: Paper
    cover_open: bool
    error: bool
    """Cutter or unrecoverable error: somebody must look at the printer."""

    @property
    def ready(self) -> bool:
        """Whether a ticket sent now is expected to come out."""
        return self.reachable and self.online and not self.cover_open and not self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintReport:
    """The outcome of one job, and the state of the printer after it."""

    outcome: PrintOutcome
    status: PrinterStatus


class Printer(Protocol):
    """A printer. Its calls block: they are made from the printer's own thread."""

    def render(self, ticket: Ticket) -> bytes:
        """The whole job as one immutable byte string: reset, picture of the ticket, cut.

        Any text is safe: the letters are drawn, so no control byte of a name reaches the printer.
        """

    def print(self, job: bytes, process_id: bytes) -> PrintReport:
        """Send a rendered job and wait for its confirmation, within the driver's deadlines.

        `process_id` is 4 bytes in 0x20…0x7E that the printer echoes when the paper is out. Never
        raises for the printer's state. Checks paper and cover before the first byte, so that an
        empty printer answers NOT_PRINTED.
        """

    def status(self) -> PrinterStatus:
        """Ask now; answers within 2 s whatever the printer does."""

    def close(self) -> None:
        """Let go of the device. Harmless when already closed."""


def open_printer(target: str) -> Printer:
    """The printer that `target` names; nothing is sent yet.

    ``escpos:network:192.0.2.7:9100``, ``escpos:file:/dev/usb/lp0`` or ``simulated:FOLDER``.
    Raises TargetError with the drivers that exist.
    """
    driver, separator, location = target.partition(":")
    if not separator or driver not in DRIVERS:
        known = ", ".join(f"{name}:" for name in DRIVERS)
        raise TargetError(f"no printer driver for {target!r}; a printer is one of {known}")
    printer: Printer = import_module(f"devices.printers.{driver}").connect(location)
    return printer


DRIVERS = ("escpos", "simulated")
