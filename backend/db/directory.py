"""Finding and listing members: by name, by what they are, by their points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select

from backend.db import tables
from backend.db.members import Member, member_of
from backend.db.transaction import Transaction
from backend_client.schemas import AlikeBy, MemberFilter, MemberSort, SegmentBody
from loyalty.ids import MemberId, ProgramId
from loyalty.members import name_key

_members, _accounts = tables.members, tables.accounts
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
_BETWEEN = "/"
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
    place: tuple[str | int, str]


def listed(tx: Transaction, query: Query, limit: int) -> tuple[Listed, ...]:
    """The next members, in the order asked; those without points too (INV-28)."""
    account = and_(
        _accounts.c.tenant == tx.tenant,
        _accounts.c.member == _members.c.id,
        _accounts.c.program == query.program,
    )
    values = _SORTED_BY[query.sort]
    # Who they are first, by what is sorted alone; all that is known of them then, of a page's few.
    chosen = (
        select(
            _members.c.id,
            *(value.label(f"value_{place}") for place, value in enumerate(values)),
        )
        .select_from(_members.outerjoin(_accounts, account) if _asks_points(query) else _members)
        .where(*_conditions(tx, query))
        .order_by(*_in_order(query, (*values, _members.c.id)))
        .limit(limit)
        .subquery()
    )
    told = [chosen.c[f"value_{place}"] for place in range(len(values))]
    statement = (
        select(_members, _accounts.c.snapshot, *told, _joined.label("joined"))
        .select_from(
            chosen.join(
                _members, and_(_members.c.tenant == tx.tenant, _members.c.id == chosen.c.id)
            ).outerjoin(_accounts, account)
        )
        .order_by(*_in_order(query, (*told, chosen.c.id)))
    )
    return tuple(_listed(row, len(values)) for row in tx.rows(statement))


def _asks_points(query: Query) -> bool:
    asked = (query.only.points_from, query.only.points_to)
    return query.sort is MemberSort.POINTS or any(each is not None for each in asked)


def _in_order(query: Query, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.desc() if query.descending else column.asc() for column in columns]


def _listed(row: Row[Any], values: int) -> Listed:
    value = row.value_0.isoformat() if isinstance(row.value_0, datetime) else row.value_0
    if values > 1:
        value = _BETWEEN.join(getattr(row, f"value_{place}") for place in range(values))
    return Listed(
        member=member_of(row),
        snapshot=row.snapshot,
        joined_at=row.joined,
        place=(value, row.id),
    )


def _conditions(tx: Transaction, query: Query) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [*_people(tx), *_filtered(query.only)]
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
    if query.after is not None:
        wanted.append(_after(query, query.after))
    return wanted


def _after(query: Query, after: tuple[str | int, str]) -> ColumnElement[bool]:
    values, (last, last_id) = _SORTED_BY[query.sort], after
    given: list[Any] = [last]
    if query.sort is MemberSort.JOINED:
        given = [datetime.fromisoformat(str(last))]
    elif len(values) > 1:
        parts = str(last).split(_BETWEEN, len(values) - 1)
        given = [*parts, *[""] * (len(values) - len(parts))]
    columns, places = (*values, _members.c.id), (*given, last_id)
    beyond = [
        and_(
            *(same == place for same, place in zip(columns[:number], places, strict=False)),
            column < places[number] if query.descending else column > places[number],
        )
        for number, column in enumerate(columns)
    ]
    return or_(*beyond)


def _people(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
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
}
"""What fits each field of a filter."""


# --- duplicates -------------------------------------------------------------------------------

_ALIKE: dict[AlikeBy, tuple[ColumnElement[Any], tuple[ColumnElement[bool], ...]]] = {
    AlikeBy.EMAIL: (_members.c.contact_key, (_members.c.contact_key.is_not(None),)),
    AlikeBy.PHONE: (_members.c.phone_key, (_members.c.phone_key.is_not(None),)),
    AlikeBy.NAME_AND_BIRTHDAY: (
        _members.c.last_key + "/" + _members.c.first_key + "/" + _members.c.birthday,
        (
            _members.c.birthday.is_not(None),
            _members.c.last_key + _members.c.first_key != "",
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Members who share something, in the order in which they were written down."""

    by: AlikeBy
    value: str
    members: tuple[MemberId, ...]


def duplicates(tx: Transaction, after: tuple[str, str] | None, limit: int) -> tuple[Alike, ...]:
    """The next groups: by e-mail, then by phone, then by name and birthday."""
    found: list[Alike] = []
    for by, (value, conditions) in _ALIKE.items():
        began = after is None or list(_ALIKE).index(by) > list(_ALIKE).index(AlikeBy(after[0]))
        if not began and (after is None or after[0] != by):
            continue
        beyond = [] if began or after is None else [value > after[1]]
        rows = tx.rows(
            select(value.label("value"))
            .where(*_people(tx), *conditions, *beyond)
            .group_by(value)
            .having(func.count() > 1)
            .order_by(value)
            .limit(limit - len(found))
        )
        found += [
            Alike(by=by, value=row.value, members=_sharing(tx, value, row.value)) for row in rows
        ]
        if len(found) >= limit:
            break
    return tuple(found)


def _sharing(tx: Transaction, column: ColumnElement[Any], value: str) -> tuple[MemberId, ...]:
    found = tx.rows(
        select(_members.c.id)
        .where(*_people(tx), column == value)
        .order_by(_members.c.recorded_at, _members.c.id)
    )
    return tuple(MemberId(row.id) for row in found)


# --- segments ---------------------------------------------------------------------------------


def segments(tx: Transaction) -> tuple[SegmentBody, ...]:
    """Every segment, by name."""
    table = tables.segments
    found = tx.rows(
        select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name, table.c.id)
    )
    return tuple(
        SegmentBody(id=row.id, name=row.name, only=MemberFilter.model_validate_json(row.filter))
        for row in found
    )


def save_segment(tx: Transaction, segment: SegmentBody) -> None:
    """The segment, instead of what it was."""
    remove_segment(tx, segment.id)
    tx.run(
        insert(tables.segments).values(
            tenant=tx.tenant,
            id=segment.id,
            name=segment.name,
            filter=segment.only.model_dump_json(exclude_defaults=True),
        )
    )


def remove_segment(tx: Transaction, wanted: str) -> bool:
    """Whether there was one to remove."""
    table = tables.segments
    gone = tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return bool(gone.rowcount)
