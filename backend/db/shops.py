"""Tenants, their stores and their programs."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, ScalarSelect, Select, delete, func, insert, select, update

from backend.db import gifts, silos, tables
from backend.db.transaction import Transaction
from backend_client.schemas.catalogue import with_gifts
from loyalty.document import read_program
from loyalty.ids import ProgramId, StoreId, TenantId
from loyalty.program import InvitationRules, Program
from loyalty.program.sharing import Sharing

_cached_program = lru_cache(maxsize=128)(read_program)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop of the company."""

    id: StoreId
    name: str
    address: str
    time_zone: str
    program: ProgramId
    """In which its customers' accounts are."""
    rules: ProgramId | None = None
    """The program that was published; another one than `program` where that keeps silos."""
    brand: str = ""
    """The sign above its door ("enseigne"), where the company has several."""
    group: str | None = None
    """The stores it belongs with."""
    closed_at: datetime | None = None
    """Since when nothing new begins in it; what was stays in the books."""

    @property
    def published(self) -> ProgramId:
        """The program whose versions it follows."""
        return self.rules or self.program

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


def rename_feed(tx: Transaction, name: str) -> None:
    """Begin another history: cursors of the old one start over."""
    table = tables.tenants
    tx.run(update(table).where(table.c.id == tx.tenant).values(feed=name))


def tenants(connection: Connection) -> dict[TenantId, str]:
    """Every company, with the mark of the keys it was made with."""
    found = connection.execute(select(tables.tenants.c.id, tables.tenants.c.key_mark))
    return {TenantId(row.id): row.key_mark for row in found}


def company_name(tx: Transaction) -> str:
    """What the company of this transaction is called."""
    table = tables.tenants
    return str(tx.run(select(table.c.name).where(table.c.id == tx.tenant)).scalar_one())


def rename_company(tx: Transaction, name: str) -> None:
    """Call the company of this transaction otherwise."""
    table = tables.tenants
    tx.run(update(table).where(table.c.id == tx.tenant).values(name=name))


def add_store(tx: Transaction, store: Store) -> None:
    """Write a shop down."""
    tx.run(
        insert(tables.stores).values(
            tenant=tx.tenant,
            id=store.id,
            name=store.name,
            address=store.address,
            time_zone=store.time_zone,
            program=store.published,
            brand=store.brand,
            group_code=store.group,
            closed_at=store.closed_at,
        )
    )


def save_store(tx: Transaction, store: Store) -> None:
    """The shop as it is now."""
    table = tables.stores
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == store.id)
        .values(
            name=store.name,
            address=store.address,
            time_zone=store.time_zone,
            program=store.published,
            brand=store.brand,
            group_code=store.group,
            closed_at=store.closed_at,
        )
    )


def delete_store(tx: Transaction, wanted: StoreId) -> None:
    """Take a shop out in which nothing has happened."""
    table = tables.stores
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def store(tx: Transaction, wanted: StoreId) -> Store | None:
    """The shop of that id."""
    table = tables.stores
    # With the rules that say whether its points are its own: every till's request asks for both.
    row = tx.first(
        select(table, _rules_of_store(tx).label("document")).where(
            table.c.tenant == tx.tenant, table.c.id == wanted
        )
    )
    if row is None:
        return None
    if row.document is not None:
        tx.rules.setdefault(ProgramId(row.program), _cached_program(row.document))
    return _store(tx, row)


def stores(tx: Transaction) -> tuple[Store, ...]:
    """Every shop of the company, by name."""
    table = tables.stores
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name))
    return tuple(_store(tx, row) for row in found)


def where_joined(tx: Transaction, joined_in: StoreId | None) -> Store:
    """The store where somebody joined; the first by name for who joined in none that is there."""
    found = stores(tx)
    return next((store for store in found if store.id == joined_in), found[0])


def open_stores(tx: Transaction) -> tuple[Store, ...]:
    """The shops that are not closed, by name: where something may begin."""
    return tuple(store for store in stores(tx) if store.closed_at is None)


def _store(tx: Transaction, row: Row[tuple[object, ...]]) -> Store:
    published = ProgramId(row.program)
    rules = _rules(tx, published)
    return Store(
        id=StoreId(row.id),
        name=row.name,
        address=row.address,
        time_zone=row.time_zone,
        program=silos.of_store(rules, row.id, row.group_code) if rules else published,
        rules=published,
        brand=row.brand,
        group=row.group_code,
        closed_at=row.closed_at,
    )


def _rules_of_store(tx: Transaction) -> ScalarSelect[str]:
    """The document in force of the program that a store follows, within a query of stores."""
    table = tables.programs
    return (
        select(table.c.document)
        .where(
            table.c.tenant == tables.stores.c.tenant,
            table.c.id == tables.stores.c.program,
            table.c.valid_from <= tx.now,
        )
        .order_by(table.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )


def _rules(tx: Transaction, published: ProgramId) -> Program | None:
    """What is published, without the catalogue; read once in a transaction."""
    if published not in tx.rules:
        document = program_document(tx, published)
        tx.rules[published] = None if document is None else _cached_program(document)
    return tx.rules[published]


def brands(tx: Transaction) -> dict[str, str]:
    """The company's signs, with their names."""
    table = tables.brands
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.id))
    return {row.id: row.name for row in found}


