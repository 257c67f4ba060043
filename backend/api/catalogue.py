"""Products and price books: what a merchant sets on them."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Response

from backend.api.callers import Caller, Data, allowed
from backend.api.etags import WhatWasSeen, tagged
from backend.api.pages import Asked, page
from backend.api.problems import documented
from backend.db import Database, catalogue
from backend.errors import Refused
from backend.rights import Right
from backend.services.shop.catalogue import (
    PRESETS,
    book_of,
    delete_book,
    delete_line,
    delete_product,
    line_of,
    product_of,
    put_book,
    put_line,
    put_product,
)
from backend.services.shop.product_files import (
    MINOR_UNITS,
    Notation,
    export_products,
    import_products,
)
from backend_client.schemas.base import API
from backend_client.schemas.catalogue import (
    PriceBookBody,
    PriceBookFound,
    PriceBookLine,
    PriceBookLineBody,
    PriceBookPage,
    PriceBooks,
    ProductBody,
    ProductFound,
    ProductId,
    ProductPresets,
    ProductsImported,
    ProductsPage,
)
from backend_client.schemas.problems import ProblemName

READING = (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED, ProblemName.INVALID)
WRITING = (
    *READING,
    ProblemName.MALFORMED,
    ProblemName.TOO_LARGE,
    ProblemName.MEDIA_TYPE,
    ProblemName.CHANGED_SINCE,
)
_AT_ONCE = 200
"""Products of an export that are read at once."""

_Editor = Annotated[Caller, Depends(allowed(Right.CATALOGUE))]
_Product = Annotated[ProductId, Path()]
_Code = Annotated[ProductId, Path(description="The price code.")]

routes = APIRouter(prefix=API, tags=["catalogue"])


@routes.get("/products", responses=documented(*READING))
def products(
    database: Data,
    caller: _Editor,
    paging: Asked,
    family: Annotated[str | None, Query(max_length=64, description="Those of one family.")] = None,
    gifts: Annotated[bool, Query(description="Those that points can buy.")] = False,
    search: Annotated[
        str, Query(max_length=100, description="The code, or words of the name.")
    ] = "",
) -> ProductsPage:
    """The products, by id."""
    place = paging.after(str)
    with database.read(caller.tenant) as tx:
        found = catalogue.products_after(
            tx,
            place[0] if place else None,
            paging.limit + 1,
            family=family,
            gifts=gifts,
            search=search,
        )
    told, following = page(found, paging, lambda product: (product.id,))
    return ProductsPage(products=told, next=following)


@routes.get("/product-presets", responses=documented(*READING[:2]))
def product_presets(_: _Editor) -> ProductPresets:
    """What shops exclude from earning, ready to be put: shipping, gift cards, and the like."""
    return ProductPresets(presets=PRESETS)


@routes.post(
    "/products/import",
    responses=documented(
        *READING, ProblemName.MALFORMED, ProblemName.TOO_LARGE, ProblemName.MEDIA_TYPE
    ),
)
def product_import(
    database: Data,
    caller: _Editor,
    body: Annotated[
        bytes,
        Body(
            media_type="text/csv",
            description="CSV in UTF-8 with a header; the columns are those of the export.",
        ),
    ],
    content_type: Annotated[str, Header(max_length=100)] = "",
    dry_run: Annotated[
        bool, Query(description="True: say what it would do, and write nothing.")
    ] = False,
) -> ProductsImported:
    """Bring products in from a file. The same file again changes nothing.

    While a row is bad, nothing is written; the answer, or the problem's `bad_rows`, names it.
    """
    if content_type.partition(";")[0].strip().lower() != "text/csv":
        raise Refused(ProblemName.MEDIA_TYPE, "send the file as text/csv")
    if dry_run:
        with database.read(caller.tenant) as tx:
            return import_products(tx, body, dry_run=True)
    return database.run(caller.tenant, import_products, body, dry_run=False)


@routes.get(
    "/products/export",
    response_class=Response,
    responses={
        200: {
            "content": {"text/csv": {"schema": {"type": "string"}}},
            "description": "CSV in UTF-8 with a header.",
        },
        **documented(*READING[:2]),
    },
)
def product_export(database: Data, caller: _Editor) -> Response:
    """Every product in a file that the import reads back."""
    return product_file(database, caller, MINOR_UNITS)


def product_file(database: Database, caller: Caller, notation: Notation) -> Response:
    """Every product in a file, its amounts written so."""
    with database.read(caller.tenant) as tx:
        found: list[ProductFound] = []
        while some := catalogue.products_after(
            tx, found[-1].id if found else None, _AT_ONCE, family=None, gifts=False
        ):
            found += some
    return Response(
        notation.mark + "".join(export_products(found, notation)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="products.csv"'},
    )


@routes.get("/products/{product}", responses=documented(*READING, ProblemName.NOT_FOUND))
def product(database: Data, caller: _Editor, response: Response, product: _Product) -> ProductFound:
    """One product."""
    with database.read(caller.tenant) as tx:
        found = product_of(tx, product)
    tagged(response, found)
    return found


@routes.put("/products/{product}", responses=documented(*WRITING))
def product_put(
    database: Data,
    caller: _Editor,
    response: Response,
    product: _Product,
    body: ProductBody,
    seen: WhatWasSeen,
) -> ProductFound:
    """Add a product or change it; put again, it is the same."""
    found = database.run(caller.tenant, put_product, product, body, seen)
    tagged(response, found)
    return found


@routes.delete(
    "/products/{product}",
    status_code=204,
    responses=documented(*READING, ProblemName.CHANGED_SINCE, ProblemName.IN_USE),
)
def product_delete(database: Data, caller: _Editor, product: _Product, seen: WhatWasSeen) -> None:
    """Take a product out; one that is not there is out."""
    database.run(caller.tenant, delete_product, product, seen)


@routes.get("/price-books", responses=documented(*READING[:2]))
def books(database: Data, caller: _Editor) -> PriceBooks:
    """Every price list."""
    with database.read(caller.tenant) as tx:
        return PriceBooks(price_books=catalogue.books(tx))


@routes.get("/price-books/{code}", responses=documented(*READING, ProblemName.NOT_FOUND))
def book(database: Data, caller: _Editor, response: Response, code: _Code) -> PriceBookFound:
    """One price list."""
    with database.read(caller.tenant) as tx:
        found = book_of(tx, code)
    tagged(response, found)
    return found


@routes.put("/price-books/{code}", responses=documented(*WRITING))
def book_put(
    database: Data,
    caller: _Editor,
    response: Response,
    code: _Code,
    body: PriceBookBody,
    seen: WhatWasSeen,
) -> PriceBookFound:
    """Add a price list or change it; put again, it is the same."""
    found = database.run(caller.tenant, put_book, code, body, seen)
    tagged(response, found)
    return found


@routes.delete(
    "/price-books/{code}",
    status_code=204,
    responses=documented(*READING, ProblemName.CHANGED_SINCE),
)
def book_delete(database: Data, caller: _Editor, code: _Code, seen: WhatWasSeen) -> None:
    """Take a price list out with all it says; one that is not there is out."""
    database.run(caller.tenant, delete_book, code, seen)


@routes.get("/price-books/{code}/products", responses=documented(*READING, ProblemName.NOT_FOUND))
def lines(database: Data, caller: _Editor, paging: Asked, code: _Code) -> PriceBookPage:
    """What a price list says, by product."""
    place = paging.after(str)
    with database.read(caller.tenant) as tx:
        book_of(tx, code)
        found = catalogue.lines_after(tx, code, place[0] if place else None, paging.limit + 1)
    told, following = page(found, paging, lambda line: (line.product,))
    return PriceBookPage(lines=told, next=following)


@routes.get(
    "/price-books/{code}/products/{product}",
    responses=documented(*READING, ProblemName.NOT_FOUND),
)
def line(
    database: Data, caller: _Editor, response: Response, code: _Code, product: _Product
) -> PriceBookLine:
    """What a price list says of a product."""
    with database.read(caller.tenant) as tx:
        found = line_of(tx, code, product)
    tagged(response, found)
    return found


@routes.put(
    "/price-books/{code}/products/{product}",
    responses=documented(*WRITING, ProblemName.NOT_FOUND),
)
def line_put(
    database: Data,
    caller: _Editor,
    response: Response,
    code: _Code,
    product: _Product,
    body: PriceBookLineBody,
    seen: WhatWasSeen,
) -> PriceBookLine:
    """Set a product's price and loyalty amount in a price list; put again, they are the same."""
    found = database.run(caller.tenant, put_line, code, product, body, seen)
    tagged(response, found)
    return found


@routes.delete(
    "/price-books/{code}/products/{product}",
    status_code=204,
    responses=documented(*READING),
)
def line_delete(database: Data, caller: _Editor, code: _Code, product: _Product) -> None:
    """Let the product have its own price and amount in this list again."""
    database.run(caller.tenant, delete_line, code, product)
