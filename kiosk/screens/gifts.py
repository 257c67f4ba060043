"""Taking a gift: confirm, print, show, and every way out when paper fails."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from kiosk.screens.base import Screen
from kiosk.screens.home import Gift


class Delivery(Enum):
    """How the customer takes the voucher."""

    PAPER = "paper"
    SCREEN = "screen"
    """On the screen as a QR code, to be photographed."""


class Bound(Enum):
    """What no more points can be put in for."""

    BALANCE = "balance"
    """There are no more."""
    CARD = "card"
    """No more can be spent on the word of such a card."""
    OFFLINE = "offline"
    """No more can be given without the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAmount(Screen[int | None]):
    """How many points to put into a reward that gives money for each; the answer is how many."""

    first_name: str
    balance: int
    gift: Gift
    least: int
    """The fewest points that are worth something."""
    most: int
    bound: Bound
    """Why it is no more than `most`."""
    step: int
    """By how many − and + go, from one of their multiples to the next."""
    value: Decimal
    """What a point is worth, in minor units."""
    shortcuts: tuple[int, ...]
    """Points for round amounts that can be had; all that can be had is offered besides."""
    draft: int
    """What stands there at first."""

    def worth(self, points: int) -> int:
        """The minor units that so many points give; a part of one is never given."""
        return int(points * self.value)


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
class VoucherOnScreen(Screen[bool | None]):
    """The voucher as a QR code with its code in readable letters; True is "by e-mail, too"."""

    gift_name: str
    payload: str
    code: str
    last_day: datetime
    balance: int
    by_mail: bool = False
    """Whether it can be sent to the address they gave."""


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
    OFTEN = "often"
    """They have had it, or gifts, as often as they can."""
    PAUSED = "paused"
    """Staff has paused gifts at this kiosk."""
    STORAGE = "storage"
    """The kiosk cannot write: nothing was taken."""
    CARD_LIMIT = "card_limit"
    """So much cannot be spent on the word of such a card; `allowed` says how much can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftRefused(Screen[None]):
    """The gift cannot be taken; the points are untouched."""

    reason: RefusalReason
    gift: Gift
    allowed: int | None = None
    """What may be spent now, where it is less than the gift costs; None where nobody knows."""


class ProofWay(Enum):
    """How somebody can show that the card is theirs."""

    CODE = "code"
    """By a one-time code that goes to the address they gave."""
    CHIP = "chip"
    """By the card's own chip, which was not heard well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveIt(Screen[bool | None]):
    """The gift costs more than may be spent on the card's word alone: how to go on.

    True goes that way; everything else leaves the points where they are.
    """

    gift: Gift
    most: int
    """What may be spent now."""
    way: ProofWay
