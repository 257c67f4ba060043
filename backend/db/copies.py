"""Copies of the whole database: taken while it is used, and put back where there is none.

SQLite: the library's own online backup, which gives one moment's state however long it takes.
PostgreSQL: its own pg_dump and pg_restore, which must be installed here.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from backend.db.engine import BUSY_TIMEOUT_S, file_of, open_engine
from backend.errors import CannotStart

_PAGES = 1000
"""Pages copied at once; between two lots the shop goes on writing."""
_DEBIAN = Path("/usr/lib/postgresql")
_COPY_MAX_S = 6 * 3600
PARTIAL = ".partial"
"""What a copy is called until it is whole."""


def backup(url: str, target: Path) -> None:
    """Write a copy, whole or not at all. Raises CannotStart."""
    if target.exists():
        raise CannotStart(f"{target} is there already: a backup overwrites nothing")
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    file = file_of(url)
    try:
        # Whoever has the copy has the customers: it is for its owner's eyes from the beginning.
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if file is not None:
            _copy_file(file, partial)
        else:
            _pg("pg_dump", url, "--format=custom", "--no-owner", f"--file={partial}")
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(f"cannot write {target}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def place_file(source: Path, url: str) -> Path:
    """Copy a backup beside the file that it shall become; returns the copy. Raises CannotStart."""
    file = file_of(url)
    assert file is not None
    if file.exists():
        raise CannotStart(f"{file} is there already: restore overwrites nothing, move it away")
    partial = file.with_name(file.name + PARTIAL)
    discard_file(partial)
    try:
        # A copy of a copy, by the library: what is no database or is damaged does not get in.
        _copy_file(source, partial)
    except (OSError, sqlite3.Error) as error:
        discard_file(partial)
        raise CannotStart(f"cannot restore from {source}: {error}") from error
    return partial


def keep_file(partial: Path, url: str) -> None:
    """The copy is good: it becomes the database."""
    file = file_of(url)
    assert file is not None
    with closing(sqlite3.connect(partial)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    partial.rename(file)
    for ending in ("-wal", "-shm"):
        partial.with_name(partial.name + ending).unlink(missing_ok=True)


def discard_file(partial: Path) -> None:
    """Leave nothing of a copy."""
    for ending in ("", "-wal", "-shm"):
        partial.with_name(partial.name + ending).unlink(missing_ok=True)


def fill_server(source: Path, url: str) -> None:
    """Put a dump into an empty database of a server. Raises CannotStart."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise CannotStart(
                    "this database has tables: restore overwrites nothing, name an empty one"
                )
    finally:
        engine.dispose()
    _pg("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(source))


def _copy_file(source: Path, target: Path) -> None:
    if not source.exists():
        raise FileNotFoundError(f"there is no {source}")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)) as old,
        closing(sqlite3.connect(target, timeout=BUSY_TIMEOUT_S)) as new,
    ):
        old.backup(new, pages=_PAGES)
        (state,) = new.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {state}")


def _pg(program: str, url: str, *words: str) -> None:
    parsed = make_url(url).set(drivername="postgresql")
    command = [_program(program), *words, f"--dbname={_without_password(parsed)}"]
    # A password on a command line can be read by every user of the machine.
    environment = dict(os.environ)
    if parsed.password:
        environment["PGPASSWORD"] = str(parsed.password)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, without a shell
        command, env=environment, capture_output=True, text=True, timeout=_COPY_MAX_S, check=False
    )
    if done.returncode:
        first = next(iter(done.stderr.strip().splitlines()), "no reason given")
        raise CannotStart(f"{program} failed: {first}")


def _without_password(url: URL) -> str:
    return URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    ).render_as_string()


def _program(name: str) -> str:
    """PostgreSQL's program: Debian keeps those of each version apart; the newest reads all."""
    beside = sorted(
        _DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parents[1].name), reverse=True
    )
    found = str(beside[0]) if beside else shutil.which(name)
    if found is None:
        raise CannotStart(f"{name} is not installed here: apt-get install postgresql-client")
    return found
