"""Quotes: what a sale would earn and what its member may have now, without writing anything."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from loyalty import extensions as bespoke
from loyalty.earning import earn, worth_of_a_point
from loyalty.extensions import Extensions
from loyalty.ids import Points
from loyalty.ledger import Account, Entry
from loyalty.program import Alert, Program, Unit, Words
from loyalty.rewards import Offer, completes, offers
from loyalty.sales import Buyer, Sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the till shows and prints before the sale is closed."""

    entries: tuple[Entry, ...]
    """What would be written, each with its trace."""
    earned: Points
    balance_before: Points
    balance_after: Points
    deadline: datetime | None
    """Use-by date of the points just earned; None for none."""
    worth: int | None
    """What the balance before this sale is worth, in minor units; None where points buy gifts."""
    offers: tuple[Offer, ...]
    """Every reward with what is missing for it, counted on the balance before this sale."""
    alerts: tuple[Alert, ...]
    """What this sale sets off: reached with it, and not before it."""
    message: Words
    """The line about the program for the ticket."""


def quote(
    sale: Sale,
    program: Program,
    account: Account,
    *,
    now: datetime,
    zone: tzinfo,
    buyer: Buyer | None = None,
    extensions: Extensions = bespoke.NONE,
) -> Quote:
    """What `sale` would earn now. Raises what `earn` raises."""
    before = account.balance(now)
    who = replace(buyer or Buyer(), balance=before)
    entries = earn(sale, program, zone=zone, buyer=who, extensions=extensions)
    earned = sum(entry.points for entry in entries)
    return Quote(
        entries=entries,
        earned=earned,
        balance_before=before,
        balance_after=before + earned,
        deadline=next((entry.deadline for entry in entries), None),
        worth=worth(program, before),
        offers=offers(program, account, now=now, at_till=True),
        alerts=alerts(
            program,
            before=(before, who.visits),
            after=(before + earned, who.visits + 1),
        ),
        message=program.rule_in_words,
    )


def worth(program: Program, points: Points) -> int | None:
    """Minor units that those points are worth, rounded down; None where points buy gifts only."""
    if program.unit is not Unit.MONEY and program.point_value is None:
        return None
    return int(max(points, 0) * worth_of_a_point(program))


def alerts(
    program: Program, *, before: tuple[Points, int], after: tuple[Points, int]
) -> tuple[Alert, ...]:
    """The alerts reached after and not before; each pair is points and visits."""
    return tuple(
        alert
        for alert in program.alerts
        if _reached(alert, *after)
        and (not _reached(alert, *before) or (alert.each and _again(alert, before, after)))
    )


def _again(alert: Alert, before: tuple[Points, int], after: tuple[Points, int]) -> bool:
    """Whether one more card is complete than before (GLO-08)."""
    thresholds = (alert.points, alert.visits)
    return any(
        threshold is not None and completes(earlier, later, threshold)
        for threshold, earlier, later in zip(thresholds, before, after, strict=True)
    )


def _reached(alert: Alert, points: Points, visits: int) -> bool:
    """Reached is enough, passed is not asked (SW-16)."""
    told = []
    if alert.points is not None:
        told.append(points >= alert.points)
    if alert.visits is not None:
        told.append(visits >= alert.visits)
    return all(told) if alert.both else any(told)
