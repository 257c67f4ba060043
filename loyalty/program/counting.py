"""What is counted, in which unit, and how a number with a fraction becomes a whole one."""

from dataclasses import dataclass
from enum import StrEnum

from loyalty.program.criteria import ANY_LINE, LineCriteria


class Unit(StrEnum):
    """What an account counts (SW-01)."""

    POINTS = "points"
    VISITS = "visits"
    ARTICLES = "articles"
    MONEY = "money"
    """Minor units of the program's currency."""


class Count(StrEnum):
    """What a rule counts on a ticket."""

    TTC = "ttc"
    """Money, tax included."""
    HT = "ht"
    """Money without the tax, each line rounded half up to the minor unit."""
    VISITS = "visits"
    """One per ticket."""
    TYPED_VISITS = "typed_visits"
    """As many as the cashier typed."""
    ARTICLES = "articles"
    """Pieces."""

    @property
    def is_money(self) -> bool:
        """Whether it counts minor units."""
        return self in _MONEY


_MONEY = frozenset({Count.TTC, Count.HT})


class Discounted(StrEnum):
    """What a line with a discount of its own counts for (SW-04)."""

    NET = "net"
    """For the price that is paid."""
    LISTED = "listed"
    """For its price before the discount."""
    EXCLUDED = "excluded"
    """For nothing."""


class Advantage(StrEnum):
    """What lowers the price of a whole ticket, and may lower what it earns (SW-05)."""

    TICKET_DISCOUNT = "ticket_discount"
    VOUCHER = "voucher"
    POINTS = "points"


REDUCING = frozenset(Advantage)
"""By default, points are earned on what the customer's own money pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class On:
    """What a rule counts."""

    count: Count = Count.TTC
    lines: LineCriteria = ANY_LINE
    discounted: Discounted = Discounted.NET
    reduced_by: frozenset[Advantage] = REDUCING
    own_points: bool = False
    """Whether an article with its own number of points gives that number instead."""


class Rounding(StrEnum):
    """How a number of points with a fraction becomes a whole one."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


class RoundPer(StrEnum):
    """What is rounded: the points of the whole ticket, or those of each line."""

    TICKET = "ticket"
    LINE = "line"
