"""What an ESC/POS printer says back, taken apart byte by byte; pure.

Everything comes over one line: answers to questions, and reports that the printer sends of its own
accord. Fixed bits tell them apart (Epson ESC/POS reference, "Identification of transmission data");
a library that takes "the next 16 bytes" for the answer to its question mixes them up.
"""
# ruff: noqa: PLR2004  # masks and lengths as Epson's tables print them

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag

from devices.printers import Paper, PrinterStatus

BLOCK_LENGTH_MAX = 80
"""Longest block answer (the printer's own serial numbers have 60 letters); more is line noise."""


@dataclass(frozen=True, slots=True)
class RealTime:
    """One byte that answers DLE EOT."""

    byte: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """Four bytes that the printer sends when its state changes (GS a)."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Transmitted:
    """One byte that answers GS r, in turn with the printed data."""

    byte: int


@dataclass(frozen=True, slots=True)
class Block:
    """A header byte and what follows it up to the closing NUL."""

    header: int
    data: bytes


Answer = RealTime | Automatic | Transmitted | Block

PROCESS_ID = 0x37
"""Header of the process id response (then 0x22) and of the buffer clear response (then 0x25)."""
CLEARED = Block(PROCESS_ID, b"\x25")
"""The printer's word that its buffers are empty and nothing of them will be printed."""

_BLOCK_HEADERS = frozenset((0x35, 0x37, 0x3B, 0x3D, 0x53, 0x5F))


def printed(process_id: bytes) -> Block:
    """The answer that says: everything up to the request with this process id is on paper."""
    return Block(PROCESS_ID, b"\x22" + process_id)


class AnswerReader:
    """Takes the printer's bytes as they come and gives whole answers; unknown bytes are skipped."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[Answer]:
        """The answers completed by `data`; an unfinished one waits for the next call."""
        self._pending += data
        while self._pending:
            length = self._length_of_first()
            if length is None:
                return
            first = bytes(self._pending[:length])
            del self._pending[:length]
            answer = _answer(first)
            if answer is not None:
                yield answer

    def _length_of_first(self) -> int | None:
        first = self._pending[0]
        if first in _BLOCK_HEADERS:
            end = self._pending.find(0)
            if end >= 0:
                return end + 1
            return BLOCK_LENGTH_MAX if len(self._pending) >= BLOCK_LENGTH_MAX else None
        if first & 0x93 == 0x10:
            return 4 if len(self._pending) >= 4 else None
        return 1


def _answer(data: bytes) -> Answer | None:
    first = data[0]
    if first in _BLOCK_HEADERS:
        return Block(first, data[1:-1]) if data[-1] == 0 else None
    if len(data) == 4:
        return Automatic(data)
    if first & 0x93 == 0x12:
        return RealTime(first)
    if first & 0x90 == 0:
        return Transmitted(first)
    return None


class Offline(IntFlag):
    """Bits of DLE EOT 2: why the printer is offline."""

    COVER_OPEN = 0x04
    FED_BY_HAND = 0x08
    PAPER_END = 0x20
    ERROR = 0x40


class Fault(IntFlag):
    """Bits of DLE EOT 3. The recoverable error (a hot head) passes by itself and is left out."""

    CUTTER = 0x08
    UNRECOVERABLE = 0x20


ONLINE_MASK = 0x08  # of DLE EOT 1: set when offline
NEAR_END_MASK = 0x0C  # of DLE EOT 4
END_MASK = 0x60  # of DLE EOT 4

UNREACHABLE = PrinterStatus(
    reachable=False, online=False, paper=Paper.UNKNOWN, cover_open=False, error=False
)
"""No answer, or half of one: nothing is known, least of all that there is plenty of paper."""


def decode_status(printer: int, offline: int, error: int, paper: int) -> PrinterStatus:
    """The state told by the four answers to DLE EOT 1, 2, 3 and 4."""
    return PrinterStatus(
        reachable=True,
        online=not printer & ONLINE_MASK,
        paper=decode_paper(offline, paper),
        cover_open=bool(offline & Offline.COVER_OPEN),
        error=bool(error & (Fault.CUTTER | Fault.UNRECOVERABLE)),
    )


def decode_paper(offline: int, paper: int) -> Paper:
    """The paper told by DLE EOT 2 and 4: an open cover hides the sensor, so both are asked."""
    if paper & END_MASK or offline & Offline.PAPER_END:
        return Paper.OUT
    if paper & NEAR_END_MASK:
        return Paper.LOW
    return Paper.PLENTY


def in_trouble(answer: Answer) -> bool:
    """Whether an automatic report says that printing has stopped until somebody comes.

    Cover open, cutter or unrecoverable error, paper end. Merely offline is not enough: a hot head
    or a finger on the feed button pass by themselves.
    """
    if not isinstance(answer, Automatic):
        return False
    first, second, third, _ = answer.data
    return bool(first & 0x20 or second & 0x2C or third & 0x0C)
