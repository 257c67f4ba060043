"""Whether anything in the books is of a store: tills, staff, sales, points, stock."""

from sqlalchemy import Table, select

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import StoreId

_NAMES = ("store", "seen_store")
"""What a column that says which store is called."""


def is_named(tx: Transaction, store: StoreId) -> bool:
    """Whether any row of any table is of the store.

    The small tables first: a store that ever worked is found before the long ones are read.
    """
    return any(_has_row(tx, table, store) for table in _of_stores())


def _of_stores() -> list[Table]:
    found = [
        table
        for table in tables.metadata.sorted_tables
        if any(name in table.columns for name in _NAMES)
    ]
    return sorted(found, key=lambda table: table.name in _LONG)


_LONG = {"entries", "sales", "sale_acts", "point_uses", "members", "cards", "links"}


def _has_row(tx: Transaction, table: Table, store: StoreId) -> bool:
    named = [table.c[name] for name in _NAMES if name in table.columns]
    return any(
        tx.first(select(table.c.tenant).where(table.c.tenant == tx.tenant, each == store).limit(1))
        is not None
        for each in named
    )
