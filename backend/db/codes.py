"""One-time codes: asked for, typed, passed; only a keyed hash of each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, insert, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, TerminalId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """A code, and how often it was tried."""

    id: str
    purpose: str
    contact_key: str
    member: MemberId | None
    """None for an address that nobody has: counted alike, and never right."""
    terminal: TerminalId | None
    code_hash: str
    tries: int
    asked_at: datetime
    expires_at: datetime
    passed_at: datetime | None = None
    used_at: datetime | None = None


def add(tx: Transaction, new: CodeRow) -> None:
    """Write down that a code was asked for."""
    tx.run(
        insert(tables.one_time_codes).values(
            tenant=tx.tenant,
            id=new.id,
            purpose=new.purpose,
            contact_key=new.contact_key,
            member=new.member,
            terminal=new.terminal,
            code_hash=new.code_hash,
            tries=new.tries,
            asked_at=new.asked_at,
            expires_at=new.expires_at,
        )
    )


def code(tx: Transaction, wanted: str) -> CodeRow | None:
    """The code of that id."""
    table = tables.one_time_codes
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _row(row)


def asked_since(tx: Transaction, contact_key: str, since: datetime) -> tuple[int, datetime | None]:
    """How many were asked for that address since then, and when the first of them was."""
    table = tables.one_time_codes
    row = tx.first(
        select(func.count().label("asked"), func.min(table.c.asked_at).label("first")).where(
            table.c.tenant == tx.tenant,
            table.c.contact_key == contact_key,
            table.c.asked_at > since,
        )
    )
    assert row is not None
    return row.asked, row.first


def save(tx: Transaction, wanted: str, **values: object) -> None:
    """What became of a code."""
    table = tables.one_time_codes
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted)
    tx.run(update(table).where(*mine).values(**values))


def _row(row: Row[tuple[object, ...]]) -> CodeRow:
    return CodeRow(
        id=row.id,
        purpose=row.purpose,
        contact_key=row.contact_key,
        member=None if row.member is None else MemberId(row.member),
        terminal=None if row.terminal is None else TerminalId(row.terminal),
        code_hash=row.code_hash,
        tries=row.tries,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        passed_at=row.passed_at,
        used_at=row.used_at,
    )
