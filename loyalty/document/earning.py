"""Earning rules and price lists as a document."""

from decimal import Decimal
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from loyalty.document.criteria import (
    ALL_LINES,
    EVERYONE,
    BespokeDocument,
    CriteriaDocument,
    LineCriteriaDocument,
)
from loyalty.document.fields import MOST, Code, Document, Id, ValidityDocument
from loyalty.errors import ProgramRefused
from loyalty.ids import RuleId
from loyalty.program import (
    REDUCING,
    Advantage,
    Band,
    Bands,
    Coefficient,
    Count,
    Discounted,
    EarningRule,
    Fixed,
    Occasion,
    On,
    Pending,
    PerAmount,
    PerArticle,
    PriceBook,
    Rounding,
    RoundPer,
)
from loyalty.sentences import say


class FixedDocument(Document):
    """The same number of points each time."""

    points: int = Field(gt=0, le=MOST, description="Points given each time.")

    def built(self, _: str) -> Fixed:
        """The gift."""
        return Fixed(points=self.points)


class PerAmountDocument(Document):
    """Points by the money spent, or by whatever `on.count` says."""

    amount: int = Field(
        gt=0,
        le=MOST,
        description="What to spend, in minor units (100 is 1 €); of visits or articles, how many.",
    )
    points: int = Field(gt=0, le=MOST, description="Points for each such amount.")

    def built(self, _: str) -> PerAmount:
        """The ratio."""
        return PerAmount(amount=self.amount, points=self.points)


class CoefficientDocument(Document):
    """So many points for each euro, visit or article."""

    coefficient: Decimal = Field(
        gt=0, le=MOST, max_digits=18, description="Points for each euro, visit or article."
    )

    def built(self, _: str) -> Coefficient:
        """The coefficient."""
        return Coefficient(times=self.coefficient)


class BandDocument(Document):
    """The points of a ticket from `start`, itself included, to `below`, itself not."""

    start: int = Field(ge=0, le=MOST, description="In minor units, or in what is counted.")
    below: int | None = Field(default=None, ge=1, le=MOST, description="Leave it out for no end.")
    points: int = Field(ge=0, le=MOST, description="The points of such a ticket.")


class BandsDocument(Document):
    """Points by the band in which the ticket lies."""

    bands: tuple[BandDocument, ...] = Field(
        min_length=1, description="From the smallest; none may overlap the one before."
    )

    def built(self, field: str) -> Bands:
        """The bands. Raises ProgramRefused where two of them overlap or one is empty."""
        end: int | None = 0
        for place, band in enumerate(self.bands):
            here = f"{field}.bands.{place}"
            if end is None or band.start < end:
                raise ProgramRefused(
                    f"{here}.start",
                    say("bands.overlap"),
                )
            if band.below is not None and band.below <= band.start:
                raise ProgramRefused(f"{here}.below", say("bands.backward", start=band.start))
            end = band.below
        return Bands(
            bands=tuple(
                Band(start=band.start, below=band.below, points=band.points) for band in self.bands
            )
        )


class PerArticleDocument(Document):
    """Each article's own points: those on the sale's line, else these."""

    per_article: dict[Code, Annotated[int, Field(ge=0, le=MOST)]] = Field(
        description="Points for one piece, by article code."
    )

    def built(self, _: str) -> PerArticle:
        """The table."""
        return PerArticle(points=self.per_article)


def _kind_of_giving(written: object) -> str:
    keys = ("amount", "coefficient", "bands", "per_article", "extension")
    known = written if isinstance(written, dict) else {}
    return next((f"give by {key}" for key in keys if key in known), "give by points")


_Give = Annotated[
    Annotated[PerAmountDocument, Tag("give by amount")]
    | Annotated[CoefficientDocument, Tag("give by coefficient")]
    | Annotated[BandsDocument, Tag("give by bands")]
    | Annotated[PerArticleDocument, Tag("give by per_article")]
    | Annotated[BespokeDocument, Tag("give by extension")]
    | Annotated[FixedDocument, Tag("give by points")],
    Discriminator(_kind_of_giving),
]


