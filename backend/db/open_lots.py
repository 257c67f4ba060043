"""Points that members still have, summed by program, store and deadline as accounts change.

The report of what is owed reads these sums; adding up every account would take seconds in a large
shop. They change in the transaction of the accounts, and `verify` compares the two.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from sqlalchemy import func, or_, select, text

from backend.db import bulk, tables
from backend.db.transaction import Transaction
from backend_client.schemas.ledger import AccountSnapshot
from loyalty.entries import Entry

_NEVER = 0
"""The deadline of what never runs out: nothing is left of what ran out in 1970."""

# The lots stand in each account's snapshot, as JSON; both databases read it, each in its own words.
# CROSS JOIN is SQLite's word for "in this order": left to itself it went through all entries of the
# company for each account, which among 100 000 members does not end.
COUNTED = {
    "sqlite": """
        SELECT a.program AS program, e.store AS store,
               COALESCE(CAST(strftime('%s', substr(json_extract(l.value, '$.deadline'), 1, 19))
                   AS INTEGER), 0) AS deadline,
               SUM(json_extract(l.value, '$.left')) AS points
        FROM accounts a
        CROSS JOIN json_each(a.snapshot, '$.lots') l
        CROSS JOIN entries e ON e.tenant = a.tenant AND e.id = json_extract(l.value, '$.entry')
        WHERE a.tenant = :tenant AND json_extract(l.value, '$.left') > 0
        GROUP BY 1, 2, 3
    """,
    "postgresql": """
        SELECT a.program AS program, e.store AS store,
               COALESCE(floor(extract(epoch FROM (l.value ->> 'deadline')::timestamptz)), 0)::bigint
                   AS deadline,
               SUM((l.value ->> 'left')::bigint) AS points
        FROM accounts a CROSS JOIN LATERAL jsonb_array_elements(a.snapshot::jsonb -> 'lots')
             AS l(value)
        JOIN entries e ON e.tenant = a.tenant AND e.id = l.value ->> 'entry'
        WHERE a.tenant = :tenant AND (l.value ->> 'left')::bigint > 0
        GROUP BY 1, 2, 3
    """,
}
"""The sums made anew from the accounts."""


def born(tx: Transaction, entry: Entry) -> None:
    """An entry that may open a lot: its store need not be looked for."""
    tx.stores_of_entries[entry.id] = entry.store


def note(tx: Transaction, before: AccountSnapshot | None, after: AccountSnapshot) -> None:
    """What an account has more, and less, than before."""
    for snapshot, sign in ((before, -1), (after, 1)):
        for lot in () if snapshot is None else snapshot.lots:
            if lot.left:
                key = (after.program, lot.entry, _seconds(lot.deadline))
                tx.lots[key] = tx.lots.get(key, 0) + sign * lot.left


def write(tx: Transaction) -> None:
    """Add what was noted, in one statement however many lots there were."""
    moved = {key: points for key, points in tx.lots.items() if points}
    tx.lots.clear()
    if not moved:
        return
    tx.flush()
    _learn_stores(tx, {entry for _, entry, _ in moved})
    sums: dict[tuple[str, str, int], int] = {}
    for (program, entry, deadline), points in moved.items():
        key = (program, tx.stores_of_entries[entry], deadline)
        sums[key] = sums.get(key, 0) + points
    rows = [
        {
            "tenant": tx.tenant,
            "program": program,
            "store": store,
            "deadline": deadline,
            "points": points,
        }
        for (program, store, deadline), points in sums.items()
        if points
    ]
    if rows:
        bulk.accumulate(tx.connection, tables.open_points, rows, ("points",))


def by_store(tx: Transaction) -> dict[tuple[str, str], int]:
    """By program and store, what that store gave and can still be spent one day."""
    write(tx)
    table = tables.open_points
    points = func.sum(table.c.points)
    found = tx.rows(
        select(table.c.program, table.c.store, points.label("points"))
        .where(
            table.c.tenant == tx.tenant,
            or_(table.c.deadline == _NEVER, table.c.deadline > _seconds(tx.now)),
        )
        .group_by(table.c.program, table.c.store)
        .having(points > 0)
        .order_by(table.c.program, table.c.store)
    )
    return {(row.program, row.store): int(row.points) for row in found}


def faults(tx: Transaction) -> Iterator[str]:
    """One line for each sum that is not that of the accounts."""
    write(tx)
    table = tables.open_points
    due = counted(tx)
    kept = {
        (row.program, row.store, row.deadline): row.points
        for row in tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.points != 0))
    }
    for key in sorted(due.keys() | kept.keys()):
        if due.get(key) != kept.get(key):
            program, store, _ = key
            yield f"the sum of open points ({program}, {store}) is not that of the accounts"


def counted(tx: Transaction) -> dict[tuple[str, str, int], int]:
    """What the sums have to be, by program, store and deadline: every account, counted now."""
    counting = text(COUNTED[tx.connection.dialect.name]).bindparams(tenant=tx.tenant)
    return {(row.program, row.store, row.deadline): int(row.points) for row in tx.rows(counting)}


def _learn_stores(tx: Transaction, entries: Collection[str]) -> None:
    missing = [each for each in entries if each not in tx.stores_of_entries]
    if missing:
        table = tables.entries
        wanted = (table.c.tenant == tx.tenant, table.c.id.in_(missing))
        for row in tx.rows(select(table.c.id, table.c.store).where(*wanted)):
            tx.stores_of_entries[row.id] = row.store


def _seconds(at: datetime | None) -> int:
    return _NEVER if at is None else int(at.astimezone(UTC).timestamp())