def save_brand(tx: Transaction, wanted: str, name: str) -> None:
    """Write a sign down."""
    fresh = tx.insert_or_update(tables.brands).values(tenant=tx.tenant, id=wanted, name=name)
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "id"], set_={"name": name}))


def delete_brand(tx: Transaction, wanted: str) -> None:
    """Take a sign out."""
    table = tables.brands
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def groups(tx: Transaction) -> dict[str, str]:
    """The company's groups of stores, with their names."""
    table = tables.store_groups
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.id))
    return {row.id: row.name for row in found}


def save_group(tx: Transaction, wanted: str, name: str) -> None:
    """Write a group down."""
    fresh = tx.insert_or_update(tables.store_groups).values(tenant=tx.tenant, id=wanted, name=name)
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "id"], set_={"name": name}))


def delete_group(tx: Transaction, wanted: str) -> None:
    """Take a group out."""
    table = tables.store_groups
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def add_program(tx: Transaction, program: Program, document: str) -> None:
    """Write a version of a program down."""
    tx.programs.clear()
    tx.rules.clear()
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
    """The document of a version; without one, of the version in force now.

    A silo has the document of its rules, under their name.
    """
    table, versions = tables.programs, _versions(tx, wanted)
    if version is None:
        row = _in_force(tx, versions)
    else:
        row = tx.first(versions.where(table.c.version == version))
    return None if row is None else str(row.document)


def _versions(tx: Transaction, wanted: ProgramId) -> Select[Any]:
    """The versions of a program, the latest first; a silo has those of its rules."""
    table = tables.programs
    names = [wanted, silos.rules_of(wanted) or wanted]
    return (
        select(table.c.document)
        .where(table.c.tenant == tx.tenant, table.c.id.in_(names))
        # A program may have a name that looks like a silo's: then it is meant itself.
        .order_by((table.c.id == wanted).desc(), table.c.version.desc())
        .limit(1)
    )


def _in_force(tx: Transaction, versions: Select[Any]) -> Row[Any] | None:
    """The version in force now; of a program that is still to begin, the one that is coming."""
    return tx.first(versions.where(tables.programs.c.valid_from <= tx.now)) or tx.first(versions)


def program(tx: Transaction, wanted: ProgramId, version: int | None = None) -> Program | None:
    """The rules of a version; without one, those in force now."""
    key = (wanted, version)
    if key not in tx.programs:
        found = _former(tx, wanted, version) if version is not None else _current(tx, wanted)
        tx.programs[key] = found and silos.named(found, wanted)
    return tx.programs[key]


def _former(tx: Transaction, wanted: ProgramId, version: int) -> Program | None:
    document = program_document(tx, wanted, version)
    return None if document is None else _with_catalogue(tx, document, version)


def _current(tx: Transaction, wanted: ProgramId) -> Program | None:
    """The rules in force, silent where the merchant has switched loyalty off.

    Both in one statement: a sale at the till asks for them.
    """
    switch = _switch(tx, wanted).scalar_subquery().label("is_on")
    row = _in_force(tx, _versions(tx, wanted).add_columns(switch))
    if row is None:
        return None
    found = _with_catalogue(tx, row.document, None)
    return found if row.is_on in (None, 1) else _silent(found)


def is_on(tx: Transaction, wanted: ProgramId) -> bool:
    """Whether the merchant has loyalty switched on."""
    row = tx.first(_switch(tx, wanted))
    return row is None or row.is_on in (None, 1)


def _switch(tx: Transaction, wanted: ProgramId) -> Select[Any]:
    """Whether it is on, and its rules are, where it is a silo; nothing where nobody ever said."""
    table = tables.program_switches
    names = [wanted, silos.rules_of(wanted) or wanted]
    return select(func.min(table.c.is_on).label("is_on")).where(
        table.c.tenant == tx.tenant, table.c.program.in_(names)
    )


def _silent(program: Program) -> Program:
    """The program of a merchant who has switched loyalty off: it gives, sells and says nothing."""
    return replace(
        program,
        earning=(),
        campaigns=(),
        rewards=(),
        alerts=(),
        rule_in_words={},
        tiers=None,
        invitations=InvitationRules(),
    )


def _with_catalogue(tx: Transaction, document: str, version: int | None) -> Program:
    """The program with the gifts of the catalogue among its rewards.

    A former version is asked for what was taken under it: there, what is offered no more still has
    its name and its price.
    """
    found = gifts.every_gift(tx)
    if version is not None:
        found = tuple(gift.model_copy(update={"offered": True}) for gift in found)
    program = with_gifts(_cached_program(document), found)
    if program.stores.sharing is Sharing.POOL:
        return program
    # Which store is of which group, the stores say; a program's document may say otherwise.
    said = {store.id: store.group for store in stores(tx) if store.group is not None}
    groups = {**said, **program.stores.groups}
    return replace(program, stores=replace(program.stores, groups=groups))
