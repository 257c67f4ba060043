"""Opening balances: what members held in the books before this program, lot by lot."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from loyalty.ids import MemberId, Points, ProgramId, StoreId, derived_entry
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Rounding

_ROUNDED = {
    Rounding.FLOOR: ROUND_FLOOR,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.CEIL: ROUND_CEILING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One lot of the old books."""

    id: str
    """The row of the import: read again, it is the same lot and changes nothing."""
    member: MemberId
    amount: Decimal
    """Points, visits, free items or money, as the old system counted."""
    at: datetime
    """When it was earned there, or the day of the import."""
    deadline: datetime | None = None


def opening(
    brought: Brought,
    program: ProgramId,
    store: StoreId,
    *,
    ratio: Decimal = Decimal(1),
    rounding: Rounding = Rounding.FLOOR,
) -> Entry | None:
    """The lot in this program's smallest unit, with its deadline; None when nothing comes of it.

    `ratio` says what one of the old unit is worth in that smallest unit: 1 000 points at 0.01 € in
    a program that counts cents have the ratio 1, and make 1 000 cents (LSX-49).
    """
    points = convert(brought.amount, ratio, rounding)
    if points == 0:
        return None
    return Entry(
        id=derived_entry("opening", program, brought.id),
        member=brought.member,
        program=program,
        kind=EntryKind.OPENING,
        points=points,
        occurred_at=brought.at,
        fact=brought.id,
        store=store,
        deadline=brought.deadline if points > 0 else None,
    )


def convert(amount: Decimal, ratio: Decimal, rounding: Rounding) -> Points:
    """`amount` of the old unit in points; a debt of the old books stays a debt."""
    return int((amount * ratio).quantize(Decimal(1), rounding=_ROUNDED[rounding]))
