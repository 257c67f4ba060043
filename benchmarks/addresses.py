"""Every page there is, and what stands behind the names in their addresses."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.routing import Match

from backend.api.callers import COOKIE as STAFF
from backend.api.own import COOKIE as MEMBER
from backend.backoffice import AREAS as OFFICE_AREAS
from backend.config import Config, Webhooks
from backend.db import members, shops
from backend.portal import AREAS as PORTAL
from backend.services.keeping import import_uploads
from backend.services.mailing import stopping, webhooks
from backend.services.people import links, own_sessions
from backend.services.programs import programs
from backend.services.shop import catalogue
from backend.shop import AREAS as SHOP
from backend.till import AREAS as TILL
from backend.web import routes as web
from backend.web.routes import PageRoute
from backend_client.schemas.catalogue import PriceBookBody
from backend_client.schemas.kiosks import NewLink
from backend_client.schemas.programs import Publication
from backend_client.schemas.webhooks import WebhookBody
from loyalty.ids import MemberId, StoreId
from tests.support.server import Company
from tests.support.staff import at_work

OFFICE = (
    "/office",
    "/office/members",
    "/office/members?sort=points&descending=1",
    "/office/members?sort=points",
    "/office/members?sort=joined&descending=1",
    "/office/members?sort=town",
    "/office/members?sort=email",
    "/office/members?hand=1",
    "/office/members?q=jeanne",
    "/office/members?q=jean+martin",
    "/office/members?q=06+12+34+00+01",
    "/office/members?town=Angers&points_from=300",
    "/office/members?agrees_to=news",
    "/office/members/new",
    "/office/members/changes",
    "/office/members/card-types",
    "/office/members/duplicates",
    "/office/members/links",
    "/office/members/{member}",
    "/office/members/{member}/points",
    "/office/members/{member}/cards",
    "/office/members/{member}/household",
    "/office/members/{member}/record",
    "/office/members/{member}/data",
    "/office/programs",
    "/office/programs/new",
    "/office/programs/{program}",
    "/office/programs/{program}/rules/joining",
    "/office/programs/{program}/rules/earning/0",
    "/office/programs/{program}/expert",
    "/office/programs/{program}/past",
    "/office/programs/{program}/publish",
    "/office/programs/{program}/start",
    "/office/programs/{program}/versions",
    "/office/programs/{program}/versions/2",
    "/office/campaigns",
    "/office/campaigns/{program}/thursdays",
    "/office/gifts",
    "/office/gifts/new",
    "/office/gifts/{gift}",
    "/office/products",
    "/office/products/new",
    "/office/products/import",
    "/office/products/{product}",
    "/office/price-codes",
    "/office/price-codes/PRO",
    "/office/stores",
    "/office/stores/new",
    "/office/stores/{store}",
    "/office/stores/clearing",
    "/office/staff",
    "/office/staff/new",
    "/office/staff/{person}",
    "/office/me",
    "/office/settings",
    "/office/settings/webhooks/new",
    "/office/settings/webhooks/hook",
    "/office/reports",
    "/office/reports/trend",
    "/office/reports/retention",
    "/office/reports/gifts",
    "/office/reports/discounts",
    "/office/reports/campaigns",
    "/office/reports/uplift",
    "/office/reports/liability",
    "/office/reports/accounting",
    "/office/imports",
    "/office/imports/import",
    "/office/messages",
    "/office/messages/welcome/fr",
    "/office/messages/voucher/fr",
    "/office/messages/outbox",
    "/office/terminals",
    "/office/waiting",
    "/office/audit",
)
TILL_AND_SHOP = ("/till", "/till?store={store}", "/shop/demo")
CUSTOMER = (
    "/account",
    "/account/history",
    "/account/card",
    "/account/vouchers",
    "/account/data",
    "/account/data/email",
)
ANYBODY = (
    "/sign-in",
    "/password",
    "/password/forgotten",
    "/account/sign-in",
    "/account/{token}",
    "/join/{invitation}",
    "/my-data/{copy}",
    "/unsubscribe/{stop}",
)
PAGES = (*OFFICE, *TILL_AND_SHOP, *CUSTOMER, *ANYBODY)
COUNTED = (
    "/office/members/duplicates",
    *(page for page in OFFICE if page.startswith("/office/reports")),
)
"""What comes into the page after it: sums over many sales."""
NO_PAGES = (
    "/",
    "/first-run",
    "/office/gifts/pictures/{picture}",
    "/office/products/export",
    "/shop/loyalty.js",
)
"""A way to the office, a page that is gone once somebody owns the shop, and files."""


def left_out(names: Mapping[str, str]) -> list[str]:
    """The pages of the application that none of these addresses asks for."""
    asked = {path.format(**names).partition("?")[0] for path in PAGES}
    return sorted(
        route.path
        for route in _page_routes()
        if route.path not in NO_PAGES
        and not any(route.matches(_request(path))[0] is Match.FULL for path in asked)
    )


def _request(path: str) -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}


def _page_routes() -> Iterator[PageRoute]:
    for area in (web, *OFFICE_AREAS, *TILL, *PORTAL, *SHOP):
        for route in area.routes.routes:
            if isinstance(route, PageRoute) and "GET" in (route.methods or ()):
                yield route


def more(shop: Company, names: dict[str, str]) -> dict[str, str]:
    """What the lived-in shop lacks for some of the pages, and how their addresses name it."""
    tenant, program = shop.shop.tenant, shop.shop.program
    with shop.database.write(tenant) as tx:
        catalogue.put_book(tx, "PRO", PriceBookBody(name="Pro"))
        hook = WebhookBody(url="https://hooks.example/loyalty", events=("*",))
        webhooks.subscribe(tx, "system", "hook", hook, Webhooks())
        import_uploads.upload(tx, "system", "import", b"E-mail;Points\na@mail.example;10\n")
        document = programs.version_of(tx, program, 2).document
        campaign = {"id": "thursdays", "name": {"fr": "Jeudis"}, "give": {"times": "2"}}
        programs.put_draft(tx, program, {**document, "campaigns": [campaign]}, actor="system")
        programs.publish(tx, program, Publication(version=3), actor="system")
        programs.put_draft(tx, program, document, actor="system")
        store = shops.store(tx, StoreId(shop.shop.store))
        assert store is not None
        member = names["member"]
        wanted = {
            "token": NewLink(id="to-account", member=member),
            "copy": NewLink(id="to-data", member=member),
            "invitation": NewLink(id="to-join"),
        }
        purposes = {"token": "account", "copy": "data", "invitation": "invite"}
        urls = {
            name: links.hand_out(tx, link, purposes[name], store, "").url
            for name, link in wanted.items()
        }
        urls["stop"] = stopping.link(tx, MemberId(member), Config(public_url="https://x.example"))
    found = {name: url.rpartition("/")[2] for name, url in urls.items()}
    return {**names, **found, "person": at_work(shop).person.id}


def cookies(shop: Company, member: str) -> dict[str, str]:
    """By whom each part is read: somebody of the staff, a customer, anybody."""
    with shop.database.write(shop.shop.tenant) as tx:
        person = members.member(tx, MemberId(member))
        assert person is not None
        own = own_sessions.open_session(tx, person, "cookie").token.text
    staff = f"{STAFF}={at_work(shop).cookie}"
    return dict.fromkeys(CUSTOMER, f"{MEMBER}={own}") | dict.fromkeys(
        (*OFFICE, *TILL_AND_SHOP), staff
    )
