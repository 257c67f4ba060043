"""Every page there is, by its address, and what a shop must have for each to show something."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import requests

from backend.backoffice.rules.parts import PARTS, SERIES
from backend.config import Config
from backend.db import members, shops
from backend.services.mailing import stopping
from backend.services.people import links
from backend.services.programs.programs import publish, put_draft, version_of
from backend.services.shop import catalogue, companies, gifts, stores
from backend_client.schemas.catalogue import GiftBody, ProductBody
from backend_client.schemas.kiosks import NewLink
from backend_client.schemas.programs import Publication
from backend_client.schemas.stores import CompanyBody, StoreSettings
from loyalty.ids import MemberId
from tests.support.members import give
from tests.support.server import NOWHERE, Company, in_process, new_id
from tests.support.staff import AtWork, at_work

_OFFICE = (
    *("", "/me", "/waiting", "/waiting?state=approved", "/audit", "/terminals"),
    *("/members", "/members?hand=1", "/members?segment={segment}", "/members?q=nobody"),
    *("/members/new", "/members/changes", "/members/card-types", "/members/duplicates"),
    "/members/links",
    *(f"/members/{{member}}{tab}" for tab in ("", "/points", "/cards", "/household")),
    *("/members/{member}/record", "/members/{member}/data"),
    *("/programs", "/programs/new", "/programs/{program}"),
    *(f"/programs/{{program}}/rules/{part}" for part in PARTS),
    *(f"/programs/{{program}}/rules/{series}/new" for series in SERIES),
    *(f"/programs/{{program}}/rules/{series}/0" for series in ("earning", "rewards", "campaigns")),
    *("/programs/{program}/expert", "/programs/{program}/past?since=2026-01-01"),
    *("/programs/{program}/publish", "/programs/{program}/versions"),
    *("/programs/{program}/versions/2", "/programs/{program}/start"),
    *("/campaigns", "/campaigns/{program}/{campaign}", "/gifts", "/gifts/new", "/gifts/{gift}"),
    *("/products", "/products?search=nothing", "/products/new", "/products/{product}"),
    *("/products/import", "/price-codes", "/price-codes/{book}"),
    *("/messages", "/messages/outbox", "/messages/welcome/fr", "/messages/reminder/en"),
    *("/reports?from=2026-06-01", "/reports/trend", "/reports/retention"),
    *("/reports/gifts?from=2026-06-01", "/reports/campaigns", "/reports/liability"),
    "/reports/discounts?from=2026-06-01",
    *("/reports/uplift?from=2026-06-01", "/reports/accounting?from=2026-06-01"),
    *("/imports", "/imports/{session}", "/stores", "/stores/new", "/stores/{store}"),
    *("/stores/clearing", "/staff", "/staff/new", "/staff/{person}"),
    *("/settings", "/settings/webhooks/new", "/settings/webhooks/{hook}"),
)
_OF_MEMBERS = ("", "/card", "/history", "/vouchers", "/data", "/data/email")
PAGES = (
    *("/", "/sign-in", "/password", "/password/forgotten", "/first-run"),
    *(f"/office{path}" for path in _OFFICE),
    *("/till", "/till?store={store}", "/shop/demo"),
    *(f"/account{path}" for path in _OF_MEMBERS),
    *("/account/sign-in", "/account/{account_token}", "/join/{invite_token}"),
    *("/my-data/{data_token}", "/unsubscribe/{stop_token}", "/office/no-such-page"),
)
"""What stands in braces, `complete` says."""

_CAMPAIGN = {
    "id": "thursdays",
    "name": {"fr": "Jeudis doubles", "en": "Double Thursdays"},
    "give": {"times": "2"},
    "weekdays": ["thursday"],
}
_LONG = "Compagnie générale des thés, savons et bougies de l’Ouest, S"
_OLD_BOOKS = "Nom;Prénom;E-mail;Solde\nMartin;Jeanne;jeanne@mail.example;120\nPetit;Luc;;douze\n"


def complete(shop: Company, url: str, names: Mapping[str, str]) -> dict[str, str]:
    """Give a furnished shop what it lacks for a page of each kind; the names of all of it."""
    owner = at_work(shop)
    told = dict(names) | {"person": owner.person.id, "campaign": "thursdays"}
    _draft(shop, told["program"])
    with in_process(shop.app) as session:

        def put(path: str, body: dict[str, Any]) -> None:
            answer = owner.asks(session, "PUT", f"/v1/{path}", body)
            assert answer.ok, answer.text

        put("price-books/PRO", {"name": "Professionnels", "earns": True})
        put(f"price-books/PRO/products/{told['product']}", {"price": 590, "points": 3})
        put("webhooks/hook-1", {"url": "https://hooks.example/loyalty", "events": ["points.*"]})
        told["session"] = _imported(session, owner, told)
    return told | {"book": "PRO", "hook": "hook-1"} | _tokens(shop, url, told["member"])


def stretch(shop: Company, names: Mapping[str, str]) -> None:
    """Everything has as long a name as may be, and numbers have seven digits."""
    with shop.database.write(shop.shop.tenant) as tx:
        companies.rename(tx, CompanyBody(name=_LONG), actor="system")
        for place in shops.stores(tx):
            told = {"name": f"{_LONG} {place.id}"[:80], "time_zone": place.time_zone}
            body = StoreSettings.model_validate(told | {"program": place.program})
            stores.put_store(tx, place.id, body)
        person = members.member(tx, MemberId(names["member"]))
        assert person is not None
        members.save_member(tx, replace(person, first_name=_LONG[:40], last_name=_LONG))
        product = {"name": _LONG, "price": 123456789, "family": _LONG}
        catalogue.put_product(tx, names["product"], ProductBody.model_validate(product))
        gift = {"name": {"fr": _LONG, "en": _LONG}, "points": 1234567, "stocked": True}
        gifts.put_gift(tx, names["gift"], GiftBody.model_validate(gift))
        give(tx, shop, person.id, 1234567)


def _draft(shop: Company, program: str) -> None:
    """A campaign runs, and something else is being written."""
    tenant, database = shop.shop.tenant, shop.database
    told = database.run(tenant, version_of, program, 2)
    document = json.loads(told.model_dump_json())["document"] | {"campaigns": [_CAMPAIGN]}
    database.run(tenant, put_draft, program, document, actor="system")
    database.run(tenant, publish, program, Publication(version=3), actor="system")
    document |= {"point_value": "0.06"}
    database.run(tenant, put_draft, program, document, actor="system")


def _tokens(shop: Company, url: str, member: str) -> dict[str, str]:
    """What stands at the end of links that members get."""
    found = {}
    with shop.database.write(shop.shop.tenant) as tx:
        store = shops.stores(tx)[0]
        for purpose in ("account", "data", "invite"):
            of = None if purpose == "invite" else member
            made = links.hand_out(tx, NewLink(id=new_id(), member=of), purpose, store, url)
            found[f"{purpose}_token"] = str(made.url).rpartition("/")[2]
        stop = stopping.link(tx, MemberId(member), Config(public_url=url))
    return found | {"stop_token": stop.rpartition("/")[2]}


def _imported(session: requests.Session, owner: AtWork, names: Mapping[str, str]) -> str:
    """Old books that were sent and tried, one line of which is left out."""
    wanted = new_id()
    sent = session.put(
        f"{NOWHERE}/v1/import-files/{wanted}",
        data=_OLD_BOOKS.encode(),
        headers=owner.headers | {"Content-Type": "text/csv"},
        timeout=30,
    )
    assert sent.ok, sent.text
    columns = {"balance": "Solde", "email": "E-mail", "first_name": "Prénom", "last_name": "Nom"}
    plan: dict[str, Any] = {"columns": columns, "unknown": "add", "source": "old"}
    plan |= {"program": names["program"], "store": names["store"]}
    tried = owner.asks(session, "POST", f"/v1/imports/{wanted}/trial", plan)
    assert tried.ok, tried.text
    return wanted
