"""Brings the tables up to date at start. Migrations only go forward."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine

from kiosk.db.tables import (
    CARDS_OF_HOUSEHOLDS,
    campaign_messages,
    day_counts,
    gift_stock,
    gifts,
    metadata,
    staff,
)


class NewerDatabase(Exception):
    """The file was written by a newer version of this program."""


def _first_tables(connection: Connection) -> None:
    metadata.create_all(connection)


def _gifts(connection: Connection) -> None:
    # A new file has them from the first step.
    metadata.create_all(connection, tables=[gifts, gift_stock, campaign_messages])


def _staff(connection: Connection) -> None:
    metadata.create_all(connection, tables=[staff])


def _days_and_staff_cards(connection: Connection) -> None:
    metadata.create_all(connection, tables=[day_counts])
    columns = connection.exec_driver_sql("PRAGMA table_info(staff)").all()
    if "member" not in {column.name for column in columns}:
        connection.exec_driver_sql("ALTER TABLE staff ADD COLUMN member VARCHAR(64)")


def _what_cards_may(connection: Connection) -> None:
    columns = connection.exec_driver_sql("PRAGMA table_info(cards)").all()
    known = {column.name for column in columns}
    for name, kind in (
        ("assurance", "VARCHAR(16) NOT NULL DEFAULT 'uid'"),
        ("earn_only", "INTEGER NOT NULL DEFAULT 0"),
        ("counter", "INTEGER"),
    ):
        if name not in known:
            connection.exec_driver_sql(f"ALTER TABLE cards ADD COLUMN {name} {kind}")


def _whose_cards(connection: Connection) -> None:
    columns = connection.exec_driver_sql("PRAGMA table_info(cards)").all()
    if "person" not in {column.name for column in columns}:
        connection.exec_driver_sql("ALTER TABLE cards ADD COLUMN person VARCHAR(64)")
    CARDS_OF_HOUSEHOLDS.create(connection, checkfirst=True)


# Each step takes the file from the version of its place to the next. Alembic is for databases
# that people look after; a kiosk has one file, and must show its first picture soon after power-on.
STEPS: tuple[Callable[[Connection], None], ...] = (
    _first_tables,
    _gifts,
    _staff,
    _days_and_staff_cards,
    _what_cards_may,
    _whose_cards,
)


def migrate(engine: Engine) -> None:
    """Apply what is missing, each step in a transaction of its own. Raises NewerDatabase."""
    with engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version > len(STEPS):
        raise NewerDatabase(f"database version {version}, this program knows {len(STEPS)}")
    for number, step in enumerate(STEPS[version:], start=version + 1):
        with engine.begin() as connection:
            step(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")
