"""The script for an e-shop's pages, at an address that stays, and the demo cart."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.api import members
from backend.api.pages import Paging
from backend.db import catalogue, shops
from backend.rights import Right
from backend.services.team.access import till_of
from backend.services.team.web_till import web_till
from backend.web import look
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.members import MemberRow, MemberSearch

_HOUR = "public, max-age=3600"
_SHOWN = 6
_DemoPage = Annotated[Page, Depends(page_with(Right.SALES))]

routes = page_routes("/shop")


@routes.get("/loyalty.js")
def script() -> Response:
    """What a shop's page loads from us; any site may."""
    body = look.files()["shop/loyalty.js"]
    headers = {
        "Cache-Control": _HOUR,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    return Response(body.body, media_type=body.kind, headers=headers)


@routes.get("/demo")
def demo(page: _DemoPage, store: str = "") -> Response:
    """A cart as an e-shop's would be: points on each article, in the cart, and as payment."""
    return _show(page, key="", email="", store=store)


@routes.post("/demo")
def demo_for(page: _DemoPage, form: StaffForm, store: str = "") -> Response:
    """The same for a key and a customer; in a body, so that no log holds the address."""
    return _show(page, key=form.text("key"), email=form.text("email"), store=store)


def _show(page: Page, *, key: str, email: str, store: str) -> Response:
    caller = page.caller
    till = web_till(page.database, caller.tenant, caller.store, store or _first(page), caller.actor)
    with page.database.read(caller.tenant) as tx:
        goods = catalogue.for_sale(tx, None, _SHOWN, search="", family=None)
        program = shops.program(tx, till.store.program)
    assert program is not None, "a store has a program"
    return page.show(
        "shop/demo.html",
        form=None,
        goods=[each for each in goods if each.price],
        key=key,
        key_is_known=not key or till_of(page.database, key) is not None,
        email=email,
        store=till.store.id,
        currency=program.currency,
        customer=_customer(page, email, till.store.program),
    )


def _first(page: Page) -> str:
    """The store whose prices are shown to who works in every one."""
    if page.caller.store is not None:
        return page.caller.store.id
    with page.database.read(page.caller.tenant) as tx:
        return shops.stores(tx)[0].id


def _customer(page: Page, email: str, program: str) -> MemberRow | None:
    """Whoever shops in the demo; None for somebody who is not signed in there."""
    if not email:
        return None
    wanted = MemberSearch(email=email, program=program)
    found = members.search(page.database, page.caller, wanted, Paging(cursor="", limit=1))
    return found.members[0] if found.members else None
