"""What is kept of a person: found by the marks beside the columns, given out or forgotten whole.

The same list serves both, so that nothing can be kept that is not told, nor told and then kept.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Integer, Table, and_, delete, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId

Value = str | int | None


def personal() -> Iterator[tuple[Table, tuple[Column[object], ...]]]:
    """Each table that says something of members, with the columns that do."""
    for table in tables.metadata.sorted_tables:
        marked = tuple(column for column in table.columns if column.info.get("personal"))
        if marked:
            assert "member" in table.info, f"{table.name} does not say whose its rows are"
            yield table, marked


def kept_of(tx: Transaction, member: MemberId) -> dict[str, tuple[dict[str, Value], ...]]:
    """Every personal value of a member, by table."""
    return {
        table.name: tuple(
            {column.name: _plain(getattr(row, column.name)) for column in columns}
            for row in tx.rows(select(*columns).where(_mine(tx, table, member)))
        )
        for table, columns in personal()
    }


def forget(tx: Transaction, member: MemberId) -> None:
    """Nothing personal of the member stays; rows that others point to stay without it."""
    for table, columns in personal():
        mine = _mine(tx, table, member)
        if table.info["forget"]:
            tx.run(delete(table).where(mine))
        else:
            tx.run(
                update(table).where(mine).values({each.name: _nothing(each) for each in columns})
            )
    members = tables.members
    tx.run(
        update(members)
        .where(members.c.tenant == tx.tenant, members.c.id == member)
        .values(erased_at=tx.now, note_alert=0, version=members.c.version + 1)
    )


def _mine(tx: Transaction, table: Table, member: MemberId) -> ColumnElement[bool]:
    return and_(table.c.tenant == tx.tenant, table.c[table.info["member"]] == member)


def _plain(value: object) -> Value:
    if isinstance(value, datetime):
        return value.isoformat()
    assert value is None or isinstance(value, str | int)
    return value


def _nothing(column: Column[object]) -> Value:
    if column.nullable:
        return None
    return 0 if isinstance(column.type, Integer) else ""
