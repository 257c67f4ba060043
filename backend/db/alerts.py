"""What staff should look at: raised by facts and by the fraud guard, closed by a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Row, and_, insert, or_, select, update

from backend.db import tables, webhooks
from backend.db.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that a person should look at."""

    id: str
    flag: str
    about: str
    event: str
    terminal: str | None
    till: str | None
    raised_at: datetime
    closed_at: datetime | None
    closed_by: str | None


def raise_once(
    tx: Transaction,
    flag: str,
    about: str,
    *,
    event: str = "",
    till: str | None = None,
    terminal: str | None = None,
) -> bool:
    """Put it before staff; False where the same flag about the same thing is open already."""
    table = tables.alerts
    known = select(table.c.id).where(
        table.c.tenant == tx.tenant,
        table.c.closed_at.is_(None),
        table.c.flag == flag,
        table.c.about == about,
    )
    if tx.first(known) is not None:
        return False
    tx.run(
        insert(table).values(
            tenant=tx.tenant,
            id=str(uuid4()),
            flag=flag,
            about=about,
            event=event,
            till=till,
            terminal=terminal,
            raised_at=tx.now,
        )
    )
    webhooks.announce(tx, "alert.raised", flag=flag, about=about)
    return True


def alert(tx: Transaction, wanted: str) -> Alert | None:
    """The alert of that id."""
    table = tables.alerts
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _alert(row)


def alerts(
    tx: Transaction, *, is_open: bool, after: tuple[datetime, str] | None, limit: int
) -> tuple[Alert, ...]:
    """Those that are open, or those that were closed; oldest first."""
    table = tables.alerts
    closed = table.c.closed_at
    query = select(table).where(
        table.c.tenant == tx.tenant, closed.is_(None) if is_open else closed.is_not(None)
    )
    if after is not None:
        at, last = after
        later = and_(table.c.raised_at == at, table.c.id > last)
        query = query.where(or_(table.c.raised_at > at, later))
    found = tx.rows(query.order_by(table.c.raised_at, table.c.id).limit(limit))
    return tuple(_alert(row) for row in found)


def close(tx: Transaction, wanted: str, *, by: str) -> None:
    """Somebody looked at it; who was first stays written down."""
    table = tables.alerts
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == wanted, table.c.closed_at.is_(None))
        .values(closed_at=tx.now, closed_by=by)
    )


def _alert(row: Row[tuple[object, ...]]) -> Alert:
    return Alert(
        id=row.id,
        flag=row.flag,
        about=row.about,
        event=row.event,
        terminal=row.terminal,
        till=row.till,
        raised_at=row.raised_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )
