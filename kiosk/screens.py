"""Every screen as data: what is asked, and what comes back.

A screen is a frozen dataclass; the type parameter of `Screen` is the type of its answer. The words
are not here: views put a screen into the customer's language, so a language change keeps the story
where it is. None as an answer always means "back" or "finish": every screen has a way out.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

Answer_co = TypeVar("Answer_co", covariant=True)


class Screen(Generic[Answer_co]):
    """A question on the glass; the parameter is the type of the answer."""

    __slots__ = ()


# --- waiting for somebody -------------------------------------------------------------------


class Trouble(Enum):
    """What is away at the moment; everything else still works."""

    READER = "reader"
    PRINTER = "printer"
    PAPER = "paper"
    NETWORK = "network"


class AttractChoice(Enum):
    """What can be touched while nobody is there."""

    NO_CARD = "no_card"
    EASE = "ease"
    """The ways to make the kiosk easier to use."""


class Mode(Enum):
    """A way to make the kiosk easier to use. Each ends with the visit."""

    CONTRAST = "contrast"
    """Black on white, 7:1 at least."""
    LARGE = "large"
    """One thing below the other in letters that are read from half a metre with low vision."""
    LOW = "low"
    """Everything within the lowest 200 mm of a tall panel, for whoever sits."""
    CALM = "calm"
    """Nothing moves."""
    VOICE = "voice"
    """Everything is said aloud; what is private, only into headphones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attract(Screen[AttractChoice]):
    """The invitation to tap. Languages are in view; a tap wins at any moment."""

    welcome_points: int
    """What joining gives at once; 0 when the program gives nothing."""
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EaseOfUse(Screen[Mode | None]):
    """The ways to make the kiosk easier to use; the answer is the one to switch."""

    offered: tuple[Mode, ...]
    """What this kiosk can do."""
    on: frozenset[Mode] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeACard(Screen[None]):
    """How to begin without a card: take one from the box and tap it."""


class CardNotice(Enum):
    """Why a card opens nothing, in one sentence with what to do."""

    MUTE = "mute"
    """Not read: present it again."""
    RANDOM = "random"
    """A phone or a card that changes its number each time: another medium is needed."""
    BLOCKED = "blocked"
    """Replaced or reported lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProblem(Screen[None]):
    """A card that opens nothing."""

    notice: CardNotice


# --- joining --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Screen[bool | None]):
    """A card nobody knows: join? True to begin."""

    welcome_points: int


class Mistake(Enum):
    """What is wrong with what was typed, said kindly."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFirstName(Screen[str | None]):
    """The first name, on a keyboard with accents."""

    draft: str = ""
    mistake: Mistake | None = None
    step: int = 1
    steps: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEmail(Screen[str | None]):
    """The e-mail address, on a keyboard with domain keys."""

    draft: str = ""
    mistake: Mistake | None = None
    step: int = 2
    steps: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """What was ticked; both begin unticked."""

    program: bool = False
    """Keep my name and e-mail to run the loyalty account: without it there is no account."""
    news: bool = False
    """Send me offers by e-mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskConsent(Screen[Consents | None]):
    """Consent per purpose, unticked."""

    draft: Consents = Consents()
    missing: bool = False
    """The customer went on without the consent that the account needs: say so."""
    step: int = 3
    steps: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWelcome(Screen[bool | None]):
    """The welcome points, to be claimed. True claims."""

    first_name: str
    points: int


class AfterClaim(Enum):
    """What to do once the points are there."""

    HOME = "home"
    SLIP = "slip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcomed(Screen[AfterClaim | None]):
    """The points are there: amount, deadline, new balance; a slip on request."""

    first_name: str
    points: int
    balance: int
    deadline: datetime | None
    slip_possible: bool
    slip_printed: bool = False
    slip_failed: bool = False
    """The slip did not come out, for all that is known."""
    ticket: tuple[str, ...] = ()
    """What is on the slip, once it is printed."""


# --- at home --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A gift as this customer sees it."""

    id: str
    name: str
    cost: int
    missing: int
    """Points still to earn; 0 when it can be taken now."""
    picture: str = ""


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


