"""Traces: how a number of points came to be, line by line.

`loyalty.explain` walks a trace's steps to compute the number again, and to tell it.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points, RuleId
from loyalty.program import Rounding


class StepKind(StrEnum):
    """What one line of a calculation does; `loyalty.explain.recompute` walks them in order."""

    COUNT = "count"
    """Take `value` as the basis; `what` says of what: ttc, ht, visits, articles …"""
    DEDUCT = "deduct"
    """Take `value` off the basis; `what` says for what: voucher, points, ticket_discount."""
    RATE = "rate"
    """Give `value` points per `per` of the basis, rounded."""
    GIVE = "give"
    """Give `value` points; `what` says why: fixed, band, article."""
    FACTOR = "factor"
    """The campaign `what` multiplies by `value` / `per`."""
    COMBINE = "combine"
    """Multiply by the factors above, combined as `what` says: best, multiply or add."""
    ONLY = "only"
    """What follows is given on top, for the lines of a campaign alone."""
    CAP = "cap"
    """Give `value` points at most; `what` says which limit."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation, in whole numbers; rates are `value` / `per`."""

    kind: StepKind
    what: str
    value: int
    per: int = 1


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """What one line of a sale earned within one entry."""

    line: str
    """The line's id; `#3` for the third line of a ticket whose lines have none."""
    points: Points
    quantity: int
    """Pieces sold; or minor units, where parts of a price are given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How a number of points came to be: enough to compute it again, and to explain it."""

    rule: RuleId
    program_version: int
    basis: int
    """What the rule counted, in minor units of money; 0 for a fixed gift."""
    factor: Decimal
    """Points per unit of the basis; the points themselves for a fixed gift."""
    rounding: Rounding
    points: Points
    steps: tuple[Step, ...] = ()
    """The calculation line by line; empty where basis, factor and rounding say it all."""
    lines: tuple[EarnedLine, ...] = ()
    """What each line of the sale earned of the points, all of them together; a line that is left
    out earned none. This is what comes back when goods do, whatever the rules say by then."""
