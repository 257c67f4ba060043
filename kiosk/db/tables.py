"""The tables. Personal data stands in `members` and, until it is sent, in `outbox`."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

cards = Table(
    "cards",
    metadata,
    Column("key", String(64), primary_key=True),  # keyed hash; the identifier itself is not kept
    Column("member", String(64), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    # How far the backend trusts it, and whether it is a child's that only earns.
    Column("assurance", String(16), nullable=False, server_default="uid"),
    Column("earn_only", Integer, nullable=False, server_default="0"),
    # How often its chip had been read when it last proved itself here.
    Column("counter", Integer),
    # Whose card it is, where `member` is the purse of their household.
    Column("person", String(64)),
)

CARDS_OF_HOUSEHOLDS = Index(
    "ix_cards_person", cards.c.person, sqlite_where=cards.c.person.is_not(None)
)

members = Table(
    "members",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("first_name", String(40), nullable=False),
    Column("contact", String(120), nullable=False),
    Column("language", String(2), nullable=False),
    Column("seen_at", String(40), nullable=False, index=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("member", String(64), primary_key=True),
    Column("program", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("member", String(64), nullable=False),
    Column("program", String(64), nullable=False),
    # The backend's number in the account's journal; NULL until it has acknowledged the entry.
    Column("position", Integer),
    Column("about", String(64)),
    Column("occurred_at", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Index("entries_of_account", "member", "program", "position"),
    Index("one_reversal", "about", unique=True, sqlite_where=text("about IS NOT NULL")),
    Index("unacknowledged", "member", sqlite_where=text("position IS NULL")),
)

vouchers = Table(
    "vouchers",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("redemption", String(64), nullable=False, unique=True),
    Column("member", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    # 0 when the printer fell silent: the customer may or may not have the paper.
    Column("sure", Integer, nullable=False, server_default="1"),
    # 1 when it was reserved at this terminal, which then has to settle it.
    Column("ours", Integer, nullable=False, server_default="0"),
    Column("body", Text, nullable=False),
    CheckConstraint("state IN ('reserved', 'issued', 'redeemed', 'voided')", name="voucher_state"),
)

print_jobs = Table(
    "print_jobs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("redemption", String(64), ForeignKey("vouchers.redemption"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("at", String(40), nullable=False),
    CheckConstraint(
        "state IN ('waiting', 'sending', 'printed', 'not_printed', 'unknown')", name="job_state"
    ),
)

# Redemptions that the backend was asked for and that are not yet decided here.
requests = Table(
    "requests",
    metadata,
    Column("redemption", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("event", String(64), nullable=False, unique=True),
    Column("chain", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

programs = Table(
    "programs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", Text, nullable=False),
)

# The gifts of the catalogue, and how many pieces of each are free in this kiosk's store.
gifts = Table(
    "gifts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

gift_stock = Table(
    "gift_stock",
    metadata,
    Column("gift", String(64), primary_key=True),
    Column("free", Integer, nullable=False),
)

# What is shown of a campaign while nobody stands there.
campaign_messages = Table(
    "campaign_messages",
    metadata,
    Column("program", String(64), primary_key=True),
    Column("campaign", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

# Who may unlock this kiosk with a PIN; of their name, the first letter.
staff = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("initial", String(2), nullable=False),
    Column("rights", String(400), nullable=False),
    Column("pin", String(200), nullable=False),
    # Who they are as a customer: whose card is a staff card.
    Column("member", String(64)),
)

# What was done here on each of the shop's days, for the summary that staff prints.
day_counts = Table(
    "day_counts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("deed", String(32), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("points", Integer, nullable=False),
)

# One row each: the sync cursor, the store, the last contact, the head of the journal.
memory = Table(
    "memory",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
