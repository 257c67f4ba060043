"""What every part of a transaction shares: the connection, and a few remembered values."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from kiosk.db import tables

if TYPE_CHECKING:
    from loyalty.program import Program


class Conflict(Exception):
    """What was to be kept contradicts what is here already; nothing of it was written."""


class ProgramCache:
    """The program, read once per version: a tap has no time to parse it again."""

    def __init__(self) -> None:
        self.version: tuple[str, int] | None = None
        self.known: tuple[Program, ...] = ()
        """Its versions, newest first; those to come are among them."""


class Part:
    """One part of what can be asked of the database."""

    def __init__(self, connection: Connection, programs: ProgramCache) -> None:
        self._connection = connection
        self._programs = programs

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part that may fail by itself: then nothing of it is written. Raises Conflict."""
        try:
            with self._connection.begin_nested():
                yield
        except IntegrityError as error:
            raise Conflict(str(error.orig)) from error

    def recall(self, key: str) -> str | None:
        """What was remembered under `key`."""
        found = select(tables.memory.c.value).where(tables.memory.c.key == key)
        return self._connection.execute(found).scalar_one_or_none()

    def remember(self, key: str, value: str) -> None:
        """Keep one value under `key`."""
        if key == "store":
            # Some gifts are offered in some stores only.
            self._programs.version = None
        self._connection.execute(
            upsert(tables.memory)
            .values(key=key, value=value)
            .on_conflict_do_update(index_elements=["key"], set_={"value": value})
        )


def instant(at: datetime) -> str:
    """One spelling, so that text compares as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
