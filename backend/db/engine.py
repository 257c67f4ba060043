"""Opening the database, and transactions that hold through a pulled plug.

The only module that knows which database it is. On both, whoever writes for a company holds that
company's turn from the beginning of the transaction to its end, so that what it read cannot have
changed when it writes (docs/decisions/0007).

SQLite: write-ahead log, every commit synced to the disk, foreign keys checked; the turn is the
write lock of the file. PostgreSQL: the turn is the row of the company. Nothing is set on a
connection beyond its transaction and nothing is prepared on the server, so that a pooler may stand
between, in transaction mode.
"""

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    true,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from backend.db import daily, feed, open_lots, tables, webhooks
from backend.db.transaction import Transaction
from backend.errors import CannotStart, DatabaseBusy
from backend.keys import Keyring
from loyalty.extensions import NONE, Extensions
from loyalty.ids import TenantId

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_S = 5
CHANNEL = "loyalty_changes"
"""Where PostgreSQL's processes tell each other whose feed has grown."""
ATTEMPTS_MAX = 5
"""How often a transaction that the database gave up is tried."""
_PAUSE_S = 0.02
_CONNECTIONS = 40
_SERVER_CONNECTIONS = 16
"""Of one process: several share a server that allows a hundred."""
_WRITES = "loyalty_writes"
_GIVEN_UP = ("40001", "40P01")
"""Serialization failure, deadlock: rolled back whole, and worth trying again at once."""


