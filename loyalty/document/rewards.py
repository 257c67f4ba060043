"""Rewards as a document."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from loyalty.document.fields import (
    MOST,
    Code,
    Codes,
    Document,
    Id,
    Name,
    Settings,
    ValidityDocument,
)
from loyalty.errors import ProgramRefused
from loyalty.ids import RewardId, StoreId
from loyalty.program import Reward, Takes
from loyalty.sentences import say
from loyalty.terms import (
    AmountOff,
    GiftArticle,
    How,
    Nothing,
    Per,
    PercentOff,
    PerPoint,
    Reached,
    Usable,
    Voucher,
    When,
    Worth,
)


class GiftDocument(Document):
    """One of these articles, free."""

    articles: tuple[Code, ...] = Field(min_length=1, description="The selection.")

    def built(self) -> GiftArticle:
        """The selection."""
        return GiftArticle(articles=self.articles)


class PercentDocument(Document):
    """A part of the ticket."""

    percent: Decimal = Field(gt=0, le=100, max_digits=18, description="Percent off the ticket.")

    def built(self) -> PercentOff:
        """The discount."""
        return PercentOff(percent=self.percent)


class AmountDocument(Document):
    """Money off the ticket."""

    amount: int = Field(gt=0, le=MOST, description="In minor units: 500 is 5 €.")

    def built(self) -> AmountOff:
        """The discount."""
        return AmountOff(amount=self.amount)


class PerPointDocument(Document):
    """Money off for each point taken."""

    per_point: Decimal = Field(gt=0, max_digits=18, description="In the currency: 0.10 is 10 c.")

    def built(self) -> PerPoint:
        """The discount."""
        return PerPoint(value=self.per_point)


class VoucherDocument(Document):
    """A right of the merchant's own making: a cheque, a class; or nothing at all."""

    other: Literal["voucher", "nothing"] = Field(
        description="`voucher` for a right of your own, `nothing` where points only add up."
    )

    def built(self) -> Voucher | Nothing:
        """The right."""
        return Voucher() if self.other == "voucher" else Nothing()


class WorthDocument(Document):
    """What an installed extension says that the points are worth."""

    extension: Code = Field(description="The name under which the extension is installed.")
    settings: Settings = Field(
        default_factory=dict, description="What it is to know: texts and whole numbers by name."
    )

    def built(self) -> Worth:
        """The reference."""
        return Worth(name=self.extension, settings=self.settings)


def _kind_of_reward(written: object) -> str:
    keys = ("percent", "amount", "per_point", "other", "extension")
    known = written if isinstance(written, dict) else {}
    return next((f"give by {key}" for key in keys if key in known), "give by articles")


_Gives = Annotated[
    Annotated[GiftDocument, Tag("give by articles")]
    | Annotated[PercentDocument, Tag("give by percent")]
    | Annotated[AmountDocument, Tag("give by amount")]
    | Annotated[PerPointDocument, Tag("give by per_point")]
    | Annotated[VoucherDocument, Tag("give by other")]
    | Annotated[WorthDocument, Tag("give by extension")],
    Discriminator(_kind_of_reward),
]


class UsableDocument(Document):
    """When, where, by whom and how far a reward can be used."""

    from_points: int = Field(
        default=0, ge=0, le=MOST, description="The balance that it needs, if more than its cost."
    )
    reached: Reached = Field(
        default=Reached.AT_LEAST, description="What counts as reaching it (SW-16)."
    )
    when: When = Field(
        default=When.NEXT_TICKET, description="Whether this ticket's own points count (SW-02)."
    )
    how: How = Field(default=How.ON_DEMAND, description="Who starts it (SW-08).")
    keeps_rest: bool = Field(
        default=True,
        description="Whether points that it does not take stay; else they fall away (SW-03).",
    )
    ticket_share: Decimal = Field(
        default=Decimal(100), gt=0, le=100, description="Percent of the ticket that it may pay."
    )
    per_member: int | None = Field(
        default=None, gt=0, le=MOST, description="How many times a member may have it."
    )
    per: Per = Field(default=Per.LIFE, description="In which time a member may have it so often.")
    stores: Codes = Field(default=frozenset(), description="Where; left out, everywhere.")
    tiers: Codes = Field(default=frozenset(), description="For which tiers; left out, for all.")

    def built(self, field: str) -> Usable:
        """The conditions. Raises ProgramRefused for a period without a number."""
        if self.per is not Per.LIFE and self.per_member is None:
            raise ProgramRefused(f"{field}.per", say("usable.times"))
        return Usable(**{**dict(self), "stores": frozenset(map(StoreId, self.stores))})


_USABLE = UsableDocument()


class RewardDocument(Document):
    """One thing points can buy."""

    id: Id = Field(description="Its name in vouchers and entries; never given to another reward.")
    name: Name = Field(description="What people read, by language.")
    cost: int = Field(gt=0, le=MOST, description="How many points it needs.")
    takes: Takes = Field(
        default=Takes.COST, description="What it takes of them: its cost, nothing, all, or a part."
    )
    article: str = Field(
        min_length=1, max_length=64, description="The article that the till hands out or prints."
    )
    gives: _Gives | None = Field(default=None, description="Left out: its article, free.")
    usable: UsableDocument = Field(default=_USABLE, description="When, where and by whom.")
    price_codes: Codes = Field(
        default=frozenset(), description="For customers of which price lists; left out, of all."
    )
    picture: str = Field(
        default="", pattern=r"^[a-z0-9-]{0,64}$", description="The picture's name, without .png."
    )
    voucher: ValidityDocument = Field(
        default=ValidityDocument(months=3), description="How long its voucher can be redeemed."
    )

    def built(self, field: str) -> Reward:
        """The reward. Raises ProgramRefused for what no single field shows."""
        return Reward(
            id=RewardId(self.id),
            name=self.name,
            cost=self.cost,
            takes=self.takes,
            article=self.article,
            gives=self.gives.built() if self.gives else None,
            usable=self.usable.built(f"{field}.usable"),
            price_codes=self.price_codes,
            picture=self.picture,
            voucher=self.voucher.built(f"{field}.voucher"),
        )
