"""What every table is made of: one metadata, aware times, keys that begin with the tenant."""

from datetime import UTC, datetime

from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    TypeDecorator,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC whatever the database thinks of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To the database: in UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From the database: SQLite forgets the zone, which is always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ID = String(64)
HASH = String(64)
"""A SHA-256 in hex."""


def index_where_filled(column: str) -> Index:
    """An index of a column that most rows leave empty, without those rows.

    SQLite counts the empty ones as one value: an index that nearly all of them are in looks
    useless to it, and it reads the whole table instead.
    """
    some = text(f"{column} IS NOT NULL")
    return Index(None, "tenant", column, sqlite_where=some, postgresql_where=some)


PERSONAL = {"personal": True}
"""Marks a column that says something of a person: `Column(…, info=PERSONAL)`.

What is marked is in the export that a person gets, and gone after their erasure, and nothing
else is (`backend.db.privacy`). A table that has such a column says whose each row is:
`Table(…, info=rows_of("member"))`.
"""


def rows_of(column: str, *, forget: bool = False) -> dict[str, object]:
    """Each row is of the member in that column; with `forget`, erasing deletes the whole row."""
    return {"member": column, "forget": forget}


def in_tenant(*columns: str, to: str) -> ForeignKeyConstraint:
    """Points to a row of the same tenant; a row of another can never be meant."""
    keys = {"accounts": ("member", "program")}.get(to, ("id",))
    return ForeignKeyConstraint(
        ["tenant", *columns], [f"{to}.tenant", *(f"{to}.{key}" for key in keys)]
    )


def of_a_tenant() -> ForeignKeyConstraint:
    """Belongs to a tenant that exists."""
    return ForeignKeyConstraint(["tenant"], ["tenants.id"])
