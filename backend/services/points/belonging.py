"""Whose account points go to: the member's own, their household's wallet, the record kept.

Sales and gifts are booked where the points belong. What a kiosk wrote down by itself is booked as
it was written, and moved on at once: the facts of a terminal are never changed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from backend.db import Transaction, households, journals, members, merges
from backend.db.journals import Posted
from backend.services.points.ledger import post
from loyalty import merging
from loyalty.entries import Entry, EntryKind
from loyalty.households import into_wallet
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId, derived_entry
from loyalty.ledger import replay
from loyalty.merging import Merge
from loyalty.transfers import Move, debt_moved, moved

_ROUTED = (EntryKind.EARN, EntryKind.ADJUSTMENT)
"""What comes into the wallet as it is; all else moves lot by lot, with its deadlines."""


def holder(tx: Transaction, member: MemberId, program: ProgramId) -> MemberId:
    """In whose account the member's points of that program are."""
    kept, in_household = _belongs(tx, member)
    if kept is not None:
        return holder(tx, kept, program)
    found = households.household(tx, in_household) if in_household else None
    if found is None or found.household.program != program:
        return member
    return found.household.wallet


def moved_by(tx: Transaction, member: MemberId, program: ProgramId) -> Iterator[Entry]:
    """What moved in the person's own accounts, and what they moved in their household's."""
    mine = records_of(tx, member)
    for each in mine:
        for posted in journals.journal(tx, each, program):
            yield posted.entry
    elsewhere = holder(tx, member, program)
    if elsewhere not in mine:
        for posted in journals.journal(tx, elsewhere, program):
            if posted.entry.by in mine:
                yield posted.entry


def records_of(tx: Transaction, member: MemberId) -> tuple[MemberId, ...]:
    """Every record of the person: this one, and those that were merged into it."""
    return (member, *members.absorbed_by(tx, member))


def routed(tx: Transaction, entry: Entry) -> Entry:
    """The entry for the account in which the member's points are."""
    if entry.kind not in _ROUTED:
        return entry
    kept, in_household = _belongs(tx, entry.member)
    if kept is not None:
        return routed(tx, replace(entry, member=kept))
    found = households.household(tx, in_household) if in_household else None
    if found is None or found.household.program != entry.program:
        return entry
    return into_wallet(entry, found.household)


def follow(tx: Transaction, posted: Posted) -> tuple[Posted, ...]:
    """What came to an account whose points are elsewhere, moved on to where they are."""
    entry = posted.entry
    if entry.kind is EntryKind.TRANSFER:
        return ()
    kept, in_household = _belongs(tx, entry.member)
    merge = merges.of_absorbed(tx, entry.member) if kept is not None else None
    if merge is not None:
        moved_on = _moved_on(tx, as_merge(merge, entry.program), entry.id)
        wallet = holder(tx, merge.kept, entry.program)
        if not moved_on or wallet == merge.kept:
            return moved_on
        return (*moved_on, *_into_wallet(tx, replace(entry, member=merge.kept), wallet))
    target = holder(tx, entry.member, entry.program) if in_household else entry.member
    return () if target == entry.member else _into_wallet(tx, entry, target)


def _belongs(tx: Transaction, member: MemberId) -> tuple[MemberId | None, str | None]:
    """The record that took the member's in, and the household they are in; mostly neither."""
    person = members.member(tx, member)
    return person.merged_into if person else None, households.household_id(tx, member)


def _moved_on(tx: Transaction, what: Merge, cause: EntryId) -> tuple[Posted, ...]:
    journal = _journal(tx, what.absorbed, what.program)
    moves = merging.catch_up(what, journal, cause=cause, at=_after(tx, journal))
    return post(tx, *moves, may_owe=True)


def _into_wallet(tx: Transaction, cause: Entry, wallet: MemberId) -> tuple[Posted, ...]:
    journal = _journal(tx, cause.member, cause.program)
    move = Move(
        id=derived_entry("into-wallet", wallet, cause.id),
        fact=derived_entry("into-wallet", wallet),
        source=cause.member,
        target=wallet,
        program=cause.program,
        at=_after(tx, journal),
        store=cause.store,
    )
    account, origins = replay(journal), {entry.id: entry for entry in journal}
    lots = moved(account, move, origins, contributor=cause.member)
    return post(tx, *lots, *debt_moved(account, move), may_owe=True)


def _journal(tx: Transaction, member: MemberId, program: ProgramId) -> list[Entry]:
    return [each.entry for each in journals.journal(tx, member, program)]


def _after(tx: Transaction, journal: list[Entry]) -> datetime:
    """Now, or after the latest of them: what moves must be there before it does."""
    return max((tx.now, *(entry.occurred_at for entry in journal)))


def as_merge(row: merges.MergeRow, program: ProgramId) -> Merge:
    """The merge as the rules see it, in one program."""
    return Merge(
        id=row.id,
        kept=row.kept,
        absorbed=row.absorbed,
        program=program,
        at=row.at,
        store=StoreId(row.store),
    )
