"""Joining: from an unknown card to the welcome points."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.screens.base import Screen


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
