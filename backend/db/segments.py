"""Segments: filters of members that the shop keeps under a name."""

from sqlalchemy import delete, insert, select

from backend.db import tables
from backend.db.transaction import Transaction
from backend_client.schemas.members import MemberFilter, SegmentBody


def segments(tx: Transaction) -> tuple[SegmentBody, ...]:
    """Every segment, by name."""
    table = tables.segments
    found = tx.rows(
        select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name, table.c.id)
    )
    return tuple(
        SegmentBody(id=row.id, name=row.name, only=MemberFilter.model_validate_json(row.filter))
        for row in found
    )


def save_segment(tx: Transaction, segment: SegmentBody) -> None:
    """The segment, instead of what it was."""
    remove_segment(tx, segment.id)
    tx.run(
        insert(tables.segments).values(
            tenant=tx.tenant,
            id=segment.id,
            name=segment.name,
            filter=segment.only.model_dump_json(exclude_defaults=True),
        )
    )


def remove_segment(tx: Transaction, wanted: str) -> bool:
    """Whether there was one to remove."""
    table = tables.segments
    gone = tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return bool(gone.rowcount)
