"""The database file: durable against a pulled plug, and one writer at a time."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError
from sqlalchemy.pool import StaticPool

from kiosk.db.migrate import migrate
from kiosk.db.transaction import ProgramCache, Transaction

P = ParamSpec("P")
Result = TypeVar("Result")

BUSY_TIMEOUT_MS = 5_000


class StorageTrouble(Exception):
    """Nothing was written: the disk is full, read-only or gone, or the file is damaged.

    The text is SQLite's, and holds nothing personal. A damaged file is left as it is: what it
    has not sent yet may be all there is of somebody's points.
    """


class Database:
    """The kiosk's database. All work on it is done by one thread, in transactions."""

    def __init__(self, path: Path | None) -> None:
        """Open `path`, creating it and bringing its tables up to date; None is in memory.

        Raises StorageTrouble, and NewerDatabase for a file that a newer version has written.
        """
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageTrouble(str(error)) from error
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._programs = ProgramCache()
        self._engine = _engine(path)
        try:
            with _storage_trouble():
                self._worker.submit(migrate, self._engine).result()
        except BaseException:
            self.close()
            raise

    async def run(
        self,
        service: Callable[Concatenate[Transaction, P], Result],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """What `service` returns, after its transaction is on the disk.

        When it raises, nothing of it was written. Raises StorageTrouble for the disk's own state.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._worker, lambda: self.run_now(service, *args, **kwargs)
        )

    def run_now(
        self,
        service: Callable[Concatenate[Transaction, P], Result],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """The same, in the calling thread; for the worker itself, commands and tests."""
        with _storage_trouble(), self._engine.begin() as connection:
            return service(Transaction(connection, self._programs), *args, **kwargs)

    def close(self) -> None:
        """Finish what is under way and let go of the file."""
        self._worker.submit(self._engine.dispose).result()
        self._worker.shutdown(wait=True)


@contextmanager
def _storage_trouble() -> Iterator[None]:
    """SQLite's word on the disk and the file as StorageTrouble; our own mistakes as they are."""
    try:
        yield
    except DatabaseError as error:
        # "malformed" and "not a database" are plain DatabaseErrors; a broken constraint is ours.
        if type(error) not in (DatabaseError, OperationalError, InternalError):
            raise
        raise StorageTrouble(str(error.orig)) from error


def _engine(path: Path | None) -> Engine:
    url = "sqlite://" if path is None else f"sqlite:///{path}"
    # One connection for the life of the kiosk: it is only ever used by one thread at a time.
    engine = create_engine(
        url,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error's text would hold names and addresses, and be logged
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # sqlite3 would begin transactions at its own discretion; we say BEGIN ourselves.
        connection.isolation_level = None
        # WAL with FULL: with NORMAL a power cut loses transactions that were reported as done.
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: object) -> None:
        # Not IMMEDIATE: nobody else writes, and a balance must still be read when the disk is full.
        connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]  # SQLAlchemy leaves the listener untyped

    return engine
