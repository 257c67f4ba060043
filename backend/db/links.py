"""Links that are sent out or shown: to join, or to fetch one's own data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, ProgramId, StoreId, TerminalId


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link; its secret is not kept."""

    id: str
    token_hash: str
    purpose: str
    store: StoreId
    program: ProgramId
    terminal: TerminalId | None
    card: str | None
    member: MemberId | None
    content: str
    handed_out_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    answer: str | None = None
    """A keyed hash of what was filled in: the same again is the same person."""


def add(tx: Transaction, new: LinkRow) -> None:
    """Write a link down."""
    tx.add(
        tables.links,
        {
            "id": new.id,
            "token_hash": new.token_hash,
            "purpose": new.purpose,
            "store": new.store,
            "program": new.program,
            "terminal": new.terminal,
            "card": new.card,
            "member": new.member,
            "content": new.content,
            "handed_out_at": new.handed_out_at,
            "expires_at": new.expires_at,
        },
    )


def link(tx: Transaction, wanted: str) -> LinkRow | None:
    """The link of that id."""
    table = tables.links
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _row(row)


def by_token(tx: Transaction, token_hash: str) -> LinkRow | None:
    """The link whose secret was shown."""
    table = tables.links
    row = tx.first(
        select(table).where(table.c.tenant == tx.tenant, table.c.token_hash == token_hash)
    )
    return None if row is None else _row(row)


def some(tx: Transaction, ids: Sequence[str]) -> tuple[LinkRow, ...]:
    """Those of these ids that there are."""
    table = tables.links
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.id.in_(ids)))
    return tuple(_row(row) for row in found)


def of_member(tx: Transaction, member: MemberId) -> tuple[LinkRow, ...]:
    """What was handed out for somebody and may still be opened, the latest first."""
    table = tables.links
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member, table.c.expires_at > tx.now)
        .order_by(table.c.handed_out_at.desc(), table.c.id)
    )
    return tuple(_row(row) for row in found)


def end(tx: Transaction, wanted: str) -> None:
    """Nobody opens it from now on."""
    table = tables.links
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted)
    tx.run(update(table).where(*mine).values(expires_at=tx.now))


def used(tx: Transaction, ids: Sequence[str], terminal: TerminalId) -> tuple[LinkRow, ...]:
    """Those of a terminal by which somebody joined."""
    table = tables.links
    found = tx.rows(
        select(table).where(
            table.c.tenant == tx.tenant,
            table.c.id.in_(ids),
            table.c.terminal == terminal,
            table.c.used_at.is_not(None),
            table.c.member.is_not(None),
        )
    )
    return tuple(_row(row) for row in found)


def use(tx: Transaction, wanted: str, member: MemberId, answer: str) -> None:
    """Somebody joined by it."""
    table = tables.links
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted)
    tx.run(update(table).where(*mine).values(used_at=tx.now, member=member, answer=answer))


def _row(row: Row[tuple[object, ...]]) -> LinkRow:
    return LinkRow(
        id=row.id,
        token_hash=row.token_hash,
        purpose=row.purpose,
        store=StoreId(row.store),
        program=ProgramId(row.program),
        terminal=None if row.terminal is None else TerminalId(row.terminal),
        card=row.card,
        member=None if row.member is None else MemberId(row.member),
        content=row.content,
        handed_out_at=row.handed_out_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        answer=row.answer,
    )
