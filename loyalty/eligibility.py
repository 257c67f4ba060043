"""Who earns, and on which lines: what is left of a ticket once a program has chosen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from loyalty import extensions as bespoke
from loyalty.division import share
from loyalty.extensions import Extensions
from loyalty.guard import may_earn
from loyalty.ids import Points
from loyalty.program import (
    ANY_LINE,
    Advantage,
    Criteria,
    Discounted,
    LineCriteria,
    On,
    PriceBook,
    Program,
)
from loyalty.sales import Buyer, Line, LineKind, Means, Sale

# A member is looked up in its enumeration at every use, which is slow where every line does it.
_ARTICLE, _EXCLUDED = LineKind.ARTICLE, Discounted.EXCLUDED


class Part(NamedTuple):
    """A line that may earn: a line of the ticket, or a component of a pack."""

    line: Line
    net: int
    """Minor units to pay, tax included."""
    listed: int
    """Minor units before the line's discount."""
    own_points: Points | None
    """For all its pieces; None where the article has no number of its own."""
    discounted: bool
    place: str
    """On the ticket, of the line that it is or is a part of: "1", "2" …"""
    sold: int
    """How many pieces of that line were sold."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A sale as one program sees it."""

    parts: tuple[Part, ...]
    """What may earn."""
    total: int
    """All lines to pay, before what lowers the whole ticket."""
    advantages: dict[Advantage, int]
    """What lowers the whole ticket, in minor units; those that are 0 are left out."""


def takes_part(sale: Sale, buyer: Buyer, program: Program, extensions: Extensions) -> bool:
    """Whether this sale can earn at all: paid in full, by somebody the program is for."""
    return (
        sale.paid_in_full
        and sale.total > 0
        and buyer.enrolled
        and may_earn(program.guard, sale, buyer)
        and fits(program.only, sale, buyer, extensions)
    )


def fits(only: Criteria, sale: Sale, buyer: Buyer, extensions: Extensions) -> bool:
    """Whether sale and buyer are among those meant. Raises ExtensionMissing."""
    return (
        (not only.brands or sale.brand in only.brands)
        and (not only.stores or sale.store in only.stores)
        and (not only.channels or sale.channel in only.channels)
        and (not only.price_codes or _price_code(sale, buyer) in only.price_codes)
        and (not only.record_types or buyer.record_type in only.record_types)
        and (not only.towns or buyer.town in only.towns)
        and (not only.departments or buyer.department in only.departments)
        and (not only.regions or buyer.region in only.regions)
        and (not only.countries or buyer.country in only.countries)
        and (not only.themes or not only.themes.isdisjoint(buyer.themes))
        and (not only.tiers or buyer.tier in only.tiers)
        and all(
            bespoke.criterion(extensions, one.name).fits(sale, buyer, one.settings)
            for one in only.bespoke
        )
    )


def line_fits(lines: LineCriteria, line: Line) -> bool:
    """Whether the line is among those meant."""
    return (
        (not lines.articles or line.article in lines.articles)
        and (not lines.families or line.family in lines.families)
        and (not lines.types or line.type in lines.types)
        and (not lines.brands or line.brand in lines.brands)
        and (not lines.themes or not lines.themes.isdisjoint(line.themes))
        and (not lines.sets or not lines.sets.isdisjoint(line.sets))
        and (not lines.groups or line.group in lines.groups)
        and (not lines.except_themes or lines.except_themes.isdisjoint(line.themes))
    )


def _price_code(sale: Sale, buyer: Buyer) -> str:
    return sale.price_code or buyer.price_code


def ticket(sale: Sale, buyer: Buyer, program: Program) -> Ticket:
    """The lines that may earn under `program`, and what lowers the whole ticket."""
    code = _price_code(sale, buyer)
    parts: list[Part] = []
    total = rewards = 0
    for place, line in places(sale):
        net = line.net
        if net > 0:
            total += net
        else:
            # A "Remise fidélité" is a line below zero: points have paid it.
            rewards -= net
        book = _book(program, line.price_code or code) if program.price_books else None
        parts += _parts(line, book, place, line.quantity)
    if program.lines is not ANY_LINE:
        parts = [part for part in parts if line_fits(program.lines, part.line)]
    return Ticket(parts=tuple(parts), total=total, advantages=_advantages(sale, rewards))


def places(sale: Sale) -> Iterator[tuple[str, Line]]:
    """The lines by their places on the ticket, from 1; a sale without lines is one article."""
    lines = sale.lines or (Line(unit_price=sale.total + sale.discount),)
    for place, line in enumerate(lines, start=1):
        yield str(place), line


def _advantages(sale: Sale, rewards: int) -> dict[Advantage, int]:
    found = {}
    if sale.discount:
        found[Advantage.TICKET_DISCOUNT] = sale.discount
    if sale.payments or rewards:
        if vouchers := sale.paid(Means.VOUCHER):
            found[Advantage.VOUCHER] = vouchers
        if points := sale.paid(Means.POINTS) + rewards:
            found[Advantage.POINTS] = points
    return found


def _book(program: Program, code: str) -> PriceBook | None:
    return next((book for book in program.price_books if book.code == code), None)


def _parts(line: Line, book: PriceBook | None, place: str, sold: int) -> Iterable[Part]:
    """What of the line may earn: nothing, the line, or components of the pack that it is."""
    if line.kind is not _ARTICLE or not line.earns or (book and not book.earns):
        return ()
    if line.components and line.points is None:
        return _components(line, book, place)
    each = book.points.get(line.article, line.points) if book else line.points
    own = None if each is None else each * line.quantity
    return (Part(line, line.net, line.listed, own, line.discount > 0, place, sold),)


def _components(pack: Line, book: PriceBook | None, place: str) -> Iterator[Part]:
    """Each component with its share of the pack's price, by the components' own prices."""
    whole = sum(part.listed for part in pack.components)
    done = net_before = listed_before = 0
    for component in pack.components:
        done += component.listed
        net, listed = share(pack.net, done, whole), share(pack.listed, done, whole)
        sold = replace(component, quantity=component.quantity * pack.quantity)
        for part in _parts(sold, book, place, pack.quantity):
            yield part._replace(
                net=net - net_before,
                listed=listed - listed_before,
                discounted=pack.discount > 0,
            )
        net_before, listed_before = net, listed


def chosen(parts: tuple[Part, ...], on: On) -> tuple[Part, ...]:
    """The parts that a rule counts."""
    if on.lines is ANY_LINE and on.discounted is not _EXCLUDED:
        return parts
    return tuple(
        part
        for part in parts
        if line_fits(on.lines, part.line) and not (part.discounted and on.discounted is _EXCLUDED)
    )
