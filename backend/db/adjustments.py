"""Adjustments: what was asked by hand, by whom, and the tables that were sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, insert, or_, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRow:
    """What somebody asked for."""

    id: str
    member: MemberId
    program: ProgramId
    store: StoreId
    points: int
    nature: str
    comment: str
    salt: bytes
    value_at: datetime | None
    deadline: datetime | None
    content: str
    actor: str
    asked_at: datetime
    approval: str | None = None
    entry: EntryId | None = None
    session: str | None = None


def add(tx: Transaction, row: AdjustmentRow) -> None:
    """Write down what was asked."""
    tx.run(
        insert(tables.adjustments).values(
            tenant=tx.tenant,
            id=row.id,
            member=row.member,
            program=row.program,
            store=row.store,
            points=row.points,
            nature=row.nature,
            comment=row.comment,
            salt=row.salt.hex(),
            value_at=row.value_at,
            deadline=row.deadline,
            state="pending" if row.entry is None else "booked",
            content=row.content,
            actor=row.actor,
            asked_at=row.asked_at,
            approval=row.approval,
            entry=row.entry,
            session=row.session,
        )
    )


def booked(tx: Transaction, wanted: str, entry: EntryId) -> None:
    """A second person agreed: the points have moved."""
    table = tables.adjustments
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted)
    tx.run(update(table).where(*mine).values(state="booked", entry=entry))


def adjustment(tx: Transaction, wanted: str) -> AdjustmentRow | None:
    """What was asked under that id."""
    table = tables.adjustments
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _row(row)


def adjustments(
    tx: Transaction, member: MemberId, after: tuple[datetime, str] | None, limit: int
) -> tuple[AdjustmentRow, ...]:
    """What was asked for a member, the latest first."""
    table = tables.adjustments
    wanted = select(table).where(table.c.tenant == tx.tenant, table.c.member == member)
    if after is not None:
        at, last = after
        before = and_(table.c.asked_at == at, table.c.id < last)
        wanted = wanted.where(or_(table.c.asked_at < at, before))
    ordered = wanted.order_by(table.c.asked_at.desc(), table.c.id.desc()).limit(limit)
    return tuple(_row(row) for row in tx.rows(ordered))


def comments(tx: Transaction, entries: Iterable[str]) -> dict[str, str]:
    """What staff wrote beside the changes by hand among those entries; where nothing, none."""
    table = tables.adjustments
    wanted = table.c.tenant == tx.tenant, table.c.entry.in_(list(entries)), table.c.comment != ""
    return {row.entry: row.comment for row in tx.rows(select(table).where(*wanted))}


def _row(row: Row[tuple[object, ...]]) -> AdjustmentRow:
    return AdjustmentRow(
        id=row.id,
        member=MemberId(row.member),
        program=ProgramId(row.program),
        store=StoreId(row.store),
        points=row.points,
        nature=row.nature,
        comment=row.comment,
        salt=bytes.fromhex(row.salt),
        value_at=row.value_at,
        deadline=row.deadline,
        content=row.content,
        actor=row.actor,
        asked_at=row.asked_at,
        approval=row.approval,
        entry=None if row.entry is None else EntryId(row.entry),
        session=row.session,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A table that was sent, and the answer it got."""

    id: str
    content: str
    answer: str
    actor: str


def session(tx: Transaction, wanted: str) -> SessionRow | None:
    """The table of that session."""
    table = tables.adjustment_sessions
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return SessionRow(id=row.id, content=row.content, answer=row.answer, actor=row.actor)


def add_session(tx: Transaction, new: SessionRow) -> None:
    """Write down that a table was done."""
    tx.run(
        insert(tables.adjustment_sessions).values(
            tenant=tx.tenant,
            id=new.id,
            content=new.content,
            answer=new.answer,
            actor=new.actor,
            at=tx.now,
        )
    )
