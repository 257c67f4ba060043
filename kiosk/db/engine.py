"""The database file: durable against a pulled plug, and one writer at a time."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from kiosk.db.migrate import migrate
from kiosk.db.transaction import ProgramCache, Transaction

P = ParamSpec("P")
Result = TypeVar("Result")

BUSY_TIMEOUT_MS = 5_000


class StorageTrouble(Exception):
    """Nothing was written: the disk is full, read-only or gone. The text is SQLite's."""


class Database:
    """The kiosk's database. All work on it is done by one thread, in transactions."""

    def __init__(self, path: Path | None) -> None:
        """Open `path`, creating it and bringing its tables up to date; None is in memory."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._programs = ProgramCache()
        self._engine = _engine(path)
        try:
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
        try:
            with self._engine.begin() as connection:
                return service(Transaction(connection, self._programs), *args, **kwargs)
        except OperationalError as error:
            raise StorageTrouble(str(error.orig)) from error

    def close(self) -> None:
        """Finish what is under way and let go of the file."""
        self._worker.submit(self._engine.dispose).result()
        self._worker.shutdown(wait=True)


def _engine(path: Path | None) -> Engine:
    url = "sqlite://" if path is None else f"sqlite:///{path}"
    # One connection for the life of the kiosk: it is only ever used by one thread at a time.
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})

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
