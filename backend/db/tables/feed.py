"""What came in from terminals, what goes out to them, and what staff must see."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from backend.db.tables.base import HASH, ID, Instant, in_tenant, metadata, of_a_tenant

events_received = Table(
    "events_received",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("terminal", ID, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("chain", HASH, nullable=False),
    Column("type", String(40), nullable=False),
    Column("about", ID, nullable=False),
    Column("content", HASH, nullable=False),
    Column("status", String(10), nullable=False),
    Column("flags", String(400), nullable=False),
    Column("positions", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "terminal", "sequence"),
    Index(None, "tenant", "about", "type"),
    in_tenant("terminal", to="terminals"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("flag", String(40), nullable=False),
    # What a terminal told, or a till asked; neither for what the server noticed by itself.
    Column("terminal", ID),
    Column("till", ID),
    Column("event", ID, nullable=False),
    Column("about", ID, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", String(80)),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "closed_at", "raised_at"),
    in_tenant("terminal", to="terminals"),
)

changes = Table(
    "changes",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key", String(140), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "kind", "key"),
    UniqueConstraint("tenant", "sequence"),
    of_a_tenant(),
)
"""What changed, each thing once, at the place of its latest change: a terminal that starts from
nothing and one that slept a month read the same list, and get each thing as it stands now."""
