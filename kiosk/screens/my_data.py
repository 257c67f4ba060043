"""A person's own data and cards: what is kept, what they agree to, a card that is lost."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.screens.base import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCard(Screen[bool | None]):
    """A code will be sent, by which the person shows who they are.

    True: to be found by e-mail address; False: by telephone number.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCode(Screen[str | None]):
    """The six digits of the code that was sent, if the address is a member's."""

    minutes: int
    """How long it is good."""
    left: int | None = None
    """After a wrong one: how many tries are left."""


class MyDataDeed(Enum):
    """What a person can do about their own data."""

    NEWS = "news"
    """Offers by e-mail: yes or no, the opposite of now."""
    LANGUAGE = "language"
    """Be written to in the language of the glass."""
    EXPORT = "export"
    REMOVE_CARD = "remove_card"
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class MyData(Screen[MyDataDeed | None]):
    """What is kept of the person, masked, and what they agree to."""

    first_name: str
    email: str
    phone: str
    language: str
    news: bool
    cards: int
    """Cards in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLink(Screen[None]):
    """A QR code: who opens it gets everything that is kept of them."""

    url: str
    last_day: datetime
    """An instant within the last day on which it opens, in the store's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmErase(Screen[bool | None]):
    """Forget me: what is lost by it. True does it."""

    balance: int
    vouchers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRemoval(Screen[bool | None]):
    """This card opens nothing any more. True does it."""

    last: bool
    """It is the only one: without it, only a code finds the account again."""
