"""What is said of a fact while it is booked, and booking the entry that it tells."""

from dataclasses import dataclass, field

from backend.db import Transaction, journals, members, shops
from backend.db.access import Terminal
from backend.db.journals import Posted
from backend.services.points.ledger import POINTS_MAX, alike, post
from loyalty.ledger import Entry, EntryKind


@dataclass(slots=True)
class Notes:
    """What is written beside a fact while it is being booked."""

    flags: list[str] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    booked: list[Posted] = field(default_factory=list)

    def flag(self, name: str) -> None:
        """Put the fact before a person."""
        if name not in self.flags:
            self.flags.append(name)

    def place(self, posted: Posted) -> None:
        """Say where an entry is in its account's journal."""
        self.positions[posted.entry.id] = posted.position
        self.booked.append(posted)


def entry_of(tx: Transaction, terminal: Terminal, entry: Entry, notes: Notes) -> Entry:
    if entry.store != terminal.store.id:
        notes.flag("store-differs")
    if shops.program(tx, entry.program) is None:
        notes.flag("program-unknown")
    if members.member(tx, entry.member) is None:
        notes.flag("member-unknown")
    return entry


def post_once(tx: Transaction, entry: Entry, notes: Notes) -> bool:
    """Book an entry unless it is booked: the id decides, and one reversal for each entry.

    False when it could not be: another entry stands in its place.
    """
    known = journals.entry(tx, entry.id)
    if known is not None and not alike(known.entry, entry):
        notes.flag("entry-differs")
        return False
    if known is None and is_undone(tx, entry):
        notes.flag("reversed-twice")
        return False
    notes.place(known or post(tx, entry, may_owe=True, reserves=True)[0])
    return True


def is_bookable(entry: Entry, *, sign: int) -> bool:
    return entry.about is None and 0 < sign * entry.points <= POINTS_MAX


def is_undone(tx: Transaction, reversal: Entry) -> bool:
    if reversal.kind is not EntryKind.REVERSAL or reversal.about is None:
        return False
    return journals.reversal_of(tx, reversal.about) is not None
