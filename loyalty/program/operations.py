"""Campaigns: operations that make a sale earn more, and how several of them combine."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points, RuleId
from loyalty.program.criteria import ANY_LINE, ANYONE, Criteria, LineCriteria
from loyalty.program.words import Words


class Combine(StrEnum):
    """What several multipliers on the same line make."""

    BEST = "best"
    """The highest alone."""
    MULTIPLY = "multiply"
    """×2 and ×3 make ×6."""
    ADD = "add"
    """×2 and ×3 make ×4: what each adds is added."""


class Birthday(StrEnum):
    """When a birthday counts. Born on 29 February, it is on 28 February in other years."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A part of the local day, from `start`, itself included, to `end`, itself not."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a campaign runs, on the store's own calendar and clock; what is left out is always."""

    first_day: date | None = None
    last_day: date | None = None
    """The last day on which it still runs."""
    weekdays: frozenset[int] = frozenset()
    """1 is Monday, 7 is Sunday."""
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply:
    """The points earned, times `by`."""

    by: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """Points on top: once a ticket, or for each time its condition is met."""

    points: Points
    each: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An operation that makes a sale earn more."""

    id: RuleId
    name: Words
    give: Multiply | Bonus
    window: Window = field(default_factory=Window)
    birthday: Birthday | None = None
    first_purchase: bool = False
    only: Criteria = ANYONE
    lines: LineCriteria = ANY_LINE
    """A multiplier works on these lines alone; a bonus needs one of them."""
    buy: int = 0
    """How many pieces of these lines must be bought."""
    spend: int = 0
    """How much must be spent on these lines, in minor units, tax included."""
