"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key_mark", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("last_change", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "changes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=140), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_changes_tenant")),
        sa.PrimaryKeyConstraint("tenant", "kind", "key", name=op.f("pk_changes")),
        sa.UniqueConstraint("tenant", "sequence", name=op.f("uq_changes_tenant_sequence")),
    )
    op.create_table(
        "members",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("first_name", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("contact_key", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_members_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_members")),
    )
    op.create_index(
        op.f("ix_members_tenant_contact_key"), "members", ["tenant", "contact_key"], unique=False
    )
    op.create_table(
        "programs",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_programs_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", "version", name=op.f("pk_programs")),
    )
    op.create_table(
        "stores",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_stores_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_stores")),
    )
    op.create_table(
        "accounts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("position >= 0", name=op.f("ck_accounts_position")),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_accounts_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "member", "program", name=op.f("pk_accounts")),
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "store"],
            ["stores.tenant", "stores.id"],
            name=op.f("fk_api_keys_tenant_store"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("tenant", "key_hash", name=op.f("uq_api_keys_tenant_key_hash")),
    )
    op.create_table(
        "cards",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'blocked')", name=op.f("ck_cards_status")),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_cards_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_cards")),
    )
    op.create_index(op.f("ix_cards_tenant_member"), "cards", ["tenant", "member"], unique=False)
    op.create_table(
        "consents",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("given IN (0, 1)", name=op.f("ck_consents_given")),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_consents_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "event", "purpose", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_tenant_member"), "consents", ["tenant", "member"], unique=False
    )
    op.create_table(
        "terminals",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("software", sa.String(length=80), nullable=False),
        sa.Column("journal_sequence", sa.BigInteger(), nullable=False),
        sa.Column("journal_chain", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "store"],
            ["stores.tenant", "stores.id"],
            name=op.f("fk_terminals_tenant_store"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_terminals")),
        sa.UniqueConstraint("tenant", "token_hash", name=op.f("uq_terminals_tenant_token_hash")),
    )
    op.create_table(
        "alerts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("flag", sa.String(length=40), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "terminal"],
            ["terminals.tenant", "terminals.id"],
            name=op.f("fk_alerts_tenant_terminal"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_alerts")),
    )
    op.create_index(
        op.f("ix_alerts_tenant_closed_at_raised_at"),
        "alerts",
        ["tenant", "closed_at", "raised_at"],
        unique=False,
    )
    op.create_table(
        "claim_codes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "terminal"],
            ["terminals.tenant", "terminals.id"],
            name=op.f("fk_claim_codes_tenant_terminal"),
        ),
        sa.PrimaryKeyConstraint("tenant", "code_hash", name=op.f("pk_claim_codes")),
    )
    op.create_table(
        "entries",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fact", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("about", sa.String(length=64), nullable=True),
        sa.Column("trace", sa.Text(), nullable=True),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('welcome', 'earn') AND points > 0 AND about IS NULL)"
            " OR (kind = 'redeem' AND points < 0 AND about IS NULL)"
            " OR (kind = 'reversal' AND about IS NOT NULL)"
            " OR (kind = 'expiry' AND points < 0 AND about IS NOT NULL)",
            name=op.f("ck_entries_kind"),
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_entries_position")),
        sa.ForeignKeyConstraint(
            ["tenant", "member", "program"],
            ["accounts.tenant", "accounts.member", "accounts.program"],
            name=op.f("fk_entries_tenant_member_program"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_entries")),
        sa.UniqueConstraint("tenant", "kind", "about", name=op.f("uq_entries_tenant_kind_about")),
        sa.UniqueConstraint(
            "tenant",
            "member",
            "program",
            "position",
            name=op.f("uq_entries_tenant_member_program_position"),
        ),
    )
    op.create_index(
        "uq_entries_one_welcome",
        "entries",
        ["tenant", "member", "program"],
        unique=True,
        sqlite_where=sa.text("kind = 'welcome'"),
        postgresql_where=sa.text("kind = 'welcome'"),
    )
    op.create_table(
        "events_received",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("flags", sa.String(length=400), nullable=False),
        sa.Column("positions", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "terminal"],
            ["terminals.tenant", "terminals.id"],
            name=op.f("fk_events_received_tenant_terminal"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_events_received")),
    )
    op.create_index(
        op.f("ix_events_received_tenant_about_type"),
        "events_received",
        ["tenant", "about", "type"],
        unique=False,
    )
    op.create_index(
        op.f("ix_events_received_tenant_terminal_sequence"),
        "events_received",
        ["tenant", "terminal", "sequence"],
        unique=False,
    )
    op.create_table(
        "redemption_abandons",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("redemption", sa.String(length=64), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "terminal"],
            ["terminals.tenant", "terminals.id"],
            name=op.f("fk_redemption_abandons_tenant_terminal"),
        ),
        sa.PrimaryKeyConstraint("tenant", "redemption", name=op.f("pk_redemption_abandons")),
    )
    op.create_table(
        "sales",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("till", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_sales_total")),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_sales_tenant_member"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "store"], ["stores.tenant", "stores.id"], name=op.f("fk_sales_tenant_store")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "till"],
            ["api_keys.tenant", "api_keys.id"],
            name=op.f("fk_sales_tenant_till"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_sales")),
    )
    op.create_index(
        op.f("ix_sales_tenant_member_closed_at"),
        "sales",
        ["tenant", "member", "closed_at"],
        unique=False,
    )
    op.create_table(
        "vouchers",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("redemption", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("program_version", sa.Integer(), nullable=False),
        sa.Column("reward", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_in", sa.String(length=64), nullable=True),
        sa.Column("redeemed_place", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'redeemed') = (redeemed_at IS NOT NULL)", name=op.f("ck_vouchers_redeemed")
        ),
        sa.CheckConstraint(
            "state IN ('reserved', 'issued', 'redeemed', 'voided')", name=op.f("ck_vouchers_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "entry"],
            ["entries.tenant", "entries.id"],
            name=op.f("fk_vouchers_tenant_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "member"],
            ["members.tenant", "members.id"],
            name=op.f("fk_vouchers_tenant_member"),
        ),
        sa.PrimaryKeyConstraint("tenant", "redemption", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("tenant", "code", name=op.f("uq_vouchers_tenant_code")),
    )
    op.create_index(
        op.f("ix_vouchers_tenant_member_program_state"),
        "vouchers",
        ["tenant", "member", "program", "state"],
        unique=False,
    )
    op.create_table(
        "voucher_redemptions",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("redemption", sa.String(length=64), nullable=False),
        sa.Column("till", sa.String(length=64), nullable=False),
        sa.Column("till_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "redemption"],
            ["vouchers.tenant", "vouchers.redemption"],
            name=op.f("fk_voucher_redemptions_tenant_redemption"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "till"],
            ["api_keys.tenant", "api_keys.id"],
            name=op.f("fk_voucher_redemptions_tenant_till"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_voucher_redemptions")),
        sa.UniqueConstraint(
            "tenant", "redemption", name=op.f("uq_voucher_redemptions_tenant_redemption")
        ),
    )
