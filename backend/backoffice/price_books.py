"""Price codes: which of them earn, and what single products cost and earn there."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from backend.api.pages import page as told
from backend.backoffice.office import show
from backend.backoffice.products import CatalogueDoor
from backend.backoffice.reading import paging, standing
from backend.db import catalogue
from backend.services.shop.catalogue import (
    book_of,
    delete_book,
    delete_line,
    put_book,
    put_line,
)
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.routes import page_routes
from backend_client.schemas.catalogue import (
    PriceBookBody,
    PriceBookFound,
    PriceBookLineBody,
    ProductId,
)

PATH = "/office/price-codes"
_Code = Annotated[ProductId, Path()]

routes = page_routes(PATH)


@routes.get("")
def books(page: CatalogueDoor) -> Response:
    """Every price code, and adding one."""
    return _show_books(page, None)


@routes.post("")
def add(page: CatalogueDoor, form: StaffForm) -> Response:
    """A price code, as tills know it."""
    with form.attempt():
        found = PriceBookFound(
            id=form.text("id"),
            name=form.text("name"),
            earns=form.flag("earns"),
            tax_included=form.flag("tax_included"),
        )
        body = PriceBookBody(**{name: value for name, value in found if name != "id"})
        page.database.run(page.caller.tenant, put_book, found.id, body)
        return page.go(f"{PATH}/{found.id}", page.words.t("{name} is kept.", name=found.name))
    return _show_books(page, form)


def _show_books(page: Page, form: Form | None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        found = catalogue.books(tx)
    return show(page, "shop/price-codes.html", status=422 if form else 200, form=form, books=found)


@routes.get("/{code}")
def book(page: CatalogueDoor, code: _Code) -> Response:
    """One price code and what it says of products."""
    return _show(page, code, None)


@routes.post("/{code}")
def save(page: CatalogueDoor, form: StaffForm, code: _Code) -> Response:
    """The price code as it is from now on."""
    with form.attempt():
        body = PriceBookBody(
            name=form.text("name"), earns=form.flag("earns"), tax_included=form.flag("tax_included")
        )
        page.database.run(page.caller.tenant, put_book, code, body)
        return page.go(f"{PATH}/{code}", page.words.t("{name} is kept.", name=body.name))
    return _show(page, code, form)


@routes.post("/{code}/delete")
def delete(page: CatalogueDoor, form: StaffForm, code: _Code) -> Response:
    """Taken out with all it says."""
    del form
    page.database.run(page.caller.tenant, delete_book, code)
    return page.go(PATH, page.words.t("The price code is taken out."))


@routes.post("/{code}/products")
def say(page: CatalogueDoor, form: StaffForm, code: _Code) -> Response:
    """What a product costs and earns at this code."""
    with form.attempt():
        product = form.text("product")
        if not product:
            raise form.mistake("product", "Fill this in")
        with page.database.read(page.caller.tenant) as tx:
            points = standing(tx, page).read(form, "points")
        body = PriceBookLineBody(price=form.money("price"), points=points)
        page.database.run(page.caller.tenant, put_line, code, product, body)
        return page.go(f"{PATH}/{code}", page.words.t("{name} is kept.", name=product))
    return _show(page, code, form)


@routes.post("/{code}/products/{product}/delete")
def unsay(
    page: CatalogueDoor, form: StaffForm, code: _Code, product: Annotated[ProductId, Path()]
) -> Response:
    """The product has its own price and points here again."""
    del form
    page.database.run(page.caller.tenant, delete_line, code, product)
    return page.go(f"{PATH}/{code}", page.words.t("The product has its own price again."))


def _show(page: Page, code: str, form: Form | None) -> Response:
    asked = paging(page)
    place = asked.after(str)
    with page.database.read(page.caller.tenant) as tx:
        found = book_of(tx, code)
        lines = catalogue.lines_after(tx, code, place[0] if place else None, asked.limit + 1)
        here = standing(tx, page)
        known = catalogue.products(tx, {line.product for line in lines})
    shown, following = told(lines, asked, lambda line: (line.product,))
    return show(
        page,
        "shop/price-code.html",
        status=422 if form else 200,
        form=form,
        book=found,
        names={code: each.name for code, each in known.items()},
        lines=shown,
        following=following,
        here=here,
        currency=here.currency,
    )
