"""Cards: their types, who has them, and what they may do."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from backend_client.schemas.base import CardKey, Id, Instant, OneLine, Points, Wire, rarely
from backend_client.schemas.changes import BlockReason, CardStatus
from backend_client.schemas.sales import LineBody
from loyalty.program import Assurance

CardUid = Annotated[
    str, Field(pattern=r"^([0-9A-Fa-f]{2}){4,10}$", description="The chip's identifier, hex.")
]


class ChipProof(Wire):
    """What a chip that signs its own text said, from the end of its address: `?e=…&c=…` (F5)."""

    picc: str = Field(pattern=r"^[0-9A-F]{32}$", description="Its number and count, hidden: `e`.")
    mac: str = Field(pattern=r"^[0-9A-F]{16}$", description="Its code over both: `c`.")


class CardTypeTerms(Wire):
    """A kind of card: what it costs and how long it can be used (CLI-02 … CLI-08)."""

    name: OneLine = Field(min_length=1, max_length=80)
    program: Id | None = Field(default=None, description="The caller's store's when left out.")
    paid: bool = False
    article: Id | None = Field(
        default=None, description="What the till puts on the ticket; a paid card needs it."
    )
    first_day: date | None = Field(default=None, description="With last_day: a fixed period.")
    last_day: date | None = None
    days: int | None = Field(
        default=None, ge=1, le=36500, description="Rolling: joining is the first day."
    )

    @model_validator(mode="after")
    def _fits(self) -> "CardTypeTerms":
        if self.paid and self.article is None:
            raise ValueError("article: a paid card needs the article that the till sells")
        if not self.paid and self.article is not None:
            raise ValueError("article: a free card has none; make it paid")
        if self.days is not None and (self.first_day or self.last_day):
            raise ValueError("days: a rolling card has no first_day and no last_day")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("last_day: it is before first_day")
        return self


class CardTypeBody(CardTypeTerms):
    """A type of card."""

    id: Id


class CardTypesAnswer(Wire):
    """Every type, by name."""

    types: tuple[CardTypeBody, ...]


class CardBody(Wire):
    """A card as staff sees it. Its identifier is nowhere: only the key made of it."""

    card: CardKey
    member: Id
    status: CardStatus
    reason: BlockReason
    type: Id | None
    label: str = Field(description="Whose it is in a family, or what it looks like.")
    assurance: Assurance
    earn_only: bool
    per_day: Points | None = Field(description="The most it may spend in a day; null for any.")
    valid_from: Instant | None
    valid_until: Instant | None
    linked_at: Instant
    replaced_by: CardKey | None
    on_phone: bool = rarely(False, "The member's phone shows it as a code; there is no chip.")


class CardLinked(CardBody):
    """The card, and what the till sells with it (CLI-06)."""

    sold: LineBody | None = Field(
        default=None, description="The line to put on the ticket; null for a free card."
    )


class _OneCard(Wire):
    card: CardKey | None = None
    card_uid: CardUid | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "_OneCard":
        if (self.card is None) == (self.card_uid is None):
            raise ValueError("give card or card_uid, and only one of them")
        return self


class CardLink(_OneCard):
    """A card that is to open a member's account. The same card again changes nothing."""

    type: Id | None = None
    label: OneLine = Field(default="", max_length=40)
    assurance: Assurance = Assurance.UID
    earn_only: bool = Field(default=False, description="A child's card.")
    per_day: Points | None = Field(default=None, ge=0)
    joined_on: date | None = Field(
        default=None, description="The first day of a rolling card; today."
    )


class CardBlock(Wire):
    """A card that must open nothing any more."""

    reason: BlockReason = BlockReason.STAFF


class CardReplacement(_OneCard):
    """The card that takes the place of another; the account stays as it is."""

    assurance: Assurance = Assurance.UID


class CardLimits(Wire):
    """What a card may do."""

    label: OneLine | None = Field(default=None, max_length=40)
    assurance: Assurance | None = None
    earn_only: bool | None = None
    per_day: Points | None = Field(default=None, ge=0)


class CardSettings(Wire):
    """What holds for the cards of the whole company."""

    on_phones: bool = Field(
        default=True,
        description="Members may show a code on their phone in place of a card that is handed out.",
    )
