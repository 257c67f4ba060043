"""What a company is made of: its programs, stores, terminals and keys."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from backend.db.tables.base import HASH, ID, Instant, in_tenant, metadata, of_a_tenant

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
    of_a_tenant(),
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
    # The shop's sign ("enseigne"), where the company has several; empty for none.
    Column("brand", String(64), nullable=False, server_default=""),
    # No foreign key: SQLite cannot add one to a table that is there. A group goes when none is in.
    Column("group_code", ID),
    # Closed: it stays in the books, and nothing new begins in it.
    Column("closed_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    of_a_tenant(),
)

store_groups = Table(
    "store_groups",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", ID, nullable=False),
    Column("name", String(200), nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    of_a_tenant(),
)
"""Stores that belong together: where a program says so, they share points among themselves."""

brands = Table(
    "brands",
    metadata,
    Column("tenant", ID, nullable=False),
    Column("id", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    of_a_tenant(),
)
"""The signs above the company's shops ("enseignes"); programs may be for some of them."""

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
    # Paused: it still tells what happened, and is given nothing new.
    Column("paused_at", Instant),
    Column("seen_at", Instant),
    Column("health", Text),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "token_hash"),
    in_tenant("store", to="stores"),
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
    in_tenant("terminal", to="terminals"),
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
    Column("rotated_at", Instant),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "key_hash"),
    in_tenant("store", to="stores"),
)
