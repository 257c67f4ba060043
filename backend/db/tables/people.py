"""The members: who they are, what they agreed to, their cards.

What says something of a person is marked PERSONAL, beside the column, once: export and erasure
read the marks.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
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
    PERSONAL,
    Instant,
    in_tenant,
    index_where_filled,
    metadata,
    of_a_tenant,
    rows_of,
)


def _word(name: str, length: int = 64) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="", info=PERSONAL)


members = Table(
    "members",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("first_name", String(40), nullable=False, info=PERSONAL),
    Column("email", String(254), info=PERSONAL),
    # What they are looked up by: keyed hashes of e-mail and phone, names without accents.
    Column("contact_key", HASH, info=PERSONAL),
    Column("language", String(2), nullable=False),
    # Empty while all we know is that points moved: the enrolment is still on its way.
    Column("enrolled_at", Instant),
    Column("recorded_at", Instant, nullable=False),
    _word("last_name", 80),
    _word("first_key", 80),
    _word("last_key", 160),
    Column("phone", String(16), info=PERSONAL),
    Column("phone_key", HASH, info=PERSONAL),
    # Month and day, with its year where it was told: 1984-03-14 or 03-14.
    Column("birthday", String(10), info=PERSONAL),
    _word("record_type"),
    _word("town"),
    _word("department"),
    _word("region"),
    _word("country", 2),
    # |one|two|: what is looked for stands between bars.
    _word("themes", 2200),
    _word("price_code"),
    Column("note", Text, nullable=False, server_default="", info=PERSONAL),
    Column("note_alert", Integer, nullable=False, server_default="0"),
    Column("loyal", Integer, nullable=False, server_default="1"),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("store", ID),
    # A keyed hash of how they were first written down: tells a retry from another person.
    Column("content", HASH, info=PERSONAL),
    # A wallet is the account of a household, and nobody.
    Column("wallet", Integer, nullable=False, server_default="0"),
    Column("merged_into", ID),
    Column("erased_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    index_where_filled("contact_key"),
    index_where_filled("phone_key"),
    Index(None, "tenant", "first_key"),
    Index(None, "tenant", "last_key"),
    # A list of everybody, by name or by when they joined, begins without sorting them all.
    Index("ix_members_by_name", "tenant", "last_key", "first_key", "id"),
    Index("ix_members_by_joining", "tenant", "enrolled_at"),
    # Records that may be one person are found in the index alone.
    Index("ix_members_alike", "tenant", "last_key", "first_key", "birthday"),
    # Whom somebody took in, for their own page: few are, among all.
    Index(
        "ix_members_absorbed",
        "tenant",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
    of_a_tenant(),
    info=rows_of("id"),
)

consents = Table(
    "consents",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("event", ID, nullable=False),
    Column("purpose", String(20), nullable=False, info=PERSONAL),
    Column("member", ID, nullable=False),
    Column("given", Integer, nullable=False, info=PERSONAL),
    Column("text_version", String(40), nullable=False, info=PERSONAL),
    Column("at", Instant, nullable=False, info=PERSONAL),
    PrimaryKeyConstraint("tenant", "event", "purpose"),
    Index(None, "tenant", "member"),
    # How many agree today is counted in the index alone.
    Index("ix_consents_last_word", "tenant", "purpose", "member", "at", "given", "event"),
    CheckConstraint("given IN (0, 1)", name="given"),
    in_tenant("member", to="members"),
    info=rows_of("member", forget=True),
)

card_types = Table(
    "card_types",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("name", String(80), nullable=False),
    Column("program", ID, nullable=False),
    Column("paid", Integer, nullable=False),
    Column("article", ID),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("days", Integer),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint("(paid = 1) = (article IS NOT NULL)", name="paid"),
    CheckConstraint("days IS NULL OR (first_day IS NULL AND last_day IS NULL)", name="validity"),
    of_a_tenant(),
)

cards = Table(
    "cards",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("key", HASH, nullable=False, info=PERSONAL),
    Column("member", ID, nullable=False),
    Column("status", String(10), nullable=False, info=PERSONAL),
    Column("linked_at", Instant, nullable=False, info=PERSONAL),
    Column("reason", String(10), nullable=False, server_default="", info=PERSONAL),
    Column("type", ID),
    Column("label", String(40), nullable=False, server_default="", info=PERSONAL),
    Column("assurance", String(16), nullable=False, server_default="uid"),
    Column("earn_only", Integer, nullable=False, server_default="0"),
    Column("per_day", BigInteger),
    # What the member's phone shows as a code; there is no chip.
    Column("on_phone", Integer, nullable=False, server_default="0"),
    Column("valid_from", Instant),
    Column("valid_until", Instant),
    Column("replaced_by", HASH),
    # Where and when it was last shown: a card cannot be in two shops at once.
    Column("seen_store", ID, info=PERSONAL),
    Column("seen_at", Instant, info=PERSONAL),
    # How often its chip had been read when it last proved itself, when and at which kiosk or till.
    Column("counter", Integer),
    Column("counter_at", Instant, info=PERSONAL),
    Column("counter_by", ID, info=PERSONAL),
    PrimaryKeyConstraint("tenant", "key"),
    Index(None, "tenant", "member"),
    CheckConstraint("status IN ('active', 'blocked')", name="status"),
    in_tenant("member", to="members"),
    info=rows_of("member", forget=True),
)

member_sessions = Table(
    "member_sessions",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("token_hash", HASH, nullable=False),
    Column("id", ID, nullable=False),
    Column("member", ID, nullable=False),
    # cookie: a browser's; token: an app's, which sends it as a bearer.
    Column("kind", String(10), nullable=False),
    Column("created_at", Instant, nullable=False, info=PERSONAL),
    Column("seen_at", Instant, nullable=False, info=PERSONAL),
    Column("ends_at", Instant, nullable=False, info=PERSONAL),
    PrimaryKeyConstraint("tenant", "token_hash"),
    UniqueConstraint("tenant", "id"),
    Index(None, "tenant", "member"),
    CheckConstraint("kind IN ('cookie', 'token')", name="kind"),
    in_tenant("member", to="members"),
    info=rows_of("member", forget=True),
)
"""Where members are signed in, on their own phones and computers."""

segments = Table(
    "segments",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("name", String(80), nullable=False),
    Column("filter", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    of_a_tenant(),
)
