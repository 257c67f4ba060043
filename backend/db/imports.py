"""Imports: the files, what became of their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import EntryId, MemberId, ProgramId


class ImportState(StrEnum):
    """How far an import is."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One import."""

    id: str
    content_hash: str
    content: str | None
    encoding: str
    delimiter: str
    headers: str
    plan: str | None
    state: ImportState
    row_count: int
    result: str | None
    actor: str
    uploaded_at: datetime
    committed_at: datetime | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A row of the books that came in before, and stands."""

    session: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtRow:
    """A row that came in."""

    session: str
    number: int
    key: str
    member: MemberId
    program: ProgramId
    made_member: bool
    entry: EntryId | None
    points: int


def add_import(tx: Transaction, row: ImportRow) -> None:
    """Write a new import down."""
    tx.run(insert(tables.imports).values(tenant=tx.tenant, **_values(row)))


def save_import(tx: Transaction, wanted: str, **values: object) -> None:
    """Change what is kept of an import."""
    table = tables.imports
    tx.run(update(table).where(table.c.tenant == tx.tenant, table.c.id == wanted).values(**values))


def remove_import(tx: Transaction, wanted: str) -> None:
    """Take an import out of which no row came in."""
    table = tables.imports
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def import_(tx: Transaction, wanted: str) -> ImportRow | None:
    """The import of that id."""
    table = tables.imports
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _import(row)


def standing(tx: Transaction, wanted: str) -> tuple[ImportState, int]:
    """How far that import is, and how many rows its file has now: not the file, which is long."""
    table = tables.imports
    row = tx.run(
        select(table.c.state, table.c.row_count).where(
            table.c.tenant == tx.tenant, table.c.id == wanted
        )
    ).one()
    return ImportState(row.state), row.row_count


def imports_before(
    tx: Transaction, before: tuple[datetime, str] | None, limit: int
) -> tuple[ImportRow, ...]:
    """The latest imports first, from a place on, without their files."""
    table = tables.imports
    columns = [column for column in table.columns if column.name != "content"]
    query = select(*columns).where(table.c.tenant == tx.tenant)
    if before is not None:
        at, last = before
        query = query.where(
            or_(table.c.uploaded_at < at, and_(table.c.uploaded_at == at, table.c.id < last))
        )
    found = tx.rows(query.order_by(table.c.uploaded_at.desc(), table.c.id.desc()).limit(limit))
    return tuple(_import(row) for row in found)


def with_files(tx: Transaction) -> tuple[ImportRow, ...]:
    """The imports whose files are kept, because they are not over."""
    table = tables.imports
    query = select(table).where(table.c.tenant == tx.tenant, table.c.content.is_not(None))
    return tuple(_import(row) for row in tx.rows(query.order_by(table.c.uploaded_at, table.c.id)))


def forget_files(tx: Transaction, before: datetime) -> int:
    """Files that were uploaded before that, and never brought in, are forgotten."""
    table = tables.imports
    old = (
        table.c.tenant == tx.tenant,
        table.c.uploaded_at < before,
        table.c.state.in_((ImportState.UPLOADED.value, ImportState.MAPPED.value)),
        table.c.content.is_not(None),
    )
    return tx.run(update(table).where(*old).values(content=None)).rowcount


def unfinished(tx: Transaction) -> tuple[str, ...]:
    """Imports whose commit or undoing was interrupted."""
    table = tables.imports
    states = (ImportState.COMMITTING.value, ImportState.UNDOING.value)
    found = tx.rows(
        select(table.c.id).where(table.c.tenant == tx.tenant, table.c.state.in_(states))
    )
    return tuple(row.id for row in found)


def add_rows(tx: Transaction, rows: Sequence[BroughtRow]) -> None:
    """Rows that came in, all in one statement."""
    if rows:
        told = [
            {
                "tenant": tx.tenant,
                "session": row.session,
                "number": row.number,
                "key": row.key,
                "member": row.member,
                "program": row.program,
                "made_member": int(row.made_member),
                "entry": row.entry,
                "points": row.points,
                "undone_at": None,
            }
            for row in rows
        ]
        tx.run(insert(tables.import_rows).values(told))


def brought(tx: Transaction, keys: Sequence[str]) -> dict[str, Came]:
    """Those of the rows that came in and were not undone, by key."""
    table = tables.import_rows
    found = tx.rows(
        select(table.c.key, table.c.session, table.c.points).where(
            table.c.tenant == tx.tenant, table.c.key.in_(keys), table.c.undone_at.is_(None)
        )
    )
    return {row.key: Came(session=row.session, points=row.points) for row in found}


def undone_times(tx: Transaction, keys: Sequence[str]) -> dict[str, int]:
    """How often each of those rows came in and was undone."""
    table = tables.import_rows
    found = tx.rows(
        select(table.c.key, func.count().label("times"))
        .where(table.c.tenant == tx.tenant, table.c.key.in_(keys), table.c.undone_at.is_not(None))
        .group_by(table.c.key)
    )
    return {row.key: row.times for row in found}


def totals_of(tx: Transaction, session: str) -> tuple[int, int, int]:
    """How many rows gave points, how many points, how many members were added."""
    table = tables.import_rows
    row = tx.run(
        select(
            func.count(table.c.entry).label("lots"),
            func.coalesce(func.sum(table.c.points), 0).label("points"),
            func.coalesce(func.sum(table.c.made_member), 0).label("added"),
        ).where(table.c.tenant == tx.tenant, table.c.session == session)
    ).one()
    return row.lots, int(row.points), int(row.added)


def to_undo(tx: Transaction, session: str, limit: int) -> tuple[BroughtRow, ...]:
    """Rows of the import that were not undone, the last first."""
    table = tables.import_rows
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.session == session, table.c.undone_at.is_(None))
        .order_by(table.c.number.desc())
        .limit(limit)
    )
    return tuple(
        BroughtRow(
            session=row.session,
            number=row.number,
            key=row.key,
            member=MemberId(row.member),
            program=ProgramId(row.program),
            made_member=bool(row.made_member),
            entry=None if row.entry is None else EntryId(row.entry),
            points=row.points,
        )
        for row in found
    )


def mark_undone(tx: Transaction, session: str, numbers: Sequence[int]) -> None:
    """Those rows are undone."""
    table = tables.import_rows
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.session == session, table.c.number.in_(numbers))
        .values(undone_at=tx.now)
    )


def _values(row: ImportRow) -> dict[str, object]:
    return {
        "id": row.id,
        "content_hash": row.content_hash,
        "content": row.content,
        "encoding": row.encoding,
        "delimiter": row.delimiter,
        "headers": row.headers,
        "plan": row.plan,
        "state": row.state.value,
        "row_count": row.row_count,
        "result": row.result,
        "actor": row.actor,
        "uploaded_at": row.uploaded_at,
        "committed_at": row.committed_at,
        "undone_at": row.undone_at,
    }


def _import(row: Row[Any]) -> ImportRow:
    return ImportRow(
        id=row.id,
        content_hash=row.content_hash,
        content=getattr(row, "content", None),
        encoding=row.encoding,
        delimiter=row.delimiter,
        headers=row.headers,
        plan=row.plan,
        state=ImportState(row.state),
        row_count=row.row_count,
        result=row.result,
        actor=row.actor,
        uploaded_at=row.uploaded_at,
        committed_at=row.committed_at,
        undone_at=row.undone_at,
    )
