"""Merging two accounts of one person into one, and taking that back exactly.

The points of the absorbed account move lot by lot, and its debt too; its welcome is taken back, for
a person is welcomed once. Un-merging reverses each of these entries, and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from loyalty.ids import EntryId, MemberId, ProgramId, StoreId, derived_entry
from loyalty.ledger import Entry, EntryKind, replay
from loyalty.returns import reversal
from loyalty.transfers import Move, debt_moved, moved, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two members found to be one person."""

    id: str
    kept: MemberId
    absorbed: MemberId
    program: ProgramId
    at: datetime
    store: StoreId


def merge(what: Merge, kept: Sequence[Entry], absorbed: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of the merge, from the journals of both accounts.

    The welcome of the absorbed is taken back where both had one. A merge that is booked gives the
    entries that are booked, so that asking twice changes nothing.
    """
    assert what.kept != what.absorbed, "a person is not merged with themselves"
    booked = parts(what, (*kept, *absorbed))
    if booked:
        return booked
    taken = second_welcome(absorbed, kept, act=what.id, at=what.at)
    return (*taken, *_move_all(what, (*absorbed, *taken), act=what.id, at=what.at))


def catch_up(
    what: Merge, absorbed: Sequence[Entry], *, cause: EntryId, at: datetime
) -> tuple[Entry, ...]:
    """What came to the absorbed account after the merge, moved on: a void, a sale told late.

    `cause` is the entry that brought it. What moves is a part of the merge, and undone with it.
    """
    return _move_all(what, absorbed, act=derived_entry("catch-up", what.id, cause), at=at)


def unmerge(what: Merge, booked: Iterable[Entry], *, now: datetime) -> tuple[Entry, ...]:
    """The reversals of all entries of the merge, from the journals of both accounts.

    What was spent meanwhile stays with the kept account: the absorbed gets back what it brought.
    """
    return tuple(reversal(entry, now=now) for entry in parts(what, booked))


def parts(what: Merge, booked: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of a merge among those that are booked, without those that undo it."""
    known = {entry.id: entry for entry in booked}
    return tuple(
        entry
        for entry in known.values()
        if entry.fact == what.id and (entry.kind is EntryKind.TRANSFER or _takes_welcome(entry))
    )


def second_welcome(
    own: Iterable[Entry], others: Iterable[Entry], *, act: str, at: datetime
) -> tuple[Entry, ...]:
    """The reversal of an account's welcome where the others have one: there is one for all."""
    if not _welcomes(others):
        return ()
    return tuple(
        replace(
            reversal(welcome, now=at), id=derived_entry("second-welcome", act, welcome.id), fact=act
        )
        for welcome in _welcomes(own)
    )


def _welcomes(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(entry for entry in standing(entries) if entry.kind is EntryKind.WELCOME)


def _takes_welcome(entry: Entry) -> bool:
    mine = derived_entry("second-welcome", entry.fact, entry.about) if entry.about else None
    return entry.kind is EntryKind.REVERSAL and entry.id == mine


def _move_all(
    what: Merge, absorbed: Sequence[Entry], *, act: str, at: datetime
) -> tuple[Entry, ...]:
    account = replay(absorbed)
    move = Move(
        id=act,
        fact=what.id,
        source=what.absorbed,
        target=what.kept,
        program=what.program,
        at=at,
        store=what.store,
    )
    origins = {entry.id: entry for entry in absorbed}
    return (*moved(account, move, origins), *debt_moved(account, move))