class OnDocument(Document):
    """What a rule counts."""

    count: Count = Field(
        default=Count.TTC, description="Money with or without tax, visits, or articles (SW-06)."
    )
    lines: LineCriteriaDocument = Field(default=ALL_LINES, description="On which lines.")
    discounted: Discounted = Field(
        default=Discounted.NET, description="What a line with a discount counts for (SW-04)."
    )
    reduced_by: frozenset[Advantage] = Field(
        default_factory=lambda: REDUCING,
        description="What of the payment or ticket discount earns nothing; all of it, if left out"
        " (SW-05).",
    )
    own_points: bool = Field(
        default=False,
        description="Whether an article with its own points gives those instead of this rule's.",
    )

    def built(self) -> On:
        """The basis."""
        return On(
            count=self.count,
            lines=self.lines.built(),
            discounted=self.discounted,
            reduced_by=self.reduced_by,
            own_points=self.own_points,
        )


class PendingDocument(Document):
    """How long points are shown, but cannot be spent: write one of both."""

    days: int | None = Field(
        default=None, ge=1, le=366, description="Local days that must end after the sale's own."
    )
    until_released: bool = Field(
        default=False, description='They wait for an action: "the appointment took place".'
    )

    def built(self, field: str) -> Pending:
        """The waiting. Raises ProgramRefused unless exactly one of both is written."""
        if (self.days is None) is not self.until_released:
            raise ProgramRefused(field, say("pending.either"))
        return Pending(days=self.days)


class EarningRuleDocument(Document):
    """One way to earn."""

    id: Id = Field(description="Its name in every explanation; never given to another rule.")
    when: Occasion = Field(description="When it gives: once at joining, or at each sale.")
    only: CriteriaDocument = Field(default=EVERYONE, description="For which sales and buyers.")
    on: OnDocument = Field(default_factory=OnDocument, description="What it counts.")
    give: _Give = Field(description="How many points.")
    round: Rounding = Field(
        default=Rounding.FLOOR, description="What becomes of a part of a point (SW-14)."
    )
    round_per: RoundPer = Field(
        default=RoundPer.TICKET, description="Whether tickets or lines are rounded (SW-14)."
    )
    until: ValidityDocument | None = Field(
        default=None, description="How long the points live; leave it out for ever."
    )
    pending: PendingDocument | None = Field(
        default=None, description="How long they cannot be spent; leave it out for not at all."
    )
    active: bool = Field(default=True, description="False: the rule gives nothing for now.")

    def built(self, field: str) -> EarningRule:
        """The rule. Raises ProgramRefused for what no single field shows."""
        give = self.give.built(f"{field}.give")
        if self.when is Occasion.ENROLMENT and not isinstance(give, Fixed):
            raise ProgramRefused(f"{field}.give", say("welcome.spends"))
        self._refuse_dead_points(field)
        return EarningRule(
            id=RuleId(self.id),
            when=self.when,
            only=self.only.built(),
            on=self.on.built(),
            give=give,
            round=self.round,
            round_per=self.round_per,
            until=self.until.built(f"{field}.until") if self.until else None,
            pending=self.pending.built(f"{field}.pending") if self.pending else None,
            active=self.active,
        )

    def _refuse_dead_points(self, field: str) -> None:
        """A month may have 28 days: only what can be spent in the shortest is accepted."""
        if self.until is None or self.pending is None or self.pending.days is None:
            return
        lives = self.until.months * 28 + self.until.days
        if self.pending.days >= lives:
            raise ProgramRefused(f"{field}.pending.days", say("pending.dead", days=lives))


class PriceBookDocument(Document):
    """What a price list gives: nothing at all, or its own points for some articles."""

    code: Code = Field(description="The price list's code, as sales and customers carry it.")
    earns: bool = Field(default=True, description="False: sales on this list earn nothing.")
    points: dict[Code, Annotated[int, Field(ge=0, le=MOST)]] = Field(
        default_factory=dict, description="The points of one piece, by article code."
    )

    def built(self) -> PriceBook:
        """The price book."""
        return PriceBook(code=self.code, earns=self.earns, points=self.points)
