"""Merges: which record took which in, and what must be put back to undo it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, ProgramId, StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """A merge."""

    id: str
    kept: MemberId
    absorbed: MemberId
    store: StoreId
    programs: tuple[ProgramId, ...]
    cards: tuple[str, ...]
    """The cards that opened the absorbed account."""
    actor: str
    at: datetime
    undone_at: datetime | None = None


def merge(tx: Transaction, wanted: str) -> MergeRow | None:
    """The merge of that id."""
    table = tables.merges
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _row(row)


def of_absorbed(tx: Transaction, absorbed: MemberId) -> MergeRow | None:
    """The merge by which that record was taken in, unless it was undone."""
    table = tables.merges
    row = tx.first(
        select(table).where(
            table.c.tenant == tx.tenant,
            table.c.absorbed == absorbed,
            table.c.undone_at.is_(None),
        )
    )
    return None if row is None else _row(row)


def add(tx: Transaction, new: MergeRow) -> None:
    """Write a merge down."""
    tx.run(
        insert(tables.merges).values(
            tenant=tx.tenant,
            id=new.id,
            kept=new.kept,
            absorbed=new.absorbed,
            store=new.store,
            programs=json.dumps(new.programs),
            cards=json.dumps(new.cards),
            actor=new.actor,
            at=new.at,
        )
    )


def undo(tx: Transaction, wanted: str, *, by: str) -> None:
    """The merge does not count any more."""
    table = tables.merges
    mine = (table.c.tenant == tx.tenant, table.c.id == wanted)
    tx.run(update(table).where(*mine).values(undone_at=tx.now, undone_by=by))


def _row(row: Row[tuple[object, ...]]) -> MergeRow:
    return MergeRow(
        id=row.id,
        kept=MemberId(row.kept),
        absorbed=MemberId(row.absorbed),
        store=StoreId(row.store),
        programs=tuple(ProgramId(each) for each in json.loads(row.programs)),
        cards=tuple(json.loads(row.cards)),
        actor=row.actor,
        at=row.at,
        undone_at=row.undone_at,
    )
