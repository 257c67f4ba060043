"""One transaction of one tenant: what the functions of this package work in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Row

from backend.keys import TenantKeys
from loyalty.ids import TenantId


@dataclass(slots=True)
class Transaction:
    """Everything inside is written together or not at all."""

    connection: Connection
    tenant: TenantId
    keys: TenantKeys
    now: datetime
    """The server's time when it began."""
    changed: bool = False
    """Whether terminals have something new to hear once it is committed."""

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
