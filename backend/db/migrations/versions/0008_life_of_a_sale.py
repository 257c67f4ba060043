"""A sale goes on: its stage, what was done to it, points used on it, vouchers taken offline."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In one statement, as both databases have it: SQLite would else make the whole table anew.
    op.execute(
        "ALTER TABLE sales ADD COLUMN stage VARCHAR(10) DEFAULT 'settled' NOT NULL"
        " CONSTRAINT ck_sales_stage CHECK (stage IN ('open', 'part_paid', 'settled', 'voided'))"
    )
    op.add_column("sales", sa.Column("earlier", sa.Text(), nullable=True))
    _sale_acts()
    _point_uses()


def _sale_acts() -> None:
    op.create_table(
        "sale_acts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sale", sa.String(length=64), nullable=True),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("till", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_sale_acts")),
        sa.CheckConstraint(
            "kind IN ('void', 'restore', 'return', 'credit_note')", name=op.f("ck_sale_acts_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (sale IS NULL)", name=op.f("ck_sale_acts_sale")
        ),
        *_in_tenant("sale_acts", sale="sales", member="members", store="stores", till="api_keys"),
    )
    op.create_index(op.f("ix_sale_acts_tenant_sale"), "sale_acts", ["tenant", "sale"])
    op.create_index(op.f("ix_sale_acts_tenant_member_at"), "sale_acts", ["tenant", "member", "at"])


def _point_uses() -> None:
    op.create_table(
        "point_uses",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("program_version", sa.Integer(), nullable=False),
        sa.Column("reward", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("till", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("forfeits", sa.BigInteger(), nullable=False),
        sa.Column("money", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sale", sa.String(length=64), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_point_uses")),
        sa.CheckConstraint(
            "state IN ('held', 'issued', 'voided')", name=op.f("ck_point_uses_state")
        ),
        sa.CheckConstraint(
            "points >= 0 AND forfeits >= 0 AND money >= 0", name=op.f("ck_point_uses_amounts")
        ),
        *_in_tenant("point_uses", member="members", store="stores", till="api_keys"),
    )
    op.create_index(
        op.f("ix_point_uses_tenant_member_program_state"),
        "point_uses",
        ["tenant", "member", "program", "state"],
    )
    op.create_index(op.f("ix_point_uses_tenant_sale"), "point_uses", ["tenant", "sale"])


def _in_tenant(table: str, **to: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant", column],
            [f"{other}.tenant", f"{other}.id"],
            name=op.f(f"fk_{table}_tenant_{column}"),
        )
        for column, other in to.items()
    ]
