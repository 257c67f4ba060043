"""The sheet: the paper on which one rule is worked out for one ticket, line by line.

What comes out is a trace: the steps of the calculation, and what each line of the ticket earned of
its points, which is what comes back when that line is returned.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import lcm

from loyalty import campaigns as operations
from loyalty import extensions as bespoke
from loyalty.division import apportioned, divided, share
from loyalty.eligibility import Part, Ticket
from loyalty.explain import points_of
from loyalty.extensions import Extensions
from loyalty.ids import Points
from loyalty.program import (
    Band,
    Bands,
    Bespoke,
    Campaign,
    Coefficient,
    Count,
    Discounted,
    EarningRule,
    Fixed,
    Give,
    On,
    PerAmount,
    PerArticle,
    Program,
    Rounding,
    RoundPer,
    minor_units,
)
from loyalty.sales import Sale
from loyalty.traces import WHOLE, EarnedLine, Step, StepKind, Trace

Factors = tuple[tuple[Campaign, operations.Ratio], ...]

# A member is looked up in its enumeration at every use: that would be a third of a calculation.
_COUNT, _DEDUCT, _RATE, _GIVE = StepKind.COUNT, StepKind.DEDUCT, StepKind.RATE, StepKind.GIVE
_FACTOR, _COMBINE, _ONLY, _CAP = StepKind.FACTOR, StepKind.COMBINE, StepKind.ONLY, StepKind.CAP
_TTC, _ARTICLES, _VISITS = Count.TTC, Count.ARTICLES, Count.VISITS
_TYPED_VISITS, _LISTED, _LINE = Count.TYPED_VISITS, Discounted.LISTED, RoundPer.LINE


class Sheet:
    """One rule, one ticket."""

    __slots__ = (
        "_basis",
        "_extensions",
        "_factor",
        "_portions",
        "_program",
        "_rule",
        "_sale",
        "_ticket",
    )

    def __init__(
        self, rule: EarningRule, program: Program, sale: Sale, on: Ticket, extensions: Extensions
    ) -> None:
        self._rule, self._program, self._sale = rule, program, sale
        self._ticket, self._extensions = on, extensions
        self._basis, self._factor = 0, Decimal(1)
        self._portions: list[Portion] = []

    def trace(self, parts: tuple[Part, ...], running: tuple[Campaign, ...]) -> Trace:
        """What the rule gives on those parts, with the campaigns that run."""
        steps = self._portion(parts)
        basis, factor = self._basis, self._factor
        factors = operations.multipliers(running)
        if factors:
            steps += self._multiplied(parts, factors)
        points = points_of(steps, self._rule.round)
        return Trace(
            rule=self._rule.id,
            program_version=self._program.version,
            basis=basis,
            factor=factor,
            rounding=self._rule.round,
            points=points,
            steps=tuple(steps),
            lines=lines_of(points, self._portions) if points else (),
        )

    def _multiplied(self, parts: tuple[Part, ...], factors: Factors) -> list[Step]:
        """The same factors for all: multiply. Else each group of lines gives its extra on top."""
        groups: dict[tuple[int, ...], list[Part]] = {}
        for part in parts:
            theirs = tuple(
                place
                for place, (campaign, _) in enumerate(factors)
                if operations.matches(campaign, part)
            )
            groups.setdefault(theirs, []).append(part)
        steps: list[Step] = []
        for theirs, group in groups.items():
            if not theirs:
                continue
            if len(groups) > 1:
                steps.append(Step(_ONLY, " ".join(factors[n][0].id for n in theirs)[:128], 0))
                before = len(self._portions)
                steps += self._portion(tuple(group))
                value, per = operations.combined(
                    self._program.combine, [factors[n][1] for n in theirs]
                )
                self._portions[before:] = [
                    each.times(value - per, per) for each in self._portions[before:]
                ]
            for place in theirs:
                campaign, by = factors[place]
                steps.append(Step(_FACTOR, campaign.id, *by))
            steps.append(Step(_COMBINE, self._program.combine.value, 0))
        return steps

    def _portion(self, parts: tuple[Part, ...]) -> list[Step]:
        """What the rule gives on those lines alone."""
        rule = self._rule
        if isinstance(rule.give, Fixed):
            self._factor = Decimal(rule.give.points)
            self._portions.append(Portion(rule.give.points, parts, None))
            return [Step(_GIVE, "fixed", rule.give.points)]
        if isinstance(rule.give, PerArticle):
            return self._own(parts, rule.give)
        steps: list[Step] = []
        if rule.on.own_points:
            steps = self._own(parts, PerArticle())
            parts = tuple(part for part in parts if part.own_points is None)
        if rule.round_per is _LINE:
            for part in parts:
                steps += self._counted((part,))
        elif parts:
            steps += self._counted(parts)
        return steps

    def _own(self, parts: tuple[Part, ...], give: PerArticle) -> list[Step]:
        """The articles' own points; what points or vouchers paid of the ticket is taken off."""
        own = [
            give.points.get(part.line.article, 0) * part.line.quantity
            if part.own_points is None
            else part.own_points
            for part in parts
        ]
        points = sum(own)
        if not points:
            return []
        taken = self._deductions(points)
        self._portions.append(Portion(points - _sum(taken), parts, own))
        return [Step(_COUNT, "article_points", points), *taken, Step(_RATE, "", 1)]

    def _counted(self, parts: tuple[Part, ...]) -> list[Step]:
        on, rounding = self._rule.on, self._rule.round
        basis, weights = _count(parts, on, self._sale)
        steps = [Step(_COUNT, on.count.value, basis)]
        if on.count.is_money:
            taken = self._deductions(basis)
            basis -= _sum(taken)
            steps += taken
            self._basis += basis
        given = self._given(parts, basis, self._rule.give)
        steps.append(given)
        points = given.value
        if given.kind is _RATE:
            points = divided(rounding, basis * given.value, given.per)
        self._portions.append(Portion(points, parts, weights))
        return steps

    def _deductions(self, counted: int) -> list[Step]:
        """What of the counted lines the customer's own money did not pay, by its reason."""
        left, steps = counted, []
        for advantage, amount in self._ticket.advantages.items():
            if advantage in self._rule.on.reduced_by:
                off = min(left, share(amount, counted, self._ticket.total))
                left -= off
                steps.append(Step(_DEDUCT, advantage.value, off))
        return steps

    def _given(self, parts: tuple[Part, ...], basis: int, give: Give) -> Step:
        """The points on that basis; an own number and a fixed one never come here."""
        if isinstance(give, PerAmount):
            self._factor = Decimal(give.points) / give.amount
            return Step(_RATE, "", give.points, give.amount)
        if isinstance(give, Coefficient):
            points, per = give.times.as_integer_ratio()
            per *= minor_units(self._program.currency) if self._rule.on.count.is_money else 1
            self._factor = Decimal(points) / per
            return Step(_RATE, "", points, per)
        if isinstance(give, Bands):
            band = _band(give, basis)
            self._factor = Decimal(band.points if band else 0)
            return Step(_GIVE, _named(band), band.points if band else 0)
        assert isinstance(give, Bespoke)
        extension = bespoke.earning(self._extensions, give.name)
        lines = tuple(part.line for part in parts)
        points = max(extension.points(lines, basis, give.settings), 0)
        self._factor = Decimal(points)
        return Step(_GIVE, f"{give.name}@{extension.version}", points)


