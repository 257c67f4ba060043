"""What terminals and tills told us, each under its id, and what a person should look at."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Row, select

from backend.db import tables, webhooks
from backend.db.transaction import Transaction
from backend_client.schemas.events import EventStatus
from loyalty.ids import TerminalId


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
    tx.add(
        tables.events_received,
        {
            "id": fact.id,
            "terminal": fact.terminal,
            "sequence": fact.sequence,
            "chain": fact.chain,
            "type": fact.type,
            "about": fact.about,
            "content": fact.content,
            "status": fact.status.value,
            "flags": " ".join(fact.flags),
            "positions": json.dumps(fact.positions),
            "at": fact.at,
            "received_at": tx.now,
        },
    )
    tx.keep(tables.events_received, fact.id, fact)
    tx.keep(tables.events_received, (fact.type, fact.about), value=True)


def received(tx: Transaction, wanted: str) -> Received | None:
    """The fact of that id."""
    table = tables.events_received

    def read() -> Received | None:
        row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
        return None if row is None else _received(row)

    return tx.known(table, wanted, read)


def was_told(tx: Transaction, type_: str, about: str) -> bool:
    """Whether a fact of that type came before the one it builds on."""
    table = tables.events_received
    query = select(table.c.id).where(
        table.c.tenant == tx.tenant, table.c.about == about, table.c.type == type_
    )
    return bool(tx.known(table, (type_, about), lambda: tx.first(query) is not None))


def expect(tx: Transaction, wanted: Iterable[str], told: Iterable[tuple[str, str]]) -> None:
    """Fetch those facts at once, and whether others were told: a batch is about to ask for each."""
    table = tables.events_received
    ids, pairs = tx.unknown(table, wanted), tx.unknown(table, told)
    if ids:
        rows = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.id.in_(ids)))
        tx.learn(table, {row.id: _received(row) for row in rows}, ids)
    if pairs:
        about = [about for _, about in pairs]
        rows = tx.rows(
            select(table.c.type, table.c.about).where(
                table.c.tenant == tx.tenant, table.c.about.in_(about)
            )
        )
        tx.learn(table, {(row.type, row.about): True for row in rows}, pairs)


def _received(row: Row[tuple[object, ...]]) -> Received:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something accepted that a person should look at."""

    flag: str
    terminal: TerminalId | None
    event: str
    about: str


def was_flagged(tx: Transaction, flag: str, event: str) -> bool:
    """Whether staff was told of that before: what is told again is one alert."""
    table = tables.alerts
    query = select(table.c.id).where(
        table.c.tenant == tx.tenant, table.c.flag == flag, table.c.event == event
    )
    return tx.first(query) is not None


def raise_alert(tx: Transaction, alert: Alert) -> None:
    """Put it before staff."""
    tx.add(
        tables.alerts,
        {
            "id": str(uuid4()),
            "flag": alert.flag,
            "terminal": alert.terminal,
            "event": alert.event,
            "about": alert.about,
            "raised_at": tx.now,
        },
    )
    webhooks.announce(tx, "alert.raised", flag=alert.flag, about=alert.about)


def open_alerts(tx: Transaction) -> tuple[Alert, ...]:
    """What staff has not closed, oldest first."""
    table = tables.alerts
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.closed_at.is_(None))
        .order_by(table.c.raised_at, table.c.id)
    )
    return tuple(
        Alert(
            flag=row.flag,
            terminal=None if row.terminal is None else TerminalId(row.terminal),
            event=row.event,
            about=row.about,
        )
        for row in found
    )