class HomeChoice(Enum):
    """Where to go from home."""

    VOUCHERS = "vouchers"
    HISTORY = "history"
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
    offline: bool = False
    """The balance is as of the last contact; sales made since then are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseGift(Screen[Gift | None]):
    """All gifts, affordable first, in pages."""

    first_name: str
    balance: int
    gifts: tuple[Gift, ...]


class Delivery(Enum):
    """How the customer takes the voucher."""

    PAPER = "paper"
    SCREEN = "screen"
    """On the screen as a QR code, to be photographed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmGift(Screen[Delivery | None]):
    """Cost, what remains, where to use it and until when. Nothing is taken before the answer."""

    first_name: str
    balance: int
    gift: Gift
    remaining: int
    place: str
    last_day: datetime
    paper: bool
    """Whether the printer can print now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing(Screen[None]):
    """The voucher is on its way; told, not asked."""

    gift: Gift


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeVoucher(Screen[None]):
    """The paper is out: take it. New balance."""

    gift: Gift
    balance: int
    last_day: datetime
    ticket: tuple[str, ...] = ()
    """What is on the paper, for those who cannot read it (EN 301 549, 5.1.3.16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherOnScreen(Screen[None]):
    """The voucher as a QR code with its code in readable letters."""

    gift_name: str
    payload: str
    code: str
    last_day: datetime
    balance: int


class PrinterState(Enum):
    """What the customer must know of a voucher that did not come out."""

    NOT_PRINTED = "not_printed"
    """Proved: nothing came out."""
    UNKNOWN = "unknown"
    """Perhaps on paper, perhaps not: the points stay held and the code stays the same."""


class PrinterCause(Enum):
    """What the printer says is wrong."""

    PAPER = "paper"
    COVER = "cover"
    SILENT = "silent"


class WayOut(Enum):
    """What to do with a voucher that did not come out."""

    RETRY = "retry"
    SCREEN = "screen"
    GIVE_BACK = "give_back"
    """Only offered when nothing was printed for certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterTrouble(Screen[WayOut | None]):
    """What happened to the points, and the ways out. None is "later": at the next tap."""

    gift: Gift
    state: PrinterState
    cause: PrinterCause


class RefusalReason(Enum):
    """Why a gift cannot be taken after all."""

    NOT_ENOUGH = "not_enough"
    """The balance fell meanwhile, at a till or on another kiosk."""
    UNAVAILABLE = "unavailable"
    OFFLINE_LIMIT = "offline_limit"
    """Without the network, no more than this may be given."""
    STORAGE = "storage"
    """The kiosk cannot write: nothing was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftRefused(Screen[None]):
    """The gift cannot be taken; the points are untouched."""

    reason: RefusalReason
    gift: Gift


# --- vouchers and history -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    """One voucher that waits to be used."""

    code: str
    payload: str
    gift_name: str
    last_day: datetime
    sure: bool
    """False when it is not known whether the paper came out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVoucher:
    """What to do with one voucher."""

    voucher: VoucherLine
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class MyVouchers(Screen[OpenVoucher | None]):
    """The vouchers that wait: show as QR, or print again with the same code."""

    vouchers: tuple[VoucherLine, ...]
    paper: bool


class Movement(Enum):
    """Why points moved."""

    WELCOME = "welcome"
    EARN = "earn"
    REDEEM = "redeem"
    REVERSAL = "reversal"
    EXPIRY = "expiry"
    OTHER = "other"
    """Something that this version of the kiosk has no words for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One line of a calculation: a message of `loyalty.explain`, with what it needs."""

    message: str
    amount: int = 0
    """Minor units of the program's currency."""
    count: int = 0
    points: int = 0
    per: int = 1
    """For a rate: so many points for so much, or so many, of what was counted."""
    of_money: bool = False
    """For a rate: `per` is money."""
    factor: str = ""
    """For a campaign: what it multiplies with, such as "1.5"."""
    name: str = ""
    """Of a campaign, or the nature of an adjustment, in the customer's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One movement, and why."""

    movement: Movement
    points: int
    at: datetime
    spent: int = 0
    """For an earning: what was spent, in minor units."""
    currency: str = ""
    rule: str = ""
    """For an earning: the rule in words."""
    gift_name: str = ""
    because: tuple[Because, ...] = ()
    """How the number came about; empty where there is nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Screen[HistoryLine | None]):
    """Each movement in plain words, newest first; the answer is the one whose why is asked."""

    balance: int
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why(Screen[None]):
    """How one movement's points were counted, line by line."""

    line: HistoryLine


# --- over any screen ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StillThere(Screen[bool | None]):
    """Silence: a countdown, one touch for more time. True is more time, None is finish."""

    seconds: int


class OutOfOrder(Enum):
    """What keeps the kiosk from working at all."""

    STORAGE = "storage"
    NOT_CLAIMED = "not_claimed"
    REVOKED = "revoked"
    STARTING = "starting"
    """Claimed, and waiting for the first program from the backend."""
    SWITCHED_OFF = "switched_off"
    """The merchant has switched loyalty off for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService(Screen[None]):
    """What is broken, what still works, whom to call. The kiosk returns by itself."""

    reason: OutOfOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorry(Screen[None]):
    """Something unexpected: nothing is lost, please begin again."""
