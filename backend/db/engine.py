"""Opening the database, and transactions that hold through a pulled plug.

The only module that knows which database it is. SQLite: write-ahead log, every commit synced to
the disk, foreign keys checked, and every writing transaction takes the write lock when it begins,
so that what it read cannot have changed when it writes.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from backend.db.transaction import Transaction
from backend.errors import CannotStart, DatabaseBusy
from backend.keys import Keyring
from loyalty.ids import TenantId

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5
_CONNECTIONS = 40
_WRITES = "loyalty_writes"


class Database:
    """The backend's memory. `write` and `read` open a transaction of one tenant."""

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.engine = open_engine(url)
        self.keyring = keyring
        self.clock = clock
        self.heard: Callable[[TenantId], None] = lambda _: None
        """Called after a commit that terminals should hear of."""
        # SQLite makes its waiters poll, with growing pauses. One process waits better in a queue.
        self._turn = threading.Lock()

    @contextmanager
    def write(self, tenant: TenantId) -> Iterator[Transaction]:
        """A transaction that may write; rolled back when anything is raised. DatabaseBusy."""
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise DatabaseBusy
        try:
            with self._connected(writes=True) as connection, connection.begin():
                tx = self._transaction(connection, tenant)
                yield tx
        finally:
            self._turn.release()
        if tx.changed:
            self.heard(tenant)

    @contextmanager
    def read(self, tenant: TenantId) -> Iterator[Transaction]:
        """A transaction that sees one moment and writes nothing. DatabaseBusy."""
        with self._connected(writes=False) as connection, connection.begin():
            yield self._transaction(connection, tenant)

    def ping(self) -> None:
        """Ask the database for anything. DatabaseBusy."""
        with self._connected(writes=False) as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _transaction(self, connection: Connection, tenant: TenantId) -> Transaction:
        return Transaction(connection, tenant, self.keyring.tenant(tenant), self.clock())

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(**{_WRITES: writes})
        except PoolTimeout as error:
            raise DatabaseBusy from error
        except OperationalError as error:
            if not is_passing(error):
                raise
            log.error("the database cannot be written: %s", error.orig)  # noqa: TRY400 - expected
            raise DatabaseBusy from error


def open_engine(url: str) -> Engine:
    """An engine for a database URL. Raises CannotStart when it is not one that can be used."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        raise CannotStart(f"{parsed.get_backend_name()} is not supported yet: use sqlite:///FILE")
    return _sqlite(parsed)


def file_of(url: str) -> Path | None:
    """The file of a database that is one; None in memory or on a server. Raises CannotStart."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise CannotStart(
            "not a database URL: write it like sqlite:///loyalty.db (path after three slashes)"
        ) from error


def is_passing(error: DBAPIError) -> bool:
    """Whether trying later may work: others were faster, or somebody must make room on the disk."""
    return any(word in str(error.orig) for word in ("locked", "busy", "full"))


def _sqlite(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    # A database in memory belongs to its connection: all share the one, and wait for it.
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if in_memory else _CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
        hide_parameters=True,  # an error that is logged must not say whose row it was
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # The driver would begin by itself, deferred and too late: we say BEGIN (SQLAlchemy's manual,
    # "Serializable isolation / Savepoints / Transactional DDL" of the SQLite dialect).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
