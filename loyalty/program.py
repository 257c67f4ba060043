"""A program: a versioned, dated list of rules.

An earning rule says when, on what, how much, rounded how, until when; a reward says its cost, what
it gives, and how long its voucher can be used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points, ProgramId, RewardId, RuleId

Words = Mapping[str, str]
"""A merchant's text by language code; the first language is the one to fall back on."""


class Occasion(StrEnum):
    """When a rule gives."""

    ENROLMENT = "enrolment"
    """Once per person, when the welcome points are claimed."""
    SALE = "sale"
    """At each sale that is closed and paid."""


class Rounding(StrEnum):
    """How a number of points with a fraction becomes a whole one."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """The same number of points each time."""

    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class PerAmount:
    """`points` for every `amount` spent, in minor units: 100 and 1 say "1 € = 1 point"."""

    amount: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How long something stays good; it ends with the local day in the store's zone."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRule:
    """One way to earn."""

    id: RuleId
    when: Occasion
    give: Fixed | PerAmount
    round: Rounding = Rounding.FLOOR
    until: Validity | None = None
    """How long the points live; None for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """One thing points can buy: a gift, named and pictured for the customer."""

    id: RewardId
    name: Words
    cost: Points
    article: str
    """The article that the till hands out."""
    picture: str = ""
    """The file name of its picture among the shop's images; empty for none."""
    voucher: Validity = field(default_factory=lambda: Validity(months=3))
    """How long the voucher can be redeemed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineLimits:
    """What a terminal may give away while it cannot ask the backend."""

    per_card: Points
    """Points per member between two contacts with the backend."""
    per_terminal: Points
    """Points per terminal between two contacts with the backend."""
    snapshot_age_h: int
    """A balance older than this many hours is shown, but not spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The rules in force for one account."""

    id: ProgramId
    version: int
    name: Words
    currency: str
    """ISO 4217."""
    valid_from: datetime
    earning: tuple[EarningRule, ...]
    rewards: tuple[Reward, ...]
    offline: OfflineLimits
    point_value: Decimal | None = None
    """What one point is worth, in major units of the currency; None where points buy gifts only."""
    rule_in_words: Words = field(default_factory=dict)
    """The earning rule as the ticket says it: "1 € = 1 point"."""

    def reward(self, wanted: RewardId) -> Reward | None:
        """The reward of that id, or None when this version does not offer it."""
        return next((reward for reward in self.rewards if reward.id == wanted), None)

    def rules(self, occasion: Occasion) -> tuple[EarningRule, ...]:
        """The rules that give at `occasion`, in the order the merchant wrote them."""
        return tuple(rule for rule in self.earning if rule.when is occasion)


def in_language(words: Words, language: str) -> str:
    """The text in `language`, else in the merchant's first language, else empty."""
    return words.get(language) or next(iter(words.values()), "")
