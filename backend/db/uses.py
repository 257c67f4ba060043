"""Points used at a till: held, then issued or voided."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, Subquery, and_, func, insert, or_, select, true, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, ProgramId, RedemptionId, RewardId, SaleId, StoreId
from loyalty.vouchers import VoucherState


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


def forgotten(tx: Transaction, before: datetime, limit: int) -> tuple[UseRow, ...]:
    """Points set aside before then, for no sale that is still going on; the longest first."""
    table, sold = tables.point_uses, tables.sales
    its_sale = and_(sold.c.tenant == table.c.tenant, sold.c.id == table.c.sale)
    found = tx.rows(
        select(table)
        .join(sold, its_sale, isouter=True)
        .where(
            table.c.tenant == tx.tenant,
            table.c.state == UseState.HELD.value,
            table.c.recorded_at <= before,
            or_(sold.c.id.is_(None), sold.c.stage.in_(_OVER)),
        )
        .order_by(table.c.recorded_at, table.c.id)
        .limit(limit)
    )
    return tuple(_use(row) for row in found)


_OVER = ("settled", "voided")
"""Sales that take no more uses: one that still is held for them was left out at the end."""


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


def times_taken(
    tx: Transaction,
    members: Collection[MemberId],
    program: ProgramId | None = None,
    *,
    since: datetime | None = None,
) -> dict[RewardId, int]:
    """How many times those members have had each reward, at tills and kiosks.

    In any program, or in that one; ever, or since then.
    """
    taken: dict[RewardId, int] = {}
    for part in _takings(tx, members, program, since):
        query = select(part.c.reward, func.count().label("times")).group_by(part.c.reward)
        for row in tx.rows(query):
            reward = RewardId(row.reward)
            taken[reward] = taken.get(reward, 0) + int(row.times)
    return taken


def taken_at(
    tx: Transaction, members: Collection[MemberId], reward: RewardId, *, since: datetime
) -> list[datetime]:
    """When those members had the reward since then, the earliest first."""
    found = [
        row.at
        for part in _takings(tx, members, None, since)
        for row in tx.rows(select(part.c.at).where(part.c.reward == reward))
    ]
    return sorted(found)


def _takings(
    tx: Transaction,
    members: Collection[MemberId],
    program: ProgramId | None,
    since: datetime | None,
) -> Iterator[Subquery]:
    """What was had and not given back, at tills and kiosks: each reward, and when."""
    voucher, entry, use = tables.vouchers, tables.entries, tables.point_uses
    held = and_(entry.c.tenant == voucher.c.tenant, entry.c.id == voucher.c.entry)
    for table, rows, gone, at in (
        (use, use, UseState.VOIDED.value, use.c.recorded_at),
        (voucher, voucher.join(entry, held), VoucherState.VOIDED.value, entry.c.occurred_at),
    ):
        yield (
            select(table.c.reward, at.label("at"))
            .select_from(rows)
            .where(
                table.c.tenant == tx.tenant,
                table.c.member.in_(list(members)),
                table.c.state != gone,
                true() if program is None else table.c.program == program,
                true() if since is None else at >= since,
            )
            .subquery()
        )


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
