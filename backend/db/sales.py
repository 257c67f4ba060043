"""Sales as tills told them, and what was done to them since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, func, insert, select

from backend.db import tables
from backend.db.transaction import Transaction
from backend_client.schemas.sales import SaleStage
from loyalty.ids import MemberId, SaleId, StoreId

_AT_ONCE = 500
"""Rows that are fetched together where many are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRow:
    """A sale, its latest content and the answer that got."""

    id: SaleId
    store: StoreId
    till: str
    member: MemberId
    total: int
    currency: str
    channel: str
    closed_at: datetime
    stage: SaleStage
    content: str
    answer: str
    detail: str | None = None
    """Lines, payments and what else the till told, as JSON."""
    earlier: frozenset[str] = frozenset()
    """The marks of contents that it had before, while it went on."""


class ActKind(StrEnum):
    """What can be done to a sale."""

    VOID = "void"
    RESTORE = "restore"
    RETURN = "return"
    RELEASE = "release"
    """What waited for an action can be spent."""
    CREDIT_NOTE = "credit_note"
    """Money given back without a known sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something done to a sale, and the answer it got."""

    id: str
    kind: ActKind
    sale: SaleId | None
    member: MemberId
    store: StoreId
    till: str
    at: datetime
    content: str
    answer: str
    detail: str
    """The body as it was sent, as JSON."""


def sale(tx: Transaction, wanted: str) -> SaleRow | None:
    """The sale of that id."""
    table = tables.sales

    def read() -> SaleRow | None:
        row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
        return None if row is None else _sale(row)

    return tx.known(table, wanted, read)


def expect(tx: Transaction, wanted: Sequence[str], members: Sequence[MemberId]) -> None:
    """Fetch those sales at once, and how many these members have: a batch is about to ask."""
    table = tables.sales
    tx.learn(table, sales(tx, tuple(wanted)), wanted)
    keys = tx.unknown(table, (("visits", member) for member in members))
    if not keys:
        return
    found = tx.rows(
        select(table.c.member, func.count().label("sales"))
        .where(
            table.c.tenant == tx.tenant,
            table.c.member.in_([member for _, member in keys]),
            table.c.stage == SaleStage.SETTLED.value,
        )
        .group_by(table.c.member)
    )
    counted = {("visits", row.member): int(row.sales) for row in found}
    tx.learn(table, {key: counted.get(key, 0) for key in keys}, keys)


def sales(tx: Transaction, wanted: tuple[str, ...]) -> dict[str, SaleRow]:
    """Those sales, by id."""
    table = tables.sales
    if not wanted:
        return {}
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.id.in_(wanted)))
    return {row.id: _sale(row) for row in found}


def between(
    tx: Transaction, since: datetime, until: datetime, *, after: str = ""
) -> Iterator[SaleRow]:
    """The sales that were settled in that time, voided or not, member by member, oldest first."""
    table = tables.sales
    query = (
        select(table)
        .where(table.c.member > after, *_between(tx, since, until))
        .order_by(table.c.member, table.c.closed_at, table.c.id)
    )
    for row in tx.run(query).yield_per(_AT_ONCE):
        yield _sale(row)


def notes_between(
    tx: Transaction, since: datetime, until: datetime, *, after: str = ""
) -> tuple[Act, ...]:
    """The free credit notes of that time, member by member, oldest first."""
    table = tables.sale_acts
    found = tx.rows(
        select(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.kind == ActKind.CREDIT_NOTE.value,
            table.c.member > after,
            table.c.at >= since,
            table.c.at < until,
        )
        .order_by(table.c.member, table.c.at, table.c.id)
    )
    return tuple(_act(row) for row in found)


def count_between(tx: Transaction, since: datetime, until: datetime) -> int:
    """How many there are."""
    query = select(func.count().label("sales")).select_from(tables.sales)
    row = tx.first(query.where(*_between(tx, since, until)))
    return 0 if row is None else int(row.sales)


