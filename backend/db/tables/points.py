"""What money-like truth needs: accounts, entries, sales, vouchers."""

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
    Instant,
    in_tenant,
    index_where_filled,
    metadata,
    of_a_tenant,
)

accounts = Table(
    "accounts",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("member", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("chain", HASH, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("last_at", Instant),
    # When points last went, or were given back: a credit dated later may come in any order.
    Column("moved_at", Instant),
    # Which shape the snapshot was written in; an older one is made anew from the journal.
    Column("shape", Integer, nullable=False, server_default="0"),
    Column("debt", BigInteger, nullable=False, server_default="0"),
    # What the policy lets the member owe; only what may make a debt raises it.
    Column("debt_max", BigInteger, nullable=False, server_default="0"),
    # All points less the debt, for lists: those past their deadline count until they are booked.
    Column("held", BigInteger, nullable=False, server_default="0"),
    # When the first lot dies that holds points and was not closed: what the jobs look for.
    Column("next_deadline", Instant),
    PrimaryKeyConstraint("tenant", "member", "program"),
    Index(None, "tenant", "program", "held"),
    Index(None, "tenant", "next_deadline"),
    Index(
        "ix_accounts_in_debt",
        "tenant",
        "program",
        "debt",
        sqlite_where=text("debt > 0"),
        postgresql_where=text("debt > 0"),
    ),
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("debt >= 0 AND debt <= debt_max", name="debt"),
    in_tenant("member", to="members"),
)

ONCE = "kind IN ('reversal', 'expiry', 'release')"
"""What can be done to an entry once; a part of it may be returned, and a lot may leave, again."""

entries = Table(
    "entries",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("member", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("fact", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("deadline", Instant),
    Column("about", ID),
    Column("trace", Text),
    Column("made_by", ID),
    Column("available_from", Instant),
    Column("owes", Integer, nullable=False, server_default="1"),
    Column("adjustment", Text),
    Column("canonical", Text, nullable=False),
    Column("chain", HASH, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "member", "program", "position"),
    index_where_filled("about"),
    # What happened today, or this month, is summed without a look at all that ever did.
    # Who was there is read from the index alone.
    Index("ix_entries_by_time", "tenant", "occurred_at", "kind", "member", "program"),
    # The same by when it was written down, for the books of account.
    Index("ix_entries_by_booking", "tenant", "recorded_at"),
    Index(
        "uq_entries_once",
        "tenant",
        "kind",
        "about",
        unique=True,
        sqlite_where=text(ONCE),
        postgresql_where=text(ONCE),
    ),
    Index(
        "uq_entries_one_welcome",
        "tenant",
        "member",
        "program",
        unique=True,
        sqlite_where=text("kind = 'welcome'"),
        postgresql_where=text("kind = 'welcome'"),
    ),
    CheckConstraint("position >= 1", name="position"),
    CheckConstraint(
        "(kind IN ('welcome', 'earn') AND points > 0 AND about IS NULL)"
        " OR (kind IN ('redeem', 'forfeit') AND points < 0 AND about IS NULL)"
        " OR (kind = 'reversal' AND about IS NOT NULL)"
        " OR (kind = 'expiry' AND points < 0 AND about IS NOT NULL)"
        " OR (kind = 'release' AND points = 0 AND about IS NOT NULL)"
        " OR (kind IN ('return', 'transfer') AND points <> 0)"
        " OR (kind = 'opening' AND points <> 0 AND about IS NULL)"
        " OR (kind = 'adjustment' AND points <> 0 AND about IS NULL)",
        name="kind",
    ),
    CheckConstraint("(kind = 'adjustment') = (adjustment IS NOT NULL)", name="adjustment"),
    CheckConstraint("owes IN (0, 1)", name="owes"),
    in_tenant("member", "program", to="accounts"),
)

daily_points = Table(
    "daily_points",
    metadata,
    Column("tenant", ID, nullable=False),
    # Days of UTC, counted from 1970: a report's first and last hours are read from the entries.
    Column("happened", Integer, nullable=False),
    Column("booked", Integer, nullable=False),
    Column("program", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("kind", String(10), nullable=False),
    # Whether points went to members.
    Column("gives", Integer, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "happened", "booked", "program", "store", "kind", "gives"),
    Index("ix_daily_points_by_booking", "tenant", "booked"),
    CheckConstraint("gives IN (0, 1)", name="gives"),
    CheckConstraint("entries >= 1", name="entries"),
    of_a_tenant(),
)
"""Sums of the entries, written with them: `verify` compares the two."""

open_points = Table(
    "open_points",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("store", ID, nullable=False),
    # The second since 1970, for a sum needs a key: 0 where the points never run out.
    Column("deadline", BigInteger, nullable=False),
    Column("points", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "program", "store", "deadline"),
    of_a_tenant(),
)
"""Sums of what is left in the lots of accounts, written with them: `verify` compares the two."""

sales = Table(
    "sales",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("till", ID, nullable=False),
    Column("member", ID, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("closed_at", Instant, nullable=False),
    Column("content", HASH, nullable=False),
    Column("answer", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("detail", Text),
    Column("stage", String(10), nullable=False, server_default="settled"),
    # The marks of what was sent before under this id, while the sale went on.
    Column("earlier", Text),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "member", "closed_at"),
    # What was bought in a time is compared without a look at all that ever was.
    Index("ix_sales_by_time", "tenant", "closed_at", "member", "total", "stage", "store"),
    CheckConstraint("total >= 0", name="total"),
    CheckConstraint("stage IN ('open', 'part_paid', 'settled', 'voided')", name="stage"),
    in_tenant("store", to="stores"),
    in_tenant("till", to="api_keys"),
    in_tenant("member", to="members"),
)

vouchers = Table(
    "vouchers",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("redemption", ID, nullable=False),
    # Empty when another voucher had the code already: staff was told.
    Column("code", String(12)),
    Column("member", ID, nullable=False),
    Column("program", ID, nullable=False),
    Column("program_version", Integer, nullable=False),
    Column("reward", ID, nullable=False),
    Column("entry", ID, nullable=False),
    Column("state", String(10), nullable=False),
    Column("deadline", Instant, nullable=False),
    Column("redeemed_at", Instant),
    Column("redeemed_in", ID),
    Column("redeemed_place", String(200), nullable=False),
    # Where the customer chose how many points to put in, and what they take off a ticket.
    Column("points", BigInteger, nullable=False, server_default="0"),
    Column("money", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("tenant", "redemption"),
    UniqueConstraint("tenant", "code"),
    Index(None, "tenant", "member", "program", "state"),
    Index(None, "tenant", "state", "deadline"),
    Index(None, "tenant", "entry"),
    CheckConstraint("state IN ('reserved', 'issued', 'redeemed', 'voided')", name="state"),
    CheckConstraint("(state = 'redeemed') = (redeemed_at IS NOT NULL)", name="redeemed"),
    in_tenant("member", to="members"),
    in_tenant("entry", to="entries"),
)

voucher_redemptions = Table(
    "voucher_redemptions",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("redemption", ID, nullable=False),
    Column("till", ID, nullable=False),
    Column("till_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "redemption"),
    ForeignKeyConstraint(["tenant", "redemption"], ["vouchers.tenant", "vouchers.redemption"]),
    in_tenant("till", to="api_keys"),
)

redemption_abandons = Table(
    "redemption_abandons",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("redemption", ID, nullable=False),
    Column("terminal", ID, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "redemption"),
    in_tenant("terminal", to="terminals"),
)
