"""Gifts and their pictures."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import ColumnElement, Row, and_, select

from backend.db import feed, tables
from backend.db.transaction import Transaction
from backend_client.schemas.catalogue import GiftDiscount, GiftFound, PictureFound, VoucherTimeBody
from loyalty.program import Unit
from loyalty.sales import LineKind

MediaType = Literal["image/png", "image/jpeg", "image/webp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, named by what is in it."""

    hash: str
    media_type: MediaType
    width: int
    height: int
    body: bytes

    @property
    def found(self) -> PictureFound:
        """What is told of it."""
        return PictureFound(
            hash=self.hash,
            media_type=self.media_type,
            width=self.width,
            height=self.height,
            bytes=len(self.body),
        )


def save_gift(tx: Transaction, gift: GiftFound) -> None:
    """Write a gift down; kiosks hear of it."""
    values = {
        "program": gift.program,
        "product": gift.product,
        "name": json.dumps(gift.name, ensure_ascii=False),
        "points": gift.points,
        "unit": gift.unit,
        "picture": gift.picture,
        "offered": int(gift.offered),
        "stocked": int(gift.stocked),
        "stores": json.dumps(gift.stores),
        "per_member": gift.per_member,
        "per_days": gift.per_days,
        "voucher_months": gift.voucher.months,
        "voucher_days": gift.voucher.days,
        "hold_s": gift.hold_s,
    }
    fresh = tx.insert_or_update(tables.gifts).values(tenant=tx.tenant, id=gift.id, **values)
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "id"], set_=values))
    tx.programs.clear()
    feed.tell(tx, "gift", gift.id)


def tell_of_product(tx: Transaction, product: str) -> None:
    """What the product's gifts cost may be another price now: kiosks hear of them."""
    table = tables.gifts
    query = select(table.c.id).where(table.c.tenant == tx.tenant, table.c.product == product)
    for row in tx.rows(query):
        feed.tell(tx, "gift", row.id)
    tx.programs.clear()


def tell_of_discounts(tx: Transaction) -> None:
    """Price codes came or went: which discount is for whom may be another now."""
    table = tables.products
    query = select(table.c.id).where(
        table.c.tenant == tx.tenant, table.c.kind == LineKind.REWARD.value
    )
    for row in tx.rows(query):
        tell_of_product(tx, row.id)


def gift(tx: Transaction, wanted: str) -> GiftFound | None:
    """The gift of that id."""
    return next(iter(_gifts(tx, tables.gifts.c.id == wanted)), None)


def every_gift(tx: Transaction) -> tuple[GiftFound, ...]:
    """Every gift of the company, by id."""
    return _gifts(tx)


def some_gifts(tx: Transaction, wanted: list[str]) -> tuple[GiftFound, ...]:
    """Those gifts."""
    return _gifts(tx, tables.gifts.c.id.in_(wanted))


def gifts_after(tx: Transaction, after: str | None, limit: int) -> tuple[GiftFound, ...]:
    """The next gifts by id."""
    return _gifts(tx, *([] if after is None else [tables.gifts.c.id > after]), limit=limit)


def gifts_of(tx: Transaction, product: str) -> tuple[str, ...]:
    """The gifts that hand the product out."""
    table = tables.gifts
    query = select(table.c.id).where(table.c.tenant == tx.tenant, table.c.product == product)
    return tuple(row.id for row in tx.rows(query.order_by(table.c.id)))


def counted_in(tx: Transaction, products: Iterable[str], but: str = "") -> dict[str, Unit]:
    """In what the price on a product's record is counted, where a gift hands it out at that price.

    Left out: products that none does, other than the gift `but`.
    """
    table = tables.gifts
    query = select(table.c.product, table.c.unit).where(
        table.c.tenant == tx.tenant,
        table.c.product.in_(list(products)),
        table.c.points.is_(None),
        table.c.unit.is_not(None),
        table.c.id != but,
    )
    return {row.product: Unit(row.unit) for row in tx.rows(query)}


def add_picture(tx: Transaction, picture: Picture) -> None:
    """Keep a picture; the same one again is the same."""
    fresh = tx.insert_or_update(tables.pictures).values(
        tenant=tx.tenant,
        hash=picture.hash,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        body=picture.body,
        added_at=tx.now,
    )
    tx.run(fresh.on_conflict_do_nothing(index_elements=["tenant", "hash"]))


def picture(tx: Transaction, wanted: str) -> Picture | None:
    """The picture of that content."""
    table = tables.pictures
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.hash == wanted))
    if row is None:
        return None
    return Picture(
        hash=row.hash,
        media_type=cast("MediaType", row.media_type),
        width=row.width,
        height=row.height,
        body=bytes(row.body),
    )


def _gifts(
    tx: Transaction, *which: ColumnElement[bool], limit: int | None = None
) -> tuple[GiftFound, ...]:
    table, product = tables.gifts, tables.products
    same = and_(product.c.tenant == table.c.tenant, product.c.id == table.c.product)
    query = (
        select(table, product.c.gift_points, product.c.kind, product.c.price)
        .outerjoin(product, same)
        .where(table.c.tenant == tx.tenant, *which)
        .order_by(table.c.id)
    )
    rows = tx.rows(query if limit is None else query.limit(limit))
    discounts = {row.product: row.price for row in rows if row.kind == LineKind.REWARD.value}
    off = _off(tx, discounts) if discounts else {}
    return tuple(_gift(row, off.get(row.product)) for row in rows)


def _off(tx: Transaction, prices: Mapping[str, int | None]) -> dict[str, tuple[GiftDiscount, ...]]:
    """What discounts take off, by product: their prices below 0 (INV-10).

    The product's own is for whoever has no price code that says another.
    """
    lines, books = tables.price_book_lines, tables.price_books
    listed = tx.rows(
        select(lines.c.product, lines.c.book, lines.c.price).where(
            lines.c.tenant == tx.tenant, lines.c.product.in_(prices), lines.c.price < 0
        )
    )
    codes = [row.id for row in tx.rows(select(books.c.id).where(books.c.tenant == tx.tenant))]
    found: dict[str, tuple[GiftDiscount, ...]] = {}
    for product, price in prices.items():
        own = {row.book: -row.price for row in listed if row.product == product}
        others = ("", *(code for code in codes if code not in own)) if own else ()
        below = -(price or 0)
        usual = [GiftDiscount(amount=below, price_codes=others)] if below > 0 else []
        at_codes = (GiftDiscount(amount=own[code], price_codes=(code,)) for code in sorted(own))
        found[product] = (*usual, *at_codes)
    return found


def _gift(row: Row[tuple[object, ...]], off: tuple[GiftDiscount, ...] | None) -> GiftFound:
    return GiftFound(
        id=row.id,
        program=row.program,
        product=row.product,
        name=json.loads(row.name),
        points=row.points,
        unit=None if row.unit is None else Unit(row.unit),
        picture=row.picture,
        offered=bool(row.offered),
        stocked=bool(row.stocked),
        stores=tuple(json.loads(row.stores)),
        per_member=row.per_member,
        per_days=row.per_days,
        voucher=VoucherTimeBody(months=row.voucher_months, days=row.voucher_days),
        hold_s=row.hold_s,
        cost=row.points or row.gift_points,
        takes_off=off,
    )
