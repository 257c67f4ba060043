"""News for other systems: who subscribed to what, what is to be delivered, and how that went."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, and_, insert, or_, select, update

from backend.db import tables
from backend.db.transaction import Announced, Transaction


class HookState(StrEnum):
    """Whether news are sent."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By the merchant."""
    DISABLED = "disabled"
    """By us: nobody answered for days."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One subscription."""

    id: str
    url: str
    events: tuple[str, ...]
    secret_number: int
    state: HookState
    failing_since: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One piece of news on its way to one subscriber."""

    id: str
    hook: str
    event: str
    type: str
    body: str
    state: str
    attempts: int
    next_try_at: datetime
    leased_until: datetime | None
    queued_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: str


def announce(tx: Transaction, type_: str, **data: str | int | None) -> None:
    """Tell subscribers of something, when this is committed: ids and numbers, never a person's."""
    tx.announced.append(Announced(type=type_, data=data))


def write(tx: Transaction) -> None:
    """Write a delivery for each subscriber of what was announced."""
    if not tx.announced:
        return
    active = [hook for hook in hooks(tx) if hook.state is HookState.ACTIVE]
    rows = [
        _row(tx, hook, str(uuid4()), announced.type, announced.data)
        for announced in (tx.announced if active else ())
        for hook in active
        if wants(hook.events, announced.type)
    ]
    if rows:
        tx.run(insert(tables.webhook_deliveries).values(rows))
        tx.posted = True


def wants(events: Sequence[str], type_: str) -> bool:
    """Whether a subscription to those names is one to news of that type."""
    family = type_.partition(".")[0] + ".*"
    return any(name in ("*", type_, family) for name in events)


def add_delivery(tx: Transaction, hook: Hook, type_: str, data: dict[str, Any]) -> str:
    """One piece of news for one subscriber; its id."""
    row = _row(tx, hook, str(uuid4()), type_, data)
    tx.run(insert(tables.webhook_deliveries).values(row))
    tx.posted = True
    return str(row["id"])


def hooks(tx: Transaction) -> tuple[Hook, ...]:
    """Every subscription, the oldest first."""
    table = tables.webhooks
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.state != HookState.DELETED.value)
        .order_by(table.c.created_at, table.c.id)
    )
    return tuple(_hook(row) for row in found)


def hook(tx: Transaction, wanted: str) -> Hook | None:
    """The subscription of that id; one that was ended, too."""
    table = tables.webhooks
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _hook(row)


def save_hook(tx: Transaction, wanted: Hook) -> None:
    """The subscription as it is from now on."""
    table = tables.webhooks
    told = {
        "url": wanted.url,
        "events": " ".join(wanted.events),
        "secret_number": wanted.secret_number,
        "state": wanted.state.value,
        "failing_since": wanted.failing_since,
    }
    fresh = tx.insert_or_update(table).values(
        tenant=tx.tenant, id=wanted.id, created_at=wanted.created_at, **told
    )
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "id"], set_=told))


def due(tx: Transaction, limit: int) -> tuple[Delivery, ...]:
    """Deliveries whose time has come and that nobody is making, the oldest first."""
    table = tables.webhook_deliveries
    found = tx.rows(
        select(table)
        .where(*_is_due(tx))
        .order_by(table.c.next_try_at, table.c.queued_at, table.c.id)
        .limit(limit)
    )
    return tuple(_delivery(row) for row in found)


def has_work(tx: Transaction) -> bool:
    """Whether there is a delivery to make."""
    query = select(tables.webhook_deliveries.c.id).where(*_is_due(tx)).limit(1)
    return tx.first(query) is not None


def save_delivery(tx: Transaction, wanted: str, **values: object) -> None:
    """Change what is kept of a delivery."""
    table = tables.webhook_deliveries
    tx.run(update(table).where(table.c.tenant == tx.tenant, table.c.id == wanted).values(**values))


def delivery(tx: Transaction, wanted: str) -> Delivery | None:
    """The delivery of that id."""
    table = tables.webhook_deliveries
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _delivery(row)


def page_of_deliveries(
    tx: Transaction, hook_id: str, *, before: tuple[datetime, str] | None, limit: int
) -> tuple[Delivery, ...]:
    """The latest deliveries to a subscriber first, from a place on."""
    table = tables.webhook_deliveries
    query = select(table).where(table.c.tenant == tx.tenant, table.c.webhook == hook_id)
    if before is not None:
        at, last = before
        query = query.where(
            or_(table.c.queued_at < at, and_(table.c.queued_at == at, table.c.id < last))
        )
    found = tx.rows(query.order_by(table.c.queued_at.desc(), table.c.id.desc()).limit(limit))
    return tuple(_delivery(row) for row in found)


def give_up_all(tx: Transaction, hook_id: str) -> None:
    """What waits for a subscriber that is gone is not delivered any more."""
    table = tables.webhook_deliveries
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.webhook == hook_id, table.c.state == "waiting")
        .values(state="failed", ended_at=tx.now, leased_until=None, answer="no subscriber")
    )


def _is_due(tx: Transaction) -> tuple[Any, ...]:
    table = tables.webhook_deliveries
    return (
        table.c.tenant == tx.tenant,
        table.c.state == "waiting",
        table.c.next_try_at <= tx.now,
        or_(table.c.leased_until.is_(None), table.c.leased_until <= tx.now),
    )


def _row(
    tx: Transaction, to: Hook, event: str, type_: str, data: dict[str, Any]
) -> dict[str, object]:
    body = {"id": event, "type": type_, "at": tx.now.isoformat(), "data": data}
    return {
        "tenant": tx.tenant,
        "id": str(uuid4()),
        "webhook": to.id,
        "event": event,
        "type": type_,
        "body": json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        "state": "waiting",
        "attempts": 0,
        "next_try_at": tx.now,
        "leased_until": None,
        "queued_at": tx.now,
        "ended_at": None,
        "status": None,
        "answer": "",
    }


def _hook(row: Row[Any]) -> Hook:
    return Hook(
        id=row.id,
        url=row.url,
        events=tuple(row.events.split()),
        secret_number=row.secret_number,
        state=HookState(row.state),
        failing_since=row.failing_since,
        created_at=row.created_at,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        hook=row.webhook,
        event=row.event,
        type=row.type,
        body=row.body,
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        leased_until=row.leased_until,
        queued_at=row.queued_at,
        ended_at=row.ended_at,
        status=row.status,
        answer=row.answer,
    )
