"""The outlook: what a program gives over a past that is told to it again (F8).

Points and their cost, how many members come over the threshold, by store and by week; and, where
the facts say what the ledger has, by how much this differs from it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction

from loyalty import extensions as bespoke
from loyalty.accounts import Account
from loyalty.division import divided
from loyalty.earning import worth_of_a_point
from loyalty.extensions import Extensions
from loyalty.ids import Points, RewardId, StoreId
from loyalty.ledger import Book, Entry
from loyalty.program import Program, Rounding, Unit, minor_units
from loyalty.rewards import missing
from loyalty.timemachine import Fact, Programs, Sold, Stands, Told, Zones, told_again
from loyalty.turns import in_turn

_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the sales of a store, of a week, or all of them give."""

    sales: int = 0
    earned: Points = 0
    taken_back: Points = 0
    """By returns and voids; positive."""
    refused: int = 0
    """How many returns the program refuses, because the points are spent."""
    compared: int = 0
    """How many facts say what the ledger has for them."""
    changed: int = 0
    """How many of these give another number of points."""
    difference: Points = 0
    """By how much these give more than the ledger has."""
    members_over: int = 0
    """How many members are over the threshold: in a week at its end; in a store, of those who
    bought there, at the end of all."""
    worth: Fraction = Fraction(0)
    """What the points cost, in minor units, not rounded yet."""

    @property
    def points(self) -> Points:
        """What is given in the end."""
        return self.earned - self.taken_back

    @property
    def cost(self) -> int:
        """What the points cost the shop once they are spent, in minor units, rounded half up."""
        return divided(Rounding.HALF_UP, self.worth.numerator, self.worth.denominator)


@dataclass(slots=True, kw_only=True)
class Outlook:
    """All of it."""

    total: Tally = field(default_factory=Tally)
    stores: dict[StoreId, Tally] = field(default_factory=dict)
    weeks: dict[str, Tally] = field(default_factory=dict)
    """By the ISO week of the store's own calendar: "2026-W09"."""
    members: int = 0
    threshold: Points | None = None
    """None where the program has no reward."""
    rewards: dict[RewardId, int] = field(default_factory=dict)
    """How many members can have each reward at the end."""
    costed: bool = True
    """Whether it is known what a point costs; else `cost` is 0."""


def outlook(
    facts: Iterable[Fact],
    programs: Programs,
    zones: Zones,
    *,
    until: datetime,
    threshold: Points | None = None,
    point_cost: Decimal | None = None,
    extensions: Extensions = bespoke.NONE,
) -> Outlook:
    """What `programs` give for those facts, which come member by member, until that time.

    The threshold is that of the cheapest reward, if not told. What a point costs is the program's
    point value; where points buy gifts only, `point_cost` says it, in major units of the currency.
    """
    rewards = programs.latest.rewards
    found = Outlook(
        threshold=min((missing(each.terms, 0) for each in rewards), default=None)
        if threshold is None
        else threshold,
        rewards={reward.id: 0 for reward in rewards},
    )
    for _, told in told_again(facts, programs, zones, extensions=extensions):
        found.members += 1
        for each in told:
            _add(found, each, zones, point_cost)
        _look_at(found, programs.latest, told, zones.usual, until)
    found.weeks = dict(sorted(found.weeks.items()))
    found.stores = dict(sorted(found.stores.items()))
    return found


def _add(found: Outlook, told: Told, zones: Zones, point_cost: Decimal | None) -> None:
    """Count one fact in its store, its week and the whole."""
    fact = told.fact
    if isinstance(fact, Stands):
        return
    cost = _cost(told.program, point_cost)
    found.costed = found.costed and cost is not None
    sold = isinstance(fact, Sold)
    for tally in (
        found.total,
        found.stores.setdefault(told.store, Tally()),
        found.weeks.setdefault(week(told.at, zones.at(told.store)), Tally()),
    ):
        tally.sales += sold
        tally.refused += told.refused
        if sold:
            tally.earned += told.points
        else:
            tally.taken_back -= told.points
        tally.worth += told.points * (cost or 0)
        if fact.booked is not None:
            more = told.points - (fact.booked if sold else -fact.booked)
            tally.compared += 1
            tally.changed += more != 0
            tally.difference += more


def _cost(program: Program, point_cost: Decimal | None) -> Fraction | None:
    """What one point costs, in minor units; None where nobody says."""
    if program.unit is Unit.MONEY or program.point_value is not None:
        return worth_of_a_point(program)
    if point_cost is None:
        return None
    return Fraction(point_cost) * minor_units(program.currency)


def _look_at(
    found: Outlook, program: Program, told: Sequence[Told], zone: tzinfo, until: datetime
) -> None:
    """Count one member among those who are over the threshold, week by week."""
    entries = [entry for each in told for entry in each.entries]
    weeks = list(_weeks(min((each.at for each in told), default=until), until, zone))
    balances = dict(zip(weeks, _balances(entries, [end for _, end in weeks]), strict=True))
    limit = found.threshold
    for (name, _), balance in balances.items():
        tally = found.weeks.setdefault(name, Tally())
        tally.members_over += limit is not None and balance >= limit
    last = balances[weeks[-1]]
    for reward in program.rewards:
        found.rewards[reward.id] += missing(reward.terms, last) == 0
    if limit is not None and last >= limit:
        found.total.members_over += 1
        for store in {each.store for each in told if isinstance(each.fact, Sold)}:
            found.stores[store].members_over += 1


def _weeks(first: datetime, until: datetime, zone: tzinfo) -> Iterator[tuple[str, datetime]]:
    """The weeks from one time to the other, each with its end: the next Monday, or `until`."""
    at = min(first, until)
    while True:
        local = at.astimezone(zone)
        monday = local.date() + timedelta(days=8 - local.isoweekday())
        end = datetime.combine(monday, time(), tzinfo=zone)
        yield week(at, zone), min(end, until)
        if end >= until:
            return
        at = end


def _balances(entries: Iterable[Entry], times: Iterable[datetime]) -> Iterator[Points]:
    """The balance just before each of those times, in one pass through the entries."""
    book, turns = Book(Account()), in_turn(entries)
    done = 0
    for before in times:
        while done < len(turns) and turns[done][0] < before:
            at, _, _, _, entry = turns[done]
            book.post(entry, at)
            done += 1
        yield book.balance(before - _INSTANT)


def week(at: datetime, zone: tzinfo) -> str:
    """The ISO week of that time on the local calendar: "2026-W09"."""
    year, number, _ = at.astimezone(zone).isocalendar()
    return f"{year}-W{number:02}"


def in_plain(found: Outlook) -> Mapping[str, object]:
    """The outlook as plain numbers and text, for JSON."""
    return {
        "total": _plain(found.total, costed=found.costed),
        "members": found.members,
        "threshold": found.threshold,
        "rewards": {str(reward): number for reward, number in found.rewards.items()},
        "stores": {
            str(store): _plain(each, costed=found.costed) for store, each in found.stores.items()
        },
        "weeks": {name: _plain(each, costed=found.costed) for name, each in found.weeks.items()},
    }


def _plain(tally: Tally, *, costed: bool) -> dict[str, int | None]:
    return {
        "sales": tally.sales,
        "earned": tally.earned,
        "taken_back": tally.taken_back,
        "points": tally.points,
        "cost": tally.cost if costed else None,
        "members_over": tally.members_over,
        "refused": tally.refused,
        "compared": tally.compared,
        "changed": tally.changed,
        "difference": tally.difference,
    }
