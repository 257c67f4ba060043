"""What the merchant set for the whole company: one JSON document under each name."""

from sqlalchemy import select

from backend.db import tables
from backend.db.transaction import Transaction


def setting(tx: Transaction, name: str) -> str | None:
    """The document of that name; None where nothing was set."""
    table = tables.settings
    row = tx.first(select(table.c.body).where(table.c.tenant == tx.tenant, table.c.name == name))
    return None if row is None else str(row.body)


def save_setting(tx: Transaction, name: str, body: str) -> None:
    """What holds from now on."""
    told = {"body": body, "changed_at": tx.now}
    fresh = tx.insert_or_update(tables.settings).values(tenant=tx.tenant, name=name, **told)
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "name"], set_=told))
