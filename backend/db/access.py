"""Who may call: terminals with their claim codes and tokens, tills with their keys."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from backend.db import shops, tables
from backend.db.shops import Store
from backend.db.transaction import Transaction
from loyalty.chain import GENESIS
from loyalty.ids import StoreId, TenantId, TerminalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A registered kiosk, and where its journal stands."""

    tenant: TenantId
    id: TerminalId
    name: str
    store: Store
    sequence: int
    chain: str
    claimed_at: datetime | None
    revoked_at: datetime | None
    paused_at: datetime | None
    """Since when it is given nothing new."""
    software: str
    seen_at: datetime | None
    health: str | None
    """What it last said of itself, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A till, or whatever else holds a key."""

    tenant: TenantId
    id: str
    name: str
    store: Store
    scopes: frozenset[str]
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    by: str | None = None
    """Who of the staff stands at it, for the audit log; None for a till with a key of its own."""


def add_terminal(tx: Transaction, wanted: TerminalId, *, name: str, store: StoreId) -> None:
    """Write a kiosk down that will claim its token."""
    tx.run(
        insert(tables.terminals).values(
            tenant=tx.tenant,
            id=wanted,
            store=store,
            name=name,
            software="",
            journal_sequence=0,
            journal_chain=GENESIS.hex(),
            created_at=tx.now,
        )
    )


def terminals(tx: Transaction) -> tuple[Terminal, ...]:
    """Every kiosk of the company, by name."""
    table = tables.terminals
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name))
    return tuple(_terminal(tx, row) for row in found)


def terminal(tx: Transaction, wanted: TerminalId) -> Terminal | None:
    """The kiosk of that id."""
    table = tables.terminals
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _terminal(tx, row)


def terminal_by_token(tx: Transaction, token_hash: str) -> Terminal | None:
    """The kiosk whose token it is, unless it was revoked."""
    table = tables.terminals
    row = tx.first(
        select(table).where(
            table.c.tenant == tx.tenant,
            table.c.token_hash == token_hash,
            table.c.revoked_at.is_(None),
        )
    )
    return None if row is None else _terminal(tx, row)


def give_token(tx: Transaction, wanted: TerminalId, *, token_hash: str, software: str) -> None:
    """The kiosk has claimed its token."""
    _update_terminal(tx, wanted, token_hash=token_hash, software=software, claimed_at=tx.now)


def revoke_terminal(tx: Transaction, wanted: TerminalId) -> None:
    """The kiosk's token opens nothing any more."""
    _update_terminal(tx, wanted, revoked_at=tx.now)


def rename_terminal(tx: Transaction, wanted: TerminalId, name: str) -> None:
    """The kiosk has another name."""
    _update_terminal(tx, wanted, name=name)


def pause_terminal(tx: Transaction, wanted: TerminalId, *, paused: bool) -> None:
    """The kiosk is given nothing new, or goes on."""
    _update_terminal(tx, wanted, paused_at=tx.now if paused else None)


def save_health(tx: Transaction, wanted: TerminalId, health: str, *, software: str) -> None:
    """How the kiosk says it is."""
    _update_terminal(tx, wanted, health=health, software=software, seen_at=tx.now)


def save_journal(tx: Transaction, wanted: TerminalId, *, sequence: int, chain: str) -> None:
    """Where the kiosk's journal stands now."""
    _update_terminal(tx, wanted, journal_sequence=sequence, journal_chain=chain)


def _update_terminal(tx: Transaction, wanted: TerminalId, **values: object) -> None:
    table = tables.terminals
    tx.run(update(table).where(table.c.tenant == tx.tenant, table.c.id == wanted).values(**values))


