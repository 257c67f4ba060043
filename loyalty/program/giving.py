"""Earning rules: when, on what, how much, rounded how, usable from when, until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points, RuleId
from loyalty.program.counting import On, Rounding, RoundPer
from loyalty.program.criteria import ANYONE, Bespoke, Criteria


class Occasion(StrEnum):
    """When a rule gives."""

    ENROLMENT = "enrolment"
    """Once per person, when the welcome points are claimed."""
    SALE = "sale"
    """At each sale that is closed and paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """The same number of points each time."""

    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class PerAmount:
    """`points` for every `amount` counted: 100 and 1 say "1 € = 1 point", 1 and 1 "one each"."""

    amount: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """`times` points for each euro, visit or article counted."""

    times: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The points of a ticket from `start`, itself included, to `below`, itself not (SW-15)."""

    start: int
    points: Points
    below: int | None = None
    """None for no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Points by the band in which the count lies; none outside of all bands."""

    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PerArticle:
    """Each article's own points, times its quantity: from the sale's line, else from `points`."""

    points: Mapping[str, Points] = field(default_factory=dict)


Give = Fixed | PerAmount | Coefficient | Bands | PerArticle | Bespoke


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How long something stays good; it ends with the local day in the store's zone."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """How long what a rule gives is shown, but cannot be spent."""

    days: int | None = None
    """Local days that must end after the sale's own; None to wait for an action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRule:
    """One way to earn."""

    id: RuleId
    when: Occasion
    give: Give
    only: Criteria = ANYONE
    on: On = field(default_factory=On)
    round: Rounding = Rounding.FLOOR
    round_per: RoundPer = RoundPer.TICKET
    until: Validity | None = None
    """How long the points live; None for ever."""
    pending: Pending | None = None
    """None where the points can be spent at once."""
    active: bool = True
    """False where the merchant has not ticked the box: it gives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """What a price list gives: nothing at all, or its own points for some articles."""

    code: str
    earns: bool = True
    points: Mapping[str, Points] = field(default_factory=dict)
