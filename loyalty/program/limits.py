"""Limits: the most that sales give, and how far a card, a terminal or a habit is trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that sales may give; None for no limit."""

    per_ticket: Points | None = None
    per_day: Points | None = None
    """Between two local midnights."""
    balance: Points | None = None
    """Earning stops where the account holds so many."""
    ticket_share: Decimal | None = None
    """Percent of the ticket that its points may be worth, at the point's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineLimits:
    """What a terminal may give away while it cannot ask the backend."""

    per_card: Points
    """Points per member between two contacts with the backend."""
    per_terminal: Points
    """Points per terminal between two contacts with the backend."""
    snapshot_age_h: int
    """A balance older than this many hours is shown, but not spent."""
    per_day: Points | None = None
    """Points per terminal in one local day, however often it met the backend; None: any number."""


class Assurance(StrEnum):
    """How sure it is that the card is the member's own, from the least."""

    UID = "uid"
    """A number that anybody can copy."""
    UID_AND_CODE = "uid_and_code"
    """The number, and a PIN or a code sent to the member."""
    CHIP = "chip"
    """A chip that proved its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceLimit:
    """What may be spent on the word of such a card; None for any number of points."""

    at_once: Points | None = None
    per_day: Points | None = None


AssuranceLimits = Mapping[Assurance, AssuranceLimit]
"""A level that is not in it has no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What no honest customer does, and what then happens (F16); None for no limit."""

    cooldown_s: int = 0
    """Seconds after a ticket of a member in which a second one gives nothing."""
    tickets_per_day: int | None = None
    """How many tickets of a member earn between two local midnights."""
    rewards_per_day: int | None = None
    """How many rewards a member may take between two local midnights."""
    refund_cycles: int | None = None
    """How many sales a member may bring back whole within `refund_days` before staff is told."""
    refund_days: int = 30
    travel_s: int = 0
    """Seconds that a card needs from one store to another: sooner, it is a copy, and is frozen."""
