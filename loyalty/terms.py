"""What a merchant writes of a reward: what it costs, what it gives, when it is usable.

Only words, no rules: `loyalty.rewards` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points, StoreId

# --- what it costs ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCost:
    """So many points each time; none for what is offered at the threshold and costs nothing."""

    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPoints:
    """All there are (INV-11, CLI-24)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPoints:
    """As many as the customer chooses to pay with (OCT-02, LSX-55, LSX-56)."""


Cost = FixedCost | AllPoints | ChosenPoints


# --- what it gives ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftArticle:
    """One of a selection of articles (CLI-26)."""

    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOff:
    """A part of the ticket, in percent (CLI-25)."""

    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOff:
    """Minor units off the ticket (INV-02); several, each with its cost, make steps (INV-13)."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PerPoint:
    """Money off for each point that it costs, in major units of the currency (CLI-24, OCT-08)."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A right of the merchant's own making, named in the reward (GLO-12): a cheque, a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Points only add up (CLI-23)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a reward of an installed extension says that its points are worth (GLO-16)."""

    name: str
    settings: Mapping[str, str | int] = field(default_factory=dict)


Gives = GiftArticle | PercentOff | AmountOff | PerPoint | Voucher | Nothing | Worth


# --- when it is usable ------------------------------------------------------------------------


class When(StrEnum):
    """On which ticket (SW-02)."""

    NEXT_TICKET = "next_ticket"
    """Never with the points of the ticket itself (CLI-22)."""
    SAME_TICKET = "same_ticket"
    """Also with what this very ticket earns."""


class How(StrEnum):
    """Who starts it (SW-08)."""

    ON_DEMAND = "on_demand"
    AUTOMATIC = "automatic"


class Reached(StrEnum):
    """What counts as reaching a threshold (SW-16)."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


class Per(StrEnum):
    """In which time a member may have a reward so many times, on the store's calendar."""

    LIFE = "life"
    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"
    YEAR = "year"


WHOLE = Decimal(100)
"""Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """When, where, by whom and how far a reward can be used."""

    from_points: Points = 0
    """The balance from which it is usable, whatever it costs."""
    reached: Reached = Reached.AT_LEAST
    when: When = When.NEXT_TICKET
    how: How = How.ON_DEMAND
    keeps_rest: bool = True
    """Whether the points that it does not cost stay; else they fall away (SW-03)."""
    ticket_share: Decimal = WHOLE
    """The most of the ticket that it may pay, in percent."""
    per_member: int | None = None
    """How many times each member may have it in the time that `per` says; None: any number."""
    per: Per = Per.LIFE
    stores: frozenset[StoreId] = frozenset()
    """Where; empty for everywhere."""
    tiers: frozenset[str] = frozenset()
    """For members of which tiers; empty for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTerms:
    """What a reward costs, gives, and when it is usable."""

    cost: Cost
    gives: Gives
    usable: Usable = field(default_factory=Usable)
    price_codes: frozenset[str] = frozenset()
    """For which price lists, each of which may have its own amount (INV-10); empty for all."""
