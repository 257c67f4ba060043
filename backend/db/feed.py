"""The feed that terminals read: what changed, each thing once, at its latest place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select, update

from backend.db import bulk, tables
from backend.db.transaction import Transaction

Kind = Literal[
    "program",
    "store",
    "card",
    "account",
    "voucher",
    "staff",
    "gift",
    "stock",
    "campaign",
    "link",
    "erased",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A thing that changed; read it to know how it stands."""

    sequence: int
    kind: str
    key: str


def tell(tx: Transaction, kind: Kind, key: str) -> None:
    """Put a thing at the end of the feed, when the transaction is committed."""
    tx.told.pop((kind, key), None)
    tx.told[kind, key] = None


def forget(tx: Transaction, kind: Kind, keys: Sequence[str]) -> None:
    """Take things that are no more out of the feed: not even their names stay."""
    changes = tables.changes
    for key in keys:
        tx.told.pop((kind, key), None)
    mine = (changes.c.tenant == tx.tenant, changes.c.kind == kind, changes.c.key.in_(keys))
    tx.run(delete(changes).where(*mine))


def write(tx: Transaction) -> None:
    """Number what was told and write it, however much it is, in two statements."""
    told, tenants = list(tx.told), tables.tenants
    if not told:
        return
    # The counter's row lock makes writers commit in the order of their numbers, so that a reader
    # never passes over one that is still to come.
    last = tx.run(
        update(tenants)
        .where(tenants.c.id == tx.tenant)
        .values(last_change=tenants.c.last_change + len(told))
        .returning(tenants.c.last_change)
    ).scalar_one()
    bulk.upsert(
        tx.connection,
        tables.changes,
        [
            {"tenant": tx.tenant, "kind": kind, "key": key, "sequence": last - len(told) + number}
            for number, (kind, key) in enumerate(told, 1)
        ],
    )


def after(tx: Transaction, sequence: int, limit: int) -> tuple[Change, ...]:
    """The next changes, oldest first."""
    changes = tables.changes
    found = tx.rows(
        select(changes)
        .where(changes.c.tenant == tx.tenant, changes.c.sequence > sequence)
        .order_by(changes.c.sequence)
        .limit(limit)
    )
    return tuple(Change(sequence=row.sequence, kind=row.kind, key=row.key) for row in found)


def head(tx: Transaction) -> tuple[str, int]:
    """The feed's name and its last number. Another name means another history."""
    tenants = tables.tenants
    row = tx.run(select(tenants.c.feed, tenants.c.last_change).where(tenants.c.id == tx.tenant))
    found = row.one()
    return found.feed, found.last_change
