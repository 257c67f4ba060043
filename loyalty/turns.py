"""Turns: in which order entries are booked, whatever the order in which they arrived."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from loyalty.entries import Entry, EntryKind
from loyalty.ids import EntryId

Turn = tuple[datetime, int, int, EntryId, Entry]
"""When an entry is booked, what orders those of that instant, its id, and the entry itself."""

_ABOUT_MAX = 16
"""How many entries about entries are followed: a sale, its void, the undoing of that … A ring of
entries, which only a forger writes, ends there too."""


def in_turn(entries: Iterable[Entry]) -> list[Turn]:
    """Each entry once, in the order of booking."""
    known = {entry.id: entry for entry in entries}
    turns = []
    for name, entry in known.items():
        at, steps = (entry.occurred_at, 0) if entry.about is None else _after_about(entry, known)
        # Of a void's two sides, what comes back is there before what was earned is taken.
        turns.append((at, _rank(entry), 2 * steps + (entry.points < 0), name, entry))
    # No two have the same id: entries themselves are never compared.
    turns.sort()
    return turns


def _after_about(entry: Entry, known: Mapping[EntryId, Entry]) -> tuple[datetime, int]:
    """When it is booked, and after how many others of that instant that it is about.

    Two terminals' clocks differ: a reversal may be dated before what it undoes.
    """
    line = [entry]
    while len(line) < _ABOUT_MAX and (about := line[-1].about) and (earlier := known.get(about)):
        line.append(earlier)
    at, steps = line.pop().occurred_at, 0
    for later in reversed(line):
        at, steps = (later.occurred_at, 0) if later.occurred_at > at else (at, steps + 1)
    return at, steps


def _rank(entry: Entry) -> int:
    """What comes first of two entries at the same time."""
    rank = _RANKS.get(entry.kind)
    if rank is not None:
        return rank
    if entry.points >= 0:
        return 0
    return _LAST_TO_GO if entry.kind is _TRANSFER else _TO_GO


_TRANSFER = EntryKind.TRANSFER
_TO_GO, _LAST_TO_GO = 2, 3
_RANKS = {
    EntryKind.RELEASE: 1,
    EntryKind.REVERSAL: 3,
    EntryKind.RETURN: 3,
    EntryKind.EXPIRY: 4,
}
