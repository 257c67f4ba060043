"""Products: what they earn, what they cost in points, and files of them."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Path
from fastapi.responses import Response

from backend.api import catalogue as api
from backend.api.pages import page as told
from backend.backoffice.office import show
from backend.backoffice.reading import Uploaded, paging, standing
from backend.db import catalogue
from backend.db.gifts import counted_in
from backend.errors import Refused
from backend.rights import Right
from backend.services.points.worth import decimals
from backend.services.shop.catalogue import PRESETS, delete_product, product_of, put_product
from backend.services.shop.product_files import Notation, import_products
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.catalogue import (
    ComponentBody,
    ProductBody,
    ProductFound,
    ProductId,
    ProductsImported,
)
from backend_client.schemas.problems import ProblemName
from loyalty.sales import LineKind

PATH = "/office/products"
FAMILIES_MAX = 200
CatalogueDoor = Annotated[Page, Depends(page_with(Right.CATALOGUE))]
_Product = Annotated[ProductId, Path()]

KINDS = (
    (LineKind.ARTICLE, later("Article: it earns")),
    (LineKind.SHIPPING, later("Shipping: earns nothing")),
    (LineKind.GIFT_CARD, later("Gift card: earns nothing")),
    (LineKind.STORE_CREDIT, later("Store credit: earns nothing")),
    (LineKind.DONATION, later("Donation: earns nothing")),
    (LineKind.ADMIN, later("Administration: earns nothing")),
    (LineKind.REWARD, later("Loyalty discount")),
)
_PLAIN = ("name", "family", "type", "brand", "group")

routes = page_routes(PATH)


@routes.get("")
def products(page: CatalogueDoor, search: str = "", family: str = "", gifts: str = "") -> Response:
    """The products, by code; found by code or name."""
    asked = paging(page)
    place = asked.after(str)
    with page.database.read(page.caller.tenant) as tx:
        found = catalogue.products_after(
            tx,
            place[0] if place else None,
            asked.limit + 1,
            family=family or None,
            gifts=bool(gifts),
            search=search[:100],
        )
        families = catalogue.families(tx, FAMILIES_MAX)
        here = standing(tx, page)
        units = counted_in(tx, [product.id for product in found if product.gift_points])
    shown, following = told(found, asked, lambda product: (product.id,))
    values: dict[str, Any] = {
        "products": shown,
        "following": following,
        "currency": here.currency,
        "here": here,
        "bought": {
            each.id: here.counting(units.get(each.id)).points(each.gift_points)
            for each in shown
            if each.gift_points
        },
        "search": search,
        "family": family,
        "gifts": gifts,
    }
    if page.is_part:
        return page.show("office/shop/_products.html", **values)
    return show(page, "shop/products.html", families=families, **values)


@routes.get("/export")
def export(page: CatalogueDoor) -> Response:
    """Every product in a file that the import reads back, with prices as people write them."""
    return api.product_file(page.database, page.caller, _notation(page))


def _notation(page: Page) -> Notation:
    """How the reader's spreadsheet writes amounts, and parts its columns."""
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page)
    digits, point = decimals(here.currency), page.words.decimal_point
    return Notation(
        digits=digits,
        points_digits=digits if here.in_money else 0,
        decimal_point=point,
        delimiter=";" if point == "," else ",",
        mark="\ufeff",
    )


@routes.get("/import")
def ask_file(page: CatalogueDoor) -> Response:
    """Which file?"""
    return _show_import(page, None)


@routes.post("/import")
def take_file(page: CatalogueDoor, form: StaffForm, file: Uploaded) -> Response:
    """Tried first: what the file would do; then, sent for sure, it is done."""
    found: ProductsImported | None = None
    notation = _notation(page)
    with form.attempt():
        if not file:
            raise form.mistake("file", "Choose a file")
        with page.database.read(page.caller.tenant) as tx:
            found = import_products(tx, file, dry_run=True, notation=notation)
        if form.flag("sure") and not found.bad_rows:
            tenant = page.caller.tenant
            done = page.database.run(
                tenant, import_products, file, dry_run=False, notation=notation
            )
            return page.go(
                PATH,
                page.words.t(
                    "{added} added, {changed} changed.", added=done.added, changed=done.changed
                ),
            )
    return _show_import(page, form, found)


def _show_import(page: Page, form: Form | None, found: ProductsImported | None = None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page)
    return show(
        page,
        "shop/import.html",
        status=422 if form and (form.wrong or (found and found.bad_rows)) else 200,
        form=form,
        found=found,
        here=here,
        example=here.price(1250),
    )


@routes.post("/presets")
def add_presets(page: CatalogueDoor, form: StaffForm) -> Response:
    """What shops exclude from earning is there; what is there already stays as it is."""
    del form
    added = 0
    for preset in PRESETS:
        with page.database.read(page.caller.tenant) as tx:
            known = catalogue.product(tx, preset.id)
        if known is None:
            page.database.run(page.caller.tenant, put_product, preset.id, preset.product)
            added += 1
    words = page.words
    return page.go(PATH, words.tn("{count} product added.", "{count} products added.", added))


