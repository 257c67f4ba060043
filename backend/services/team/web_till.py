"""The web till of a store: what the staff's own sales stand under, as another till's under its key.

It is written down like a till, with a key that nobody has: who revokes it closes the web till.
"""

from dataclasses import replace

from backend.db import Database, Transaction, access, shops
from backend.db.access import Till
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.team.access import add_till
from backend_client.schemas.problems import ProblemName
from loyalty.ids import StoreId, TenantId, derived_entry

NAME = "Web till"


def web_till(
    database: Database, tenant: TenantId, own: Store | None, wanted: str, actor: str
) -> Till:
    """The web till at which that person stands. Raises Refused.

    `own` is the store to which they belong; who belongs to none names one, unless there is but one.
    """
    with database.read(tenant) as tx:
        store = _store(tx, own, wanted)
        found = access.till(tx, _id(store))
    if found is None:
        found = database.run(tenant, _opened, store)
    if found.revoked_at is not None or store.closed_at is not None:
        raise Refused(ProblemName.NOT_ALLOWED, "the web till of this store is closed")
    return replace(found, by=actor)


def _store(tx: Transaction, own: Store | None, wanted: str) -> Store:
    if own is not None:
        if wanted not in ("", own.id):
            raise Refused(ProblemName.NOT_ALLOWED, "you work in another store")
        return own
    found = shops.open_stores(tx)
    if wanted:
        found = tuple(store for store in found if store.id == StoreId(wanted))
        if not found:
            raise Refused(ProblemName.NOT_FOUND, "no such store")
    if len(found) != 1:
        raise Refused(ProblemName.INVALID, "Loyalty-Store: say which, there are several")
    return found[0]


def _id(store: Store) -> str:
    return derived_entry("web-till", store.id)


def _opened(tx: Transaction, store: Store) -> Till:
    known = access.till(tx, _id(store))
    if known is None:
        add_till(tx, name=f"{NAME} · {store.name}", store=store.id, scopes=(), wanted=_id(store))
        known = access.till(tx, _id(store))
    assert known is not None
    return known
