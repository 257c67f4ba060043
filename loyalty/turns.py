"""Turns: in which order entries are booked, whatever the order in which they arrived."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from loyalty.entries import Entry, EntryKind
from loyalty.ids import EntryId

Turn = tuple[datetime, int, int, EntryId]

_ABOUT_MAX = 16
"""How many entries about entries are followed: a sale, its void, the undoing of that … A ring of
entries, which only a forger writes, ends there too."""


def in_turn(entries: Iterable[Entry]) -> list[tuple[Turn, Entry]]:
    """Each entry once, in the order of booking; what makes the order comes with it."""
    known = {entry.id: entry for entry in entries}

    def turn(entry: Entry) -> Turn:
        at, steps = (entry.occurred_at, 0) if entry.about is None else _after_about(entry, known)
        # Of a void's two sides, what comes back is there before what was earned is taken.
        return (at, _rank(entry), 2 * steps + (entry.points < 0), entry.id)

    return sorted(((turn(entry), entry) for entry in known.values()), key=lambda pair: pair[0])


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
    kind = entry.kind
    if kind is EntryKind.EXPIRY:
        return 4
    if kind is EntryKind.REVERSAL or kind is EntryKind.RETURN:
        return 3
    if kind is EntryKind.RELEASE:
        return 1
    if entry.points >= 0:
        return 0
    return 3 if kind is EntryKind.TRANSFER else 2
