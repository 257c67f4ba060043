"""Products and price books: what a merchant sets, and what a sale's lines learn from it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from backend.db import Transaction, catalogue, gifts
from backend.errors import Refused, phrase
from backend.services.expected import ANYTHING, Expected
from backend.services.shop.gifts import units_here
from backend_client.schemas.catalogue import (
    GiftBody,
    GiftFound,
    PriceBookBody,
    PriceBookFound,
    PriceBookLine,
    PriceBookLineBody,
    ProductBody,
    ProductFound,
    ProductPreset,
)
from backend_client.schemas.problems import ProblemName
from loyalty.program import Unit
from loyalty.sales import Line, LineKind

PRESETS = (
    ProductPreset(id="PORT", product=ProductBody(name="Frais de port", kind=LineKind.SHIPPING)),
    ProductPreset(
        id="CARTE-CADEAU", product=ProductBody(name="Carte cadeau", kind=LineKind.GIFT_CARD)
    ),
    ProductPreset(id="AVOIR", product=ProductBody(name="Avoir", kind=LineKind.STORE_CREDIT)),
    ProductPreset(id="DON", product=ProductBody(name="Don", kind=LineKind.DONATION)),
    ProductPreset(
        id="GESTION", product=ProductBody(name="Article de gestion", kind=LineKind.ADMIN)
    ),
)
"""What shops exclude from earning (LSX-39), ready to be put."""

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]+")


# --- products ---------------------------------------------------------------------------------


def put_product(
    tx: Transaction, wanted: str, body: ProductBody, expected: Expected = ANYTHING
) -> ProductFound:
    """The product as it is now. Raises Refused.

    One with a cost in points is offered as a gift, unless a gift hands it out already (INV-15).
    """
    known, asked = catalogue.product(tx, wanted), ProductFound(id=wanted, **dict(body))
    if known == asked:
        return asked
    expected.check(known)
    refuse_components(asked, _known_parts(tx, [asked]))
    refuse_price(tx, asked, units_here(tx))
    save_products(tx, [asked])
    return asked


def save_products(tx: Transaction, products: Sequence[ProductFound]) -> None:
    """Write products down that were looked through, with the gifts that they are."""
    catalogue.save_products(tx, products)
    unit = next(iter(units_here(tx)), Unit.POINTS)
    for product in products:
        if product.gift_points is not None and not gifts.gifts_of(tx, product.id):
            gifts.save_gift(tx, _gift_of(tx, product, unit))
        else:
            gifts.tell_of_product(tx, product.id)


def refuse_components(product: ProductFound, known: dict[str, ProductFound]) -> None:
    """Raises Refused for a pack of what is not there, or of packs."""
    for place, part in enumerate(product.components):
        field = f"components.{place}.product"
        found = known.get(part.product)
        if found is None or part.product == product.id:
            raise Refused.at(
                field, phrase("there is no product {product}: put it first", product=part.product)
            )
        if found.components:
            raise Refused.at(field, phrase("a pack is made of articles, not of packs"))


def refuse_price(tx: Transaction, product: ProductFound, units: Collection[Unit]) -> None:
    """Raises Refused for a price that would be points in one program and euros in another.

    `units` is what the programs count.
    """
    if product.gift_points is None or len(units) <= 1 or gifts.gifts_of(tx, product.id):
        return
    raise Refused.at(
        "gift_points",
        phrase(
            "programs count otherwise than each other here: leave it out, and add a gift that hands"
            " this out"
        ),
    )


def _known_parts(tx: Transaction, products: Iterable[ProductFound]) -> dict[str, ProductFound]:
    return catalogue.products(
        tx, {part.product for product in products for part in product.components}
    )


def product_of(tx: Transaction, wanted: str) -> ProductFound:
    """The product. Raises Refused."""
    found = catalogue.product(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such product")
    return found


def delete_product(tx: Transaction, wanted: str, expected: Expected = ANYTHING) -> None:
    """Take a product out of the catalogue; one that is not there is out. Raises Refused."""
    known = catalogue.product(tx, wanted)
    if known is None:
        return
    expected.check(known)
    users = [*catalogue.packs_with(tx, wanted), *gifts.gifts_of(tx, wanted)]
    if users:
        raise Refused(
            ProblemName.IN_USE,
            phrase("it is part of {products}: change that first", products=", ".join(users[:5])),
        )
    catalogue.delete_product(tx, wanted)


def _gift_of(tx: Transaction, product: ProductFound, unit: Unit) -> GiftFound:
    name = _NOT_IN_AN_ID.sub("-", product.id)
    if gifts.gift(tx, name) is not None:
        name = f"{name[:50]}-{sha256(product.id.encode()).hexdigest()[:8]}"
    body = GiftBody(name={"fr": product.name}, product=product.id, unit=unit)
    return GiftFound(id=name, cost=product.gift_points, **dict(body))


# --- price books ------------------------------------------------------------------------------


def put_book(
    tx: Transaction, code: str, body: PriceBookBody, expected: Expected = ANYTHING
) -> PriceBookFound:
    """The price list as it is now. Raises Refused."""
    known, asked = catalogue.book(tx, code), PriceBookFound(id=code, **dict(body))
    if known != asked:
        expected.check(known)
        catalogue.save_book(tx, asked)
        gifts.tell_of_discounts(tx)
    return asked


def book_of(tx: Transaction, code: str) -> PriceBookFound:
    """The price list. Raises Refused."""
    found = catalogue.book(tx, code)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such price book")
    return found


def delete_book(tx: Transaction, code: str, expected: Expected = ANYTHING) -> None:
    """Take a price list out with all it says; one that is not there is out. Raises Refused."""
    known = catalogue.book(tx, code)
    if known is not None:
        expected.check(known)
        catalogue.delete_book(tx, code)
        gifts.tell_of_discounts(tx)


def put_line(
    tx: Transaction, code: str, product: str, body: PriceBookLineBody, expected: Expected = ANYTHING
) -> PriceBookLine:
    """What the list says of the product now. Raises Refused."""
    book_of(tx, code)
    product_of(tx, product)
    known, asked = catalogue.line(tx, code, product), PriceBookLine(product=product, **dict(body))
    if known != asked:
        expected.check(known)
        catalogue.save_line(tx, code, asked)
        gifts.tell_of_product(tx, product)
    return asked


def delete_line(tx: Transaction, code: str, product: str) -> None:
    """The list says nothing of the product any more."""
    catalogue.delete_line(tx, code, product)
    gifts.tell_of_product(tx, product)


def line_of(tx: Transaction, code: str, product: str) -> PriceBookLine:
    """What the list says of the product. Raises Refused."""
    found = catalogue.line(tx, code, product)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "the price book says nothing of this product")
    return found


# --- what a sale's lines learn ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What the catalogue says of the articles of some sales."""

    products: dict[str, ProductFound]
    lines: dict[tuple[str, str], PriceBookLine]
    silent: frozenset[str]
    """Price codes under which nothing earns."""

    def line(self, line: Line, code: str) -> Line:
        """The line with what its product's record says where the till said nothing.

        `code` is the price code of the sale, or of its buyer; the line's own goes before it.
        What the till says stays: an "exclude from points" of either excludes.
        """
        own = line.price_code or code
        product = self.products.get(line.article)
        components = tuple(self.line(part, own) for part in line.components)
        earns = line.earns and own not in self.silent
        if product is None:
            return replace(line, earns=earns, components=components)
        return replace(
            line,
            kind=product.kind if line.kind is LineKind.ARTICLE else line.kind,
            family=line.family or product.family,
            type=line.type or product.type,
            brand=line.brand or product.brand,
            group=line.group or product.group,
            themes=line.themes or product.themes,
            sets=line.sets or product.sets,
            tax_rate=line.tax_rate or product.tax_rate,
            points=self._points(line, product, own),
            earns=earns and product.earns,
            components=components or self._components(product, own),
        )

    def price(self, product: str, code: str = "") -> int | None:
        """Minor units of one piece at that price code; None where nobody set a price."""
        found, listed = self.products.get(product), self.lines.get((product, code))
        if listed is not None and listed.price is not None:
            return listed.price
        return None if found is None else found.price

    def _points(self, line: Line, product: ProductFound, code: str) -> int | None:
        listed = self.lines.get((product.id, code))
        if line.points is not None:
            return line.points
        if listed is not None and listed.points is not None:
            return listed.points
        return product.points

    def _components(self, pack: ProductFound, code: str) -> tuple[Line, ...]:
        return tuple(
            self.line(
                Line(
                    article=part.product,
                    quantity=part.quantity,
                    unit_price=_or(part.price, self.price(part.product, code)),
                ),
                code,
            )
            for part in pack.components
        )


def shelf(tx: Transaction, lines: Iterable[Line], codes: Iterable[str] = ()) -> Shelf:
    """What is known of every article on those lines, in one statement for a whole batch of sales.

    One more where packs are sold, for what they are made of, and one where a price code is named.
    """
    articles, named = set(), {code for code in codes if code}
    for line in lines:
        articles |= {each.article for each in (line, *line.components) if each.article}
        named |= {each.price_code for each in (line, *line.components) if each.price_code}
    products, listed = catalogue.at_prices(tx, articles, named)
    parts = {part.product for found in products.values() for part in found.components}
    if parts - products.keys():
        more, told = catalogue.at_prices(tx, parts - products.keys(), named)
        products, listed = products | more, listed | told
    return Shelf(products=products, lines=listed, silent=catalogue.silent(tx, named))


def _or(*amounts: int | None) -> int:
    return next((amount for amount in amounts if amount is not None), 0)
