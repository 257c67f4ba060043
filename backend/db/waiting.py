"""Rows that wait to be written: table by table, one statement each, parents first."""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from backend.db import bulk
from backend.db.bulk import keys_of
from backend.db.tables import metadata

Row = dict[str, Any]


class Waiting:
    """New rows, and changes to rows that are there already."""

    def __init__(self) -> None:
        self._new: dict[str, list[Row]] = {}
        self._new_by_key: dict[str, dict[Hashable, Row]] = {}
        self._changed: dict[str, dict[Hashable, Row]] = {}

    def __bool__(self) -> bool:
        return bool(self._new or self._changed)

    def add(self, table: Table, row: Row) -> None:
        """A new row. Two with one key are both kept: the database refuses the second."""
        self._new.setdefault(table.name, []).append(row)
        self._new_by_key.setdefault(table.name, {})[_key(table, row)] = row

    def change(self, table: Table, row: Mapping[str, Any]) -> None:
        """Its key, and what changes; of a row that waits itself, at once."""
        key = _key(table, row)
        new = self._new_by_key.get(table.name, {}).get(key)
        if new is None:
            new = self._changed.setdefault(table.name, {}).setdefault(key, {})
        new.update(row)

    def write(self, connection: Connection) -> None:
        """Write all of it. What was refused is the whole transaction's trouble."""
        new, changed = self._new, self._changed
        self._new, self._new_by_key, self._changed = {}, {}, {}
        # Every parent stands before what points to it, so one pass is enough.
        for table in _parents_first():
            for rows in _alike(new.get(table.name, ())):
                bulk.insert(connection, table, rows)
            for rows in _alike(changed.get(table.name, {}).values()):
                bulk.update(connection, table, rows)


@cache
def _parents_first() -> tuple[Table, ...]:
    return tuple(metadata.sorted_tables)


def _key(table: Table, row: Mapping[str, Any]) -> Hashable:
    return tuple(row[name] for name in keys_of(table))


def _alike(rows: Any) -> list[list[Row]]:  # noqa: ANN401 - whatever can be walked
    """The rows by the columns they name: a statement is for one such kind."""
    kinds: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        kinds.setdefault(tuple(sorted(row)), []).append(row)
    return list(kinds.values())
