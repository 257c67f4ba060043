"""The staff: who is let in, with which role, in which store."""

from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Path
from fastapi.responses import Response

from backend.api import staff as api
from backend.api.callers import Configured
from backend.backoffice.office import show
from backend.config import Config
from backend.db import shops
from backend.rights import Right
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.base import Id
from backend_client.schemas.staff import InvitationAnswer, NewStaff, StaffAnswer, StaffChange

PATH = "/office/staff"
OwnerPage = Annotated[Page, Depends(page_with(Right.STAFF))]
_Person = Annotated[Id, Path()]
ROLES = (
    ("cashier", later("Cashier"), later("The counter: find and add members, sell, hand out gifts")),
    ("manager", later("Manager"), later("Day by day: points by hand, products, drafts, reports")),
    ("owner", later("Owner"), later("Everything: programs in force, staff, settings")),
)

routes = page_routes(PATH)


@routes.get("")
def everybody(page: OwnerPage) -> Response:
    """All staff, by name."""
    found = api.everybody(page.database, page.caller).staff
    with page.database.read(page.caller.tenant) as tx:
        stores = {store.id: store.name for store in shops.stores(tx)}
    return show(page, "shop/staff.html", staff=found, stores=stores)


@routes.get("/new")
def new(page: OwnerPage) -> Response:
    """Somebody to let in."""
    return _show(page, None, None)


@routes.post("/new")
def add(page: OwnerPage, form: StaffForm, config: Configured) -> Response:
    """Written down and invited: by mail where mail leaves, else with a link to hand on."""
    with form.attempt():
        body = NewStaff.model_validate(
            {
                "id": form.text("id"),
                "name": form.text("name"),
                "email": form.text("email"),
                "role": form.text("role"),
                "store": form.text("store") or None,
            }
        )
        person = api.add(page.database, page.caller, body)
        sent = _invite(page, config, person.id)
        return _invited(page, person, sent)
    return _show(page, form, None)


@routes.get("/{person}")
def edit(page: OwnerPage, person: _Person) -> Response:
    """Somebody of the staff, as a form."""
    return _show(page, None, _read(page, person))


@routes.post("/{person}")
def save(page: OwnerPage, form: StaffForm, person: _Person) -> Response:
    """Another role or store, a new name; whoever loses rights signs in again."""
    with form.attempt():
        body = StaffChange.model_validate(
            {
                "name": form.text("name"),
                "role": form.text("role"),
                "store": form.text("store") or None,
                "active": form.flag("active"),
            }
        )
        api.change(page.database, page.caller, person, body)
        return page.go(PATH, page.words.t("{name} is kept.", name=body.name))
    return _show(page, form, _read(page, person))


@routes.post("/{person}/invitation")
def invite(page: OwnerPage, form: StaffForm, config: Configured, person: _Person) -> Response:
    """Another link to choose a password with; earlier ones end."""
    del form
    sent = _invite(page, config, person)
    return _invited(page, _read(page, person), sent)


@routes.post("/{person}/sessions/end")
def sign_out(page: OwnerPage, form: StaffForm, person: _Person) -> Response:
    """Every session and token of theirs ends."""
    del form
    api.sign_out(page.database, page.caller, person)
    return page.go(f"{PATH}/{person}", page.words.t("They are signed out everywhere."))


def _invite(page: Page, config: Config, person: str) -> InvitationAnswer:
    return api.invite(page.database, page.caller, person, config, page.words.language)


def _invited(page: Page, person: StaffAnswer, sent: InvitationAnswer) -> Response:
    """The link is shown this once, whether it left by mail or not."""
    address = f"{page.request.base_url}password#{sent.link}"
    return show(page, "shop/invited.html", person=person, mailed=sent.mailed, link=address)


def _read(page: Page, person: str) -> StaffAnswer:
    return api.one(page.database, page.caller, person)


def _show(page: Page, form: Form | None, person: StaffAnswer | None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        own = person.store if person else None
        stores = [store for store in shops.stores(tx) if store.closed_at is None or store.id == own]
    t = page.words.t
    return show(
        page,
        "shop/person.html",
        status=422 if form else 200,
        form=form,
        person=person,
        roles=[(role, t(said), t(about)) for role, said, about in ROLES],
        role=form.text("role") if form else (person.role if person else "cashier"),
        stores=[("", t("every store")), *((store.id, store.name) for store in stores)],
        me=person is not None and person.id == page.caller.staff,
        new_id=form.text("id") if form and form.text("id") else str(uuid4()),
    )
