"""The tables. The tenant comes first in every key and index, so rows can be spread by tenant.

What money-like truth needs is said here, not only in Python: one entry per fact, one position per
account, one reversal per entry, one welcome per member and program, one redemption per voucher.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC whatever the database thinks of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To the database: in UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From the database: SQLite forgets the zone, which is always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ID = String(64)
HASH = String(64)
"""A SHA-256 in hex."""


def _in_tenant(*columns: str, to: str) -> ForeignKeyConstraint:
    """Points to a row of the same tenant; a row of another can never be meant."""
    keys = {"accounts": ("member", "program")}.get(to, ("id",))
    return ForeignKeyConstraint(
        ["tenant", *columns], [f"{to}.tenant", *(f"{to}.{key}" for key in keys)]
    )


def _of_a_tenant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant"], ["tenants.id"])


tenants = Table(
    "tenants",
    metadata,
    Column("id", ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("key_mark", HASH, nullable=False),
    Column("feed", String(16), nullable=False),
    Column("last_change", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("id"),
)

programs = Table(
    "programs",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "id", "version"),
    _of_a_tenant(),
)

stores = Table(
    "stores",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("address", String(400), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("program", ID, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    _of_a_tenant(),
)

terminals = Table(
    "terminals",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("token_hash", HASH),
    Column("software", String(80), nullable=False),
    Column("journal_sequence", BigInteger, nullable=False),
    Column("journal_chain", HASH, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "token_hash"),
    _in_tenant("store", to="stores"),
)

claim_codes = Table(
    "claim_codes",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("code_hash", HASH, nullable=False),
    Column("terminal", ID, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    PrimaryKeyConstraint("tenant", "code_hash"),
    _in_tenant("terminal", to="terminals"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("store", ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("key_hash", HASH, nullable=False),
    Column("scopes", String(400), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "key_hash"),
    _in_tenant("store", to="stores"),
)

members = Table(
    "members",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("first_name", String(40), nullable=False),
    Column("email", String(254)),
    Column("contact_key", HASH),
    Column("language", String(2), nullable=False),
    # Empty while all we know is that points moved: the enrolment is still on its way.
    Column("enrolled_at", Instant),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "contact_key"),
    _of_a_tenant(),
)

consents = Table(
    "consents",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("event", ID, nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("member", ID, nullable=False),
    Column("given", Integer, nullable=False),
    Column("text_version", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "event", "purpose"),
    Index(None, "tenant", "member"),
    CheckConstraint("given IN (0, 1)", name="given"),
    _in_tenant("member", to="members"),
)

cards = Table(
    "cards",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("key", HASH, nullable=False),
    Column("member", ID, nullable=False),
    Column("status", String(10), nullable=False),
    Column("linked_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "key"),
    Index(None, "tenant", "member"),
    CheckConstraint("status IN ('active', 'blocked')", name="status"),
    _in_tenant("member", to="members"),
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
    PrimaryKeyConstraint("tenant", "member", "program"),
    CheckConstraint("position >= 0", name="position"),
    _in_tenant("member", to="members"),
)

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
    Column("canonical", Text, nullable=False),
    Column("chain", HASH, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "member", "program", "position"),
    UniqueConstraint("tenant", "kind", "about"),
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
        " OR (kind = 'redeem' AND points < 0 AND about IS NULL)"
        " OR (kind = 'reversal' AND about IS NOT NULL)"
        " OR (kind = 'expiry' AND points < 0 AND about IS NOT NULL)",
        name="kind",
    ),
    _in_tenant("member", "program", to="accounts"),
)

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
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "member", "closed_at"),
    CheckConstraint("total >= 0", name="total"),
    _in_tenant("store", to="stores"),
    _in_tenant("till", to="api_keys"),
    _in_tenant("member", to="members"),
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
    PrimaryKeyConstraint("tenant", "redemption"),
    UniqueConstraint("tenant", "code"),
    Index(None, "tenant", "member", "program", "state"),
    CheckConstraint("state IN ('reserved', 'issued', 'redeemed', 'voided')", name="state"),
    CheckConstraint("(state = 'redeemed') = (redeemed_at IS NOT NULL)", name="redeemed"),
    _in_tenant("member", to="members"),
    _in_tenant("entry", to="entries"),
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
    _in_tenant("till", to="api_keys"),
)

redemption_abandons = Table(
    "redemption_abandons",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("redemption", ID, nullable=False),
    Column("terminal", ID, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "redemption"),
    _in_tenant("terminal", to="terminals"),
)

events_received = Table(
    "events_received",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("terminal", ID, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("chain", HASH, nullable=False),
    Column("type", String(40), nullable=False),
    Column("about", ID, nullable=False),
    Column("content", HASH, nullable=False),
    Column("status", String(10), nullable=False),
    Column("flags", String(400), nullable=False),
    Column("positions", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "terminal", "sequence"),
    Index(None, "tenant", "about", "type"),
    _in_tenant("terminal", to="terminals"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("flag", String(40), nullable=False),
    Column("terminal", ID, nullable=False),
    Column("event", ID, nullable=False),
    Column("about", ID, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("closed_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "closed_at", "raised_at"),
    _in_tenant("terminal", to="terminals"),
)

changes = Table(
    "changes",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key", String(140), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "kind", "key"),
    UniqueConstraint("tenant", "sequence"),
    _of_a_tenant(),
)
"""What changed, each thing once, at the place of its latest change: a terminal that starts from
nothing and one that slept a month read the same list, and get each thing as it stands now."""