def _between(tx: Transaction, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    table = tables.sales
    return (
        table.c.tenant == tx.tenant,
        table.c.closed_at >= since,
        table.c.closed_at < until,
        table.c.stage.in_([SaleStage.SETTLED.value, SaleStage.VOIDED.value]),
    )


def add_sale(tx: Transaction, row: SaleRow) -> None:
    """Write a new sale down."""
    tx.add(tables.sales, {"id": row.id, "recorded_at": tx.now, **_values(row), "earlier": None})
    tx.keep(tables.sales, row.id, row)
    if row.stage is SaleStage.SETTLED:
        tx.amend(tables.sales, ("visits", row.member), lambda sales: sales + 1)


def save_sale(tx: Transaction, row: SaleRow) -> None:
    """The sale as it stands now."""
    earlier = " ".join(sorted(row.earlier)) or None
    tx.change(tables.sales, {"id": row.id, **_values(row), "earlier": earlier})
    tx.keep(tables.sales, row.id, row)
    tx.forget(tables.sales, ("visits", row.member))


def settled_of(tx: Transaction, member: MemberId) -> tuple[SaleRow, ...]:
    """The settled sales of that member, oldest first."""
    table = tables.sales
    found = tx.rows(
        select(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.member == member,
            table.c.stage == SaleStage.SETTLED.value,
        )
        .order_by(table.c.closed_at, table.c.id)
    )
    return tuple(_sale(row) for row in found)


def visits_of(tx: Transaction, member: MemberId) -> int:
    """How many sales of that member are settled."""
    return tx.known(tables.sales, ("visits", member), lambda: _visits(tx, member))


def visits_before(tx: Transaction, member: MemberId, before: datetime) -> int:
    """How many sales of that member were closed before then, and stand."""
    return _visits(tx, member, tables.sales.c.closed_at < before)


def _visits(tx: Transaction, member: MemberId, *also: ColumnElement[bool]) -> int:
    table = tables.sales
    found = tx.first(
        select(func.count().label("sales"))
        .select_from(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.member == member,
            table.c.stage == SaleStage.SETTLED.value,
            *also,
        )
    )
    return 0 if found is None else int(found.sales)


def add_act(tx: Transaction, act: Act) -> None:
    """Write down what was done."""
    tx.run(
        insert(tables.sale_acts).values(
            tenant=tx.tenant,
            id=act.id,
            kind=act.kind.value,
            sale=act.sale,
            member=act.member,
            store=act.store,
            till=act.till,
            at=act.at,
            content=act.content,
            answer=act.answer,
            detail=act.detail,
            recorded_at=tx.now,
        )
    )


def act(tx: Transaction, wanted: str) -> Act | None:
    """What was done under that id."""
    table = tables.sale_acts
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _act(row)


def acts(tx: Transaction, wanted: tuple[str, ...]) -> dict[str, Act]:
    """Those acts, by id."""
    table = tables.sale_acts
    if not wanted:
        return {}
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.id.in_(wanted)))
    return {row.id: _act(row) for row in found}


def acts_on(tx: Transaction, wanted: SaleId) -> tuple[Act, ...]:
    """What was done to that sale, oldest first."""
    table = tables.sale_acts
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.sale == wanted)
        .order_by(table.c.recorded_at, table.c.id)
    )
    return tuple(_act(row) for row in found)


def _values(row: SaleRow) -> dict[str, object]:
    return {
        "store": row.store,
        "till": row.till,
        "member": row.member,
        "total": row.total,
        "currency": row.currency,
        "channel": row.channel,
        "closed_at": row.closed_at,
        "stage": row.stage.value,
        "content": row.content,
        "answer": row.answer,
        "detail": row.detail,
    }


def _sale(row: Row[tuple[object, ...]]) -> SaleRow:
    return SaleRow(
        id=SaleId(row.id),
        store=StoreId(row.store),
        till=row.till,
        member=MemberId(row.member),
        total=row.total,
        currency=row.currency,
        channel=row.channel,
        closed_at=row.closed_at,
        stage=SaleStage(row.stage),
        content=row.content,
        answer=row.answer,
        detail=row.detail,
        earlier=frozenset((row.earlier or "").split()),
    )


def _act(row: Row[tuple[object, ...]]) -> Act:
    return Act(
        id=row.id,
        kind=ActKind(row.kind),
        sale=None if row.sale is None else SaleId(row.sale),
        member=MemberId(row.member),
        store=StoreId(row.store),
        till=row.till,
        at=row.at,
        content=row.content,
        answer=row.answer,
        detail=row.detail,
    )
