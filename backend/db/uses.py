"""Points used at a till: held, then issued or voided."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, ProgramId, RedemptionId, RewardId, SaleId, StoreId


class UseState(StrEnum):
    """Where a use of points stands."""

    HELD = "held"
    """The points are set aside."""
    ISSUED = "issued"
    """The customer has what they bought."""
    VOIDED = "voided"
    """The points went back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRow:
    """A use of points on a ticket: what it took and what it gave."""

    id: RedemptionId
    member: MemberId
    program: ProgramId
    program_version: int
    reward: RewardId
    article: str
    store: StoreId
    till: str
    state: UseState
    points: int
    forfeits: int
    money: int
    currency: str
    sale: SaleId | None
    content: str
    at: datetime


def use(tx: Transaction, wanted: str) -> UseRow | None:
    """The use of that id."""
    table = tables.point_uses
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _use(row)


def uses_on(tx: Transaction, sale: SaleId, *, voided: bool = False) -> tuple[UseRow, ...]:
    """What was used on that sale, or what of it was voided."""
    table = tables.point_uses
    gone = table.c.state == UseState.VOIDED.value
    return _uses(tx, table.c.sale == sale, gone if voided else ~gone)


def uses(tx: Transaction, wanted: tuple[str, ...]) -> dict[str, UseRow]:
    """Those uses, by id."""
    if not wanted:
        return {}
    return {row.id: row for row in _uses(tx, tables.point_uses.c.id.in_(wanted))}


def add_use(tx: Transaction, row: UseRow) -> None:
    """Write a new use down."""
    tx.run(
        insert(tables.point_uses).values(
            tenant=tx.tenant,
            id=row.id,
            member=row.member,
            program=row.program,
            program_version=row.program_version,
            reward=row.reward,
            article=row.article,
            store=row.store,
            till=row.till,
            state=row.state.value,
            points=row.points,
            forfeits=row.forfeits,
            money=row.money,
            currency=row.currency,
            sale=row.sale,
            content=row.content,
            at=row.at,
            recorded_at=tx.now,
        )
    )


def save_use(tx: Transaction, wanted: RedemptionId, state: UseState, sale: SaleId | None) -> None:
    """Where the use stands now, and on which sale."""
    table = tables.point_uses
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == wanted)
        .values(state=state.value, sale=sale)
    )


def times_taken(tx: Transaction, member: MemberId, program: ProgramId) -> dict[RewardId, int]:
    """How many times the member has had each reward, at tills and kiosks."""
    taken: dict[RewardId, int] = {}
    for table, gone in (
        (tables.point_uses, UseState.VOIDED.value),
        (tables.vouchers, "voided"),
    ):
        for row in tx.rows(
            select(table.c.reward, func.count().label("times"))
            .where(
                table.c.tenant == tx.tenant,
                table.c.member == member,
                table.c.program == program,
                table.c.state != gone,
            )
            .group_by(table.c.reward)
        ):
            reward = RewardId(row.reward)
            taken[reward] = taken.get(reward, 0) + int(row.times)
    return taken


def _uses(tx: Transaction, *which: ColumnElement[bool]) -> tuple[UseRow, ...]:
    table = tables.point_uses
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, *which)
        .order_by(table.c.recorded_at, table.c.id)
    )
    return tuple(_use(row) for row in found)


def _use(row: Row[tuple[object, ...]]) -> UseRow:
    return UseRow(
        id=RedemptionId(row.id),
        member=MemberId(row.member),
        program=ProgramId(row.program),
        program_version=row.program_version,
        reward=RewardId(row.reward),
        article=row.article,
        store=StoreId(row.store),
        till=row.till,
        state=UseState(row.state),
        points=row.points,
        forfeits=row.forfeits,
        money=row.money,
        currency=row.currency,
        sale=None if row.sale is None else SaleId(row.sale),
        content=row.content,
        at=row.at,
    )
