"""Membership: how people join and with which card, families, and ranks."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from loyalty.ids import Points
from loyalty.program.giving import Validity
from loyalty.program.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CardValidity:
    """How long a card can be used: to the end of a fixed period, or so long from joining.

    With neither it is good for ever, from its first day if it has one.
    """

    first_day: date | None = None
    last_day: date | None = None
    days: int = 0
    """Joining counts as the first day; 0 where the period is fixed, or the card good for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPrice:
    """What the till sells with a card that is not free (SW-13)."""

    article: str
    """The article that comes on the ticket with the card (CLI-05, CLI-06)."""
    amount: int | None = None
    """Minor units; None for the article's own price at the till."""


class Existing(StrEnum):
    """How customers who were there before the program come into it (SW-12)."""

    EXPLICIT = "explicit"
    """Each by their own consent."""
    AUTOMATIC = "automatic"
    """All, on the day it begins (LSX-07)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRules:
    """How people come into the program."""

    existing: Existing = Existing.EXPLICIT
    at_till: bool = True
    """Whether a customer who is added during a sale is enrolled unless staff says no (LSX-51)."""
    themselves: bool = True
    """Whether people join by themselves, at the kiosk or by a link (LSX-08)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRules:
    """The message on a receipt that invites to join, each with its own link (LSX-25, LSX-26)."""

    active: bool = False
    valid: Validity = field(default_factory=lambda: Validity(days=7))
    """How long the link opens the form, after the day on which it was handed out."""
    without_mail: bool = True
    """Whether members are invited too whose e-mail is unknown or unwanted (LSX-28, LSX-29)."""


class Role(StrEnum):
    """What a card of the household may do."""

    SPENDS = "spends"
    EARNS_ONLY = "earns_only"
    """A child's card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRules:
    """Whether several members may share a wallet, and how (F11)."""

    active: bool = False
    one_welcome: bool = True
    """Whether a household is welcomed once, however many join."""
    members: int | None = None
    """How many may be in one; None for any number."""
    new_card: Role = Role.SPENDS
    """What the card of somebody who joins may do, until the household says otherwise."""
    card_per_day: Points | None = None
    """The most points each card may spend between two local midnights; None for any number."""


class Metric(StrEnum):
    """What raises a tier."""

    EARNED = "earned"
    """Points earned with purchases."""
    SPENT = "spent"
    """Money spent, in minor units."""
    VISITS = "visits"
    """Purchases."""


class Calendar(StrEnum):
    """A period of the calendar, on the store's clock."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A rank, and from how much of the metric it begins."""

    id: str
    start: int
    name: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRules:
    """The ranks of a program."""

    levels: tuple[Tier, ...]
    """From the lowest; the first begins at 0 where everybody has one."""
    metric: Metric = Metric.EARNED
    period: Validity | Calendar | None = None
    """How long a purchase counts: so long after it (rolling), to the end of the calendar's period,
    or, with None, for life, where no tier is ever lost."""
    kept_for: Validity | None = None
    """How long a tier stays at least once it was reached; None for as long as purchases count."""
