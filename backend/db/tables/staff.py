"""Staff and how they get in; the audit log; what waits for a second person."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from backend.db.tables.base import HASH, ID, Instant, in_tenant, metadata, of_a_tenant

staff = Table(
    "staff",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("name", String(80), nullable=False),
    Column("email", String(254), nullable=False),
    Column("email_key", HASH, nullable=False),
    Column("role", String(10), nullable=False),
    # Empty: works in every store.
    Column("store", ID),
    # The member that this person is as a customer: nobody gives points to themselves.
    Column("member", ID),
    # Empty until the invitation was taken up.
    Column("password", String(200)),
    Column("pin", String(200)),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "email_key"),
    CheckConstraint("role IN ('cashier', 'manager', 'owner')", name="role"),
    in_tenant("store", to="stores"),
    in_tenant("member", to="members"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("token_hash", HASH, nullable=False),
    Column("id", ID, nullable=False),
    Column("staff", ID, nullable=False),
    # session: a browser's, which ends when it is idle; token: a program's, which does not.
    Column("kind", String(10), nullable=False),
    Column("name", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "token_hash"),
    UniqueConstraint("tenant", "id"),
    Index(None, "tenant", "staff"),
    CheckConstraint("kind IN ('session', 'token')", name="kind"),
    in_tenant("staff", to="staff"),
)

staff_links = Table(
    "staff_links",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("token_hash", HASH, nullable=False),
    Column("staff", ID, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "token_hash"),
    Index(None, "tenant", "staff"),
    in_tenant("staff", to="staff"),
)
"""One-time links to choose a password: an invitation, or after one was forgotten."""

audit = Table(
    "audit",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("about", String(140), nullable=False),
    Column("detail", Text, nullable=False),
    Column("chain", HASH, nullable=False),
    PrimaryKeyConstraint("tenant", "number"),
    Index(None, "tenant", "actor", "number"),
    Index(None, "tenant", "action", "number"),
    Index(None, "tenant", "about", "number"),
    CheckConstraint("number >= 1", name="number"),
    of_a_tenant(),
)
"""Who did what, in order; each line is chained to the one before it. Nothing personal stands in it:
ids, numbers and names of fields only, so that erasing a person leaves it whole."""

approvals = Table(
    "approvals",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("about", String(140), nullable=False),
    Column("content", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "state", "asked_at"),
    CheckConstraint("state IN ('waiting', 'approved', 'refused')", name="state"),
    # Two persons: nobody approves what they asked for.
    CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
    CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided"),
    of_a_tenant(),
)
