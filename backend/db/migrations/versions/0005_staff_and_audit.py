"""Staff, roles, sessions, the audit log and approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(64), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("store", sa.String(64), nullable=True),
        sa.Column("member", sa.String(64), nullable=True),
        sa.Column("password", sa.String(200), nullable=True),
        sa.Column("pin", sa.String(200), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('cashier', 'manager', 'owner')", name=op.f("ck_staff_role")),
        sa.ForeignKeyConstraint(
            ["tenant", "store"], ["stores.tenant", "stores.id"], name=op.f("fk_staff_tenant_store")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_staff_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_staff")),
        sa.UniqueConstraint("tenant", "email_key", name=op.f("uq_staff_tenant_email_key")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("staff", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('session', 'token')", name=op.f("ck_staff_sessions_kind")),
        sa.ForeignKeyConstraint(
            ["tenant", "staff"],
            ["staff.tenant", "staff.id"],
            name=op.f("fk_staff_sessions_tenant_staff"),
        ),
        sa.PrimaryKeyConstraint("tenant", "token_hash", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("tenant", "id", name=op.f("uq_staff_sessions_tenant_id")),
    )
    op.create_index(op.f("ix_staff_sessions_tenant_staff"), "staff_sessions", ["tenant", "staff"])
    op.create_table(
        "staff_links",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("staff", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "staff"],
            ["staff.tenant", "staff.id"],
            name=op.f("fk_staff_links_tenant_staff"),
        ),
        sa.PrimaryKeyConstraint("tenant", "token_hash", name=op.f("pk_staff_links")),
    )
    op.create_index(op.f("ix_staff_links_tenant_staff"), "staff_links", ["tenant", "staff"])
    op.create_table(
        "audit",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("about", sa.String(140), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_number")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_audit_tenant")),
        sa.PrimaryKeyConstraint("tenant", "number", name=op.f("pk_audit")),
    )
    for column in ("actor", "action", "about"):
        op.create_index(
            op.f(f"ix_audit_tenant_{column}_number"), "audit", ["tenant", column, "number"]
        )
    op.create_table(
        "approvals",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(140), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused')", name=op.f("ck_approvals_state")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_approvals_two_persons")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_by IS NULL)", name=op.f("ck_approvals_decided")
        ),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_approvals_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_approvals")),
    )
    op.create_index(
        op.f("ix_approvals_tenant_state_asked_at"), "approvals", ["tenant", "state", "asked_at"]
    )
    op.add_column("terminals", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("terminals", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("terminals", sa.Column("health", sa.Text(), nullable=True))
    op.add_column("api_keys", sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))
    # A till raises alerts too, and a person closes them.
    with op.batch_alter_table("alerts") as alerts:
        alerts.alter_column("terminal", existing_type=sa.String(64), nullable=True)
        alerts.add_column(sa.Column("till", sa.String(64), nullable=True))
        alerts.add_column(sa.Column("closed_by", sa.String(80), nullable=True))