@routes.get("/new")
def new(page: CatalogueDoor) -> Response:
    """A product that is not there yet."""
    return _show(page, None, None)


@routes.post("/new")
def add(page: CatalogueDoor, form: StaffForm) -> Response:
    """Added, unless its code is taken."""
    with form.attempt():
        wanted = form.text("id")
        if not wanted:
            raise form.mistake("id", "Fill this in")
        with page.database.read(page.caller.tenant) as tx:
            taken = catalogue.product(tx, wanted) is not None
        if taken:
            raise form.mistake("id", "Another product has this code")
        body = ProductFound(id=wanted, **_values(page, form, wanted))
        _put(page, wanted, ProductBody(**_without_id(body)))
        return page.go(PATH, page.words.t("{name} is kept.", name=body.name))
    return _show(page, form, None)


@routes.get("/{product}")
def edit(page: CatalogueDoor, product: _Product) -> Response:
    """One product, as a form."""
    return _show(page, None, _read(page, product))


@routes.post("/{product}")
def save(page: CatalogueDoor, form: StaffForm, product: _Product) -> Response:
    """As it is from now on."""
    known = _read(page, product)
    with form.attempt():
        body = ProductBody(**_values(page, form, product))
        _put(page, product, body)
        return page.go(PATH, page.words.t("{name} is kept.", name=body.name))
    return _show(page, form, known)


@routes.post("/{product}/delete")
def delete(page: CatalogueDoor, form: StaffForm, product: _Product) -> Response:
    """Taken out of the catalogue."""
    del form
    page.database.run(page.caller.tenant, delete_product, product)
    return page.go(PATH, page.words.t("The product is taken out."))


def _read(page: Page, product: str) -> ProductFound:
    with page.database.read(page.caller.tenant) as tx:
        return product_of(tx, product)


def _put(page: Page, product: str, body: ProductBody) -> None:
    page.database.run(page.caller.tenant, put_product, product, body)


def _without_id(body: ProductFound) -> dict[str, Any]:
    return {name: value for name, value in body if name != "id"}


def _values(page: Page, form: Form, wanted: str) -> dict[str, Any]:
    """What was filled in of that product. Raises Refused."""
    earning = form.text("earning")
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page)
        priced = here.counting(counted_in(tx, [wanted]).get(wanted))
    # Where loyalty is counted in money, an article's own amount is an amount (LSX-37).
    points = here.read(form, "points") if earning == "own" else None
    if earning == "own" and points is None:
        raise form.mistake("points", "Fill this in")
    return {
        **{name: form.text(name) for name in _PLAIN},
        "kind": LineKind(form.text("kind", LineKind.ARTICLE)),
        "price": form.money("price"),
        "tax_rate": Decimal(_rate(form)),
        "themes": tuple(_list(form.text("themes"))),
        "sets": tuple(_list(form.text("sets"))),
        "points": points,
        "earns": earning != "none",
        "gift_points": priced.read(form, "gift_points"),
        "components": tuple(
            _component(line, form) for line in form.text("components").splitlines() if line.strip()
        ),
    }


def _rate(form: Form) -> str:
    text = form.text("tax_rate", "0").replace(",", ".") or "0"
    if not text.replace(".", "", 1).isdigit():
        raise form.mistake("tax_rate", "Write a number")
    return text


def _list(text: str) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))


def _component(line: str, form: Form) -> ComponentBody:
    code, _, pieces = (part.strip() for part in line.partition("×" if "×" in line else "*"))
    if pieces and not pieces.isdigit():
        raise form.mistake("components", "Write each as CODE × pieces")
    return ComponentBody(product=code, quantity=int(pieces or 1))


def _show(page: Page, form: Form | None, product: ProductFound | None) -> Response:
    if product is None and form is None and page.request.url.path != f"{PATH}/new":
        raise Refused(ProblemName.NOT_FOUND, "no such product")
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page)
        named = product.id if product else ""
        priced = here.counting(counted_in(tx, [named]).get(named))
        families = catalogue.families(tx, FAMILIES_MAX)
    return show(
        page,
        "shop/product.html",
        status=422 if form else 200,
        form=form,
        product=product,
        kinds=[(kind.value, page.words.t(said)) for kind, said in KINDS],
        currency=here.currency,
        price=_typed(product.price if product else None, page),
        in_money=here.in_money,
        points=here.typed(product.points if product else None),
        bought_with_money=priced.in_money,
        gift_points=priced.typed(product.gift_points if product else None),
        components="\n".join(f"{part.product} × {part.quantity}" for part in product.components)
        if product
        else "",
        families=families,
    )


def _typed(minor: int | None, page: Page) -> str:
    if minor is None:
        return ""
    return f"{Decimal(minor).scaleb(-2):.2f}".replace(".", page.words.decimal_point)
