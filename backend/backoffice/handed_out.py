"""Links that were handed out: found by the ticket that carries one, and withdrawn."""

from fastapi.responses import Response

from backend.api import links as api
from backend.backoffice.office import OfficePage, show
from backend.db import shops
from backend.web.page import StaffForm, local
from backend.web.routes import page_routes
from backend.web.words import later

PATH = "/office/members/links"
PURPOSES = {
    "invite": later("Link to join"),
    "handoff": later("Link to join, from a kiosk"),
    "data": later("Link to a copy of their data"),
    "account": later("Link to their account"),
}

routes = page_routes(PATH)


@routes.get("")
def by_receipt(page: OfficePage, receipt: str = "") -> Response:
    """The link on a ticket of that number."""
    wanted = receipt.strip()[:64]
    found = api.on_receipt(page.database, page.caller, wanted).links if wanted else ()
    with page.database.read(page.caller.tenant) as tx:
        names = {store.id: store.name for store in shops.stores(tx)}
    return show(
        page, "members/links.html", receipt=wanted, found=found, names=names, PURPOSES=PURPOSES
    )


@routes.post("/{link}/withdraw")
def withdraw(page: OfficePage, form: StaffForm, link: str) -> Response:
    """Nobody opens it any more."""
    api.withdraw(page.database, page.caller, link)
    return page.go(local(form.text("back"), PATH), page.words.t("Nobody opens the link any more."))
