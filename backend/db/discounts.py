"""Tickets on which something was taken off: by the till, or by points."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from backend.db import tables
from backend.db.daily import Period
from backend.db.transaction import Transaction
from backend_client.schemas.sales import SaleStage

_RUNG_UP = "sale.record"
"""What the audit log calls it when somebody of the staff rings a ticket up."""

Place = tuple[datetime, str]
"""The moment and the id of a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A sale that stands in the books, as far as discounts are concerned."""

    sale: str
    store: str
    till: str
    member: str
    total: int
    currency: str
    at: datetime
    voided: bool
    detail: str
    """Lines and the rest as JSON; empty where the till told only a total."""

    @property
    def place(self) -> Place:
        """Where it is in the list."""
        return self.at, self.sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Points that took money off a ticket."""

    reward: str
    article: str
    money: int
    """Minor units."""
    voided: bool


def tickets(
    tx: Transaction, period: Period, *, before: Place | None, limit: int
) -> tuple[Ticket, ...]:
    """The period's tickets with a discount, the latest first: so many before that place."""
    table = tables.sales
    at = table.c.recorded_at if period.booked else table.c.closed_at
    query = select(table, at.label("at")).where(*_within(tx, period, at))
    if before is not None:
        moment, sale = before
        query = query.where(or_(at < moment, and_(at == moment, table.c.id < sale)))
    found = tx.rows(query.order_by(at.desc(), table.c.id.desc()).limit(limit))
    return tuple(
        Ticket(
            sale=row.id,
            store=row.store,
            till=row.till,
            member=row.member,
            total=row.total,
            currency=row.currency,
            at=row.at,
            voided=row.stage == SaleStage.VOIDED.value,
            detail=row.detail or "",
        )
        for row in found
    )


def _within(
    tx: Transaction, period: Period, at: ColumnElement[datetime]
) -> Iterator[ColumnElement[bool]]:
    table, use, store = tables.sales, tables.point_uses, tables.stores
    yield table.c.tenant == tx.tenant
    yield at >= period.since
    yield at < period.until
    yield table.c.stage.in_([SaleStage.SETTLED.value, SaleStage.VOIDED.value])
    by_points = exists().where(
        use.c.tenant == table.c.tenant, use.c.sale == table.c.id, use.c.money > 0
    )
    # What is left at its default is not written down: without a discount, there is no such word.
    yield or_(table.c.detail.contains('"discount":'), by_points)
    if period.store:
        yield table.c.store == period.store
    if period.program:
        yield table.c.store.in_(
            select(store.c.id).where(store.c.tenant == tx.tenant, store.c.program == period.program)
        )


def uses(tx: Transaction, sales: Sequence[str]) -> dict[str, list[Use]]:
    """What points took off those tickets, by ticket."""
    table = tables.point_uses
    found: dict[str, list[Use]] = {}
    for row in tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.sale.in_(sales), table.c.money > 0)
        .order_by(table.c.recorded_at, table.c.id)
    ):
        use = Use(
            reward=row.reward,
            article=row.article,
            money=row.money,
            voided=row.state == "voided",
        )
        found.setdefault(row.sale, []).append(use)
    return found


def rung_up_by(tx: Transaction, sales: Sequence[str]) -> dict[str, str]:
    """Who of the staff rang those tickets up, by ticket; the keys of tills are not in the log."""
    table = tables.audit
    of_these = table.c.tenant == tx.tenant, table.c.action == _RUNG_UP, table.c.about.in_(sales)
    # Of a ticket that was kept and paid later, whoever rang it up first gave the discount.
    first = select(func.min(table.c.number)).where(*of_these).group_by(table.c.about)
    found = tx.rows(
        select(table.c.about, table.c.actor).where(
            table.c.tenant == tx.tenant, table.c.number.in_(first)
        )
    )
    return {row.about: row.actor for row in found}