def _terminal(tx: Transaction, row: Row[tuple[object, ...]]) -> Terminal:
    store = shops.store(tx, StoreId(row.store))
    assert store is not None
    return Terminal(
        tenant=tx.tenant,
        id=TerminalId(row.id),
        name=row.name,
        store=store,
        sequence=row.journal_sequence,
        chain=row.journal_chain,
        claimed_at=row.claimed_at,
        revoked_at=row.revoked_at,
        paused_at=row.paused_at,
        software=row.software,
        seen_at=row.seen_at,
        health=row.health,
    )


def add_claim_code(
    tx: Transaction, terminal: TerminalId, *, code_hash: str, expires_at: datetime
) -> None:
    """A code that one kiosk may use once; those that are too old are forgotten."""
    table = tables.claim_codes
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.expires_at < tx.now))
    tx.run(
        insert(table).values(
            tenant=tx.tenant, code_hash=code_hash, terminal=terminal, expires_at=expires_at
        )
    )


def tenant_of_claim_code(connection: Connection, code_hash: str) -> TenantId | None:
    """Whose code it is: the one question asked before the tenant is known, on a few rows."""
    table = tables.claim_codes
    found = connection.execute(select(table.c.tenant).where(table.c.code_hash == code_hash))
    tenant = found.scalar()
    return None if tenant is None else TenantId(tenant)


def use_claim_code(tx: Transaction, code_hash: str) -> TerminalId | None:
    """The kiosk that the code stands for, once; None when it is unknown, used or too old."""
    table = tables.claim_codes
    good = (
        (table.c.tenant == tx.tenant)
        & (table.c.code_hash == code_hash)
        & (table.c.used_at.is_(None))
        & (table.c.expires_at > tx.now)
    )
    row = tx.first(select(table).where(good))
    if row is None:
        return None
    tx.run(update(table).where(good).values(used_at=tx.now))
    return TerminalId(row.terminal)


def add_till(
    tx: Transaction, wanted: str, *, name: str, store: StoreId, key_hash: str, scopes: list[str]
) -> None:
    """Write a till down with the hash of its key."""
    tx.run(
        insert(tables.api_keys).values(
            tenant=tx.tenant,
            id=wanted,
            store=store,
            name=name,
            key_hash=key_hash,
            scopes=" ".join(scopes),
            created_at=tx.now,
        )
    )


def tills(tx: Transaction) -> tuple[Till, ...]:
    """Every till whose key was not revoked, by name."""
    table = tables.api_keys
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.revoked_at.is_(None))
        .order_by(table.c.name)
    )
    return tuple(_till(tx, row) for row in found)


def every_till(tx: Transaction) -> tuple[Till, ...]:
    """Every till, by name, those that were revoked too."""
    table = tables.api_keys
    found = tx.rows(
        select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name, table.c.id)
    )
    return tuple(_till(tx, row) for row in found)


def till(tx: Transaction, wanted: str) -> Till | None:
    """The till of that id."""
    table = tables.api_keys
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _till(tx, row)


def change_key(tx: Transaction, wanted: str, key_hash: str) -> None:
    """The till shows another key from now on."""
    table = tables.api_keys
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == wanted)
        .values(key_hash=key_hash, rotated_at=tx.now)
    )


def till_by_key(tx: Transaction, key_hash: str) -> Till | None:
    """The till whose key it is, unless it was revoked."""
    table = tables.api_keys
    row = tx.first(
        select(table).where(
            table.c.tenant == tx.tenant,
            table.c.key_hash == key_hash,
            table.c.revoked_at.is_(None),
        )
    )
    return None if row is None else _till(tx, row)


def revoke_till(tx: Transaction, wanted: str) -> None:
    """The till's key opens nothing any more."""
    table = tables.api_keys
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == wanted)
        .values(revoked_at=tx.now)
    )


def _till(tx: Transaction, row: Row[tuple[object, ...]]) -> Till:
    store = shops.store(tx, StoreId(row.store))
    assert store is not None
    return Till(
        tenant=tx.tenant,
        id=row.id,
        name=row.name,
        store=store,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        rotated_at=row.rotated_at,
        revoked_at=row.revoked_at,
    )
