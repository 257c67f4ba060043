"""A pgbouncer of the tests' own, in transaction mode, before the tests' own PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from tests.support.postgres import as_nobody

BINARY = "/usr/sbin/pgbouncer"
MISSING = f"there is no {BINARY}: apt-get install pgbouncer"
CONNECTIONS = 3
"""To the server: fewer than ask at once, so that each transaction may get another's."""
_PORT = 6432
"""Only names the socket's file: nothing listens on the network."""
_START_MAX_S = 10
_USER = "loyalty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooler:
    """A running pooler."""

    folder: Path

    def before(self, url: str) -> str:
        """The address of that database, through the pooler."""
        name = make_url(url).database
        return f"postgresql://{_USER}@/{name}?host={self.folder}&port={_PORT}"

    def transactions(self, url: str) -> int:
        """How many it has passed on to that database."""
        console = f"postgresql://{_USER}@/pgbouncer?host={self.folder}&port={_PORT}"
        with psycopg.connect(console, autocommit=True, row_factory=dict_row) as connection:
            rows = connection.execute("SHOW STATS").fetchall()
        name = make_url(url).database
        return sum(int(row["total_xact_count"]) for row in rows if row["database"] == name)


@contextmanager
def pooler(server: Path) -> Iterator[Pooler]:
    """In transaction mode, before the server whose socket is in that folder."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-pool-"))
    (folder / "users.txt").write_text(f'"{_USER}" ""\n')
    settings = {
        "listen_addr": "",
        "listen_port": _PORT,
        "unix_socket_dir": folder,
        "auth_type": "trust",
        "auth_file": folder / "users.txt",
        "admin_users": _USER,
        "pool_mode": "transaction",
        "default_pool_size": CONNECTIONS,
        "max_client_conn": 200,
        "logfile": folder / "log.txt",
        "stats_period": 1,
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    config = folder / "pooler.ini"
    config.write_text("\n".join(["[databases]", f"* = host={server}", "[pgbouncer]", *lines]))
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*as_nobody(), BINARY, "-q", str(config)], cwd=folder
    )
    try:
        _await(process, folder)
        yield Pooler(folder=folder)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        shutil.rmtree(folder)


def _await(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = monotonic() + _START_MAX_S
    while not (folder / f".s.PGSQL.{_PORT}").exists():
        assert process.poll() is None, "the pooler ended"
        assert monotonic() < end
        Event().wait(0.02)
