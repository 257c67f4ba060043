"""Earning: from what happened, under a program, to entries whose points explain themselves."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from loyalty.errors import LoyaltyError
from loyalty.ids import EntryId, MemberId, StoreId, derived_entry
from loyalty.ledger import Entry, EntryKind, Trace
from loyalty.program import EarningRule, Fixed, Occasion, Program, Rounding, Validity
from loyalty.sales import Sale

_DIVIDED: dict[Rounding, Callable[[int, int], int]] = {
    Rounding.FLOOR: lambda points, amount: points // amount,
    Rounding.HALF_UP: lambda points, amount: (2 * points + amount) // (2 * amount),
    Rounding.CEIL: lambda points, amount: -(-points // amount),
}
"""Whole numbers only: 3 points per 7 € must not lose a point to a rounded rate."""


class CurrencyMismatch(LoyaltyError):
    """The sale is in another currency than the program counts in."""


def welcome(
    program: Program, member: MemberId, store: StoreId, *, now: datetime, zone: tzinfo
) -> Entry | None:
    """The welcome points of `member`, or None when the program gives none.

    The id is the person's: however often it is claimed, on however many cards and kiosks, it is
    one entry (CLI-10, CLI-11, LSX-31).
    """
    rules = program.rules(Occasion.ENROLMENT)
    if not rules:
        return None
    rule = rules[0]
    trace = trace_of(rule, program, basis=0)
    return Entry(
        id=welcome_entry(program, member),
        member=member,
        program=program.id,
        kind=EntryKind.WELCOME,
        points=trace.points,
        occurred_at=now,
        fact=member,
        store=store,
        deadline=deadline(now, rule.until, zone),
        trace=trace,
    )


def welcome_entry(program: Program, member: MemberId) -> EntryId:
    """The id that the welcome entry of `member` has, or will have."""
    return derived_entry("welcome", program.id, member)


def earn(sale: Sale, program: Program, *, zone: tzinfo) -> tuple[Entry, ...]:
    """The entries that `sale` earns under `program`: one per rule that gives something.

    Raises CurrencyMismatch. A sale of nothing, or a credit, earns nothing here.
    """
    if sale.currency != program.currency:
        raise CurrencyMismatch(f"sale in {sale.currency}, program in {program.currency}")
    if sale.total <= 0:
        return ()
    entries = []
    for rule in program.rules(Occasion.SALE):
        trace = trace_of(rule, program, sale.total)
        if trace.points == 0:
            continue
        entries.append(
            Entry(
                id=derived_entry("earn", program.id, sale.id, rule.id),
                member=sale.member,
                program=program.id,
                kind=EntryKind.EARN,
                points=trace.points,
                occurred_at=sale.closed_at,
                fact=sale.id,
                store=sale.store,
                deadline=deadline(sale.closed_at, rule.until, zone),
                trace=trace,
            )
        )
    return tuple(entries)


def trace_of(rule: EarningRule, program: Program, basis: int) -> Trace:
    """What `rule` gives on `basis` minor units, with everything needed to compute it again."""
    if isinstance(rule.give, Fixed):
        basis, factor, points = 0, Decimal(rule.give.points), rule.give.points
    else:
        factor = Decimal(rule.give.points) / rule.give.amount
        points = _DIVIDED[rule.round](basis * rule.give.points, rule.give.amount)
    return Trace(
        rule=rule.id,
        program_version=program.version,
        basis=basis,
        factor=factor,
        rounding=rule.round,
        points=points,
    )


def deadline(start: datetime, validity: Validity | None, zone: tzinfo) -> datetime | None:
    """The first instant at which it is too late: midnight after the last local day (SW-17).

    The months are added first, then the days, to the local day of `start`. One month after
    31 January is the last day of February. None for no validity: never too late.
    """
    if validity is None:
        return None
    local = start.astimezone(zone).date()
    year, month = divmod(local.year * 12 + local.month - 1 + validity.months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    last_day = date(year, month + 1, day) + timedelta(days=validity.days)
    midnight = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(start.tzinfo)
