"""What every table is made of: one metadata, aware times, keys that begin with the tenant."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, ForeignKeyConstraint, MetaData, String, TypeDecorator

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


def in_tenant(*columns: str, to: str) -> ForeignKeyConstraint:
    """Points to a row of the same tenant; a row of another can never be meant."""
    keys = {"accounts": ("member", "program")}.get(to, ("id",))
    return ForeignKeyConstraint(
        ["tenant", *columns], [f"{to}.tenant", *(f"{to}.{key}" for key in keys)]
    )


def of_a_tenant() -> ForeignKeyConstraint:
    """Belongs to a tenant that exists."""
    return ForeignKeyConstraint(["tenant"], ["tenants.id"])
