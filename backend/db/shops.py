"""Tenants, their stores and their programs."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.document import read_program
from loyalty.ids import ProgramId, StoreId, TenantId
from loyalty.program import Program

_cached_program = lru_cache(maxsize=128)(read_program)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop of the company."""

    id: StoreId
    name: str
    address: str
    time_zone: str
    program: ProgramId

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its days end."""
        return ZoneInfo(self.time_zone)


def add_tenant(tx: Transaction, *, name: str, feed: str, key_mark: str) -> None:
    """Write the company of this transaction down."""
    tx.run(
        insert(tables.tenants).values(
            id=tx.tenant,
            name=name,
            key_mark=key_mark,
            feed=feed,
            last_change=0,
            created_at=tx.now,
        )
    )


def tenants(connection: Connection) -> dict[TenantId, str]:
    """Every company, with the mark of the keys it was made with."""
    found = connection.execute(select(tables.tenants.c.id, tables.tenants.c.key_mark))
    return {TenantId(row.id): row.key_mark for row in found}


def add_store(tx: Transaction, store: Store) -> None:
    """Write a shop down."""
    tx.run(
        insert(tables.stores).values(
            tenant=tx.tenant,
            id=store.id,
            name=store.name,
            address=store.address,
            time_zone=store.time_zone,
            program=store.program,
        )
    )


def store(tx: Transaction, wanted: StoreId) -> Store | None:
    """The shop of that id."""
    return next((found for found in stores(tx) if found.id == wanted), None)


def stores(tx: Transaction) -> tuple[Store, ...]:
    """Every shop of the company, by name."""
    table = tables.stores
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name))
    return tuple(
        Store(
            id=StoreId(row.id),
            name=row.name,
            address=row.address,
            time_zone=row.time_zone,
            program=ProgramId(row.program),
        )
        for row in found
    )


def add_program(tx: Transaction, program: Program, document: str) -> None:
    """Write a version of a program down."""
    tx.programs.clear()
    tx.run(
        insert(tables.programs).values(
            tenant=tx.tenant,
            id=program.id,
            version=program.version,
            valid_from=program.valid_from,
            document=document,
        )
    )


def program_document(tx: Transaction, wanted: ProgramId, version: int | None = None) -> str | None:
    """The document of a version; without one, of the version in force now."""
    table = tables.programs
    versions = select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted)
    if version is not None:
        versions = versions.where(table.c.version == version)
    found = tx.rows(versions.order_by(table.c.version.desc()))
    in_force = [row for row in found if row.valid_from <= tx.now]
    row = next(iter(in_force or found), None)
    return None if row is None else str(row.document)


def program(tx: Transaction, wanted: ProgramId, version: int | None = None) -> Program | None:
    """The rules of a version; without one, those in force now."""
    key = (wanted, version)
    if key not in tx.programs:
        document = program_document(tx, wanted, version)
        tx.programs[key] = None if document is None else _cached_program(document)
    return tx.programs[key]
