"""python -m benchmarks.ledger: entries replayed per second, and links of a chain checked.

Work per entry is the same however long the story is (`tests/loyalty/test_ledger_linear.py` counts
it), yet a story of 100 000 entries is replayed at about a third of the rate of one of 1 000: as is
a bare loop that only keeps a lot of each. A part of what is lost is Python's collector, which walks
all that lives whenever it has grown by a quarter, and finds nothing; the rest is memory that no
longer fits the processor's caches. So both are measured: as a program runs, and with the collector
off, which makes a third of a story of 100 000 a half.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.journal import chained, verify
from loyalty.ledger import Entry, EntryKind, Lot, replay

SIZES = (10, 1_000, 100_000)
AIM = 100_000
"""Entries per second that a replay should pass."""
_START = datetime(2020, 1, 1, 9, tzinfo=UTC)


def story(size: int) -> list[Entry]:
    """A regular's life: sales, every sixth a gift, some voided, points that expire, some debt."""
    entries: list[Entry] = []
    for number in range(size):
        at = _START + timedelta(hours=number)
        if number % 6 == 5:
            entries.append(_entry(number, EntryKind.REDEEM, -40, at))
        elif number % 60 == 6:
            entries.append(_entry(number, EntryKind.REVERSAL, 40, at, about=entries[-1].id))
        elif number % 50 == 49:
            entries.append(_entry(number, EntryKind.RETURN, -5, at, about=entries[-1].id))
        else:
            entries.append(_entry(number, EntryKind.EARN, 9, at, lives=timedelta(days=365)))
    return entries


def _entry(
    number: int,
    kind: EntryKind,
    points: int,
    at: datetime,
    *,
    about: EntryId | None = None,
    lives: timedelta | None = None,
) -> Entry:
    return Entry(
        id=EntryId(f"e{number * 7919 % 1_000_003:06}"),
        member=MemberId("m"),
        program=ProgramId("p"),
        kind=kind,
        points=points,
        occurred_at=at,
        fact=f"f{number}",
        store=StoreId("s"),
        deadline=at + lives if lives else None,
        about=about,
    )


def bare(entries: list[Entry]) -> list[Lot]:
    """The least that a ledger must do: look at each entry once, and keep a lot of it."""
    return [Lot(entry=e.id, left=e.points, deadline=e.deadline) for e in entries]


def figures() -> dict[str, dict[str, int]]:
    """Entries per second by size of the account: replayed, and verified link by link.

    Beside them a bare loop of the same run, for whoever compares two machines or two days.
    """
    found = {}
    for size in SIZES:
        entries = story(size)
        journal = chained(entries)
        times = max(1, 20_000 // size)
        found[f"{size} entries"] = {
            "replayed per s": _per_s(partial(replay, entries), size, times),
            "collector off per s": _per_s(
                partial(_uncollected, partial(replay, entries)), size, times
            ),
            "verified per s": _per_s(partial(verify, journal), size, times),
            "bare loop per s": _per_s(partial(bare, entries), size, times),
            "aim": AIM,
        }
    return found


def _uncollected(work: Callable[[], object]) -> None:
    """The work while Python's collector rests."""
    gc.disable()
    try:
        work()
    finally:
        gc.enable()


def _per_s(work: Callable[[], object], size: int, times: int) -> int:
    best = min(_seconds(work, times) for _ in range(3))
    return round(size * times / best)


def _seconds(work: Callable[[], object], times: int) -> float:
    gc.collect()
    started = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures(), indent=2) + "\n")
