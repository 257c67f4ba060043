"""Traces: how a number of points came to be, line by line.

`loyalty.explain` walks a trace's steps to compute the number again, and to tell it.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from loyalty.ids import Points, RuleId
from loyalty.program import Rounding


class StepKind(StrEnum):
    """What one line of a calculation does; `loyalty.explain.recompute` walks them in order."""

    COUNT = "count"
    """Take `value` as the basis; `what` says of what: ttc, ht, visits, articles …"""
    DEDUCT = "deduct"
    """Take `value` off the basis; `what` says for what: voucher, points, ticket_discount."""
    RATE = "rate"
    """Give `value` points per `per` of the basis, rounded; `what` says "returned" where so many of
    so many pieces came back."""
    GIVE = "give"
    """Give `value` points; `what` says why: fixed, band, article, bonus; of points that go: cost,
    chosen, rest, returned_before."""
    FACTOR = "factor"
    """The campaign `what` multiplies by `value` / `per`."""
    COMBINE = "combine"
    """Multiply by the factors above, combined as `what` says: best, multiply or add."""
    ONLY = "only"
    """What follows is given on top, for the lines of a campaign alone."""
    CAP = "cap"
    """Give `value` points at most; `what` says which limit."""


class Step(NamedTuple):
    """One line of a calculation, in whole numbers; rates are `value` / `per`."""

    kind: StepKind
    what: str
    value: int
    per: int = 1


WHOLE = "*"
"""Begins what stands in the place of a line where points were given once for the visit."""


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """What one line of a sale earned within one entry."""

    line: str
    """Its place on the ticket, from "1"; "*1,3" for what lines 1 and 3 earned as one visit."""
    points: Points
    quantity: int
    """Pieces sold; of a visit, the minor units that its lines cost."""

    @property
    def visit(self) -> bool:
        """Whether its points are no single line's: they go with the last of its lines."""
        return self.line.startswith(WHOLE)

    @property
    def places(self) -> tuple[str, ...]:
        """The lines whose return takes of its points."""
        return tuple(self.line.removeprefix(WHOLE).split(","))


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
