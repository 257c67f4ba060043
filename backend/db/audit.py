"""The audit log's rows: appended and read, never changed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, insert, select

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.chain import GENESIS, link


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Somebody did something."""

    number: int
    at: datetime
    actor: str
    action: str
    about: str
    detail: Mapping[str, object]
    chain: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines to look for; what is empty does not matter."""

    actor: str = ""
    action: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """Only lines with a lower number: the next page."""


def append(tx: Transaction, *, actor: str, action: str, about: str, detail: str) -> None:
    """Write the next line. The company's turn is held, so that nobody takes the same number."""
    table = tables.audit
    last = tx.first(
        select(table.c.number, table.c.chain)
        .where(table.c.tenant == tx.tenant)
        .order_by(table.c.number.desc())
        .limit(1)
    )
    number = last.number + 1 if last else 1
    before = bytes.fromhex(last.chain) if last else GENESIS
    body = _canonical(number, tx.now, actor, action, about, detail)
    tx.run(
        insert(table).values(
            tenant=tx.tenant,
            number=number,
            at=tx.now,
            actor=actor,
            action=action,
            about=about,
            detail=detail,
            chain=link(before, body).hex(),
        )
    )


def lines(tx: Transaction, wanted: Wanted, limit: int) -> tuple[Line, ...]:
    """The latest lines that fit, latest first."""
    table = tables.audit
    query = select(table).where(table.c.tenant == tx.tenant)
    for column, value in (
        (table.c.actor, wanted.actor),
        (table.c.action, wanted.action),
        (table.c.about, wanted.about),
    ):
        if value:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(table.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(table.c.at < wanted.until)
    if wanted.before is not None:
        query = query.where(table.c.number < wanted.before)
    found = tx.rows(query.order_by(table.c.number.desc()).limit(limit))
    return tuple(_line(row) for row in found)


def first_fault(tx: Transaction) -> str | None:
    """Which line was changed or is missing; None when the log is whole."""
    table = tables.audit
    chain, number = GENESIS, 0
    for row in _in_order(tx):
        number += 1
        if row.number != number:
            return f"line {number} of the audit log is missing"
        body = _canonical(row.number, row.at, row.actor, row.action, row.about, row.detail)
        chain = link(chain, body)
        if row.chain != chain.hex():
            return f"line {number} of the audit log was changed"
    count = tx.first(select(func.count()).select_from(table).where(table.c.tenant == tx.tenant))
    assert count is not None
    return None if count[0] == number else "the audit log has lines out of order"


def _in_order(tx: Transaction) -> Iterator[Row[tuple[object, ...]]]:
    table = tables.audit
    yield from tx.run(
        select(table).where(table.c.tenant == tx.tenant).order_by(table.c.number)
    ).yield_per(1000)


def _canonical(
    number: int, at: datetime, actor: str, action: str, about: str, detail: str
) -> bytes:
    said = [number, at.isoformat(), actor, action, about, detail]
    return json.dumps(said, separators=(",", ":"), ensure_ascii=True).encode()


def _line(row: Row[tuple[object, ...]]) -> Line:
    return Line(
        number=row.number,
        at=row.at,
        actor=row.actor,
        action=row.action,
        about=row.about,
        detail=json.loads(row.detail),
        chain=bytes.fromhex(row.chain),
    )
