"""Kiosks and tills: registered, healthy, paused, given codes and keys, ended."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from fastapi.responses import Response

from backend.api import terminals_admin as api
from backend.api.callers import address_of
from backend.backoffice.office import show
from backend.db import shops
from backend.rights import FOR_KEYS, Right
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.operations import NewTerminal, NewTill, TerminalAnswer, TerminalChange

PATH = "/office/terminals"
SILENT_AFTER = timedelta(minutes=10)
"""A kiosk tells how it is every minute."""
SCOPES = {
    Right.MEMBERS: later("Find and add members"),
    Right.SALES: later("Record sales and returns"),
    Right.VOUCHERS: later("Look at vouchers and take them"),
    Right.GIFTS: later("Use points for gifts"),
    Right.SIMULATE: later("Say what a cart would earn, for nobody in particular"),
    Right.ADJUST: later("Give and take points by hand"),
    Right.CATALOGUE: later("Change products and stock"),
    Right.IMPORT: later("Bring balances in"),
    Right.EXPORT: later("Take lists of members out"),
    Right.REPORTS: later("Read reports"),
    Right.PRIVACY: later("Export and forget people"),
}
USUAL = (Right.MEMBERS, Right.SALES, Right.VOUCHERS, Right.GIFTS)

_ManagerPage = Annotated[Page, Depends(page_with(Right.TERMINALS))]

routes = page_routes(PATH)


def is_silent(kiosk: TerminalAnswer, now: datetime) -> bool:
    """Whether a kiosk that works has not been heard of for too long."""
    if kiosk.state in ("waiting", "revoked"):
        return False
    return kiosk.seen_at is None or now - kiosk.seen_at > SILENT_AFTER


def troubles(kiosk: TerminalAnswer, now: datetime) -> list[str]:
    """What somebody should look at, as texts to translate."""
    if is_silent(kiosk, now):
        return [SILENT]
    health = kiosk.health
    if health is None or kiosk.state == "revoked":
        return []
    found = []
    if not health.reader:
        found.append(NO_READER)
    if health.printer == "away":
        found.append(NO_PRINTER)
    if health.paper in PAPER:
        found.append(PAPER[health.paper])
    return found


SILENT = later("Not heard of for over ten minutes")
NO_READER = later("The card reader is missing")
NO_PRINTER = later("The printer is missing")
PAPER = {"out": later("Out of paper"), "low": later("Paper is running low")}
_STATES = {
    "waiting": later("Waits for its code"),
    "claimed": later("In service"),
    "paused": later("Paused"),
    "revoked": later("Ended"),
}


@routes.get("")
def terminals(page: _ManagerPage) -> Response:
    """Every kiosk with how it is, every till with what it may do."""
    return _shown(page, None)


def _shown(page: Page, form: Form | None, *, status: int = 200, **secret: object) -> Response:
    kiosks = api.terminals(page.database, page.caller).terminals
    tills = api.tills(page.database, page.caller).tills
    with page.database.read(page.caller.tenant) as tx:
        stores = shops.stores(tx)
    now = datetime.now(UTC)
    return show(
        page,
        "machines/list.html",
        status=status,
        form=form,
        kiosks=[(each, troubles(each, now)) for each in kiosks if each.state != "revoked"],
        gone=[each for each in kiosks if each.state == "revoked"],
        tills=tills,
        stores=[store for store in stores if store.closed_at is None],
        store_names={store.id: store.name for store in stores},
        STATES=_STATES,
        SCOPES=[(right, words) for right, words in SCOPES.items() if right in FOR_KEYS],
        scope_names={right.value: words for right, words in SCOPES.items()},
        USUAL=USUAL,
        new=str(uuid4()),
        code=secret.get("code"),
        server=address_of(page.request),
        key=secret.get("key"),
    )


@routes.post("")
def add_terminal(page: _ManagerPage, form: StaffForm) -> Response:
    """Register a kiosk: its code is shown once."""
    with form.attempt():
        added = api.add_terminal(page.database, page.caller, form.into(NewTerminal))
        return _shown(page, None, code=added)
    return _shown(page, form, status=422)


@routes.post("/{terminal}/code")
def new_code(page: _ManagerPage, form: StaffForm, terminal: str) -> Response:
    """Another code, for a kiosk that was set up anew."""
    with form.attempt():
        return _shown(page, None, code=api.new_code(page.database, page.caller, terminal))
    return _shown(page, form, status=422)


@routes.post("/{terminal}/change")
def change_terminal(page: _ManagerPage, form: StaffForm, terminal: str) -> Response:
    """Rename a kiosk, pause it, or let it go on."""
    with form.attempt():
        api.change_terminal(page.database, page.caller, terminal, form.into(TerminalChange))
        return page.go(PATH, page.words.t("Saved"))
    return _shown(page, form, status=422)


@routes.post("/{terminal}/revoke")
def revoke_terminal(page: _ManagerPage, form: StaffForm, terminal: str) -> Response:
    """End a kiosk for good."""
    with form.attempt():
        api.revoke_terminal(page.database, page.caller, terminal)
        return page.go(PATH, page.words.t("The kiosk is ended: its token opens nothing"))
    return _shown(page, form, status=422)


@routes.post("/tills")
def add_till(page: _ManagerPage, form: StaffForm) -> Response:
    """Let a till or an e-shop in; its key is shown once."""
    with form.attempt():
        body = NewTill.model_validate(
            {
                "id": form.text("id"),
                "name": form.text("name"),
                "store": form.text("store"),
                "scopes": form.many("scope"),
            }
        )
        return _shown(page, None, key=api.add_till(page.database, page.caller, body))
    return _shown(page, form, status=422)


@routes.post("/tills/{till}/key")
def rotate_key(page: _ManagerPage, form: StaffForm, till: str) -> Response:
    """Another key; the old one ends at once."""
    with form.attempt():
        return _shown(page, None, key=api.rotate_key(page.database, page.caller, till))
    return _shown(page, form, status=422)


@routes.post("/tills/{till}/revoke")
def revoke_till(page: _ManagerPage, form: StaffForm, till: str) -> Response:
    """End a till's key for good."""
    with form.attempt():
        api.revoke_till(page.database, page.caller, till)
        return page.go(PATH, page.words.t("The key is ended: it opens nothing"))
    return _shown(page, form, status=422)
