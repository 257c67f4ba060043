"""Members sign in by themselves: their sessions, and links that open their own account."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_sessions",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "token_hash", name=op.f("pk_member_sessions")),
        sa.UniqueConstraint("tenant", "id", name=op.f("uq_member_sessions_tenant_id")),
        sa.CheckConstraint("kind IN ('cookie', 'token')", name=op.f("ck_member_sessions_kind")),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_member_sessions_tenant_member"),
        ),
    )
    op.create_index(
        op.f("ix_member_sessions_tenant_member"), "member_sessions", ["tenant", "member"]
    )
    with op.batch_alter_table("links") as links:
        links.drop_constraint(op.f("ck_links_purpose"), type_="check")
        links.create_check_constraint(
            op.f("ck_links_purpose"), "purpose IN ('invite', 'handoff', 'data', 'account')"
        )
