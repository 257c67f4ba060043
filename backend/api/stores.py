"""Stores, their signs and their groups."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.callers import Caller, Data, allowed
from backend.api.catalogue import READING, WRITING
from backend.api.etags import WhatWasSeen, tagged
from backend.api.problems import documented
from backend.db import shops
from backend.rights import Right
from backend.services.shop.companies import rename
from backend.services.shop.removal import remove_brand, remove_group, remove_store
from backend.services.shop.stores import (
    brands_of,
    groups_of,
    put_brand,
    put_group,
    put_store,
    store_of,
    stores_of,
)
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.stores import (
    BrandBody,
    BrandFound,
    BrandsFound,
    CompanyBody,
    GroupBody,
    GroupFound,
    GroupsFound,
    StoreFound,
    StoreSettings,
    StoresFound,
)

_TAKING_OUT = documented(*READING, ProblemName.CHANGED_SINCE, ProblemName.IN_USE)

_Settler = Annotated[Caller, Depends(allowed(Right.SETTINGS))]
_Id = Annotated[Id, Path()]

routes = APIRouter(prefix=API, tags=["stores"])


@routes.get("/stores", responses=documented(*READING[:2]))
def stores(database: Data, caller: _Settler) -> StoresFound:
    """Every store."""
    with database.read(caller.tenant) as tx:
        return StoresFound(stores=stores_of(tx))


@routes.get("/stores/{store}", responses=documented(*READING, ProblemName.NOT_FOUND))
def store(database: Data, caller: _Settler, response: Response, store: _Id) -> StoreFound:
    """One store."""
    with database.read(caller.tenant) as tx:
        found = store_of(tx, store)
    tagged(response, found)
    return found


@routes.put("/stores/{store}", responses=documented(*WRITING))
def store_put(
    database: Data,
    caller: _Settler,
    response: Response,
    store: _Id,
    body: StoreSettings,
    seen: WhatWasSeen,
) -> StoreFound:
    """Add a store or change it; its kiosks hear of it. Put again, it is the same."""
    found = database.run(caller.tenant, put_store, store, body, seen)
    tagged(response, found)
    return found


@routes.delete("/stores/{store}", status_code=204, responses=_TAKING_OUT)
def store_delete(database: Data, caller: _Settler, store: _Id, seen: WhatWasSeen) -> None:
    """Take a store out in which nothing has happened; one that worked is closed instead."""
    database.run(caller.tenant, remove_store, store, seen, actor=caller.actor)


@routes.get("/brands", responses=documented(*READING[:2]))
def brands(database: Data, caller: _Settler) -> BrandsFound:
    """Every sign above a shop's door."""
    with database.read(caller.tenant) as tx:
        return BrandsFound(brands=brands_of(tx))


@routes.put("/brands/{brand}", responses=documented(*WRITING))
def brand_put(
    database: Data,
    caller: _Settler,
    response: Response,
    brand: _Id,
    body: BrandBody,
    seen: WhatWasSeen,
) -> BrandFound:
    """Add a sign or name it anew; put again, it is the same."""
    found = database.run(caller.tenant, put_brand, brand, body, seen)
    tagged(response, found)
    return found


@routes.delete("/brands/{brand}", status_code=204, responses=_TAKING_OUT)
def brand_delete(database: Data, caller: _Settler, brand: _Id, seen: WhatWasSeen) -> None:
    """Take a sign out that no store has and no program names; one that is not there is out."""
    database.run(caller.tenant, remove_brand, brand, seen, actor=caller.actor)


@routes.get("/store-groups", responses=documented(*READING[:2]))
def groups(database: Data, caller: _Settler) -> GroupsFound:
    """Every group of stores."""
    with database.read(caller.tenant) as tx:
        return GroupsFound(groups=groups_of(tx))


@routes.put("/store-groups/{group}", responses=documented(*WRITING))
def group_put(
    database: Data,
    caller: _Settler,
    response: Response,
    group: _Id,
    body: GroupBody,
    seen: WhatWasSeen,
) -> GroupFound:
    """Add a group or change it; put again, it is the same."""
    found = database.run(caller.tenant, put_group, group, body, seen)
    tagged(response, found)
    return found


@routes.delete("/store-groups/{group}", status_code=204, responses=_TAKING_OUT)
def group_delete(database: Data, caller: _Settler, group: _Id, seen: WhatWasSeen) -> None:
    """Take a group out that no store is in; one that is not there is out."""
    database.run(caller.tenant, remove_group, group, seen, actor=caller.actor)


@routes.get("/settings/company", responses=documented(*READING[:2]))
def company(database: Data, caller: _Settler) -> CompanyBody:
    """What the company is called."""
    with database.read(caller.tenant) as tx:
        return CompanyBody(name=shops.company_name(tx))


@routes.put("/settings/company", responses=documented(*WRITING[:-1]))
def company_put(database: Data, caller: _Settler, body: CompanyBody) -> CompanyBody:
    """Call the company otherwise."""
    return database.run(caller.tenant, rename, body, actor=caller.actor)
