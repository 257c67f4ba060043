"""Every discount that was given, one by one: on an article, on a whole ticket, by points (GLO-13).

What loyalty took off stands apart from what the till did (GLO-14). The books hold the tickets of
members; one without a customer stands in the cash register alone.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from backend.db import Transaction, access, discounts, shops, staff
from backend.db.daily import Period
from backend.db.discounts import Place, Ticket, Use
from backend_client.schemas.reports import DiscountKind, DiscountLine, DiscountSum
from backend_client.schemas.sales import LineBody

_AT_ONCE = 500
"""Tickets that are read together where all of a period are."""


def given(tx: Transaction, tickets: Sequence[Ticket]) -> Iterator[DiscountLine]:
    """What was taken off those tickets, in their order."""
    names = [ticket.sale for ticket in tickets]
    uses, by = discounts.uses(tx, names), discounts.rung_up_by(tx, names)
    for ticket in tickets:
        yield from _of(ticket, uses.get(ticket.sale, ()), by.get(ticket.sale))


def every(tx: Transaction, period: Period) -> Iterator[DiscountLine]:
    """Every discount of the period, the latest first."""
    place: Place | None = None
    while tickets := discounts.tickets(tx, period, before=place, limit=_AT_ONCE):
        yield from given(tx, tickets)
        place = tickets[-1].place


def sums(lines: Iterable[DiscountLine]) -> tuple[DiscountSum, ...]:
    """How many of each kind, and how much they took off; what was undone is left out."""
    found: dict[tuple[DiscountKind, str], tuple[int, int]] = {}
    for line in lines:
        if line.stands:
            count, amount = found.get((line.kind, line.currency), (0, 0))
            found[line.kind, line.currency] = count + 1, amount + line.amount
    return tuple(
        DiscountSum(kind=kind, currency=currency, discounts=count, amount=amount)
        for (kind, currency), (count, amount) in sorted(found.items())
    )


def names(tx: Transaction) -> dict[str, str]:
    """What stores, tills and the staff are called, by the ids that discounts name them by."""
    stores = {str(store.id): store.name for store in shops.stores(tx)}
    tills = {till.id: till.name for till in access.every_till(tx)}
    return stores | tills | {f"staff:{person.id}": person.name for person in staff.everybody(tx)}


def _of(ticket: Ticket, uses: Iterable[Use], by: str | None) -> Iterator[DiscountLine]:
    told = json.loads(ticket.detail or "{}")
    whole = told.get("discount", 0)
    off = DiscountLine(
        at=ticket.at,
        sale=ticket.sale,
        store=ticket.store,
        till=ticket.till,
        by=by,
        member=ticket.member,
        kind=DiscountKind.TICKET,
        amount=whole,
        of=ticket.total + whole,
        currency=ticket.currency,
        stands=not ticket.voided,
    )
    for line in (LineBody.model_validate(each) for each in told.get("lines", ())):
        if line.discount:
            price = (line.unit_price or 0) * line.quantity
            article = {"kind": DiscountKind.ARTICLE, "article": line.article}
            yield off.model_copy(update={**article, "amount": line.discount, "of": price})
    if whole:
        yield off
    for use in uses:
        reward = {"kind": DiscountKind.LOYALTY, "article": use.article, "reward": use.reward}
        stands = off.stands and not use.voided
        yield off.model_copy(update={**reward, "amount": use.money, "of": None, "stands": stands})
