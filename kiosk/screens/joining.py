"""Joining: from an unknown card to the welcome points."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.screens.base import Screen


class Way(Enum):
    """How the person can be reached, which is how joining begins."""

    PHONE = "phone"
    EMAIL = "email"
    HANDOFF = "handoff"
    """On their own phone, by a QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Screen[Way | None]):
    """A card nobody knows: join, and how? None for "not now"."""

    welcome_points: int
    ways: tuple[Way, ...] = tuple(Way)
    no_link: bool = False
    """The phone was wished for, and the shop's page could not be had: say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(Screen[None]):
    """A QR code: who opens it finishes on their own phone. Ends by itself when they have."""

    url: str
    last_day: datetime
    """An instant within the last day on which the link opens, in the store's zone."""


class Mistake(Enum):
    """What is wrong with what was typed, said kindly."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEmail(Screen[str | None]):
    """The e-mail address, on a keyboard with domain keys."""

    draft: str = ""
    mistake: Mistake | None = None
    step: int = 1
    steps: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number as it was typed, and in which country it is read unless it begins with +."""

    typed: str = ""
    country: str = "FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePhone(Screen[Phone | None]):
    """The telephone number, on a keypad that knows how each country writes it."""

    draft: Phone = Phone()
    countries: tuple[str, ...] = ("FR",)
    """Those that are one touch away (ISO 3166), the shop's own first."""
    mistake: Mistake | None = None
    step: int = 1
    steps: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFirstName(Screen[str | None]):
    """The first name, on a keyboard with accents."""

    draft: str = ""
    mistake: Mistake | None = None
    step: int = 2
    steps: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeBirthday(Screen[str | None]):
    """Day, month and perhaps year, in digits: "1403" or "14031985"; "" for "I'd rather not"."""

    draft: str = ""
    mistake: Mistake | None = None
    step: int = 3
    steps: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """What was ticked; both begin unticked."""

    program: bool = False
    """Keep what I typed to run the loyalty account: without it there is no account."""
    news: bool = False
    """Send me offers, by e-mail or text message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskConsent(Screen[Consents | None]):
    """Consent per purpose, unticked."""

    draft: Consents = Consents()
    way: Way = Way.EMAIL
    """What was typed: it is in the words that are agreed to."""
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