def bonus(campaign: Campaign, program: Program, on: Ticket, points: Points) -> Trace:
    """The trace of points on top; they belong to the campaign's lines by what these cost."""
    parts = operations.matched(campaign, on.parts)
    return Trace(
        rule=campaign.id,
        program_version=program.version,
        basis=0,
        factor=Decimal(points),
        rounding=Rounding.FLOOR,
        points=points,
        steps=(Step(_GIVE, "bonus", points),),
        lines=lines_of(points, (Portion(points, parts, [part.net for part in parts]),)),
    )


def capped(trace: Trace, cap: str, points: Points) -> Trace:
    """The trace with no more than `points`; every line gives up the same part of its own."""
    most = apportioned(points, [line.points for line in trace.lines])
    return replace(
        trace,
        points=points,
        steps=(*trace.steps, Step(_CAP, cap, points)),
        lines=tuple(
            replace(line, points=left) for line, left in zip(trace.lines, most, strict=True) if left
        ),
    )


# --- what each line earned ----------------------------------------------------------------------


class Portion:
    """A part of a rule's points, and the lines that it belongs to by their weights.

    Without weights it belongs to the ticket as a whole: a stamp for a visit is no line's.
    """

    __slots__ = ("parts", "per", "points", "weights")

    def __init__(
        self, points: Points, parts: tuple[Part, ...], weights: list[int] | None, per: int = 1
    ) -> None:
        self.points, self.per, self.parts, self.weights = points, per, parts, weights

    def times(self, value: int, per: int) -> "Portion":
        """The portion as a campaign multiplies it, not rounded: `points` / `per`."""
        return Portion(self.points * value, self.parts, self.weights, self.per * per)


