"""Entries: what is written when points move. None is ever changed or deleted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from loyalty.ids import EntryId, MemberId, Points, ProgramId, StoreId
from loyalty.traces import Trace


class EntryKind(StrEnum):
    """Why points moved."""

    WELCOME = "welcome"
    EARN = "earn"
    REDEEM = "redeem"
    REVERSAL = "reversal"
    """Undoes the entry it is `about`, whole and once: gives back what a debit took, or takes back
    what a credit gave."""
    EXPIRY = "expiry"
    """Takes what is left of the lot it is `about`, after its deadline."""
    RETURN = "return"
    """Undoes a part of the entry it is `about`, for goods that came back: claws back some of what a
    credit gave, or gives back some of what a debit took. About nothing: a free credit note."""
    ADJUSTMENT = "adjustment"
    """Somebody of the shop gives or takes points, and says who and why."""
    RELEASE = "release"
    """Moves no points: those of the lot it is `about` may be spent from now on."""
    FORFEIT = "forfeit"
    """What falls away when points are used and the program lets no rest stand."""
    TRANSFER = "transfer"
    """Points that move between two accounts: always a debit here and a credit there. The debit is
    `about` the lot that leaves, the credit about the lot it was."""
    OPENING = "opening"
    """Points from the books kept before this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Who moved points by hand, and why."""

    actor: str
    """The id of the person at work; never a name."""
    nature: str
    """The merchant's code for the reason: "commercial-gesture", "correction" …"""
    booked_at: datetime
    """When it was written down, which nobody chooses; `Entry.occurred_at` is its value date."""
    comment: str | None = None
    """The salted hash of the free text, which is kept outside the books and can be erased."""
    approved_by: str | None = None
    """The id of the second person, where the program asks for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One immutable movement of points."""

    id: EntryId
    member: MemberId
    program: ProgramId
    kind: EntryKind
    points: Points
    """Positive when the member gains, negative when the member gives."""
    occurred_at: datetime
    fact: str
    """The id of what happened: a sale, a redemption, an enrolment."""
    store: StoreId
    deadline: datetime | None = None
    """Until when the points of a credit live; None for ever."""
    about: EntryId | None = None
    """The entry that a reversal undoes, or whose lot an expiry closes."""
    trace: Trace | None = None
    by: MemberId | None = None
    """Who earned or spent in a wallet that several share; None for the account's own member."""
    available_from: datetime | None = None
    """From when the points of a credit can be spent; None for at once."""
    owes: bool = True
    """False where a debit may take what is there, and make no debt of the rest."""
    adjustment: Adjustment | None = None
