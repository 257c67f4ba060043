"""A PostgreSQL cluster of the tests' own: Debian's binaries, a temporary folder, a local socket.

The machine's cluster is never touched: nothing here knows its port, its socket or its folder.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event
from time import monotonic

import psycopg
import pytest
from psycopg import sql

from backend.db import tables
from backend.db.engine import open_engine
from backend.db.migrations import migrate

BINARIES = "/usr/lib/postgresql"
MISSING = f"PostgreSQL's binaries are not under {BINARIES}: apt-get install postgresql"
_UNPRIVILEGED = ("nobody", "nogroup")
_USER = "loyalty"
_TEMPLATE = "template_loyalty"
_START_MAX_S = 30
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# A test's data dies with it. `durable` leaves all of these as PostgreSQL has them.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


DATABASES = ("sqlite", "postgresql")
"""What fixtures of the backend are parametrised by."""


@contextmanager
def database_on(request: pytest.FixtureRequest, sqlite: str) -> Iterator[str]:
    """The URL of the database that this run of a test is for: `sqlite`, or one of the cluster's."""
    if request.param == "sqlite":
        yield sqlite
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.database() as made:
        yield made


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; each test gets a database of its own from it."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _free: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """The address of a database, as the backend's commands take it."""
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    def run(self, statement: sql.Composed) -> None:
        """One statement outside any transaction, in the database that is always there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def make_template(self) -> None:
        """Migrate the database that `database` copies."""
        self.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        engine = open_engine(self.url(_TEMPLATE))
        migrate(engine)
        engine.dispose()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database with the tables and nobody in it.

        Emptied and used again: to copy the template takes a quarter of a second, this 10 ms.
        """
        name = self._free.pop() if self._free else self._copy(_TEMPLATE)
        try:
            yield self.url(name)
        finally:
            self._empty(name)
            self._free.append(name)

    @contextmanager
    def bare_database(self) -> Iterator[str]:
        """The URL of a database without tables."""
        name = self._copy("template1")
        try:
            yield self.url(name)
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _copy(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def _empty(self, name: str) -> None:
        with psycopg.connect(self.url(name)) as connection:
            connection.execute(_END_OTHERS)
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))


def binaries() -> Path | None:
    """The folder of the newest version's binaries; None where there are none."""
    found = sorted(
        (path.parent for path in Path(BINARIES).glob("*/bin/initdb")),
        key=lambda path: int(path.parent.name),
    )
    return found[-1] if found else None


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server of our own, stopped and removed at the end. `binaries` must not be None."""
    bin_ = binaries()
    assert bin_ is not None
    folder = Path(tempfile.mkdtemp(prefix="loyalty-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, *_UNPRIVILEGED)
        _make(bin_, folder)
        with _running(bin_, folder, durable=durable) as process:
            made = Cluster(folder, process)
            made.make_template()
            yield made
    finally:
        shutil.rmtree(folder)


def _make(bin_: Path, folder: Path) -> None:
    subprocess.run(  # noqa: S603 - our own command
        [
            *as_nobody(),
            *(bin_ / "initdb", "--pgdata", folder / "data", "--username", _USER),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=_START_MAX_S,
    )


@contextmanager
def _running(bin_: Path, folder: Path, *, durable: bool) -> Iterator["subprocess.Popen[bytes]"]:
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={folder}",
        "max_connections=200",
        *(() if durable else _QUICK),
    ]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [
                *as_nobody(),
                *(bin_ / "postgres", "-D", folder / "data"),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        _await(process, folder)
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # "fast": without waiting for clients
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _await(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = monotonic() + _START_MAX_S
    while True:
        try:
            psycopg.connect(f"postgresql://{_USER}@/postgres?host={folder}").close()
        except psycopg.OperationalError:
            assert process.poll() is None, (folder / "log.txt").read_text()
            assert monotonic() < end
            Event().wait(0.02)
        else:
            return


def as_nobody() -> list[str]:
    """PostgreSQL refuses to run as root; and it must not outlive a test run that is killed."""
    user, group = _UNPRIVILEGED
    words = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        words += ["--reuid", user, "--regid", group, "--clear-groups"]
    return words
