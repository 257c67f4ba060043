"""Earning: from what happened, under a program, to entries whose points explain themselves."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from loyalty import campaigns as operations
from loyalty import extensions as bespoke
from loyalty.eligibility import Ticket, chosen, fits, takes_part, ticket
from loyalty.errors import LoyaltyError
from loyalty.explain import points_of
from loyalty.extensions import Extensions
from loyalty.ids import EntryId, MemberId, Points, StoreId, derived_entry
from loyalty.ledger import Entry, EntryKind, Step, StepKind, Trace
from loyalty.program import (
    Campaign,
    Caps,
    CardValidity,
    EarningRule,
    Fixed,
    Occasion,
    Pending,
    PerAmount,
    Program,
    Unit,
    Validity,
    minor_units,
)
from loyalty.sales import Buyer, Sale, check
from loyalty.sentences import say
from loyalty.sheet import Sheet, bonus, capped

_ANYBODY = Buyer()


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
        available_from=available_from(now, rule.pending, zone),
        trace=trace,
    )


def welcome_entry(program: Program, member: MemberId) -> EntryId:
    """The id that the welcome entry of `member` has, or will have."""
    return derived_entry("welcome", program.id, member)


def earn(
    sale: Sale,
    program: Program,
    *,
    zone: tzinfo,
    buyer: Buyer = _ANYBODY,
    extensions: Extensions = bespoke.NONE,
) -> tuple[Entry, ...]:
    """The entries that `sale` earns under `program`: one per rule and bonus that gives something.

    Raises CurrencyMismatch, SaleRefused, ExtensionMissing. A sale of nothing, one that is not paid
    in full, and a credit earn nothing here.
    """
    if sale.currency != program.currency:
        raise CurrencyMismatch(
            say("currency.differs", sale=sale.currency, program=program.currency)
        )
    check(sale)
    if not takes_part(sale, buyer, program, extensions):
        return ()
    on = ticket(sale, buyer, program)
    at = sale.closed_at.astimezone(zone)
    running = (
        operations.running(program, sale, buyer, on, at, extensions) if program.campaigns else ()
    )
    room = _room(program, sale, buyer)
    entries = []
    for rule, trace in _traces(sale, program, buyer, on, running, extensions):
        kept = _capped(trace, room) if room else trace
        if kept.points == 0:
            continue
        entries.append(
            Entry(
                id=derived_entry("earn", program.id, sale.id, trace.rule),
                member=sale.member,
                program=program.id,
                kind=EntryKind.EARN,
                points=kept.points,
                occurred_at=sale.closed_at,
                fact=sale.id,
                store=sale.store,
                deadline=deadline(sale.closed_at, rule.until, zone),
                available_from=available_from(sale.closed_at, rule.pending, zone),
                trace=kept,
            )
        )
    return tuple(entries)


def opening(
    sales: Iterable[tuple[Sale, Buyer]],
    program: Program,
    *,
    zone: tzinfo,
    credit_notes: Iterable[tuple[Sale, Buyer]] = (),
    extensions: Extensions = bespoke.NONE,
) -> tuple[Entry, ...]:
    """What past sales earn, and credit notes take, since the day from which the program counts.

    Nothing without that day. The ids are those that `earn` and `credit_note` give: a sale which
    has earned already does not earn again.
    """
    since = program.counts_from
    if since is None:
        return ()
    earned = (
        earn(sale, program, zone=zone, buyer=buyer, extensions=extensions)
        for sale, buyer in sales
        if sale.closed_at >= since
    )
    taken = (
        credit_note(note, program, zone=zone, buyer=buyer, extensions=extensions)
        for note, buyer in credit_notes
        if note.closed_at >= since
    )
    return (*chain.from_iterable(earned), *chain.from_iterable(taken))


def _traces(
    sale: Sale,
    program: Program,
    buyer: Buyer,
    on: Ticket,
    running: tuple[Campaign, ...],
    extensions: Extensions,
) -> Iterator[tuple[EarningRule, Trace]]:
    """Each rule with what it gives, then each bonus with the first rule, whose deadline it has."""
    rules = program.rules(Occasion.SALE)
    for rule in rules:
        if not fits(rule.only, sale, buyer, extensions):
            continue
        parts = chosen(on.parts, rule.on)
        if parts:
            yield rule, Sheet(rule, program, sale, on, extensions).trace(parts, running)
    for campaign in running:
        points = operations.bonus(campaign, on)
        if points and rules:
            yield rules[0], bonus(campaign, program, on, points)


def trace_of(rule: EarningRule, program: Program, basis: int) -> Trace:
    """What a rule of fixed points, or of points by money, gives on `basis` minor units."""
    if isinstance(rule.give, Fixed):
        factor, counted = Decimal(rule.give.points), 0
        steps: tuple[Step, ...] = (Step(StepKind.GIVE, "fixed", rule.give.points),)
    else:
        assert isinstance(rule.give, PerAmount)
        factor, counted = Decimal(rule.give.points) / rule.give.amount, basis
        steps = (
            Step(StepKind.COUNT, rule.on.count.value, basis),
            Step(StepKind.RATE, "", rule.give.points, rule.give.amount),
        )
    return Trace(
        rule=rule.id,
        program_version=program.version,
        basis=counted,
        factor=factor,
        rounding=rule.round,
        points=points_of(steps, rule.round),
        steps=steps,
    )


def _room(program: Program, sale: Sale, buyer: Buyer) -> dict[str, Points]:
    """How many points each cap still leaves."""
    caps, room = program.caps, {}
    if caps.per_ticket is not None:
        room["ticket"] = caps.per_ticket
    if caps.per_day is not None:
        room["day"] = max(caps.per_day - buyer.earned_today, 0)
    if caps.balance is not None:
        room["balance"] = max(caps.balance - buyer.balance, 0)
    if caps.ticket_share is not None:
        worth = Fraction(caps.ticket_share) / 100 * sale.total
        room["ticket_share"] = int(worth / worth_of_a_point(program))
    return room


def worth_of_a_point(program: Program) -> Fraction:
    """Minor units that one point is worth; a program in money counts them already."""
    if program.unit is Unit.MONEY or program.point_value is None:
        return Fraction(1)
    return Fraction(program.point_value) * minor_units(program.currency)


def _capped(trace: Trace, room: dict[str, Points]) -> Trace:
    """The trace within the caps; what it gives is taken off the room that is left."""
    cap = min(room, key=room.__getitem__)
    if trace.points > room[cap]:
        trace = capped(trace, cap, room[cap])
    for name in room:
        room[name] -= trace.points
    return trace


def credit_note(
    sale: Sale,
    program: Program,
    *,
    zone: tzinfo,
    buyer: Buyer = _ANYBODY,
    extensions: Extensions = bespoke.NONE,
) -> tuple[Entry, ...]:
    """What a credit note without a known sale takes: the points that its amounts earn.

    Amounts are positive, as on a sale. Campaigns and caps are left aside: nobody knows which of
    them the sale had. Nothing where the program does not count credit notes (OCT-12).
    """
    if not program.credit_notes:
        return ()
    plain = replace(program, campaigns=(), caps=Caps())
    return tuple(
        replace(
            entry,
            id=derived_entry("credit", program.id, sale.id, str(place)),
            kind=EntryKind.RETURN,
            points=-entry.points,
            deadline=None,
            available_from=None,
        )
        for place, entry in enumerate(
            earn(sale, plain, zone=zone, buyer=buyer, extensions=extensions)
        )
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
    return _end_of(last_day, zone).astimezone(start.tzinfo)


UNTIL_RELEASED = datetime(2999, 1, 1, tzinfo=UTC)
"""When points that wait for an action would be available by themselves: never. It is a time like
any other for whoever keeps it or sends it, within what they all can say."""


def available_from(start: datetime, pending: Pending | None, zone: tzinfo) -> datetime | None:
    """When points can be spent: after the last local day of waiting; None for at once."""
    if pending is None:
        return None
    if pending.days is None:
        return UNTIL_RELEASED
    return deadline(start, Validity(days=pending.days), zone)


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


def card_deadline(card: CardValidity | None, joined: datetime, zone: tzinfo) -> datetime | None:
    """The first instant at which the card of somebody who joined then is too old; None for never.

    The day of joining is the first of a rolling validity: 365 days from 10 March end on 9 March.
    """
    if card is None:
        return None
    if card.last_day is not None:
        return _end_of(card.last_day, zone)
    if not card.days:
        return None
    return _end_of(joined.astimezone(zone).date() + timedelta(days=card.days - 1), zone)


def card_is_good(
    card: CardValidity | None, joined: datetime, *, now: datetime, zone: tzinfo
) -> bool:
    """Whether the card can be used now."""
    if card is None:
        return True
    if card.first_day is not None and now.astimezone(zone).date() < card.first_day:
        return False
    until = card_deadline(card, joined, zone)
    return until is None or now < until
