"""Finding and listing members: by name, by what they are, by their points."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from backend.db import tables
from backend.db.members import Member, member_of
from backend.db.transaction import Transaction
from backend_client.schemas.members import MemberFilter, MemberSort
from backend_client.schemas.sales import SaleStage
from loyalty.ids import MemberId, ProgramId
from loyalty.members import name_key

_members, _accounts, _sales = tables.members, tables.accounts, tables.sales
_points = func.coalesce(_accounts.c.held, 0)
# Who is known by points alone has not joined yet: listed by when they were first heard of.
_joined = func.coalesce(_members.c.enrolled_at, _members.c.recorded_at)

_SORTED_BY: dict[MemberSort, tuple[ColumnElement[Any], ...]] = {
    # Its two parts as they stand in an index: a shop's whole list begins without sorting it.
    MemberSort.NAME: (_members.c.last_key, _members.c.first_key),
    MemberSort.POINTS: (_points,),
    MemberSort.JOINED: (_joined,),
    MemberSort.EMAIL: (func.coalesce(_members.c.email, ""),),
    MemberSort.TOWN: (_members.c.town,),
    MemberSort.DEPARTMENT: (_members.c.department,),
    MemberSort.REGION: (_members.c.region,),
    MemberSort.COUNTRY: (_members.c.country,),
    MemberSort.RECORD_TYPE: (_members.c.record_type,),
    MemberSort.PRICE_CODE: (_members.c.price_code,),
}
BETWEEN = "/"
"""Stands between the parts of a place; no key of a name has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Who is looked for, and from where on."""

    program: ProgramId
    only: MemberFilter
    name: str = ""
    ids: tuple[MemberId, ...] | None = None
    """Only these; None for everybody."""
    sort: MemberSort = MemberSort.NAME
    descending: bool = False
    after: tuple[str | int, str] | None = None
    """The sort value and the id of the last one that was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member in a list, with the value it is sorted by."""

    member: Member
    snapshot: str | None
    joined_at: datetime
    bought_at: datetime | None
    """When their last purchase was paid."""
    place: tuple[str | int, str]


def listed(tx: Transaction, query: Query, limit: int) -> tuple[Listed, ...]:
    """The next members, in the order asked; those without points too (INV-28)."""
    # Who they are first, by what is sorted alone; all that is known of them then, of a page's few.
    if query.sort is MemberSort.POINTS:
        chosen = _by_points(tx, query, limit)
    else:
        chosen = tx.rows(_chosen(tx, query, _SORTED_BY[query.sort]).limit(limit))
    told = select(
        *(_members, _accounts.c.snapshot, _joined.label("joined")),
        _last_bought().label("bought"),
    ).select_from(_members.outerjoin(_accounts, _account(tx, query)))
    mine = (_members.c.tenant == tx.tenant, _members.c.id.in_([row.id for row in chosen]))
    known = {row.id: row for row in tx.rows(told.where(*mine))}
    return tuple(_listed(known[row.id], row) for row in chosen)


def _account(tx: Transaction, query: Query) -> ColumnElement[bool]:
    return and_(
        _accounts.c.tenant == tx.tenant,
        _accounts.c.member == _members.c.id,
        _accounts.c.program == query.program,
    )


def _chosen(tx: Transaction, query: Query, values: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Ids with what they are sorted by."""
    account = _account(tx, query)
    return (
        select(
            _members.c.id,
            *(value.label(f"value_{place}") for place, value in enumerate(values)),
        )
        .select_from(_members.outerjoin(_accounts, account) if _asks_points(query) else _members)
        .where(*_conditions(tx, query), *_after(query, (*values, _members.c.id)))
        .order_by(*_in_order(query, (*values, _members.c.id)))
    )


def _by_points(tx: Transaction, query: Query, limit: int) -> Sequence[Row[Any]]:
    """Ids with their points: accounts in the order of an index; who has none stands at nought."""
    held = (_accounts.c.held, _accounts.c.member)
    found = tx.rows(
        select(held[1].label("id"), held[0].label("value_0"))
        .select_from(_accounts.join(_members, _account(tx, query)))
        .where(
            _accounts.c.tenant == tx.tenant,
            _accounts.c.program == query.program,
            *_conditions(tx, query),
            *_after(query, held),
        )
        .order_by(*_in_order(query, held))
        .limit(limit)
    )
    last = found[-1].value_0 if len(found) == limit else 0
    beyond = query.after is not None and _past_nought(int(query.after[0]), query)
    if beyond or _past_nought(-last, query):
        return found
    # The list has come to those with nothing. Who has no account is seen in two keys alone.
    person, account = _members.alias(), _accounts.alias()
    has_one = select(account.c.member).where(
        account.c.tenant == tx.tenant,
        account.c.member == person.c.id,
        account.c.program == query.program,
    )
    nobody = select(person.c.id).where(person.c.tenant == tx.tenant, ~has_one.exists())
    without = tx.rows(_chosen(tx, query, (_points,)).where(_members.c.id.in_(nobody)).limit(limit))
    both = sorted(
        (*found, *without), key=lambda row: (row.value_0, row.id), reverse=query.descending
    )
    return both[:limit]


def _past_nought(points: int, query: Query) -> bool:
    """Whether so many points stand behind those with none."""
    return points < 0 if query.descending else points > 0


def _asks_points(query: Query) -> bool:
    asked = (query.only.points_from, query.only.points_to)
    return query.sort is MemberSort.POINTS or any(each is not None for each in asked)


