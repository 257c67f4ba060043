"""The way from any earlier shape of the database to today's; it only goes forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect

from backend.db.tables import metadata

_ONE_AT_A_TIME = 7_205_759_403
"""The number of our advisory lock: any, as long as it stays the same."""


def migrate(engine: Engine) -> None:
    """Create or update the tables; does nothing when they are up to date."""
    with engine.connect() as connection, _rebuilding(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            # Processes that start together: one migrates, the others find it done. SQLite's
            # transactions begin with the write lock anyway.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(configuration(connection), "head")
        after = MigrationContext.configure(connection).get_current_revision()
        if engine.dialect.name == "sqlite" and before != after:
            loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            assert loose is None, f"a row of {loose and loose[0]} points nowhere"
            # New indexes are not used well before SQLite knows what is in them.
            connection.exec_driver_sql("ANALYZE")


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and drops the old one with rows pointing to it.

    Its manual's way ("Making Other Kinds Of Table Schema Changes"): foreign keys are not enforced
    meanwhile, which can only be said outside a transaction, and are checked before it ends.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def is_ready(engine: Engine) -> bool:
    """Whether `migrate` has ever run here."""
    return inspect(engine).has_table("tenants")


def configuration(connection: object) -> Config:
    """What alembic needs to know, found beside this file whatever the current folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config
