"""Products, price books, gifts and their stock; brands and groups of stores; drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brands",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_brands_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_brands")),
    )
    op.create_table(
        "campaign_messages",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_campaign_messages_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant", "program", "campaign", name=op.f("pk_campaign_messages")),
    )
    op.create_table(
        "pictures",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_pictures_tenant")),
        sa.PrimaryKeyConstraint("tenant", "hash", name=op.f("pk_pictures")),
    )
    op.create_table(
        "price_books",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("earns", sa.Integer(), nullable=False),
        sa.Column("tax_included", sa.Integer(), nullable=False),
        sa.CheckConstraint("earns IN (0, 1)", name=op.f("ck_price_books_earns")),
        sa.CheckConstraint("tax_included IN (0, 1)", name=op.f("ck_price_books_tax_included")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_price_books_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_price_books")),
    )
    op.create_table(
        "products",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate", sa.String(length=12), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=False),
        sa.Column("themes", sa.Text(), nullable=False),
        sa.Column("sets", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("earns", sa.Integer(), nullable=False),
        sa.Column("gift_points", sa.BigInteger(), nullable=True),
        sa.Column("components", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("earns IN (0, 1)", name=op.f("ck_products_earns")),
        sa.CheckConstraint("gift_points > 0", name=op.f("ck_products_gift_points")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_products_points")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_products_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_products")),
    )
    op.create_table(
        "program_batches",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("reached", sa.String(length=80), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('enrolment', 'opening')", name=op.f("ck_program_batches_kind")
        ),
        sa.CheckConstraint("done IN (0, 1)", name=op.f("ck_program_batches_done")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_program_batches_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_program_batches")),
    )
    op.create_table(
        "program_drafts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_program_drafts_tenant")),
        sa.PrimaryKeyConstraint("tenant", "program", name=op.f("pk_program_drafts")),
    )
    op.create_table(
        "program_switches",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("is_on", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("is_on IN (0, 1)", name=op.f("ck_program_switches_is_on")),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_program_switches_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant", "program", name=op.f("pk_program_switches")),
    )
    op.create_table(
        "store_groups",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_store_groups_tenant")),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_store_groups")),
    )
    op.create_table(
        "gifts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=True),
        sa.Column("product", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("stocked", sa.Integer(), nullable=False),
        sa.Column("stores", sa.Text(), nullable=False),
        sa.Column("per_member", sa.Integer(), nullable=True),
        sa.Column("per_days", sa.Integer(), nullable=True),
        sa.Column("voucher_months", sa.Integer(), nullable=False),
        sa.Column("voucher_days", sa.Integer(), nullable=False),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.CheckConstraint("per_member > 0", name=op.f("ck_gifts_per_member")),
        sa.CheckConstraint("points > 0", name=op.f("ck_gifts_points")),
        sa.CheckConstraint("stocked IN (0, 1)", name=op.f("ck_gifts_stocked")),
        sa.ForeignKeyConstraint(
            ["tenant", "picture"],
            ["pictures.tenant", "pictures.hash"],
            name=op.f("fk_gifts_tenant_picture"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "product"],
            ["products.tenant", "products.id"],
            name=op.f("fk_gifts_tenant_product"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_gifts")),
    )
    op.create_index(op.f("ix_gifts_tenant_product"), "gifts", ["tenant", "product"], unique=False)
    op.create_table(
        "price_book_lines",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("points >= 0", name=op.f("ck_price_book_lines_points")),
        sa.ForeignKeyConstraint(
            ["tenant", "book"],
            ["price_books.tenant", "price_books.id"],
            name=op.f("fk_price_book_lines_tenant_book"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "product"],
            ["products.tenant", "products.id"],
            name=op.f("fk_price_book_lines_tenant_product"),
        ),
        sa.PrimaryKeyConstraint("tenant", "product", "book", name=op.f("pk_price_book_lines")),
    )
    op.create_index(
        op.f("ix_price_book_lines_tenant_book_product"),
        "price_book_lines",
        ["tenant", "book", "product"],
        unique=False,
    )
    op.create_table(
        "gift_holds",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("gift", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('choosing', 'promised', 'handed', 'released')",
            name=op.f("ck_gift_holds_state"),
        ),
        sa.CheckConstraint("counted IN (0, 1)", name=op.f("ck_gift_holds_counted")),
        sa.ForeignKeyConstraint(
            ["tenant", "gift"], ["gifts.tenant", "gifts.id"], name=op.f("fk_gift_holds_tenant_gift")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "store"],
            ["stores.tenant", "stores.id"],
            name=op.f("fk_gift_holds_tenant_store"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_gift_holds")),
    )
    op.create_index(
        op.f("ix_gift_holds_tenant_gift_store_state"),
        "gift_holds",
        ["tenant", "gift", "store", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_gift_holds_tenant_state_until"),
        "gift_holds",
        ["tenant", "state", "until"],
        unique=False,
    )
    op.create_table(
        "gift_stock",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("gift", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("free >= 0", name=op.f("ck_gift_stock_free")),
        sa.ForeignKeyConstraint(
            ["tenant", "gift"], ["gifts.tenant", "gifts.id"], name=op.f("fk_gift_stock_tenant_gift")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "store"],
            ["stores.tenant", "stores.id"],
            name=op.f("fk_gift_stock_tenant_store"),
        ),
        sa.PrimaryKeyConstraint("tenant", "gift", "store", name=op.f("pk_gift_stock")),
    )
    op.create_table(
        "stock_movements",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("gift", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('delivery', 'loss', 'count')", name=op.f("ck_stock_movements_kind")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "gift"],
            ["gifts.tenant", "gifts.id"],
            name=op.f("fk_stock_movements_tenant_gift"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "store"],
            ["stores.tenant", "stores.id"],
            name=op.f("fk_stock_movements_tenant_store"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_stock_movements")),
    )
    op.create_index(
        op.f("ix_stock_movements_tenant_gift_store_at"),
        "stock_movements",
        ["tenant", "gift", "store", "at"],
        unique=False,
    )
    op.add_column(
        "stores", sa.Column("brand", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("stores", sa.Column("group_code", sa.String(length=64), nullable=True))
