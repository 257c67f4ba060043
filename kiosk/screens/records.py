"""What is kept for a member: vouchers that wait, movements, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.screens.base import Screen
from kiosk.screens.gifts import Delivery


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
