"""Rewards: what points can buy, and what each takes of them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from loyalty.ids import Points, RewardId
from loyalty.program.giving import Validity
from loyalty.program.words import Words
from loyalty.terms import (
    WHOLE,
    AllPoints,
    ChosenPoints,
    Cost,
    FixedCost,
    GiftArticle,
    Gives,
    Nothing,
    PerPoint,
    RewardTerms,
    Usable,
    Worth,
)


class Takes(StrEnum):
    """What a reward takes of the points, once there are as many as it costs."""

    COST = "cost"
    NOTHING = "nothing"
    """They only have to be there."""
    ALL = "all"
    CHOSEN = "chosen"
    """As many as the customer chooses to pay with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """One thing points can buy: a gift, named and pictured for the customer."""

    id: RewardId
    name: Words
    cost: Points
    """How many points it needs."""
    article: str
    """The article that the till hands out."""
    picture: str = ""
    """The file name of its picture among the shop's images; empty for none."""
    voucher: Validity = field(default_factory=lambda: Validity(months=3))
    """How long the voucher can be redeemed."""
    takes: Takes = Takes.COST
    gives: Gives | None = None
    """None for its article, free."""
    usable: Usable = field(default_factory=Usable)
    price_codes: frozenset[str] = frozenset()
    """For which price lists; a list that gives another amount has a reward of its own (INV-10)."""

    @property
    def on_paper(self) -> bool:
        """Whether a voucher can hold it: what it takes and gives is known before any ticket is.

        The rest is used at the till: its worth is what the ticket makes of it.
        """
        return self.by_amount or (
            self.takes is Takes.COST
            and self.usable.keeps_rest
            and not isinstance(self.gives, PerPoint | Nothing | Worth)
        )

    @property
    def by_amount(self) -> bool:
        """Whether a voucher for it says how much: so much money for each point that is put in.

        Not where a rest would fall away, or a ticket bears a share only: the till sees to that.
        """
        return (
            self.takes in {Takes.CHOSEN, Takes.ALL}
            and isinstance(self.gives, PerPoint)
            and (self.usable.keeps_rest or self.takes is Takes.ALL)
            and self.usable.ticket_share == WHOLE
        )

    @property
    def terms(self) -> RewardTerms:
        """What it costs, gives, and when it is usable, as `loyalty.rewards` reads it."""
        needed = max(self.usable.from_points, self.cost)
        return RewardTerms(
            cost=_COSTS[self.takes] if self.takes in _COSTS else FixedCost(points=self.cost),
            gives=self.gives or GiftArticle(articles=(self.article,)),
            usable=replace(self.usable, from_points=needed),
            price_codes=self.price_codes,
        )


_COSTS: dict[Takes, Cost] = {
    Takes.NOTHING: FixedCost(points=0),
    Takes.ALL: AllPoints(),
    Takes.CHOSEN: ChosenPoints(),
}