def _in_order(query: Query, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.desc() if query.descending else column.asc() for column in columns]


def _listed(row: Row[Any], chosen: Row[Any]) -> Listed:
    values: list[Any] = list(chosen[1:])
    value = values[0].isoformat() if isinstance(values[0], datetime) else values[0]
    if len(values) > 1:
        value = BETWEEN.join(values)
    return Listed(
        member=member_of(row),
        snapshot=row.snapshot,
        joined_at=row.joined,
        bought_at=row.bought,
        place=(value, row.id),
    )


def _conditions(tx: Transaction, query: Query) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [*people(tx), *_filtered(query.only)]
    if query.ids is not None:
        wanted.append(_members.c.id.in_(query.ids))
    for word in name_key(query.name).split():
        names = (_members.c.first_key, _members.c.last_key)
        wanted.append(
            or_(
                *(tx.begins(name, word) for name in names),
                *(name.contains(f" {word}", autoescape=True) for name in names),
            )
        )
    return wanted


def _after(query: Query, columns: Sequence[ColumnElement[Any]]) -> Iterator[ColumnElement[bool]]:
    """What stands behind the place that the reader has come to, by those columns."""
    if query.after is None:
        return
    (last, last_id), many = query.after, len(columns) - 1
    given: list[Any] = [last]
    if query.sort is MemberSort.JOINED:
        given = [datetime.fromisoformat(str(last))]
    elif many > 1:
        parts = str(last).split(BETWEEN, many - 1)
        given = [*parts, *[""] * (many - len(parts))]
    yield beyond(columns, (*given, last_id), descending=query.descending)


def beyond(
    columns: Sequence[ColumnElement[Any]], values: Sequence[Any], *, descending: bool = False
) -> ColumnElement[bool]:
    """Compared from the first on, as the order is: an index is entered at that place."""
    place = tuple_(*map(literal, values, (column.type for column in columns)))
    return tuple_(*columns) < place if descending else tuple_(*columns) > place


def people(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    """Whoever stands for a person: no wallets, nobody erased, no record that another took in."""
    return (
        _members.c.tenant == tx.tenant,
        _members.c.wallet == 0,
        _members.c.erased_at.is_(None),
        _members.c.merged_into.is_(None),
    )


def _filtered(only: MemberFilter) -> list[ColumnElement[bool]]:
    said = {name: getattr(only, name) for name in MemberFilter.model_fields}
    return [_FITS[name](value) for name, value in said.items() if value not in (None, ())]


def _any_of(column: ColumnElement[Any]) -> Callable[[Any], ColumnElement[bool]]:
    return column.in_


def _there(column: ColumnElement[Any]) -> Callable[[Any], ColumnElement[bool]]:
    return lambda wanted: column.is_not(None) if wanted else column.is_(None)


def _has_theme(themes: Any) -> ColumnElement[bool]:  # noqa: ANN401 - what each field holds
    column = _members.c.themes
    return or_(*(column.contains(f"|{theme}|", autoescape=True) for theme in themes))


def _agrees(purpose: Any) -> ColumnElement[bool]:  # noqa: ANN401 - what each field holds
    """Their last answer is yes: one that no later one follows."""
    answer, later = tables.consents, tables.consents.alias()
    newer = (
        select(later.c.event)
        .where(
            later.c.tenant == answer.c.tenant,
            later.c.member == answer.c.member,
            later.c.purpose == answer.c.purpose,
            or_(
                later.c.at > answer.c.at,
                and_(later.c.at == answer.c.at, later.c.event > answer.c.event),
            ),
        )
        .exists()
    )
    return (
        select(answer.c.event)
        .where(
            answer.c.tenant == _members.c.tenant,
            answer.c.member == _members.c.id,
            answer.c.purpose == purpose,
            answer.c.given == 1,
            ~newer,
        )
        .exists()
    )


def _bought() -> Select[Any]:
    """When a member's purchases were paid, read from an index of theirs."""
    return select(_sales.c.closed_at).where(
        _sales.c.tenant == _members.c.tenant,
        _sales.c.member == _members.c.id,
        _sales.c.stage == SaleStage.SETTLED.value,
    )


def _last_bought() -> ColumnElement[Any]:
    newest = _bought().order_by(_sales.c.closed_at.desc()).limit(1)
    return newest.correlate(_members).scalar_subquery()


_FITS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "record_type": _any_of(_members.c.record_type),
    "town": _any_of(_members.c.town),
    "department": _any_of(_members.c.department),
    "region": _any_of(_members.c.region),
    "country": _any_of(_members.c.country),
    "theme": _has_theme,
    "price_code": _any_of(_members.c.price_code),
    "language": _any_of(_members.c.language),
    "store": _any_of(_members.c.store),
    "birth_month": lambda month: _members.c.birthday.like(f"%{month:02}-__"),
    "loyalty": lambda on: _members.c.loyal == int(on),
    "has_email": _there(_members.c.email),
    "has_phone": _there(_members.c.phone),
    "agrees_to": _agrees,
    "points_from": lambda points: _points >= points,
    "points_to": lambda points: _points <= points,
    "joined_from": lambda at: _joined >= at,
    "joined_to": lambda at: _joined < at,
    "bought_from": lambda at: _bought().where(_sales.c.closed_at >= at).exists(),
    "bought_to": lambda at: and_(
        _bought().exists(), ~_bought().where(_sales.c.closed_at >= at).exists()
    ),
}
"""What fits each field of a filter."""
