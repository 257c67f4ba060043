"""Sums of entries by day, kept with the entries: what reports read instead of all there ever was.

Whoever writes for a company holds its turn, so that two never add to one sum at the same time, and
entries are never changed or taken away: a sum only grows, in the transaction of its entries. Days
are those of UTC. A report's bounds lie anywhere, so between each bound and the midnight nearest to
it the entries themselves are read: what is told is the ledger's to the point, at every moment.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    String,
    and_,
    case,
    cast,
    func,
    select,
    type_coerce,
)

from backend.db import bulk, tables
from backend.db.transaction import DailyKey, Transaction
from loyalty.entries import Entry, EntryKind

_EPOCH = date(1970, 1, 1).toordinal()
_JULIAN_EPOCH = 2440587.5
"""The Julian day on which 1970 began, which SQLite counts from."""
_DAY_S = 86_400
_NOON = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which entries count: from `since` to `until`, itself not."""

    since: datetime
    until: datetime
    booked: bool = False
    """By when they were written down, which nobody chooses; else by when they happened."""
    program: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What moved between two bounds in one program and store, of one kind and in one direction."""

    place: int
    """Before which of the bounds: 1 for what lies between the first and the second."""
    program: str
    store: str
    kind: EntryKind
    gives: bool
    """Whether it went to members. Of what was undone or brought back: whether it is about what they
    had spent; else it is about what they had been given."""
    points: int
    """Positive: to members; negative: from them."""
    entries: int


# --- written with the entries -------------------------------------------------------------------


def note(tx: Transaction, entry: Entry) -> None:
    """One more entry, for the sums of its day."""
    key: DailyKey = (
        _day(entry.occurred_at),
        _day(tx.now),
        entry.program,
        entry.store,
        entry.kind.value,
        int(entry.points > 0),
    )
    points, entries = tx.daily.get(key, (0, 0))
    tx.daily[key] = (points + entry.points, entries + 1)


def write(tx: Transaction) -> None:
    """Add what was noted, in one statement however many entries there were."""
    if not tx.daily:
        return
    tx.flush()
    names = ("happened", "booked", "program", "store", "kind", "gives")
    rows = [
        {
            "tenant": tx.tenant,
            **dict(zip(names, key, strict=True)),
            "points": points,
            "entries": entries,
        }
        for key, (points, entries) in tx.daily.items()
    ]
    bulk.accumulate(tx.connection, tables.daily_points, rows, ("points", "entries"))
    tx.daily.clear()


def _day(at: datetime) -> int:
    return at.astimezone(UTC).toordinal() - _EPOCH


# --- read ---------------------------------------------------------------------------------------


def between(tx: Transaction, period: Period, bounds: Sequence[datetime]) -> tuple[Sum, ...]:
    """Sums of entries between each two of the bounds, which go from the period's begin to its end.

    Together they are the sum of the ledger's points in that period.
    """
    write(tx)
    found: dict[tuple[int, str, str, str, int], tuple[int, int]] = {}

    def add(place: int, row: _Part, sign: int) -> None:
        if 0 < place < len(bounds):
            key = (place, row.program, row.store, row.kind, row.gives)
            points, entries = found.get(key, (0, 0))
            found[key] = (points + sign * row.points, entries + sign * row.entries)

    nearest = [_nearest_midnight(bound) for bound in bounds]
    for place, row in _whole_days(tx, period, nearest):
        add(place, row, 1)
    for number, (bound, day) in enumerate(zip(bounds, nearest, strict=True)):
        midnight = _begin(day)
        first, last = min(bound, midnight), max(bound, midnight)
        # Before the midnight, what is there belongs behind the bound; after it, before the bound.
        behind = 1 if bound < midnight else -1
        for row in _live(tx, period, first, last):
            add(number + 1, row, behind)
            add(number, row, -behind)
    for at, row, meant in _astray(tx, period):
        add(bisect_right(bounds, at), row, -1)
        add(bisect_right(bounds, at), meant, 1)
    return tuple(
        Sum(
            place=place,
            program=program,
            store=store,
            kind=EntryKind(kind),
            gives=bool(gives),
            points=points,
            entries=entries,
        )
        for (place, program, store, kind, gives), (points, entries) in sorted(found.items())
        if entries
    )


def _nearest_midnight(at: datetime) -> int:
    there = at.astimezone(UTC)
    return _day(there) + (there.hour >= _NOON)


def _begin(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day + _EPOCH), time(), tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    program: str
    store: str
    kind: str
    gives: int
    points: int
    entries: int


def _whole_days(
    tx: Transaction, period: Period, days: Sequence[int]
) -> Iterator[tuple[int, _Part]]:
    """By the place of each day among the bounds."""
    table = tables.daily_points
    day = table.c.booked if period.booked else table.c.happened
    place = case(*((day < bound, number) for number, bound in enumerate(days)), else_=len(days))
    keys = (table.c.program, table.c.store, table.c.kind, table.c.gives)
    wanted = [table.c.tenant == tx.tenant, day >= days[0], day < days[-1]]
    for row in tx.rows(
        select(
            place.label("place"),
            *keys,
            func.sum(table.c.points).label("points"),
            func.sum(table.c.entries).label("entries"),
        )
        .where(*wanted, *_only(table.c.program, table.c.store, period))
        .group_by(place, *keys)
    ):
        yield row.place, _part(row)


def _live(tx: Transaction, period: Period, since: datetime, until: datetime) -> Iterator[_Part]:
    """The entries of a few hours."""
    if since == until:
        return
    table = tables.entries
    at = table.c.recorded_at if period.booked else table.c.occurred_at
    gives = case((table.c.points > 0, 1), else_=0)
    keys = (table.c.program, table.c.store, table.c.kind)
    wanted = (table.c.tenant == tx.tenant, at >= since, at < until)
    for row in tx.rows(
        select(
            *keys,
            gives.label("gives"),
            func.sum(table.c.points).label("points"),
            func.count().label("entries"),
        )
        .where(*wanted, *_only(table.c.program, table.c.store, period))
        .group_by(*keys, gives)
    ):
        yield _part(row)


def _astray(tx: Transaction, period: Period) -> Iterator[tuple[datetime, _Part, _Part]]:
    """Entries that are summed by their direction and mean something else, and what they mean.

    What undoes a transfer is one, the other way; what undoes a reversal is about what that was
    about. Both are few: a merge that was taken back, a sale that stands again.
    """
    table, undone = tables.entries, tables.entries.alias()
    at = table.c.recorded_at if period.booked else table.c.occurred_at
    other = (EntryKind.TRANSFER.value, EntryKind.REVERSAL.value)
    for row in tx.rows(
        select(
            *(table.c.program, table.c.store, table.c.kind, table.c.points, at.label("at")),
            undone.c.kind.label("undoes"),
            undone.c.about,
        )
        .join(undone, and_(undone.c.tenant == table.c.tenant, undone.c.id == table.c.about))
        .where(
            table.c.tenant == tx.tenant,
            table.c.about.is_not(None),
            table.c.kind == EntryKind.REVERSAL.value,
            undone.c.kind.in_(other),
            at >= period.since,
            at < period.until,
            *_only(table.c.program, table.c.store, period),
        )
    ):
        one = _Part(
            program=row.program,
            store=row.store,
            kind=row.kind,
            gives=int(row.points > 0),
            points=row.points,
            entries=1,
        )
        root = _root(tx, row.undoes, row.about)
        if root == EntryKind.TRANSFER.value:
            yield row.at, one, replace(one, kind=root)
        else:
            yield row.at, one, replace(one, gives=int(root == EntryKind.REDEEM.value))


def _root(tx: Transaction, kind: str, about: str | None) -> str:
    """The kind of what was undone first, where that was undone and done again."""
    table = tables.entries
    while kind == EntryKind.REVERSAL.value and about is not None:
        row = tx.first(
            select(table.c.kind, table.c.about).where(
                table.c.tenant == tx.tenant, table.c.id == about
            )
        )
        if row is None:
            break
        kind, about = row.kind, row.about
    return kind


def _part(row: Row[Any]) -> _Part:
    return _Part(
        program=row.program,
        store=row.store,
        kind=row.kind,
        gives=row.gives,
        points=int(row.points),
        entries=int(row.entries),
    )


def _only(
    program: ColumnElement[str], store: ColumnElement[str], period: Period
) -> Iterator[ColumnElement[bool]]:
    if period.program:
        yield program == period.program
    if period.store:
        yield store == period.store


# --- checked ------------------------------------------------------------------------------------


def faults(tx: Transaction) -> Iterator[str]:
    """One line for each sum that is not that of its entries."""
    write(tx)
    due, kept = counted(tx), _kept(tx)
    for key in sorted(due.keys() | kept.keys()):
        if due.get(key) != kept.get(key):
            day = date.fromordinal(key[0] + _EPOCH)
            yield f"the sum of {day} ({', '.join(key[2:5])}) is not that of its entries"


def counted(tx: Transaction) -> dict[DailyKey, tuple[int, int]]:
    """What the sums have to be: every entry, counted now."""
    table = tables.entries
    keys = (
        _day_of(tx, table.c.occurred_at).label("happened"),
        _day_of(tx, table.c.recorded_at).label("booked"),
        table.c.program,
        table.c.store,
        table.c.kind,
        case((table.c.points > 0, 1), else_=0).label("gives"),
    )
    found = tx.rows(
        select(*keys, func.sum(table.c.points).label("points"), func.count().label("entries"))
        .where(table.c.tenant == tx.tenant)
        .group_by(*keys)
    )
    return {_key(row): (int(row.points), int(row.entries)) for row in found}


def _kept(tx: Transaction) -> dict[DailyKey, tuple[int, int]]:
    table = tables.daily_points
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant))
    return {_key(row): (row.points, row.entries) for row in found}


def _key(row: Row[Any]) -> DailyKey:
    return row.happened, row.booked, row.program, row.store, row.kind, row.gives


def _day_of(tx: Transaction, at: ColumnElement[datetime]) -> ColumnElement[int]:
    if tx.connection.dialect.name == "sqlite":
        day = func.julianday(func.substr(type_coerce(at, String), 1, 10))
        return cast(day - _JULIAN_EPOCH, Integer)
    return cast(func.floor(func.extract("epoch", at) / _DAY_S), Integer)
