"""What stands beside a program's published versions: drafts, the switch, campaigns' messages."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from backend.db.tables.base import HASH, ID, Instant, metadata, of_a_tenant

program_drafts = Table(
    "program_drafts",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("document", Text, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "program"),
    of_a_tenant(),
)

program_switches = Table(
    "program_switches",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("is_on", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("actor", String(100), nullable=False),
    PrimaryKeyConstraint("tenant", "program"),
    CheckConstraint("is_on IN (0, 1)", name="is_on"),
    of_a_tenant(),
)
"""A program without a row is on."""

campaign_messages = Table(
    "campaign_messages",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("campaign", ID, nullable=False),
    Column("message", Text, nullable=False),
    Column("picture", HASH),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "program", "campaign"),
    of_a_tenant(),
)
"""What kiosks show while nobody stands there; when it runs, the program's document says."""

program_batches = Table(
    "program_batches",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("content", HASH, nullable=False),
    # The last member or sale that is done; empty at the start.
    Column("reached", String(80), nullable=False),
    Column("done", Integer, nullable=False),
    Column("members", BigInteger, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("begun_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("kind IN ('enrolment', 'opening')", name="kind"),
    CheckConstraint("done IN (0, 1)", name="done"),
    of_a_tenant(),
)
"""Work over all members that is done in parts, and goes on where it was left."""
