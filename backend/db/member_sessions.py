"""Where members are signed in: one row for each phone or computer, by the hash of its token."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSession:
    """A way in that a member opened."""

    id: str
    member: MemberId
    kind: str
    """`cookie` for a browser, `token` for an app."""
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


def open_session(tx: Transaction, session: MemberSession, *, token_hash: str, most: int) -> None:
    """Write a session down; those that ended are forgotten, and a member's oldest above `most`."""
    table = tables.member_sessions
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.ends_at < tx.now))
    for each in sessions(tx, session.member)[: -(most - 1)]:
        close_session(tx, each.id)
    tx.run(
        insert(table).values(
            tenant=tx.tenant,
            token_hash=token_hash,
            id=session.id,
            member=session.member,
            kind=session.kind,
            created_at=session.created_at,
            seen_at=session.seen_at,
            ends_at=session.ends_at,
        )
    )


def session(tx: Transaction, token_hash: str) -> MemberSession | None:
    """The session of that token."""
    table = tables.member_sessions
    row = tx.first(
        select(table).where(table.c.tenant == tx.tenant, table.c.token_hash == token_hash)
    )
    return None if row is None else _session(row)


def sessions(tx: Transaction, member: MemberId) -> tuple[MemberSession, ...]:
    """A member's sessions, oldest first."""
    table = tables.member_sessions
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member)
        .order_by(table.c.created_at, table.c.id)
    )
    return tuple(_session(row) for row in found)


def seen(tx: Transaction, wanted: str, *, ends_at: datetime) -> None:
    """The session was used just now, and ends then unless it is used again."""
    table = tables.member_sessions
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted)
    tx.run(update(table).where(*mine).values(seen_at=tx.now, ends_at=ends_at))


def close_session(tx: Transaction, wanted: str) -> None:
    """End one session."""
    table = tables.member_sessions
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def close_sessions(tx: Transaction, member: MemberId) -> None:
    """End every session of a member."""
    table = tables.member_sessions
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.member == member))


def _session(row: Row[tuple[object, ...]]) -> MemberSession:
    return MemberSession(
        id=row.id,
        member=MemberId(row.member),
        kind=row.kind,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
    )
