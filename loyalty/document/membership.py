"""Cards, enrolment, households and tiers, as a document."""

from datetime import date

from pydantic import Field

from loyalty.document.campaigns import refuse_backward_days
from loyalty.document.fields import MOST, Code, Document, Id, ValidityDocument, Words
from loyalty.errors import ProgramRefused
from loyalty.program import (
    Calendar,
    CardPrice,
    CardValidity,
    EnrolmentRules,
    Existing,
    HouseholdRules,
    InvitationRules,
    Metric,
    Role,
    Tier,
    TierRules,
    Validity,
)
from loyalty.sentences import say


class CardValidityDocument(Document):
    """How long a card can be used: to a last day, or so many days from joining."""

    first_day: date | None = Field(default=None, description="The first day of a fixed period.")
    last_day: date | None = Field(default=None, description="Its last day.")
    days: int = Field(
        default=0, ge=0, le=36_500, description="Rolling: the day of joining is the first of them."
    )

    def built(self, field: str) -> CardValidity:
        """The validity. Raises ProgramRefused unless exactly one of both is written."""
        if (self.last_day is None) == (self.days == 0):
            raise ProgramRefused(field, say("card.either"))
        refuse_backward_days(self.first_day, self.last_day, field)
        return CardValidity(first_day=self.first_day, last_day=self.last_day, days=self.days)


class CardPriceDocument(Document):
    """What the till sells with a card that is not free (SW-13)."""

    article: Code = Field(description="The article that comes on the ticket with the card.")
    amount: int | None = Field(
        default=None, gt=0, le=MOST, description="Minor units; left out, the article's own price."
    )

    def built(self) -> CardPrice:
        """The price."""
        return CardPrice(article=self.article, amount=self.amount)


class EnrolmentDocument(Document):
    """How people come into the program."""

    existing: Existing = Field(
        default=Existing.EXPLICIT,
        description="How customers of before come in: each by consent, or all at once (SW-12).",
    )
    at_till: bool = Field(
        default=True, description="Who is added during a sale is enrolled unless staff says no."
    )
    themselves: bool = Field(
        default=True, description="Whether people join by themselves: kiosk, link on the receipt."
    )

    def built(self) -> EnrolmentRules:
        """The rules."""
        return EnrolmentRules(**dict(self))


class InvitationsDocument(Document):
    """The message on a receipt that invites to join, each with its own link."""

    active: bool = Field(default=False, description="Whether receipts invite.")
    valid: ValidityDocument = Field(
        default=ValidityDocument(days=7),
        description="How long the link works, after the day of the receipt.",
    )
    without_mail: bool = Field(
        default=True, description="Also to members whose e-mail is unknown or not wanted."
    )

    def built(self, field: str) -> InvitationRules:
        """The rules. Raises ProgramRefused."""
        return InvitationRules(
            active=self.active,
            valid=self.valid.built(f"{field}.valid"),
            without_mail=self.without_mail,
        )


class HouseholdsDocument(Document):
    """Whether several members may share a wallet (F11)."""

    active: bool = Field(default=False, description="Whether the program has households.")
    one_welcome: bool = Field(
        default=True, description="Whether a household is welcomed once, however many join."
    )
    members: int | None = Field(
        default=None, ge=2, le=100, description="How many may be in one; left out, any number."
    )
    new_card: Role = Field(
        default=Role.SPENDS, description="What a card that joins may do, until it is changed."
    )
    card_per_day: int | None = Field(
        default=None, ge=0, le=MOST, description="Points that each card may spend in a local day."
    )

    def built(self) -> HouseholdRules:
        """The rules."""
        return HouseholdRules(**dict(self))


class TierDocument(Document):
    """A rank."""

    id: Id = Field(description="Its name in `only.tiers` of rules and campaigns.")
    start: int = Field(ge=0, le=MOST, description="From how much of the metric it begins.")
    name: Words = Field(default_factory=dict, description="What people read, by language.")

    def built(self) -> Tier:
        """The rank."""
        return Tier(id=self.id, start=self.start, name=self.name)


class PeriodDocument(Document):
    """How long a purchase counts: so long after it, or to the end of a calendar period."""

    months: int = Field(default=0, ge=0, le=240, description="Rolling: months after the purchase.")
    days: int = Field(default=0, ge=0, le=7300, description="Rolling: days after the months.")
    calendar: Calendar | None = Field(
        default=None, description="Instead: to the end of this month, quarter or year."
    )

    def built(self, field: str) -> Validity | Calendar:
        """The period. Raises ProgramRefused unless exactly one of both is written."""
        rolling = bool(self.months or self.days)
        if rolling is (self.calendar is not None):
            raise ProgramRefused(field, say("period.either"))
        return self.calendar or Validity(months=self.months, days=self.days)


class TiersDocument(Document):
    """The ranks of the program."""

    levels: tuple[TierDocument, ...] = Field(
        min_length=1, description="From the lowest; the first may begin at 0."
    )
    metric: Metric = Field(
        default=Metric.EARNED,
        description="What raises a tier: points earned, money spent, or purchases.",
    )
    period: PeriodDocument | None = Field(
        default=None, description="How long a purchase counts; left out, for life."
    )
    kept_for: ValidityDocument | None = Field(
        default=None, description="How long a tier stays at least once it was reached."
    )

    def built(self, field: str) -> TierRules:
        """The ranks. Raises ProgramRefused where one does not begin above the one before."""
        for place, (lower, tier) in enumerate(zip(self.levels, self.levels[1:], strict=False)):
            if tier.start <= lower.start:
                raise ProgramRefused(
                    f"{field}.levels.{place + 1}.start",
                    say("tiers.order", start=lower.start),
                )
        return TierRules(
            levels=tuple(tier.built() for tier in self.levels),
            metric=self.metric,
            period=self.period.built(f"{field}.period") if self.period else None,
            kept_for=self.kept_for.built(f"{field}.kept_for") if self.kept_for else None,
        )
