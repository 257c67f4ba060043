"""Many rows in one statement: one way to the server, and one plan, however many there are.

PostgreSQL is given one array for each column and unfolds them itself, so that the statement's text
is the same for one row and for a thousand. SQLite is in this process: there one prepared statement
is run over all rows by the driver, which is four times as fast as any statement that holds them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Dialect, Integer, String, Table

from backend.db.tables import Instant

Row = Mapping[str, Any]


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New rows, all with the same columns."""
    columns = tuple(rows[0])
    _write(connection, table, columns, rows, _inserting(table, columns, _server(connection)))


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New rows, all with the same columns; those that are there are changed."""
    columns = tuple(rows[0])
    text = _inserting(table, columns, _server(connection)) + _on_conflict(table, columns)
    _write(connection, table, columns, rows, text)


def accumulate(
    connection: Connection, table: Table, rows: Sequence[Row], sums: Sequence[str]
) -> None:
    """New rows, all with the same columns; to those that are there, what each sum has is added."""
    columns = tuple(rows[0])
    told = ", ".join(f'"{name}" = "{table.name}"."{name}" + excluded."{name}"' for name in sums)
    text = (
        f"{_inserting(table, columns, _server(connection))}"
        f" ON CONFLICT ({_quoted(keys_of(table))}) DO UPDATE SET {told}"
    )
    _write(connection, table, columns, rows, text)


def update(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Rows that are there, changed: each with its whole key and the same columns."""
    columns = tuple(rows[0])
    text = _updating(table, columns, _server(connection))
    if not _server(connection):
        columns = (*_changed(table, columns), *keys_of(table))
    _write(connection, table, columns, rows, text)


def _write(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row], text: str
) -> None:
    into = [_converter(table.c[name], connection.dialect) for name in columns]
    if _server(connection):
        arrays = [
            [write(row[name]) for row in rows] for name, write in zip(columns, into, strict=True)
        ]
        connection.exec_driver_sql(text, tuple(arrays))
        return
    connection.exec_driver_sql(
        text,
        [
            tuple(write(row[name]) for name, write in zip(columns, into, strict=True))
            for row in rows
        ],
    )


def _server(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


@lru_cache(maxsize=256)
def _inserting(table: Table, columns: tuple[str, ...], server: bool) -> str:
    into = f'INSERT INTO "{table.name}" ({_quoted(columns)})'
    if server:
        # Without conditions, a SELECT before ON CONFLICT is read well by PostgreSQL.
        return f"{into} SELECT * FROM unnest({_arrays(table, columns)})"  # noqa: S608 - our own names
    return f"{into} VALUES ({', '.join('?' * len(columns))})"


@lru_cache(maxsize=256)
def _on_conflict(table: Table, columns: tuple[str, ...]) -> str:
    told = ", ".join(f'"{name}" = excluded."{name}"' for name in _changed(table, columns))
    return f" ON CONFLICT ({_quoted(keys_of(table))}) DO UPDATE SET {told}"


@lru_cache(maxsize=256)
def _updating(table: Table, columns: tuple[str, ...], server: bool) -> str:
    changed, keys = _changed(table, columns), keys_of(table)
    if not server:
        told = ", ".join(f'"{name}" = ?' for name in changed)
        which = " AND ".join(f'"{name}" = ?' for name in keys)
        return f'UPDATE "{table.name}" SET {told} WHERE {which}'  # noqa: S608 - our own names
    told = ", ".join(f'"{name}" = told."{name}"' for name in changed)
    which = " AND ".join(f'"{table.name}"."{name}" = told."{name}"' for name in keys)
    return (
        f'UPDATE "{table.name}" SET {told}'  # noqa: S608 - our own names
        f" FROM unnest({_arrays(table, columns)}) AS told ({_quoted(columns)}) WHERE {which}"
    )


@lru_cache(maxsize=256)
def keys_of(table: Table) -> tuple[str, ...]:
    """The columns of its primary key, the tenant first."""
    return tuple(table.primary_key.columns.keys())


def _changed(table: Table, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in columns if name not in keys_of(table))


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _arrays(table: Table, columns: Iterable[str]) -> str:
    return ", ".join(f"%s::{_type(table.c[name])}[]" for name in columns)


def _type(column: Column[Any]) -> str:
    if isinstance(column.type, BigInteger):
        return "bigint"
    if isinstance(column.type, Integer):
        return "integer"
    if isinstance(column.type, Instant):
        return "timestamptz"
    assert isinstance(column.type, String), f"no array is known for {column}"
    # Text, whatever the length: a cast to VARCHAR(n) would cut in silence what the table refuses.
    return "text"


@lru_cache(maxsize=1024)
def _converter(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    return column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: object) -> object:
    return value