class Database:
    """The backend's memory. `write` and `read` open a transaction of one tenant."""

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        extensions: Extensions = NONE,
    ) -> None:
        self.url = url
        self.engine = open_engine(url)
        self.keyring = keyring
        self.clock = clock
        self.extensions = extensions
        """The merchant's own rules that are installed here; every transaction has them."""
        self.heard: Callable[[TenantId], None] = lambda _: None
        """Called after a commit that terminals should hear of."""
        self.posted: Callable[[], None] = lambda: None
        """Called after a commit that has something to send: mail, or news for other systems."""
        self._turns = _Turns(by_tenant=self.is_server)

    @property
    def is_server(self) -> bool:
        """Whether other processes may serve the same database: PostgreSQL."""
        return self.engine.dialect.name == "postgresql"

    def run(
        self,
        tenant: TenantId,
        action: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What the action returns, written whole or not at all. DatabaseBusy.

        Tried again when the database gave it up for another's sake.
        """
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                with self.write(tenant) as tx:
                    return action(tx, *args, **kwargs)
            except _GaveUp:
                log.info("transaction given up by the database, attempt %d", attempt)
                # Random, so that two that met do not meet again.
                threading.Event().wait(_PAUSE_S * attempt * random.random())  # noqa: S311 - spreads tries
        raise DatabaseBusy

    @contextmanager
    def write(self, tenant: TenantId) -> Iterator[Transaction]:
        """A transaction that may write; rolled back when anything is raised. DatabaseBusy."""
        with self._turns.of(tenant), self._connected(writes=True) as connection:
            with connection.begin():
                if self.is_server:
                    _take_turn(connection, tenant)
                tx = self._transaction(connection, tenant)
                yield tx
                feed.write(tx)
                webhooks.write(tx)
                daily.write(tx)
                open_lots.write(tx)
                tx.flush()
            if tx.told and self.is_server:
                _tell_others(connection, tenant)
        if tx.told:
            self.heard(tenant)
        if tx.posted:
            self.posted()

    @contextmanager
    def read(self, tenant: TenantId) -> Iterator[Transaction]:
        """A transaction that sees one moment and writes nothing. DatabaseBusy."""
        with self._connected(writes=False) as connection, connection.begin():
            yield self._transaction(connection, tenant)

    def heads(self, wanted: Collection[TenantId]) -> dict[TenantId, int]:
        """How far the feed of each of those companies has come. DatabaseBusy."""
        table = tables.tenants
        query = select(table.c.id, table.c.last_change).where(table.c.id.in_(wanted))
        with self.across() as connection:
            return {TenantId(row.id): row.last_change for row in connection.execute(query)}

    @contextmanager
    def across(self) -> Iterator[Connection]:
        """For the few questions that are of no one company, such as whose a code is."""
        with self._connected(writes=False) as connection, connection.begin():
            yield connection

    def ping(self) -> None:
        """Ask the database for anything. DatabaseBusy."""
        with self._connected(writes=False) as connection:
            connection.exec_driver_sql("SELECT 1")

    def fold_log(self) -> None:
        """Bring what was written into the file and empty the log beside it, which holds old rows.

        As far as readers let it: what they still read stays until the next time. A server's log
        is its operator's: VACUUM and the age of its archive decide.
        """
        if self.is_server:
            return
        with self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def analyse(self) -> None:
        """Look at what the tables hold, so that each question takes the shortest way.

        Table by table: tills wait for the largest, half a second among 100 000 members, not for
        all of them. PostgreSQL's autovacuum does it by itself.
        """
        if self.is_server:
            return
        for table in tables.metadata.sorted_tables:
            with self._connected(writes=True) as connection, connection.begin():
                connection.exec_driver_sql(f'ANALYZE "{table.name}"')
        if file_of(self.url) is not None:
            # A connection knows what was found out before it was opened.
            self.engine.dispose()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _transaction(self, connection: Connection, tenant: TenantId) -> Transaction:
        return Transaction(
            connection,
            tenant,
            self.keyring.tenant(tenant),
            self.clock(),
            extensions=self.extensions,
        )

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(**self._options(writes=writes))
        except PoolTimeout as error:
            raise DatabaseBusy from error
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) in _GIVEN_UP:
                raise _GaveUp from error
            if not is_passing(error):
                raise
            log.error("the database cannot be used: %s", error.orig)  # noqa: TRY400 - expected
            raise DatabaseBusy from error

    def _options(self, *, writes: bool) -> dict[str, object]:
        if not self.is_server:
            return {_WRITES: writes}
        # Said with each BEGIN, not set on the connection. A writer holds its company's turn, so it
        # must see what was committed while it waited: a statement's view, not a transaction's.
        level = "READ COMMITTED" if writes else "REPEATABLE READ"
        return {"isolation_level": level, "postgresql_readonly": not writes}


class _GaveUp(DatabaseBusy):
    """The database rolled the transaction back for another's sake; it may be tried again."""


class _Turns:
    """Who writes next, within this process.

    SQLite makes its waiters poll, with growing pauses; PostgreSQL's would each keep a connection
    busy. One process waits better in a queue.
    """

    def __init__(self, *, by_tenant: bool) -> None:
        self._by_tenant = by_tenant
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    @contextmanager
    def of(self, tenant: TenantId) -> Iterator[None]:
        """The turn of a company. DatabaseBusy."""
        with self._lock:
            turn = self._turns.setdefault(tenant if self._by_tenant else "", threading.Lock())
        if not turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise DatabaseBusy
        try:
            yield
        finally:
            turn.release()


def _take_turn(connection: Connection, tenant: TenantId) -> None:
    """Wait until no other process writes for the company, and keep others out.

    One statement, for a sale is some twenty: what is joined is read before the row is locked,
    so the time to wait is set by then, and for this transaction only.
    """
    table = tables.tenants
    limit = func.set_config("lock_timeout", f"{BUSY_TIMEOUT_S}s", true()).table_valued("set_config")
    query = select(table.c.id).select_from(limit.join(table, true())).where(table.c.id == tenant)
    # Not the whole row: other tables' foreign keys may go on pointing to it.
    connection.execute(query.with_for_update(key_share=True, of=table))


def _tell_others(connection: Connection, tenant: TenantId) -> None:
    """Ring in the other processes. Lost, it costs a second: they also look by themselves.

    After the commit, not in it: PostgreSQL commits transactions that notify one after the other,
    whatever company they are of.
    """
    try:
        loud = connection.execution_options(isolation_level="AUTOCOMMIT", postgresql_readonly=False)
        loud.execute(select(func.pg_notify(CHANNEL, tenant)))
    except DBAPIError as error:
        log.warning("other processes were not told: %s", error.orig)


def open_engine(url: str) -> Engine:
    """An engine for a database URL. Raises CannotStart when it is not one that can be used."""
    parsed = _parsed(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql":
            return _postgresql(parsed)
        case other:
            raise CannotStart(
                f"{other} is not supported: use sqlite:///FILE or postgresql://USER@HOST/NAME"
            )


def file_of(url: str) -> Path | None:
    """The file of a database that is one; None in memory or on a server. Raises CannotStart."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def is_empty(url: str) -> bool:
    """Whether nobody has used this database server's database yet. Raises CannotStart."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return not (
                inspect(connection).has_table("tenants")
                and connection.execute(select(tables.tenants.c.id).limit(1)).first()
            )
    except OperationalError as error:
        raise CannotStart(f"cannot use the database: {str(error.orig).splitlines()[0]}") from error
    finally:
        engine.dispose()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise CannotStart(
            "not a database URL: write it like sqlite:///loyalty.db (path after three slashes)"
        ) from error


def is_passing(error: DBAPIError) -> bool:
    """Whether trying later may work: others were faster, or somebody must make room on the disk."""
    if isinstance(error.orig, psycopg.Error):
        # Of PostgreSQL's classes, OperationalError holds those of its own state: connection lost,
        # out of room, locked, shutting down. All pass, or the person at the server makes them.
        return True
    return any(word in str(error.orig) for word in ("locked", "busy", "full"))


_MODE_RETRY_S = 0.02


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


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=_SERVER_CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
        hide_parameters=True,
        use_native_hstore=False,  # it would ask each new connection for a type that we do not use
        connect_args={
            "connect_timeout": BUSY_TIMEOUT_S,
            "prepare_threshold": None,  # the next statement may be another connection's
        },
    )


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # The driver would begin by itself, deferred and too late: we say BEGIN (SQLAlchemy's manual,
    # "Serializable isolation / Savepoints / Transactional DDL" of the SQLite dialect).
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    # What is deleted is overwritten, not only forgotten: an erased person must not be found in it.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Set the journal's mode. SQLite does not wait for that as it does for everything else.

    Two processes that open a new database in the same instant would be told that it is locked.
    """
    end = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(_MODE_RETRY_S)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
