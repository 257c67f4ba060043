"""The card reader port: what any reader tells the kiosk, and how one is opened from its target.

A reader runs in its own daemon thread and hands events to `deliver`. It never raises for the state
of the hardware: a reader that is away says so with `ReaderDown` and keeps trying.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Protocol

from devices.errors import TargetError


class Medium(Enum):
    """What was presented, as far as the chip tells."""

    CARD = "card"
    """A chip with an identifier that stays the same."""
    RANDOM = "random"
    """Draws a new identifier at each tap (phones, some bank cards): it names nobody."""


class Trouble(Enum):
    """Why a chip in the field could not be read."""

    MUTE = "mute"
    """The chip did not answer within the deadline."""
    TORN = "torn"
    """The card left before it was read."""
    UNSUPPORTED = "unsupported"
    """The chip answers, but gives no identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTap:
    """A card was presented and identified."""

    uid: bytes
    """4, 7, 8 or 10 bytes, most significant byte first. Never logged in full."""
    medium: Medium
    chip: str
    """The chip family in the words of its maker, such as ``NTAG21x``; empty when unknown."""
    reader: str
    reported_at: float
    """`time.monotonic()` when the reader reported the card."""
    text: str = ""
    """What the chip tells everybody who reads it, such as an address; new at each tap where the
    chip signs it. Never logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGone:
    """The card left the field, was replaced by another, or its reader was lost.

    Told exactly once after each CardTap or CardUnreadable. A card that lies on the reader when it
    comes back is tapped again.
    """

    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUnreadable:
    """Something was presented that could not be identified; the customer may try again."""

    reader: str
    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderUp:
    """The reader is there and watched."""

    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderDown:
    """No reader, or no PC/SC service. The driver goes on trying."""

    reason: str
    """For the log and the staff screen, in English."""


ReaderEvent = CardTap | CardGone | CardUnreadable | ReaderUp | ReaderDown


class CardReader(Protocol):
    """A reader that is watched in the background."""

    def start(self, deliver: Callable[[ReaderEvent], None]) -> None:
        """Watch, and hand every event to `deliver`, in order, from the reader's own thread."""

    def stop(self) -> None:
        """Stop within 2 s; no event is delivered afterwards. Harmless when already stopped."""


def open_reader(target: str) -> CardReader:
    """The reader that `target` names, not yet started.

    A target is ``driver:location``: ``pcsc:ACS ACR122U``, ``pcsc:`` for the first reader found,
    ``simulated:``. Raises TargetError with the drivers that exist.
    """
    driver, separator, location = target.partition(":")
    if not separator or driver not in DRIVERS:
        known = ", ".join(f"{name}:" for name in DRIVERS)
        raise TargetError(f"no card reader driver for {target!r}; a reader is one of {known}")
    reader: CardReader = import_module(f"devices.readers.{driver}").connect(location)
    return reader


DRIVERS = ("pcsc", "simulated")
