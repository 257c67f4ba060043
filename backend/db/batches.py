"""Work over all members that a program asks for: in parts, and gone on with where it stopped."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, ProgramId


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Work over all members, and how far it is."""

    id: str
    program: str
    kind: str
    content: str
    reached: str = ""
    done: bool = False
    members: int = 0
    points: int = 0
    begun_at: datetime | None = None
    """None before it is written down."""


def batch(tx: Transaction, wanted: str) -> Batch | None:
    """The work of that id."""
    table = tables.program_batches
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _batch(row)


def batches(tx: Transaction, program: str) -> tuple[Batch, ...]:
    """What was begun for a program, the latest first."""
    table = tables.program_batches
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.program == program)
        .order_by(table.c.begun_at.desc(), table.c.id)
    )
    return tuple(_batch(row) for row in found)


def unfinished(tx: Transaction) -> tuple[Batch, ...]:
    """What nobody has ended yet, the longest begun first."""
    table = tables.program_batches
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.done == 0)
        .order_by(table.c.begun_at, table.c.id)
    )
    return tuple(_batch(row) for row in found)


def delete_batch(tx: Transaction, wanted: str) -> None:
    """Work that is not wanted any more before it began; none where there is no such work."""
    table = tables.program_batches
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted, table.c.reached == "")
    tx.run(delete(table).where(*mine))


def begin_batch(tx: Transaction, begun: Batch, actor: str) -> None:
    """Write down that it begins."""
    tx.run(
        insert(tables.program_batches).values(
            tenant=tx.tenant,
            id=begun.id,
            program=begun.program,
            kind=begun.kind,
            content=begun.content,
            reached="",
            done=0,
            members=0,
            points=0,
            actor=actor,
            begun_at=tx.now,
        )
    )


def save_batch(tx: Transaction, far: Batch) -> None:
    """How far it is."""
    table = tables.program_batches
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == far.id)
        .values(reached=far.reached, done=int(far.done), members=far.members, points=far.points)
    )


def without_account(
    tx: Transaction, program: ProgramId, *, after: str, limit: int, consenting: bool
) -> tuple[MemberId, ...]:
    """The next members who have joined and have no account in the program.

    `consenting`: those who agreed; else all but those whose last word was no.
    """
    table = tables.members
    query = (
        select(table.c.id)
        .where(table.c.id > after, *_without_account(tx, program, consenting=consenting))
        .order_by(table.c.id)
        .limit(limit)
    )
    return tuple(MemberId(row.id) for row in tx.rows(query))


def count_without_account(tx: Transaction, program: ProgramId, *, consenting: bool) -> int:
    """How many there are."""
    query = (
        select(func.count().label("members"))
        .select_from(tables.members)
        .where(*_without_account(tx, program, consenting=consenting))
    )
    row = tx.first(query)
    return 0 if row is None else int(row.members)


def count_members(tx: Transaction) -> int:
    """How many members have joined."""
    table = tables.members
    query = (
        select(func.count().label("members"))
        .select_from(table)
        .where(table.c.tenant == tx.tenant, table.c.enrolled_at.is_not(None))
    )
    row = tx.first(query)
    return 0 if row is None else int(row.members)


def _without_account(
    tx: Transaction, program: ProgramId, *, consenting: bool
) -> list[ColumnElement[bool]]:
    table, account = tables.members, tables.accounts
    has_account = (
        select(account.c.member)
        .where(
            account.c.tenant == table.c.tenant,
            account.c.member == table.c.id,
            account.c.program == program,
        )
        .exists()
    )
    return [
        table.c.tenant == tx.tenant,
        table.c.enrolled_at.is_not(None),
        ~has_account,
        _answered(yes=True) if consenting else ~_answered(yes=False),
    ]


def _answered(*, yes: bool) -> ColumnElement[bool]:
    """Whether that was the member's last word on the program."""
    table, consent = tables.members, tables.consents
    later = consent.alias()
    same = and_(
        later.c.tenant == consent.c.tenant,
        later.c.member == consent.c.member,
        later.c.purpose == consent.c.purpose,
        later.c.at > consent.c.at,
    )
    return (
        select(consent.c.member)
        .where(
            consent.c.tenant == table.c.tenant,
            consent.c.member == table.c.id,
            consent.c.purpose == "program",
            consent.c.given == int(yes),
            ~select(later.c.event).where(same).exists(),
        )
        .exists()
    )


def _batch(row: Row[tuple[object, ...]]) -> Batch:
    return Batch(
        id=row.id,
        program=row.program,
        kind=row.kind,
        content=row.content,
        reached=row.reached,
        done=bool(row.done),
        members=row.members,
        points=row.points,
        begun_at=row.begun_at,
    )
