"""Staff: who they are, their sessions, their one-time links."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, delete, func, insert, select, update

from backend.db import shops, tables
from backend.db.shops import Store
from backend.db.transaction import Transaction
from backend.rights import Role
from loyalty.ids import MemberId, StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the staff."""

    id: str
    name: str
    email: str
    role: Role
    store: Store | None
    """Where they work; None for every store."""
    member: MemberId | None
    """Who they are as a customer."""
    password: str | None
    pin: str | None
    failures: int
    locked_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A way in that somebody opened: a browser's session, or a token for a program."""

    id: str
    kind: str
    name: str
    staff: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


def add(tx: Transaction, person: Person, *, email_key: str) -> None:
    """Write somebody down."""
    tx.run(
        insert(tables.staff).values(
            tenant=tx.tenant,
            id=person.id,
            name=person.name,
            email=person.email,
            email_key=email_key,
            role=person.role.value,
            store=person.store.id if person.store else None,
            member=person.member,
            password=person.password,
            pin=person.pin,
            failures=0,
            created_at=person.created_at,
        )
    )


def change(tx: Transaction, wanted: str, **values: object) -> None:
    """Change columns of one person."""
    table = tables.staff
    tx.run(update(table).where(table.c.tenant == tx.tenant, table.c.id == wanted).values(**values))


def person(tx: Transaction, wanted: str) -> Person | None:
    """The person of that id."""
    table = tables.staff
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _person(tx, row)


def by_email(tx: Transaction, email_key: str) -> Person | None:
    """The person of that address."""
    table = tables.staff
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.email_key == email_key))
    return None if row is None else _person(tx, row)


def by_member(tx: Transaction, member: MemberId) -> Person | None:
    """The person at work who is that customer."""
    table = tables.staff

    def read() -> Person | None:
        row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.member == member))
        return None if row is None else _person(tx, row)

    return tx.known(table, ("member", member), read)


def expect_members(tx: Transaction, wanted: Iterable[MemberId]) -> None:
    """Learn at once who of them does not work here: a batch is about to ask for each of them."""
    table = tables.staff
    asked = tx.unknown(table, (("member", member) for member in wanted))
    if asked:
        members = [member for _, member in asked]
        rows = tx.rows(
            select(table.c.member).where(table.c.tenant == tx.tenant, table.c.member.in_(members))
        )
        work_here = {row.member for row in rows}
        tx.learn(table, {}, [each for each in asked if each[1] not in work_here])


def everybody(tx: Transaction) -> tuple[Person, ...]:
    """All staff, by name."""
    table = tables.staff
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name))
    return tuple(_person(tx, row) for row in found)


def owners(tx: Transaction) -> int:
    """How many owners can get in."""
    table = tables.staff
    row = tx.first(
        select(func.count())
        .select_from(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.role == Role.OWNER.value,
            table.c.disabled_at.is_(None),
        )
    )
    assert row is not None
    return int(row[0])


def _person(tx: Transaction, row: Row[tuple[object, ...]]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        store=None if row.store is None else shops.store(tx, StoreId(row.store)),
        member=None if row.member is None else MemberId(row.member),
        password=row.password,
        pin=row.pin,
        failures=row.failures,
        locked_until=row.locked_until,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def open_session(tx: Transaction, session: Session, *, token_hash: str) -> None:
    """Write a session down; those that ended are forgotten."""
    table = tables.staff_sessions
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.ends_at < tx.now))
    tx.run(
        insert(table).values(
            tenant=tx.tenant,
            token_hash=token_hash,
            id=session.id,
            staff=session.staff,
            kind=session.kind,
            name=session.name,
            created_at=session.created_at,
            seen_at=session.seen_at,
            ends_at=session.ends_at,
        )
    )


def session(tx: Transaction, token_hash: str) -> tuple[Session, Person] | None:
    """The session of that token and whose it is, unless they were shut out."""
    sessions, people = tables.staff_sessions, tables.staff
    whose = and_(people.c.tenant == sessions.c.tenant, people.c.id == sessions.c.staff)
    row = tx.first(
        select(sessions)
        .join(people, whose)
        .where(
            sessions.c.tenant == tx.tenant,
            sessions.c.token_hash == token_hash,
            people.c.disabled_at.is_(None),
        )
    )
    found = None if row is None else person(tx, row.staff)
    return None if row is None or found is None else (_session(row), found)


def sessions(tx: Transaction, staff: str) -> tuple[Session, ...]:
    """The open sessions and tokens of one person, oldest first."""
    table = tables.staff_sessions
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.staff == staff, table.c.ends_at > tx.now)
        .order_by(table.c.created_at, table.c.id)
    )
    return tuple(_session(row) for row in found)


def seen(tx: Transaction, wanted: str) -> None:
    """The session was used just now."""
    table = tables.staff_sessions
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == wanted)
        .values(seen_at=tx.now)
    )


def close_session(tx: Transaction, staff: str, wanted: str) -> bool:
    """End one session of a person; False when they have none of that id."""
    table = tables.staff_sessions
    done = tx.run(
        delete(table).where(
            table.c.tenant == tx.tenant, table.c.staff == staff, table.c.id == wanted
        )
    )
    return done.rowcount == 1


def close_sessions(tx: Transaction, staff: str) -> int:
    """End every session and token of a person: how many."""
    table = tables.staff_sessions
    done = tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.staff == staff))
    return done.rowcount


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(
        id=row.id,
        kind=row.kind,
        name=row.name,
        staff=row.staff,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
    )


def add_link(tx: Transaction, staff: str, *, token_hash: str, expires_at: datetime) -> None:
    """A one-time link for one person; an earlier one is good for nothing any more."""
    table = tables.staff_links
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.staff == staff))
    tx.run(
        insert(table).values(
            tenant=tx.tenant, token_hash=token_hash, staff=staff, expires_at=expires_at
        )
    )


def use_link(tx: Transaction, token_hash: str) -> str | None:
    """Whose link it is, once; None when it is unknown, used or too old."""
    table = tables.staff_links
    mine = (table.c.tenant == tx.tenant) & (table.c.token_hash == token_hash)
    row = tx.first(select(table).where(mine, table.c.expires_at > tx.now))
    if row is None:
        return None
    tx.run(delete(table).where(mine))
    return str(row.staff)
