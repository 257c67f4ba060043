"""What terminals and tills told us, each under its id, and what a person should look at."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, insert, select

from backend.db import tables
from backend.db.transaction import Transaction
from backend_client.schemas import EventStatus
from loyalty.ids import MemberId, StoreId, TerminalId
from loyalty.sales import Sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A fact from a terminal and the answer it got. Its content is kept as a keyed hash only."""

    id: str
    terminal: TerminalId
    sequence: int
    chain: str
    type: str
    about: str
    content: str
    status: EventStatus
    flags: tuple[str, ...]
    positions: dict[str, int]
    at: datetime


def add_received(tx: Transaction, fact: Received) -> None:
    """Write down that the fact is known."""
    tx.run(
        insert(tables.events_received).values(
            tenant=tx.tenant,
            id=fact.id,
            terminal=fact.terminal,
            sequence=fact.sequence,
            chain=fact.chain,
            type=fact.type,
            about=fact.about,
            content=fact.content,
            status=fact.status.value,
            flags=" ".join(fact.flags),
            positions=json.dumps(fact.positions),
            at=fact.at,
            received_at=tx.now,
        )
    )


def received(tx: Transaction, wanted: str) -> Received | None:
    """The fact of that id."""
    table = tables.events_received
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return Received(
        id=row.id,
        terminal=TerminalId(row.terminal),
        sequence=row.sequence,
        chain=row.chain,
        type=row.type,
        about=row.about,
        content=row.content,
        status=EventStatus(row.status),
        flags=tuple(row.flags.split()),
        positions=json.loads(row.positions),
        at=row.at,
    )


def was_told(tx: Transaction, type_: str, about: str) -> bool:
    """Whether a fact of that type came before the one it builds on."""
    table = tables.events_received
    query = select(table.c.id).where(
        table.c.tenant == tx.tenant, table.c.about == about, table.c.type == type_
    )
    return tx.first(query) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something accepted that a person should look at."""

    flag: str
    terminal: TerminalId
    event: str
    about: str


def raise_alert(tx: Transaction, alert: Alert) -> None:
    """Put it before staff."""
    tx.run(
        insert(tables.alerts).values(
            tenant=tx.tenant,
            id=str(uuid4()),
            flag=alert.flag,
            terminal=alert.terminal,
            event=alert.event,
            about=alert.about,
            raised_at=tx.now,
        )
    )


def open_alerts(tx: Transaction) -> tuple[Alert, ...]:
    """What staff has not closed, oldest first."""
    table = tables.alerts
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.closed_at.is_(None))
        .order_by(table.c.raised_at, table.c.id)
    )
    return tuple(
        Alert(flag=row.flag, terminal=TerminalId(row.terminal), event=row.event, about=row.about)
        for row in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A sale's content and the answer it got, to be given again."""

    content: str
    answer: str
    detail: str | None = None
    """Lines, payments and what else the till told, as JSON."""


def add_sale(tx: Transaction, sale: Sale, till: str, recorded: Recorded) -> None:
    """Write a sale down."""
    tx.run(
        insert(tables.sales).values(
            tenant=tx.tenant,
            id=sale.id,
            store=StoreId(sale.store),
            till=till,
            member=sale.member,
            total=sale.total,
            currency=sale.currency,
            channel=sale.channel.value,
            closed_at=sale.closed_at,
            content=recorded.content,
            answer=recorded.answer,
            detail=recorded.detail,
            recorded_at=tx.now,
        )
    )


def recorded_sale(tx: Transaction, wanted: str) -> Recorded | None:
    """What the sale of that id was answered."""
    table = tables.sales
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return (
        None if row is None else Recorded(content=row.content, answer=row.answer, detail=row.detail)
    )


def sales_of(tx: Transaction, member: MemberId) -> int:
    """How many sales of that member are written down."""
    table = tables.sales
    found = tx.first(
        select(func.count().label("sales"))
        .select_from(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member)
    )
    return 0 if found is None else int(found.sales)
