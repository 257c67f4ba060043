"""One transaction of one tenant: what the functions of this package work in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Executable, Row, Table, and_
from sqlalchemy.dialects import postgresql, sqlite

from backend.keys import TenantKeys
from loyalty.ids import ProgramId, TenantId
from loyalty.program import Program


@dataclass(slots=True)
class Transaction:
    """Everything inside is written together or not at all."""

    connection: Connection
    tenant: TenantId
    keys: TenantKeys
    now: datetime
    """The server's time when it began."""
    told: dict[tuple[str, str], None] = field(default_factory=dict)
    """What terminals should hear of once it is committed, in order, each thing once."""

    posted: bool = False
    """Whether mail was queued: it should leave as soon as the transaction is committed."""

    programs: dict[tuple[ProgramId, int | None], Program | None] = field(default_factory=dict)
    """Rules that were read already: a batch of facts asks for the same ones again and again."""

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
        """The result of one statement."""
        result = self.connection.execute(statement)
        assert isinstance(result, CursorResult)
        return result

    def first(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return self.run(statement).first()

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """Every row."""
        return self.run(statement).all()
