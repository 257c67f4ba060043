"""Members as records: attributes, household, merges, card types, adjustments."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    _columns()
    _held()


def _tables() -> None:
    op.create_table(
        "adjustment_sessions",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_adjustment_sessions_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_adjustment_sessions")),
    )
    op.create_table(
        "card_types",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(length=64), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_card_types_name")),
        sa.CheckConstraint("(paid = 1) = (article IS NOT NULL)", name=op.f("ck_card_types_paid")),
        sa.CheckConstraint(
            "days IS NULL OR (first_day IS NULL AND last_day IS NULL)",
            name=op.f("ck_card_types_validity"),
        ),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_card_types_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_card_types")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("contact_key", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=True),
        sa.Column("terminal", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_one_time_codes_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_one_time_codes")),
    )
    op.create_index(
        op.f("ix_one_time_codes_tenant_contact_key_asked_at"),
        "one_time_codes",
        ["tenant", "contact_key", "asked_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_one_time_codes_tenant_member"),
        "one_time_codes",
        ["tenant", "member"],
        unique=False,
    )
    op.create_table(
        "segments",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_segments_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_segments")),
    )
    op.create_table(
        "adjustments",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("nature", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("value_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval", sa.String(length=64), nullable=True),
        sa.Column("entry", sa.String(length=64), nullable=True),
        sa.Column("session", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(state = 'booked') = (entry IS NOT NULL)", name=op.f("ck_adjustments_entry")
        ),
        sa.CheckConstraint(
            "state <> 'pending' OR approval IS NOT NULL", name=op.f("ck_adjustments_approval")
        ),
        sa.CheckConstraint("state IN ('booked', 'pending')", name=op.f("ck_adjustments_state")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_adjustments_points")),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_adjustments_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_adjustments")),
    )
    op.create_index(
        op.f("ix_adjustments_tenant_member_asked_at"),
        "adjustments",
        ["tenant", "member", "asked_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_adjustments_tenant_state_asked_at"),
        "adjustments",
        ["tenant", "state", "asked_at"],
        unique=False,
    )
    op.create_table(
        "households",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("wallet", sa.String(length=64), nullable=False),
        sa.Column("one_welcome", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "wallet"],
            ["members.tenant", "members.id"],
            name=op.f("fk_households_tenant_wallet"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_households")),
    )
    op.create_table(
        "links",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=True),
        sa.Column("card", sa.String(length=64), nullable=True),
        sa.Column("member", sa.String(length=64), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('invite', 'handoff', 'data')", name=op.f("ck_links_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "store"], ["stores.tenant", "stores.id"], name=op.f("fk_links_tenant_store")
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_tenant_member"), "links", ["tenant", "member"], unique=False)
    op.create_index(
        op.f("ix_links_tenant_token_hash"), "links", ["tenant", "token_hash"], unique=True
    )
    op.create_table(
        "merges",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kept", sa.String(length=64), nullable=False),
        sa.Column("absorbed", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("programs", sa.Text(), nullable=False),
        sa.Column("cards", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("kept <> absorbed", name=op.f("ck_merges_two")),
        sa.ForeignKeyConstraint(
            ["tenant", "absorbed"],
            ["members.tenant", "members.id"],
            name=op.f("fk_merges_tenant_absorbed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "kept"], ["members.tenant", "members.id"], name=op.f("fk_merges_tenant_kept")
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_merges")),
    )
    op.create_index(
        op.f("ix_merges_tenant_absorbed"), "merges", ["tenant", "absorbed"], unique=False
    )
    op.create_table(
        "household_members",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("household", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("per_day", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('spends', 'earns_only')", name=op.f("ck_household_members_role")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "household"],
            ["households.tenant", "households.id"],
            name=op.f("fk_household_members_tenant_household"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_household_members_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "member", name=op.f("pk_household_members")),
    )
    op.create_index(
        op.f("ix_household_members_tenant_household"),
        "household_members",
        ["tenant", "household"],
        unique=False,
    )
    op.create_table(
        "household_steps",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("household", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "household"],
            ["households.tenant", "households.id"],
            name=op.f("fk_household_steps_tenant_household"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_household_steps")),
    )


def _columns() -> None:
    op.add_column(
        "accounts", sa.Column("held", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_index(
        op.f("ix_accounts_tenant_program_held"),
        "accounts",
        ["tenant", "program", "held"],
        unique=False,
    )
    op.add_column(
        "cards", sa.Column("reason", sa.String(length=10), server_default="", nullable=False)
    )
    op.add_column("cards", sa.Column("type", sa.String(length=64), nullable=True))
    op.add_column(
        "cards", sa.Column("label", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column(
        "cards", sa.Column("assurance", sa.String(length=16), server_default="uid", nullable=False)
    )
    op.add_column("cards", sa.Column("earn_only", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cards", sa.Column("per_day", sa.BigInteger(), nullable=True))
    op.add_column("cards", sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cards", sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cards", sa.Column("replaced_by", sa.String(length=64), nullable=True))
    op.add_column("cards", sa.Column("seen_store", sa.String(length=64), nullable=True))
    op.add_column("cards", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "members", sa.Column("last_name", sa.String(length=80), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("first_key", sa.String(length=80), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("last_key", sa.String(length=160), server_default="", nullable=False)
    )
    op.add_column("members", sa.Column("phone", sa.String(length=16), nullable=True))
    op.add_column("members", sa.Column("phone_key", sa.String(length=64), nullable=True))
    op.add_column("members", sa.Column("birthday", sa.String(length=10), nullable=True))
    op.add_column(
        "members", sa.Column("record_type", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("town", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("department", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("region", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("country", sa.String(length=2), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("themes", sa.String(length=2200), server_default="", nullable=False)
    )
    op.add_column(
        "members", sa.Column("price_code", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("members", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "members", sa.Column("note_alert", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("members", sa.Column("loyal", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "members", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False)
    )
    op.add_column("members", sa.Column("store", sa.String(length=64), nullable=True))
    op.add_column("members", sa.Column("content", sa.String(length=64), nullable=True))
    op.add_column("members", sa.Column("wallet", sa.Integer(), server_default="0", nullable=False))
    op.add_column("members", sa.Column("merged_into", sa.String(length=64), nullable=True))
    op.add_column("members", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_members_tenant_first_key"), "members", ["tenant", "first_key"], unique=False
    )
    op.create_index(
        op.f("ix_members_tenant_last_key"), "members", ["tenant", "last_key"], unique=False
    )
    op.create_index(
        op.f("ix_members_tenant_phone_key"), "members", ["tenant", "phone_key"], unique=False
    )


def _held() -> None:
    """Fill what lists are sorted by, for the accounts that are there."""
    accounts = sa.table(
        "accounts",
        *(sa.column(name) for name in ("tenant", "member", "program", "snapshot", "held")),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(accounts)).all()
    for row in rows:
        snapshot = json.loads(row.snapshot)
        held = sum(lot["left"] for lot in snapshot["lots"]) - snapshot["debt"]
        connection.execute(
            sa.update(accounts)
            .where(
                accounts.c.tenant == row.tenant,
                accounts.c.member == row.member,
                accounts.c.program == row.program,
            )
            .values(held=held)
        )
