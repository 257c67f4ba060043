"""A program: a versioned, dated list of rules.

An earning rule says when, on what, how much, rounded how, until when; a campaign says when it makes
that more; a reward says its cost, what it gives, and how long its voucher can be used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from loyalty.ids import Points, ProgramId, RewardId, RuleId
from loyalty.sales import Channel
from loyalty.terms import (
    AllPoints,
    ChosenPoints,
    Cost,
    FixedCost,
    GiftArticle,
    Gives,
    RewardTerms,
    Usable,
)

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


class RoundPer(StrEnum):
    """What is rounded: the points of the whole ticket, or those of each line."""

    TICKET = "ticket"
    LINE = "line"


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
        return self in (Count.TTC, Count.HT)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bespoke:
    """A rule or criterion that an extension brings, with what the merchant set on it."""

    name: str
    settings: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCriteria:
    """Which lines: in every list that is not empty, one word must be the line's."""

    articles: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    except_themes: frozenset[str] = frozenset()
    """Lines with one of these never fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which sales and buyers: in every list that is not empty, one word must be theirs."""

    brands: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    price_codes: frozenset[str] = frozenset()
    record_types: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    bespoke: tuple[Bespoke, ...] = ()
    """Criteria of extensions: each must agree."""


ANY_LINE = LineCriteria()
ANYONE = Criteria()
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
    active: bool = True
    """False where the merchant has not ticked the box: it gives nothing."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """What a price list gives: nothing at all, or its own points for some articles."""

    code: str
    earns: bool = True
    points: Mapping[str, Points] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that sales may give; None for no limit."""

    per_ticket: Points | None = None
    per_day: Points | None = None
    """Between two local midnights."""
    balance: Points | None = None
    """Earning stops where the account holds so many."""
    ticket_share: Decimal | None = None
    """Percent of the ticket that its points may be worth, at the point's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardValidity:
    """How long a card can be used: to the end of a fixed period, or so long from joining."""

    first_day: date | None = None
    last_day: date | None = None
    days: int = 0
    """Joining counts as the first day; 0 where the period is fixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What staff is told when an account is far enough, by points, by visits, or by both."""

    id: str
    message: Words
    points: Points | None = None
    visits: int | None = None
    both: bool = False
    """Whether points and visits must both be reached; one is enough otherwise."""


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

    @property
    def terms(self) -> RewardTerms:
        """What it costs, gives, and when it is usable, as `loyalty.rewards` reads it."""
        needed = max(self.usable.from_points, self.cost)
        return RewardTerms(
            cost=_COSTS[self.takes] if self.takes in _COSTS else FixedCost(points=self.cost),
            gives=self.gives or GiftArticle(articles=(self.article,)),
            usable=replace(self.usable, from_points=needed),
        )


_COSTS: dict[Takes, Cost] = {
    Takes.NOTHING: FixedCost(points=0),
    Takes.ALL: AllPoints(),
    Takes.CHOSEN: ChosenPoints(),
}


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
    unit: Unit = Unit.POINTS
    only: Criteria = ANYONE
    """Whom and where the program is for; every rule and campaign keeps to it."""
    lines: LineCriteria = ANY_LINE
    """Which lines it is for."""
    counts_from: datetime | None = None
    """From when past sales make the opening balance; None for no past."""
    campaigns: tuple[Campaign, ...] = ()
    combine: Combine = Combine.BEST
    price_books: tuple[PriceBook, ...] = ()
    caps: Caps = field(default_factory=Caps)
    credit_notes: bool = True
    """Whether a credit note takes the points of its amount (SW-10)."""
    card: CardValidity | None = None
    """How long its cards can be used; None for ever."""
    alerts: tuple[Alert, ...] = ()

    def reward(self, wanted: RewardId) -> Reward | None:
        """The reward of that id, or None when this version does not offer it."""
        return next((reward for reward in self.rewards if reward.id == wanted), None)

    def rules(self, occasion: Occasion) -> tuple[EarningRule, ...]:
        """The rules that give at `occasion`, in the order the merchant wrote them."""
        return tuple(rule for rule in self.earning if rule.when is occasion and rule.active)


_MINOR_UNITS = {
    **dict.fromkeys(("JPY", "KRW", "XPF", "XOF", "XAF", "CLP", "ISK", "VND"), 1),
    **dict.fromkeys(("TND", "KWD", "BHD", "OMR", "JOD"), 1000),
}


def minor_units(currency: str) -> int:
    """How many minor units make one of the currency: 100 for the euro, 1 for the CFP franc."""
    return _MINOR_UNITS.get(currency, 100)


def in_language(words: Words, language: str) -> str:
    """The text in `language`, else in the merchant's first language, else empty."""
    return words.get(language) or next(iter(words.values()), "")
