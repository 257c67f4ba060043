"""Stores: their sign, their group, the program they work with, and what they owe each other."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Path
from fastapi.responses import Response

from backend.backoffice.office import show
from backend.backoffice.reading import standing
from backend.backoffice.rules.known import in_words
from backend.backoffice.rules.reading import slug
from backend.db.daily import Period
from backend.rights import Right
from backend.services.figures.clearing import clearing_report
from backend.services.programs.programs import programs_of
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
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.base import Id
from backend_client.schemas.stores import BrandBody, GroupBody, StoreSettings

PATH = "/office/stores"
SettlerPage = Annotated[Page, Depends(page_with(Right.SETTINGS))]
ReaderPage = Annotated[Page, Depends(page_with(Right.REPORTS))]
_Store = Annotated[Id, Path()]

routes = page_routes(PATH)


@routes.get("")
def store_list(page: SettlerPage) -> Response:
    """Every store, the signs and the groups."""
    return _show_list(page, None)


def _show_list(page: Page, form: Form | None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        programs = {each.id: in_words(each.name, page.words) for each in programs_of(tx).programs}
        found = stores_of(tx)
        brands, groups = brands_of(tx), groups_of(tx)
        here = standing(tx, page)
    return show(
        page,
        "shop/stores.html",
        status=422 if form else 200,
        form=form,
        stores=found,
        programs=programs,
        brands=brands,
        groups=groups,
        brand_names={each.id: each.name for each in brands},
        group_names={each.id: each.name for each in groups},
        silo=here.program.stores.sharing.value == "silo",
        program=here.program.id,
    )


@routes.post("/brands")
def add_brand(page: SettlerPage, form: StaffForm) -> Response:
    """A sign above a shop's door."""
    return _add_named(page, form, "brand")


@routes.post("/groups")
def add_group(page: SettlerPage, form: StaffForm) -> Response:
    """A group of stores."""
    return _add_named(page, form, "group")


@routes.post("/brands/{brand}/delete")
def delete_brand(page: SettlerPage, form: StaffForm, brand: _Store) -> Response:
    """A sign that no store has any more."""
    return _take_out(page, form, remove_brand, brand)


@routes.post("/groups/{group}/delete")
def delete_group(page: SettlerPage, form: StaffForm, group: _Store) -> Response:
    """A group that no store is in any more."""
    return _take_out(page, form, remove_group, group)


@routes.post("/{store}/delete")
def delete_store(page: SettlerPage, form: StaffForm, store: _Store) -> Response:
    """A store in which nothing has happened; one that worked is closed, on the page of its form."""
    with form.attempt():
        page.database.run(page.caller.tenant, remove_store, store, actor=page.caller.actor)
        return page.go(PATH, page.words.t("It is taken out."))
    return _show(page, form, store)


def _take_out(page: Page, form: Form, remove: Callable[..., None], wanted: str) -> Response:
    with form.attempt():
        page.database.run(page.caller.tenant, remove, wanted, actor=page.caller.actor)
        return page.go(PATH, page.words.t("It is taken out."))
    return _show_list(page, form)


def _add_named(page: Page, form: Form, kind: str) -> Response:
    with form.attempt():
        name = form.text(f"{kind}.name")
        if not name:
            raise form.mistake(f"{kind}.name", "Fill this in")
        wanted, tenant = form.text("id") or slug(name), page.caller.tenant
        if kind == "brand":
            page.database.run(tenant, put_brand, wanted, BrandBody(name=name))
        else:
            page.database.run(tenant, put_group, wanted, GroupBody(name=name))
        return page.go(PATH, page.words.t("{name} is kept.", name=name))
    return _show_list(page, form)


@routes.get("/clearing")
def clearing(page: ReaderPage, month: str = "", program: str = "") -> Response:
    """What stores owe each other for points given here and spent there, in a month."""
    with page.database.read(page.caller.tenant) as tx:
        now = tx.now.astimezone(page.zone).date()
        first = _month(month, now)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        period = Period(
            since=datetime.combine(first, time(), tzinfo=page.zone),
            until=datetime.combine(last + timedelta(days=1), time(), tzinfo=page.zone),
            booked=True,
        )
        programs = programs_of(tx).programs
        here = standing(tx, page, program)
        found = clearing_report(tx, here.program.id, period)
        names = {store.id: store.name for store in stores_of(tx)}
    return show(
        page,
        "shop/clearing.html",
        month=f"{first.year:04}-{first.month:02}",
        since=period.since,
        until=period.until,
        report=found,
        program=here.program.id,
        programs=[
            (each.id, in_words(each.name, page.words) or each.id)
            for each in programs
            if each.version
        ],
        names=names,
        here=here,
    )


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


@routes.get("/new")
def new(page: SettlerPage) -> Response:
    """A store that is not there yet."""
    return _show(page, None, None)


@routes.post("/new")
def add(page: SettlerPage, form: StaffForm) -> Response:
    """Added under the id that was made when the form was shown."""
    return _save(page, form, form.text("id") or str(uuid4()), new=True)


@routes.get("/{store}")
def edit(page: SettlerPage, store: _Store) -> Response:
    """One store, as a form."""
    return _show(page, None, store)


@routes.post("/{store}")
def save(page: SettlerPage, form: StaffForm, store: _Store) -> Response:
    """The store as it is from now on; its kiosks hear of it."""
    return _save(page, form, store, new=False)


def _save(page: Page, form: Form, store: str, *, new: bool) -> Response:
    with form.attempt():
        body = StoreSettings(
            name=form.text("name"),
            address=form.text("address").replace("\r\n", "\n"),
            time_zone=form.text("time_zone"),
            program=form.text("program"),
            brand=form.text("brand"),
            group=form.text("group") or None,
            closed=form.flag("closed"),
        )
        page.database.run(page.caller.tenant, put_store, store, body)
        return page.go(PATH, page.words.t("{name} is kept.", name=body.name))
    return _show(page, form, None if new else store)


def _show(page: Page, form: Form | None, wanted: str | None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        found = store_of(tx, wanted) if wanted else None
        programs = programs_of(tx).programs
        brands, groups = brands_of(tx), groups_of(tx)
        here = standing(tx, page)
    t = page.words.t
    return show(
        page,
        "shop/store.html",
        status=422 if form else 200,
        form=form,
        store=found,
        programs=[
            (each.id, in_words(each.name, page.words) or each.id)
            for each in programs
            if each.version
        ],
        brands=[("", t("none")), *((each.id, each.name) for each in brands)],
        groups=[("", t("none")), *((each.id, each.name) for each in groups)],
        usual=here,
        zone=page.zone.key,
        new_id=form.text("id") if form and form.text("id") else str(uuid4()),
    )
