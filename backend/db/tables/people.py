"""The members: who they are, what they agreed to, their cards."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, PrimaryKeyConstraint, String, Table

from backend.db.tables.base import HASH, ID, Instant, in_tenant, metadata, of_a_tenant

members = Table(
    "members",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("first_name", String(40), nullable=False),
    Column("email", String(254)),
    Column("contact_key", HASH),
    Column("language", String(2), nullable=False),
    # Empty while all we know is that points moved: the enrolment is still on its way.
    Column("enrolled_at", Instant),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "contact_key"),
    of_a_tenant(),
)

consents = Table(
    "consents",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("event", ID, nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("member", ID, nullable=False),
    Column("given", Integer, nullable=False),
    Column("text_version", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "event", "purpose"),
    Index(None, "tenant", "member"),
    CheckConstraint("given IN (0, 1)", name="given"),
    in_tenant("member", to="members"),
)

cards = Table(
    "cards",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("key", HASH, nullable=False),
    Column("member", ID, nullable=False),
    Column("status", String(10), nullable=False),
    Column("linked_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "key"),
    Index(None, "tenant", "member"),
    CheckConstraint("status IN ('active', 'blocked')", name="status"),
    in_tenant("member", to="members"),
)
