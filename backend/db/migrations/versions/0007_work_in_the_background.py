"""Settings, mail, jobs, webhooks, imports and statements."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _deadlines()
    _tables()


def _deadlines() -> None:
    """What the jobs look accounts and vouchers up by, for those that are there already."""
    op.add_column("accounts", sa.Column("next_deadline", sa.DateTime(timezone=True)))
    op.create_index(
        op.f("ix_accounts_tenant_next_deadline"), "accounts", ["tenant", "next_deadline"]
    )
    op.create_index(
        op.f("ix_vouchers_tenant_state_deadline"), "vouchers", ["tenant", "state", "deadline"]
    )
    accounts = sa.table(
        "accounts",
        *(sa.column(name) for name in ("tenant", "member", "program", "snapshot")),
        sa.column("next_deadline", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(accounts)).all():
        first = _first_deadline(row.snapshot)
        if first is not None:
            connection.execute(
                sa.update(accounts)
                .where(
                    accounts.c.tenant == row.tenant,
                    accounts.c.member == row.member,
                    accounts.c.program == row.program,
                )
                .values(next_deadline=first)
            )


def _first_deadline(snapshot: str) -> datetime | None:
    lots = json.loads(snapshot)["lots"]
    dated = [
        datetime.fromisoformat(lot["deadline"]).astimezone(UTC)
        for lot in lots
        if lot["left"] > 0 and lot["deadline"] is not None and not lot.get("expired")
    ]
    return min(dated, default=None)


def _tables() -> None:
    op.create_table(
        "imports",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('uploaded', 'mapped', 'committing', 'committed', 'undoing', 'undone')",
            name=op.f("ck_imports_state"),
        ),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_imports_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_imports")),
    )
    op.create_index(
        op.f("ix_imports_tenant_uploaded_at_id"),
        "imports",
        ["tenant", "uploaded_at", "id"],
        unique=False,
    )
    op.create_table(
        "job_runs",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('running', 'done', 'failed', 'lost')", name=op.f("ck_job_runs_outcome")
        ),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_job_runs_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_job_runs")),
    )
    op.create_index(
        op.f("ix_job_runs_tenant_job_started_at"),
        "job_runs",
        ["tenant", "job", "started_at"],
        unique=False,
    )
    op.create_table(
        "jobs",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_jobs_tenant")),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_jobs")),
    )
    op.create_table(
        "mail_templates",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_mail_templates_tenant")),
        sa.PrimaryKeyConstraint("tenant", "kind", "language", name=op.f("pk_mail_templates")),
    )
    op.create_table(
        "settings",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_settings_tenant")),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_settings")),
    )
    op.create_table(
        "statements",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_statements_tenant")),
        sa.PrimaryKeyConstraint("tenant", "program", "period", name=op.f("pk_statements")),
    )
    op.create_table(
        "webhooks",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("events", sa.String(length=2000), nullable=False),
        sa.Column("secret_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'disabled', 'deleted')", name=op.f("ck_webhooks_state")
        ),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_webhooks_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "outbox",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useless_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'unknown', 'dropped')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_outbox_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("tenant", "key", name=op.f("uq_outbox_tenant_key")),
    )
    op.create_index(
        op.f("ix_outbox_tenant_member_queued_at"),
        "outbox",
        ["tenant", "member", "queued_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_outbox_tenant_queued_at_id"), "outbox", ["tenant", "queued_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_outbox_tenant_state_next_try_at"),
        "outbox",
        ["tenant", "state", "next_try_at"],
        unique=False,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'failed')", name=op.f("ck_webhook_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "webhook"],
            ["webhooks.tenant", "webhooks.id"],
            name=op.f("fk_webhook_deliveries_tenant_webhook"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "tenant", "webhook", "event", name=op.f("uq_webhook_deliveries_tenant_webhook_event")
        ),
    )
    op.create_index(
        op.f("ix_webhook_deliveries_tenant_queued_at_id"),
        "webhook_deliveries",
        ["tenant", "queued_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_tenant_state_next_try_at"),
        "webhook_deliveries",
        ["tenant", "state", "next_try_at"],
        unique=False,
    )
    op.create_table(
        "import_rows",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("made_member", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "entry"],
            ["entries.tenant", "entries.id"],
            name=op.f("fk_import_rows_tenant_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_import_rows_tenant_member"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "session"],
            ["imports.tenant", "imports.id"],
            name=op.f("fk_import_rows_tenant_session"),
        ),
        sa.PrimaryKeyConstraint("tenant", "session", "number", name=op.f("pk_import_rows")),
    )
    op.create_index(
        op.f("ix_import_rows_tenant_key"), "import_rows", ["tenant", "key"], unique=False
    )
    op.create_index(
        "uq_import_rows_once",
        "import_rows",
        ["tenant", "key"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "retention_notices",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erase_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_retention_notices_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "member", name=op.f("pk_retention_notices")),
    )
    op.create_index(
        op.f("ix_retention_notices_tenant_erase_at"), "retention_notices", ["tenant", "erase_at"]
    )
