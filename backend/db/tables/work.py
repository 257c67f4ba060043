"""Work in the background: settings, mail, jobs, webhooks, imports."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from backend.db.tables.base import (
    HASH,
    ID,
    PERSONAL,
    Instant,
    in_tenant,
    metadata,
    of_a_tenant,
    rows_of,
)

settings = Table(
    "settings",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("name", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "name"),
    of_a_tenant(),
)
"""What the merchant set for the whole company, one document under each name."""

mail_templates = Table(
    "mail_templates",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "kind", "language"),
    of_a_tenant(),
)
"""The merchant's own words; where there are none, ours are used."""

outbox = Table(
    "outbox",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    # What the mail is about: asked for twice, it is the same mail.
    Column("key", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("member", ID),
    # Only for somebody who is not a member yet; a member's own address is read when it is sent.
    Column("address", String(254), info=PERSONAL),
    Column("language", String(2), nullable=False),
    Column("content", Text, nullable=False, info=PERSONAL),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("useless_after", Instant),
    Column("leased_until", Instant),
    Column("queued_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("answer", String(80), nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "key"),
    Index(None, "tenant", "state", "next_try_at"),
    Index(None, "tenant", "member", "queued_at"),
    Index(None, "tenant", "queued_at", "id"),
    CheckConstraint(
        "state IN ('waiting', 'sending', 'sent', 'failed', 'unknown', 'dropped')", name="state"
    ),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
    in_tenant("member", to="members"),
    info=rows_of("member", forget=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("name", String(40), nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("leased_until", Instant),
    # Who runs it now: a process that lost its lease must not write the outcome.
    Column("holder", ID),
    PrimaryKeyConstraint("tenant", "name"),
    of_a_tenant(),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("job", String(40), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(10), nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("error", String(200), nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "job", "started_at"),
    CheckConstraint("outcome IN ('running', 'done', 'failed', 'lost')", name="outcome"),
    of_a_tenant(),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("url", String(2000), nullable=False),
    # Words with spaces between; a word ending in ".*" is a whole family.
    Column("events", String(2000), nullable=False),
    # The secret is derived from the company's key and this number: nothing to steal here.
    Column("secret_number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("failing_since", Instant),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("state IN ('active', 'paused', 'disabled', 'deleted')", name="state"),
    of_a_tenant(),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("webhook", ID, nullable=False),
    Column("event", ID, nullable=False),
    Column("type", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("queued_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("status", Integer),
    Column("answer", String(80), nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "webhook", "event"),
    Index(None, "tenant", "state", "next_try_at"),
    Index(None, "tenant", "queued_at", "id"),
    CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    in_tenant("webhook", to="webhooks"),
)

imports = Table(
    "imports",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("content_hash", HASH, nullable=False),
    # The file's text, until the import is over: it names people.
    Column("content", Text),
    Column("encoding", String(20), nullable=False),
    Column("delimiter", String(1), nullable=False),
    Column("headers", Text, nullable=False),
    Column("plan", Text),
    Column("state", String(10), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("result", Text),
    Column("actor", String(80), nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("committed_at", Instant),
    Column("undone_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "uploaded_at", "id"),
    CheckConstraint(
        "state IN ('uploaded', 'mapped', 'committing', 'committed', 'undoing', 'undone')",
        name="state",
    ),
    of_a_tenant(),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("session", ID, nullable=False),
    Column("number", Integer, nullable=False),
    # The same row of the same books, in whatever file it comes.
    Column("key", HASH, nullable=False),
    Column("member", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("made_member", Integer, nullable=False),
    Column("entry", ID),
    Column("points", BigInteger, nullable=False),
    Column("undone_at", Instant),
    PrimaryKeyConstraint("tenant", "session", "number"),
    Index(
        "uq_import_rows_once",
        "tenant",
        "key",
        unique=True,
        sqlite_where=text("undone_at IS NULL"),
        postgresql_where=text("undone_at IS NULL"),
    ),
    Index(None, "tenant", "key"),
    ForeignKeyConstraint(["tenant", "session"], ["imports.tenant", "imports.id"]),
    in_tenant("member", to="members"),
    in_tenant("entry", to="entries"),
)

statements = Table(
    "statements",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("period", String(7), nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "program", "period"),
    of_a_tenant(),
)
"""What stores owe each other for a month, as it was when the month was closed."""

retention_notices = Table(
    "retention_notices",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("member", ID, nullable=False),
    Column("noticed_at", Instant, nullable=False),
    Column("erase_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "member"),
    Index(None, "tenant", "erase_at"),
    in_tenant("member", to="members"),
)
"""Who was told that they will be erased; whoever comes back is taken off the list."""
