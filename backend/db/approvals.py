"""What waits for a second person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, insert, or_, select, update

from backend.db import tables
from backend.db.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody asked for something that needs a second person."""

    id: str
    kind: str
    about: str
    content: str
    """What is to be done, for who carries it out."""
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


def add(tx: Transaction, wanted: Approval) -> None:
    """Write down that somebody asks."""
    tx.run(
        insert(tables.approvals).values(
            tenant=tx.tenant,
            id=wanted.id,
            kind=wanted.kind,
            about=wanted.about,
            content=wanted.content,
            state=wanted.state,
            asked_by=wanted.asked_by,
            asked_at=wanted.asked_at,
        )
    )


def approval(tx: Transaction, wanted: str) -> Approval | None:
    """The request of that id."""
    table = tables.approvals
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _approval(row)


def approvals(
    tx: Transaction, state: str, *, after: tuple[datetime, str] | None, limit: int
) -> tuple[Approval, ...]:
    """Those in that state, oldest first."""
    table = tables.approvals
    query = select(table).where(table.c.tenant == tx.tenant, table.c.state == state)
    if after is not None:
        at, last = after
        later = and_(table.c.asked_at == at, table.c.id > last)
        query = query.where(or_(table.c.asked_at > at, later))
    found = tx.rows(query.order_by(table.c.asked_at, table.c.id).limit(limit))
    return tuple(_approval(row) for row in found)


def decide(tx: Transaction, wanted: str, state: str, *, by: str) -> None:
    """Write down what the second person decided."""
    table = tables.approvals
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == wanted, table.c.state == "waiting")
        .values(state=state, decided_by=by, decided_at=tx.now)
    )


def _approval(row: Row[tuple[object, ...]]) -> Approval:
    return Approval(
        id=row.id,
        kind=row.kind,
        about=row.about,
        content=row.content,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
