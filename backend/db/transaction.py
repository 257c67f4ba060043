"""One transaction of one tenant: what the functions of this package work in."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Row,
    Table,
    UpdateBase,
    and_,
)
from sqlalchemy.dialects import postgresql, sqlite

from backend.db.waiting import Waiting
from backend.keys import TenantKeys
from loyalty.extensions import Extensions
from loyalty.ids import ProgramId, TenantId
from loyalty.program import Program

T = TypeVar("T")


DailyKey = tuple[int, int, str, str, str, int]
"""The day something happened, the day it was booked, program, store, kind, whether it gives."""
LotKey = tuple[str, str, int]
"""Program, the entry that opened the lot, and the second since 1970 of its deadline; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Something that other systems may have subscribed to."""

    type: str
    data: dict[str, str | int | None]


@dataclass(slots=True)
class Transaction:
    """Everything inside is written together or not at all.

    What functions add or change waits here, and is written with one statement for each table when
    the transaction ends, or before the database is asked anything. What was read or written is
    kept, so that a batch whose rows were fetched at once (`learn`) asks for none of them again.
    """

    connection: Connection
    tenant: TenantId
    keys: TenantKeys
    now: datetime
    """The server's time when it began."""
    told: dict[tuple[str, str], None] = field(default_factory=dict)
    """What terminals should hear of once it is committed, in order, each thing once."""

    announced: list[Announced] = field(default_factory=list)
    """What subscribers should hear of."""

    daily: dict[DailyKey, tuple[int, int]] = field(default_factory=dict)
    """Points and entries by which the sums of days have grown; written when it ends."""

    lots: dict[LotKey, int] = field(default_factory=dict)
    """By how much open points have changed; written when it ends."""

    stores_of_entries: dict[str, str] = field(default_factory=dict)
    """Of entries that open lots, at which store."""

    posted: bool = False
    """Whether mail was queued: it should leave as soon as the transaction is committed."""

    rules: dict[ProgramId, Program | None] = field(default_factory=dict)
    """Programs as they were published, without the catalogue's gifts."""

    extensions: Extensions = field(default_factory=dict)
    """The merchant's own rules that are installed here."""

    programs: dict[tuple[ProgramId, int | None], Program | None] = field(default_factory=dict)
    """Rules that were read already: a batch of facts asks for the same ones again and again."""

    waiting: Waiting = field(default_factory=Waiting)
    _known: dict[str, dict[Hashable, Any]] = field(default_factory=dict)

    def add(self, table: Table, row: Mapping[str, Any]) -> None:
        """A new row of this tenant; every row of a table names the same columns."""
        self.waiting.add(table, {"tenant": self.tenant, **row})

    def change(self, table: Table, row: Mapping[str, Any]) -> None:
        """A row of this tenant as it is now: its key, and what changes."""
        self.waiting.change(table, {"tenant": self.tenant, **row})

    def flush(self) -> None:
        """Write what waits."""
        if self.waiting:
            self.waiting.write(self.connection)

    def known(self, table: Table, key: Hashable, read: Callable[[], T]) -> T:
        """What is known of that key in the table; read, where nothing is."""
        kept = self._known.setdefault(table.name, {})
        if key not in kept:
            kept[key] = read()
        found: T = kept[key]
        return found

    def learn(self, table: Table, found: Mapping[Any, object], wanted: Iterable[Hashable]) -> None:
        """Many at once: what was found of those wanted, and that there is nothing else of them."""
        kept = self._known.setdefault(table.name, {})
        for key in wanted:
            kept.setdefault(key, found.get(key))

    def unknown(self, table: Table, wanted: Iterable[Hashable]) -> list[Any]:
        """Those of the keys of which nothing is known yet, each once."""
        kept = self._known.get(table.name, {})
        return [key for key in dict.fromkeys(wanted) if key not in kept]

    def keep(self, table: Table, key: Hashable, value: object) -> None:
        """From now on, this is what is known of the key."""
        self._known.setdefault(table.name, {})[key] = value

    def amend(self, table: Table, key: Hashable, change: Callable[[Any], object]) -> None:
        """What is known of the key, changed; nothing where nothing is known."""
        kept = self._known.get(table.name, {})
        if key in kept:
            kept[key] = change(kept[key])

    def forget(self, table: Table, key: Hashable) -> None:
        """Nothing is known of the key any more."""
        self._known.get(table.name, {}).pop(key, None)

    def insert_or_update(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that can say ON CONFLICT, which each database spells for itself."""
        is_sqlite = self.connection.dialect.name == "sqlite"
        return sqlite.insert(table) if is_sqlite else postgresql.insert(table)

    def begins(self, column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
        """Whether the text begins so.

        A range where the order is that of the letters' codes, for SQLite's LIKE looks at every
        row; PostgreSQL's order depends on its locale.
        """
        if self.connection.dialect.name == "sqlite":
            return and_(column >= beginning, column < beginning + "\U0010ffff")
        return column.startswith(beginning, autoescape=True)

    def run(self, statement: Executable) -> CursorResult[Any]:
        """The result of one statement; what it writes by itself makes what was known uncertain."""
        self.flush()
        if isinstance(statement, UpdateBase):
            self._known.pop(getattr(statement.table, "name", ""), None)
        result = self.connection.execute(statement)
        assert isinstance(result, CursorResult)
        return result

    def first(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return self.run(statement).first()

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """Every row."""
        return self.run(statement).all()
