"""Transfers: points that move from one account to another, each lot with its deadline.

A debit in one journal and a credit in the other, always the same number: what one loses, the other
has. Merging members and household wallets are made of these. A card that is replaced needs none:
it points to the same account.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from loyalty.ids import EntryId, MemberId, Points, ProgramId, StoreId, derived_entry
from loyalty.ledger import Account, Entry, EntryKind, Lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Why and where points move."""

    id: str
    """The act that moves them: a joining, a leaving, a merge or what is caught up after it."""
    fact: str
    """What the act is a part of: the household, the merge."""
    source: MemberId
    target: MemberId
    program: ProgramId
    at: datetime
    store: StoreId
    """Where the act was done; a lot that moves stays a lot of the store that gave it."""


def moved(
    account: Account,
    move: Move,
    origins: Mapping[EntryId, Entry],
    *,
    lots: Iterable[Lot] | None = None,
    contributor: MemberId | None = None,
) -> tuple[Entry, ...]:
    """The entries that move the living lots of `account`, or only those given, two for each.

    `origins` are the entries that opened the lots, by id. `contributor` is remembered in what
    arrives; without one, whoever brought the lot is. Dead lots stay: their own expiry closes them.
    """
    entries: list[Entry] = []
    for lot in account.lots if lots is None else lots:
        if lot.left and lot.alive(move.at):
            entries += _pair(lot, move, origins.get(lot.entry), contributor)
    return tuple(entries)


def debt_moved(account: Account, move: Move) -> tuple[Entry, ...]:
    """The entries by which the target takes over the debt; none where there is none."""
    if not account.debt:
        return ()
    return (
        _entry(move, move.source, "debt-paid", account.debt),
        _entry(move, move.target, "debt-taken", -account.debt),
    )


def now_in(lot: EntryId, entries: Iterable[Entry]) -> tuple[EntryId, MemberId] | None:
    """The lot, and whose account, in which what is left of a credit is now; None if it never moved.

    A return is booked there: the points follow the person who has them. `entries` are those of all
    accounts it may have gone through; transfers that were undone do not count.
    """
    arrivals = [
        entry
        for entry in standing(entries)
        if entry.kind is EntryKind.TRANSFER and entry.points > 0
    ]
    arrivals.sort(key=lambda entry: (entry.occurred_at, entry.id))
    onward = {entry.about: entry for entry in arrivals}
    found = onward.get(lot)
    while found and found.id in onward:
        found = onward[found.id]
    return (found.id, found.member) if found else None


def follow(entry: Entry, entries: Iterable[Entry]) -> Entry:
    """A void or return, booked in the account where the points it is about are now."""
    there = now_in(entry.about, entries) if entry.about else None
    if there is None:
        return entry
    # Not a reversal: that of the transfer is the un-merge's, and there is one for each entry.
    return replace(entry, kind=EntryKind.RETURN, about=there[0], member=there[1])


def standing(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that no reversal undid; a reversal that is itself undone undoes nothing."""
    known = {entry.id: entry for entry in entries}
    undone: set[EntryId] = set()
    # The latest first: by the time a reversal is looked at, it is known whether it stands.
    for entry in sorted(known.values(), key=_generation(known), reverse=True):
        if entry.kind is EntryKind.REVERSAL and entry.about and entry.id not in undone:
            undone.add(entry.about)
    return tuple(entry for entry in known.values() if entry.id not in undone)


def _generation(known: Mapping[EntryId, Entry]) -> Callable[[Entry], int]:
    """How far an entry is from the first of those that it is about, one through the other."""

    def generation(entry: Entry) -> int:
        steps = 0
        while entry.about and entry.about in known and steps < len(known):
            entry, steps = known[entry.about], steps + 1
        return steps

    return generation


def _pair(
    lot: Lot, move: Move, origin: Entry | None, contributor: MemberId | None
) -> tuple[Entry, Entry]:
    brought_by = contributor or (origin.by if origin else None)
    store = origin.store if origin else move.store
    leaves = Entry(
        id=derived_entry("leaves", move.id, lot.entry),
        member=move.source,
        program=move.program,
        kind=EntryKind.TRANSFER,
        points=-lot.left,
        occurred_at=move.at,
        fact=move.fact,
        store=store,
        about=lot.entry,
        by=brought_by,
    )
    arrives = Entry(
        id=derived_entry("arrives", move.id, lot.entry),
        member=move.target,
        program=move.program,
        kind=EntryKind.TRANSFER,
        points=lot.left,
        occurred_at=move.at,
        fact=move.fact,
        store=store,
        deadline=lot.deadline,
        about=lot.entry,
        by=brought_by,
        available_from=None if lot.usable(move.at) else lot.available_from,
    )
    return leaves, arrives


def _entry(move: Move, member: MemberId, what: str, points: Points) -> Entry:
    return Entry(
        id=derived_entry(what, move.id),
        member=member,
        program=move.program,
        kind=EntryKind.TRANSFER,
        points=points,
        occurred_at=move.at,
        fact=move.fact,
        store=move.store,
    )
