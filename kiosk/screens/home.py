"""A member at home: balance, gifts, and where to go from there."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.screens.base import Screen


class Bar(Enum):
    """Why a gift cannot be had now, whatever the points are."""

    TIER = "tier"
    """It is for others."""
    TIMES = "times"
    """They have had it as often as it can be had."""
    TODAY = "today"
    """They have had as many gifts as a day allows."""
    CARD = "card"
    """Their card may not spend so much: a child's, or its share of the household's purse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A gift that the backend would refuse, and until when."""

    why: Bar
    again: datetime | None = None
    """An instant of the day from which it can be had; None where nobody can say."""
    tiers: str = ""
    """For whom it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A gift as this customer sees it."""

    id: str
    name: str
    cost: int
    missing: int
    """Points still to earn; 0 when it can be taken now."""
    picture: str = ""
    """A name of the kit's, or the hash of the merchant's own picture."""
    left: int | None = None
    """Pieces in this store; None where they are not counted. 0: sold out."""
    by_amount: bool = False
    """How many points is chosen once it is touched; `cost` is how many must be there for that."""
    worth: int = 0
    """What it takes off a ticket, in minor units, where points give money."""
    barred: Barred | None = None

    @property
    def within_reach(self) -> bool:
        """Whether it can be taken now."""
        return not self.missing and self.left != 0 and self.barred is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """The points that will be lost first."""

    points: int
    last_day: datetime
    """An instant within the last day on which they can be spent, in the store's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeGift:
    """The gift that was touched."""

    gift: Gift


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """How many of a card's stamps are there."""

    filled: int
    total: int


class Measured(Enum):
    """What a tier counts."""

    POINTS = "earned"
    MONEY = "spent"
    """Minor units."""
    VISITS = "visits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """Where somebody stands among the tiers."""

    name: str
    """Empty below the first."""
    counts: Measured
    next_name: str = ""
    """Empty at the top."""
    missing: int = 0
    """How much is still to come for the next."""
    to_keep: int = 0
    """How much, by `until`, keeps it; 0 where it is not in danger."""
    until: datetime | None = None
    """An instant of the last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """An account in another program."""

    program: str
    balance: int
    unit: str
    """What it counts: "points", "visits", "articles" or "money"."""
    currency: str


class HomeChoice(Enum):
    """Where to go from home."""

    VOUCHERS = "vouchers"
    HISTORY = "history"
    MY_DATA = "my_data"
    EXPIRING = "expiring"
    """The deadline: what can be had with the points before they are lost."""
    GIFTS = "gifts"
    """All gifts, when they do not fit on the home screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Screen[TakeGift | HomeChoice | None]):
    """First name, balance, way to the next gift, the next deadline, gifts."""

    first_name: str
    """Empty when this kiosk has never learnt it and the backend cannot be asked."""
    balance: int
    goal: Gift | None
    """The nearest gift still out of reach."""
    gifts: tuple[Gift, ...]
    """What can be taken first."""
    vouchers: int
    """How many vouchers are waiting to be used."""
    expiring: Expiring | None = None
    worth: int | None = None
    """What the balance is worth in minor units of the program's currency, where it has a value."""
    stamps: Stamps | None = None
    """A card of stamps, where visits or articles are counted."""
    pending: int = 0
    """Earned, and not to be spent yet."""
    rank: Rank | None = None
    cards: int = 0
    """How many cards of a household share this purse; 0 for a purse of one's own."""
    purses: tuple[Purse, ...] = ()
    """What else they have, in other programs."""
    offline: bool = False
    """The balance is as of the last contact; sales made since then are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseGift(Screen[Gift | None]):
    """All gifts, affordable first, in pages."""

    first_name: str
    balance: int
    gifts: tuple[Gift, ...]
