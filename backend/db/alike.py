"""Records that may be one person: members who share an address, a number, or name and birthday."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, tuple_

from backend.db import tables
from backend.db.directory import BETWEEN, beyond, people
from backend.db.transaction import Transaction
from backend_client.schemas.members import AlikeBy
from loyalty.ids import MemberId

_members = tables.members

_ALIKE: dict[AlikeBy, tuple[tuple[ColumnElement[Any], ...], ColumnElement[bool]]] = {
    AlikeBy.EMAIL: ((_members.c.contact_key,), _members.c.contact_key.is_not(None)),
    AlikeBy.PHONE: ((_members.c.phone_key,), _members.c.phone_key.is_not(None)),
    AlikeBy.NAME_AND_BIRTHDAY: (
        (_members.c.last_key, _members.c.first_key, _members.c.birthday),
        and_(
            _members.c.birthday.is_not(None),
            or_(_members.c.last_key != "", _members.c.first_key != ""),
        ),
    ),
}
"""What records that may be one person share: the columns of an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Members who share something, in the order in which they were written down."""

    by: AlikeBy
    value: str
    members: tuple[MemberId, ...]


def duplicates(tx: Transaction, after: tuple[str, str] | None, limit: int) -> tuple[Alike, ...]:
    """The next groups: by e-mail, then by phone, then by name and birthday. ValueError."""
    found: list[Alike] = []
    order = list(_ALIKE)
    first = 0 if after is None else order.index(AlikeBy(after[0]))
    for by in order[first:]:
        place = _parts(by, after[1]) if after is not None and by == after[0] else None
        found += _groups(tx, by, place, limit - len(found))
        if len(found) >= limit:
            break
    return tuple(found)


def _parts(by: AlikeBy, value: str) -> list[str]:
    columns, _ = _ALIKE[by]
    parts = value.split(BETWEEN)
    if len(parts) != len(columns):
        raise ValueError(value)
    return parts


def _groups(
    tx: Transaction, by: AlikeBy, after: Sequence[str] | None, limit: int
) -> Iterator[Alike]:
    """Those that share it, from an index alone; which of them are people, some at a time."""
    columns, condition = _ALIKE[by]
    left = limit
    while left > 0:
        shared = tx.rows(
            select(*columns)
            .where(_members.c.tenant == tx.tenant, condition)
            .where(*([] if after is None else [beyond(columns, after)]))
            .group_by(*columns)
            .having(func.count() > 1)
            .order_by(*columns)
            .limit(_AT_ONCE)
        )
        found_people = _sharing(tx, columns, shared)
        for values in map(tuple, shared):
            if left > 0 and len(found_people.get(values, ())) > 1:
                left -= 1
                yield Alike(by=by, value=BETWEEN.join(values), members=tuple(found_people[values]))
        if len(shared) < _AT_ONCE:
            return
        after = shared[-1]


_AT_ONCE = 50
"""Groups that are looked at together."""


def _sharing(
    tx: Transaction, columns: Sequence[ColumnElement[Any]], shared: Sequence[Row[Any]]
) -> dict[tuple[str, ...], list[MemberId]]:
    """Who shares what, in the order in which they were written down."""
    if not shared:
        return {}
    # The first alone is what SQLite enters an index by; all of them are what is meant.
    near = columns[0].in_({values[0] for values in shared})
    one_of = and_(near, tuple_(*columns).in_([tuple(values) for values in shared]))
    found: dict[tuple[str, ...], list[MemberId]] = {}
    for row in tx.rows(
        select(*columns, _members.c.id)
        .where(*people(tx), one_of)
        .order_by(_members.c.recorded_at, _members.c.id)
    ):
        found.setdefault(tuple(row[:-1]), []).append(MemberId(row.id))
    return found
