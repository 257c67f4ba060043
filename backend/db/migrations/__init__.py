"""The way from any earlier shape of the database to today's; it only goes forward."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect

from backend.db.tables import metadata

_ONE_AT_A_TIME = 7_205_759_403
"""The number of our advisory lock: any, as long as it stays the same."""


def migrate(engine: Engine) -> None:
    """Create or update the tables; does nothing when they are up to date."""
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # Processes that start together: one migrates, the others find it done. SQLite's
            # transactions begin with the write lock anyway.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        command.upgrade(configuration(connection), "head")


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
