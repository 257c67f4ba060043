"""Stores, their signs and their groups; what changes reaches the kiosks."""

from backend.db import Transaction, access, feed, shops
from backend.db.access import Terminal, Till
from backend.db.shops import Store
from backend.errors import Refused, phrase
from backend.services.expected import ANYTHING, Expected
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.stores import (
    BrandBody,
    BrandFound,
    GroupBody,
    GroupFound,
    StoreFound,
    StoreSettings,
)
from loyalty.ids import ProgramId, StoreId, derived_entry


def stores_of(tx: Transaction) -> tuple[StoreFound, ...]:
    """Every store, by name."""
    return tuple(_found(store) for store in shops.stores(tx))


def store_of(tx: Transaction, wanted: str) -> StoreFound:
    """The store. Raises Refused."""
    store = shops.store(tx, StoreId(wanted))
    if store is None:
        raise Refused(ProblemName.NOT_FOUND, "no such store")
    return _found(store)


def refuse_closed(tx: Transaction, wanted: str) -> None:
    """Raises Refused for a store that is not there, or closed: nothing new begins there."""
    if store_of(tx, wanted).closed:
        raise Refused.at("store", phrase("it is closed: choose one that is open"))


def put_store(
    tx: Transaction, wanted: str, body: StoreSettings, expected: Expected = ANYTHING
) -> StoreFound:
    """The store as it is now; its kiosks hear of it. Raises Refused."""
    store = shops.store(tx, StoreId(wanted))
    known = None if store is None else _found(store)
    asked = StoreFound(id=wanted, **dict(body))
    if known == asked:
        return asked
    expected.check(known)
    _refuse_unknown(tx, body)
    if body.closed and (store is None or store.closed_at is None):
        _refuse_working(tx, wanted)
    settled = Store(
        id=StoreId(wanted),
        name=body.name,
        address=body.address,
        time_zone=body.time_zone,
        program=ProgramId(body.program),
        brand=body.brand,
        group=body.group,
        closed_at=((store and store.closed_at) or tx.now) if body.closed else None,
    )
    (shops.add_store if store is None else shops.save_store)(tx, settled)
    feed.tell(tx, "store", settled.id)
    return asked


def brands_of(tx: Transaction) -> tuple[BrandFound, ...]:
    """Every sign, by id."""
    return tuple(BrandFound(id=name, name=shown) for name, shown in shops.brands(tx).items())


def put_brand(
    tx: Transaction, wanted: str, body: BrandBody, expected: Expected = ANYTHING
) -> BrandFound:
    """The sign as it is now. Raises Refused."""
    known = next((brand for brand in brands_of(tx) if brand.id == wanted), None)
    asked = BrandFound(id=wanted, name=body.name)
    if known != asked:
        expected.check(known)
        shops.save_brand(tx, wanted, body.name)
    return asked


def groups_of(tx: Transaction) -> tuple[GroupFound, ...]:
    """Every group, by id."""
    return tuple(GroupFound(id=name, name=shown) for name, shown in shops.groups(tx).items())


def put_group(
    tx: Transaction, wanted: str, body: GroupBody, expected: Expected = ANYTHING
) -> GroupFound:
    """The group as it is now. Raises Refused."""
    known = next((group for group in groups_of(tx) if group.id == wanted), None)
    asked = GroupFound(id=wanted, name=body.name)
    if known != asked:
        expected.check(known)
        shops.save_group(tx, wanted, body.name)
    return asked


def _found(store: Store) -> StoreFound:
    return StoreFound.model_construct(
        id=store.id,
        name=store.name,
        address=store.address,
        time_zone=store.time_zone,
        program=store.published,
        brand=store.brand,
        group=store.group,
        closed=store.closed_at is not None,
    )


def _refuse_working(tx: Transaction, wanted: str) -> None:
    """Raises Refused for a store that still works: its tills and kiosks are ended first."""
    if all(store.id == wanted for store in shops.open_stores(tx)):
        raise Refused.at("closed", phrase("it is the only store that is open"))
    working = [each.name for each in access.terminals(tx) if _works(each, wanted)]
    own = derived_entry("web-till", StoreId(wanted))
    working += [each.name for each in access.tills(tx) if _works(each, wanted) and each.id != own]
    if working:
        raise Refused.at(
            "closed",
            phrase("{machines} still work in it: end them first", machines=", ".join(working[:5])),
        )


def _works(machine: Terminal | Till, store: str) -> bool:
    return machine.store.id == store and machine.revoked_at is None


def _refuse_unknown(tx: Transaction, body: StoreSettings) -> None:
    if shops.program_document(tx, ProgramId(body.program)) is None:
        raise Refused.at("program", phrase("there is no such program: publish it first"))
    if body.brand and body.brand not in shops.brands(tx):
        raise Refused.at("brand", phrase("put the sign under /v1/brands first"))
    if body.group is not None and body.group not in shops.groups(tx):
        raise Refused.at("group", phrase("put the group under /v1/store-groups first"))