def lines_of(points: Points, portions: Sequence[Portion]) -> tuple[EarnedLine, ...]:
    """What each line earned: its share of each portion by its weight there, whole in the end.

    What campaigns give is shared among the lines they are for.
    """
    sold: dict[str, int] = {}
    weights: dict[str, int] = {}
    visit = ""
    for portion, scale in zip(portions, _scales(portions), strict=True):
        if portion.weights is None:
            # The first counts every line; what campaigns add to a visit is the same visit's.
            visit = visit or WHOLE + ",".join(dict.fromkeys(part.place for part in portion.parts))
            sold.setdefault(visit, max(sum(part.net for part in portion.parts), 1))
            weights[visit] = weights.get(visit, 0) + scale
            continue
        even = not any(portion.weights)
        for part, weight in zip(portion.parts, portion.weights, strict=True):
            sold[part.place] = part.sold
            weights[part.place] = weights.get(part.place, 0) + (1 if even else weight) * scale
    # A campaign below 1 may take more of a line than the line brought.
    whole = apportioned(points, [max(weight, 0) for weight in weights.values()])
    return tuple(
        EarnedLine(name, earned, sold[name])
        for name, earned in zip(weights, whole, strict=True)
        if earned
    )


def _scales(portions: Sequence[Portion]) -> list[int]:
    """By what to multiply each portion's weights so that together they are its points."""
    if len(portions) == 1:
        return [1]
    wholes = [each.per * (sum(each.weights or (1,)) or len(each.parts)) for each in portions]
    common = lcm(*wholes)
    return [each.points * (common // whole) for each, whole in zip(portions, wholes, strict=True)]


# --- what is counted ----------------------------------------------------------------------------


def _count(parts: tuple[Part, ...], on: On, sale: Sale) -> tuple[int, list[int] | None]:
    """What the rule counts, and how much of it each line is; visits are the whole ticket's."""
    if on.count is _VISITS or on.count is _TYPED_VISITS:
        return (1 if on.count is _VISITS else sale.visits), None
    if on.count is _ARTICLES:
        pieces = [part.line.quantity for part in parts]
        return sum(pieces), pieces
    prices = [part.listed if on.discounted is _LISTED else part.net for part in parts]
    if on.count is _TTC:
        return sum(prices), prices
    untaxed = [
        _without_tax(price, part.line.tax_rate) for price, part in zip(prices, parts, strict=True)
    ]
    return sum(untaxed), untaxed


def _without_tax(amount: int, rate: Decimal) -> int:
    taxed, whole = (1 + Fraction(rate) / 100).as_integer_ratio()
    return share(amount, whole, taxed)


def _band(bands: Bands, basis: int) -> Band | None:
    """The band that holds the basis: its lower bound is in, its upper bound is not (SW-15)."""
    return next(
        (
            band
            for band in bands.bands
            if band.start <= basis and (band.below is None or basis < band.below)
        ),
        None,
    )


def _named(band: Band | None) -> str:
    if band is None:
        return "no_band"
    return f"band {band.start}-{'' if band.below is None else band.below}"


def _sum(steps: list[Step]) -> int:
    return sum(step.value for step in steps)
