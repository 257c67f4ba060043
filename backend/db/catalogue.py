"""Products and price books."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select

from backend.db import tables
from backend.db.transaction import Transaction
from backend_client.schemas.catalogue import (
    ComponentBody,
    PriceBookBody,
    PriceBookFound,
    PriceBookLine,
    PriceBookLineBody,
    ProductBody,
    ProductFound,
)
from loyalty.sales import LineKind

AT_ONCE = 500
"""Rows of one statement: databases bound the number of values in one."""


def save_products(tx: Transaction, products: Sequence[ProductFound]) -> None:
    """Write products down as they are now."""
    table = tables.products
    for some in _parts(products):
        fresh = tx.insert_or_update(table).values([_values(tx, product) for product in some])
        told = {
            column.name: fresh.excluded[column.name]
            for column in table.columns
            if not column.primary_key
        }
        tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "id"], set_=told))


def product(tx: Transaction, wanted: str) -> ProductFound | None:
    """The product of that id."""
    return products(tx, [wanted]).get(wanted)


def products(tx: Transaction, wanted: Collection[str]) -> dict[str, ProductFound]:
    """Those of the products that are known, by id."""
    table = tables.products
    found: dict[str, ProductFound] = {}
    for some in _parts(sorted(wanted)):
        query = select(table).where(table.c.tenant == tx.tenant, table.c.id.in_(some))
        found |= {row.id: _product(row) for row in tx.rows(query)}
    return found


def products_after(
    tx: Transaction,
    after: str | None,
    limit: int,
    *,
    family: str | None,
    gifts: bool,
    search: str = "",
) -> tuple[ProductFound, ...]:
    """The next products by id; of those that have the id, or all the words in their names."""
    table = tables.products
    query = select(table).where(table.c.tenant == tx.tenant)
    if after is not None:
        query = query.where(table.c.id > after)
    if family is not None:
        query = query.where(table.c.family == family)
    if gifts:
        query = query.where(table.c.gift_points.is_not(None))
    if search:
        query = query.where(_called(search))
    return tuple(_product(row) for row in tx.rows(query.order_by(table.c.id).limit(limit)))


def for_sale(
    tx: Transaction, after: str | None, limit: int, *, search: str, family: str | None
) -> tuple[ProductFound, ...]:
    """The next products by id that have the id, or every one of the words in their names.

    Not the records of loyalty's own discounts: nobody rings those up by hand.
    """
    table = tables.products
    query = select(table).where(table.c.tenant == tx.tenant, table.c.kind != LineKind.REWARD.value)
    if after is not None:
        query = query.where(table.c.id > after)
    if family is not None:
        query = query.where(table.c.family == family)
    if search:
        query = query.where(_called(search))
    return tuple(_product(row) for row in tx.rows(query.order_by(table.c.id).limit(limit)))


def _called(search: str) -> ColumnElement[bool]:
    table = tables.products
    words = (table.c.name.icontains(word, autoescape=True) for word in search.split())
    return or_(table.c.id == search, and_(*words))


def families(tx: Transaction, limit: int) -> tuple[str, ...]:
    """The families of products that there are, by name."""
    table = tables.products
    query = (
        select(table.c.family)
        .where(table.c.tenant == tx.tenant, table.c.family != "")
        .distinct()
        .order_by(table.c.family)
        .limit(limit)
    )
    return tuple(row.family for row in tx.rows(query))


def delete_product(tx: Transaction, wanted: str) -> None:
    """Take a product and its prices out."""
    lines, table = tables.price_book_lines, tables.products
    tx.run(delete(lines).where(lines.c.tenant == tx.tenant, lines.c.product == wanted))
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def packs_with(tx: Transaction, wanted: str) -> tuple[str, ...]:
    """The packs that the product is part of."""
    table = tables.products
    found = tx.rows(
        select(table.c.id, table.c.components).where(
            table.c.tenant == tx.tenant,
            table.c.components.contains(json.dumps(wanted), autoescape=True),
        )
    )
    return tuple(
        row.id
        for row in found
        if any(part["product"] == wanted for part in json.loads(row.components))
    )


def at_prices(
    tx: Transaction, wanted: Collection[str], codes: Collection[str]
) -> tuple[dict[str, ProductFound], dict[tuple[str, str], PriceBookLine]]:
    """Products, and what those price lists say of them, by product and code.

    One statement, however many products: a sale at the till has no time for more.
    """
    product, line = tables.products, tables.price_book_lines
    found: dict[str, ProductFound] = {}
    lines: dict[tuple[str, str], PriceBookLine] = {}
    for some in _parts(sorted(wanted)):
        same = and_(
            line.c.tenant == product.c.tenant,
            line.c.product == product.c.id,
            line.c.book.in_(sorted(codes)),
        )
        query = (
            select(
                product,
                line.c.book,
                line.c.price.label("line_price"),
                line.c.points.label("line_points"),
            )
            .outerjoin(line, same)
            .where(product.c.tenant == tx.tenant, product.c.id.in_(some))
        )
        for row in tx.rows(query):
            if row.id not in found:
                found[row.id] = _product(row)
            if row.book is not None:
                lines[row.id, row.book] = PriceBookLine(
                    product=row.id, price=row.line_price, points=row.line_points
                )
    return found, lines


def silent(tx: Transaction, codes: Collection[str]) -> frozenset[str]:
    """Those of the price lists under which nothing earns."""
    if not codes:
        return frozenset()
    table = tables.price_books
    query = select(table.c.id).where(
        table.c.tenant == tx.tenant, table.c.id.in_(sorted(codes)), table.c.earns == 0
    )
    return frozenset(row.id for row in tx.rows(query))


def save_book(tx: Transaction, book: PriceBookFound) -> None:
    """Write a price list down."""
    fresh = tx.insert_or_update(tables.price_books).values(
        tenant=tx.tenant,
        id=book.id,
        name=book.name,
        earns=int(book.earns),
        tax_included=int(book.tax_included),
    )
    told = {name: fresh.excluded[name] for name in PriceBookBody.model_fields}
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "id"], set_=told))


def books(tx: Transaction) -> tuple[PriceBookFound, ...]:
    """Every price list, by code."""
    table = tables.price_books
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant).order_by(table.c.id))
    return tuple(
        PriceBookFound(
            id=row.id, name=row.name, earns=bool(row.earns), tax_included=bool(row.tax_included)
        )
        for row in found
    )


def book(tx: Transaction, wanted: str) -> PriceBookFound | None:
    """The price list of that code."""
    return next((found for found in books(tx) if found.id == wanted), None)


def delete_book(tx: Transaction, wanted: str) -> None:
    """Take a price list out with all it says."""
    lines, table = tables.price_book_lines, tables.price_books
    tx.run(delete(lines).where(lines.c.tenant == tx.tenant, lines.c.book == wanted))
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def save_line(tx: Transaction, book: str, line: PriceBookLine) -> None:
    """Write down what a list says of a product."""
    fresh = tx.insert_or_update(tables.price_book_lines).values(
        tenant=tx.tenant, book=book, product=line.product, price=line.price, points=line.points
    )
    told = {name: fresh.excluded[name] for name in PriceBookLineBody.model_fields}
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "product", "book"], set_=told))


def delete_line(tx: Transaction, book: str, product: str) -> None:
    """The list says nothing of the product any more."""
    table = tables.price_book_lines
    tx.run(
        delete(table).where(
            table.c.tenant == tx.tenant, table.c.book == book, table.c.product == product
        )
    )


def line(tx: Transaction, book: str, product: str) -> PriceBookLine | None:
    """What a list says of a product."""
    table = tables.price_book_lines
    row = tx.first(
        select(table).where(
            table.c.tenant == tx.tenant, table.c.book == book, table.c.product == product
        )
    )
    return None if row is None else _line(row)


def lines_after(
    tx: Transaction, book: str, after: str | None, limit: int
) -> tuple[PriceBookLine, ...]:
    """The next lines of a list, by product."""
    table = tables.price_book_lines
    query = select(table).where(table.c.tenant == tx.tenant, table.c.book == book)
    if after is not None:
        query = query.where(table.c.product > after)
    return tuple(_line(row) for row in tx.rows(query.order_by(table.c.product).limit(limit)))


def _parts(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]


def _values(tx: Transaction, product: ProductFound) -> dict[str, object]:
    return {
        "tenant": tx.tenant,
        "id": product.id,
        "name": product.name,
        "kind": product.kind.value,
        "price": product.price,
        "tax_rate": str(product.tax_rate),
        "family": product.family,
        "type": product.type,
        "brand": product.brand,
        "group_code": product.group,
        "themes": json.dumps(product.themes),
        "sets": json.dumps(product.sets),
        "points": product.points,
        "earns": int(product.earns),
        "gift_points": product.gift_points,
        "components": _written(product.components),
        "updated_at": tx.now,
    }


def _written(components: Iterable[ComponentBody]) -> str:
    return json.dumps([part.model_dump() for part in components])


def _product(row: Row[tuple[object, ...]]) -> ProductFound:
    kept = ProductBody.model_construct(
        name=row.name,
        kind=LineKind(row.kind),
        price=row.price,
        tax_rate=Decimal(row.tax_rate),
        family=row.family,
        type=row.type,
        brand=row.brand,
        group=row.group_code,
        themes=tuple(json.loads(row.themes)),
        sets=tuple(json.loads(row.sets)),
        points=row.points,
        earns=bool(row.earns),
        gift_points=row.gift_points,
        components=tuple(ComponentBody(**part) for part in json.loads(row.components)),
    )
    return ProductFound.model_construct(id=row.id, **dict(kept))


def _line(row: Row[tuple[object, ...]]) -> PriceBookLine:
    return PriceBookLine(product=row.product, price=row.price, points=row.points)
