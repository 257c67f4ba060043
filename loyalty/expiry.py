"""Expiry: each lot is closed once, at its own deadline, whoever runs the job and however late."""

from datetime import datetime

from loyalty.ids import EntryId, MemberId, ProgramId, StoreId, derived_entry
from loyalty.ledger import Account, Entry, EntryKind


def due(
    account: Account, member: MemberId, program: ProgramId, store: StoreId, *, now: datetime
) -> tuple[Entry, ...]:
    """The entries that close the lots which have died by `now`, the first to die first.

    An entry is made of its lot: its id, and its date, which is the lot's deadline. Two machines
    that run the job, today or next month, write the same entry (CLI-09, SW-17).
    """
    dead = [lot for lot in account.lots if lot.left and not lot.alive(now)]
    return tuple(
        Entry(
            id=expiry_entry(lot.entry),
            member=member,
            program=program,
            kind=EntryKind.EXPIRY,
            points=-lot.left,
            occurred_at=lot.deadline or now,
            fact=lot.entry,
            store=store,
            about=lot.entry,
        )
        for lot in dead
    )


def expiry_entry(lot: EntryId) -> EntryId:
    """The id of the entry that closes a lot."""
    return derived_entry("expiry", lot)
