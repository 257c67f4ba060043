"""Campaigns: when they run, for whom, on which lines, and what several of them make together."""

from calendar import isleap
from collections.abc import Iterable
from datetime import date, datetime

from loyalty.division import share
from loyalty.eligibility import Part, Ticket, fits, line_fits
from loyalty.extensions import Extensions
from loyalty.ids import Points
from loyalty.program import ANY_LINE, Birthday, Bonus, Campaign, Combine, Multiply, Program, Window
from loyalty.sales import Buyer, Sale


def running(
    program: Program, sale: Sale, buyer: Buyer, on: Ticket, at: datetime, extensions: Extensions
) -> tuple[Campaign, ...]:
    """The campaigns of `program` that this sale is in; `at` is its time on the store's clock."""
    return tuple(
        campaign
        for campaign in program.campaigns
        if is_open(campaign.window, at)
        and (campaign.birthday is None or is_birthday(campaign.birthday, buyer.birthday, at.date()))
        and (buyer.first_purchase or not campaign.first_purchase)
        and fits(campaign.only, sale, buyer, extensions)
        and _times_met(campaign, on) > 0
    )


def is_open(window: Window, at: datetime) -> bool:
    """Whether the window holds that local time."""
    day, hour = at.date(), at.time()
    return (
        (window.first_day is None or window.first_day <= day)
        and (window.last_day is None or day <= window.last_day)
        and (not window.weekdays or at.isoweekday() in window.weekdays)
        and (not window.hours or any(each.start <= hour < each.end for each in window.hours))
    )


def is_birthday(counts: Birthday, born: date | None, today: date) -> bool:
    """Whether today is the day, or in the month, of that birthday; never for an unknown one."""
    if born is None:
        return False
    if counts is Birthday.MONTH:
        return born.month == today.month
    leapling = (born.month, born.day) == (2, 29) and not isleap(today.year)
    return (today.month, today.day) == ((2, 28) if leapling else (born.month, born.day))


def _times_met(campaign: Campaign, on: Ticket) -> int:
    """How many times over the ticket meets what the campaign asks to buy and to spend."""
    parts = matched(campaign, on.parts)
    if not parts:
        return 0
    times = []
    if campaign.buy:
        times.append(sum(part.line.quantity for part in parts) // campaign.buy)
    if campaign.spend:
        times.append(spent(parts, on) // campaign.spend)
    return min(times, default=1)


def matched(campaign: Campaign, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The lines that the campaign is for."""
    if campaign.lines is ANY_LINE:
        return parts
    return tuple(part for part in parts if line_fits(campaign.lines, part.line))


def matches(campaign: Campaign, part: Part) -> bool:
    """Whether the campaign is for that line."""
    return campaign.lines is ANY_LINE or line_fits(campaign.lines, part.line)


def spent(parts: Iterable[Part], on: Ticket) -> int:
    """Minor units of the customer's own money that paid those lines."""
    net = sum(part.net for part in parts)
    return net - min(net, share(sum(on.advantages.values()), net, on.total))


def bonus(campaign: Campaign, on: Ticket) -> Points:
    """The points that a campaign which runs gives on top; 0 for one that multiplies."""
    if not isinstance(campaign.give, Bonus):
        return 0
    return campaign.give.points * (_times_met(campaign, on) if campaign.give.each else 1)


Ratio = tuple[int, int]
"""A multiplier in whole numbers: value / per, without a common divisor."""


def multipliers(campaigns: Iterable[Campaign]) -> tuple[tuple[Campaign, Ratio], ...]:
    """Those that multiply, and by how much."""
    return tuple(
        (campaign, campaign.give.by.as_integer_ratio())
        for campaign in campaigns
        if isinstance(campaign.give, Multiply)
    )


def combined(combine: Combine, factors: Iterable[Ratio]) -> Ratio:
    """What several multipliers make together; 1 for none."""
    return _COMBINED[combine](factors)


def _best(factors: Iterable[Ratio]) -> Ratio:
    found = (0, 1)
    for value, per in factors:
        if value * found[1] > found[0] * per:
            found = (value, per)
    return found if found[0] else (1, 1)


def _product(factors: Iterable[Ratio]) -> Ratio:
    whole, parts = 1, 1
    for value, per in factors:
        whole, parts = whole * value, parts * per
    return whole, parts


def _added(factors: Iterable[Ratio]) -> Ratio:
    whole, parts = 1, 1
    for value, per in factors:
        whole, parts = whole * per + (value - per) * parts, parts * per
    return whole, parts


_COMBINED = {Combine.BEST: _best, Combine.MULTIPLY: _product, Combine.ADD: _added}
