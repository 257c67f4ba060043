"""What a merchant sells and gives: products, price books, gifts, their stock and their pictures."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from backend.db.tables.base import HASH, ID, Instant, in_tenant, metadata, of_a_tenant

_WORD = String(64)

products = Table(
    "products",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", _WORD, nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("price", BigInteger),
    # Percent, as text: exact on both databases.
    Column("tax_rate", String(12), nullable=False),
    Column("family", _WORD, nullable=False),
    Column("type", _WORD, nullable=False),
    Column("brand", _WORD, nullable=False),
    Column("group_code", _WORD, nullable=False),
    Column("themes", Text, nullable=False),
    Column("sets", Text, nullable=False),
    Column("points", BigInteger),
    Column("earns", Integer, nullable=False),
    Column("gift_points", BigInteger),
    Column("components", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("points >= 0", name="points"),
    CheckConstraint("gift_points > 0", name="gift_points"),
    CheckConstraint("earns IN (0, 1)", name="earns"),
    of_a_tenant(),
)

price_books = Table(
    "price_books",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", _WORD, nullable=False),
    Column("name", String(200), nullable=False),
    Column("earns", Integer, nullable=False),
    Column("tax_included", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("earns IN (0, 1)", name="earns"),
    CheckConstraint("tax_included IN (0, 1)", name="tax_included"),
    of_a_tenant(),
)

price_book_lines = Table(
    "price_book_lines",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("product", _WORD, nullable=False),
    Column("book", _WORD, nullable=False),
    Column("price", BigInteger),
    Column("points", BigInteger),
    # The product first: a sale looks its few products up in whatever book.
    PrimaryKeyConstraint("tenant", "product", "book"),
    Index(None, "tenant", "book", "product"),
    CheckConstraint("points >= 0", name="points"),
    in_tenant("product", to="products"),
    in_tenant("book", to="price_books"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "hash"),
    of_a_tenant(),
)

gifts = Table(
    "gifts",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    # Empty: every program of the company offers it.
    Column("program", ID),
    Column("product", _WORD),
    Column("name", Text, nullable=False),
    Column("points", BigInteger),
    # In what the price is counted, the product's too; empty where the gift has no price of its own.
    Column("unit", String(8)),
    Column("picture", HASH),
    Column("offered", Integer, nullable=False),
    Column("stocked", Integer, nullable=False),
    Column("stores", Text, nullable=False),
    Column("per_member", Integer),
    Column("per_days", Integer),
    Column("voucher_months", Integer, nullable=False),
    Column("voucher_days", Integer, nullable=False),
    Column("hold_s", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "product"),
    CheckConstraint("points > 0", name="points"),
    CheckConstraint("per_member > 0", name="per_member"),
    CheckConstraint("offered IN (0, 1)", name="offered"),
    CheckConstraint("stocked IN (0, 1)", name="stocked"),
    in_tenant("product", to="products"),
    ForeignKeyConstraint(["tenant", "picture"], ["pictures.tenant", "pictures.hash"]),
)

gift_stock = Table(
    "gift_stock",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("gift", ID, nullable=False),
    Column("store", ID, nullable=False),
    # Pieces that are promised to nobody. What the schema refuses below zero is nobody's to give.
    Column("free", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "gift", "store"),
    CheckConstraint("free >= 0", name="free"),
    in_tenant("gift", to="gifts"),
    in_tenant("store", to="stores"),
)

gift_holds = Table(
    "gift_holds",
    metadata,
    Column("tenant", ID, nullable=False),
    # The id of the redemption that it is, or will be, for.
    Column("id", ID, nullable=False),
    Column("gift", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("state", String(10), nullable=False),
    # 0 where a fact came without a piece being there: nothing was taken off the stock for it.
    Column("counted", Integer, nullable=False),
    Column("until", Instant),
    Column("actor", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "gift", "store", "state"),
    Index(None, "tenant", "state", "until"),
    CheckConstraint("state IN ('choosing', 'promised', 'handed', 'released')", name="state"),
    CheckConstraint("counted IN (0, 1)", name="counted"),
    in_tenant("gift", to="gifts"),
    in_tenant("store", to="stores"),
)

stock_movements = Table(
    "stock_movements",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("gift", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("pieces", BigInteger, nullable=False),
    Column("free", BigInteger, nullable=False),
    Column("comment", String(200), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "gift", "store", "at"),
    CheckConstraint("kind IN ('delivery', 'loss', 'count')", name="kind"),
    in_tenant("gift", to="gifts"),
    in_tenant("store", to="stores"),
)
