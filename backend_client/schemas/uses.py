"""Points used at a till: for a gift, for money off, for a part of the payment."""

from typing import Annotated

from pydantic import Field, model_validator

from backend_client.schemas.base import (
    CardKey,
    Currency,
    Id,
    Instant,
    Money,
    Points,
    Wire,
    rarely,
)
from backend_client.schemas.cards import ChipProof
from backend_client.schemas.ledger import NumberedEntry
from loyalty.sales import LineKind, Means

_Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]
_Code = Annotated[str, Field(max_length=64)]


class UseBody(Wire):
    """A till asks to set points aside for a reward. It may be told no; nothing was promised yet."""

    id: Id
    member: Id
    reward: Id
    at: Instant
    ticket: _Amount | None = Field(
        default=None, description="What is to pay, in minor units; none away from a ticket."
    )
    currency: Currency | None = Field(default=None, description="Of the ticket.")
    points: int | None = Field(
        default=None,
        ge=1,
        le=10**9,
        strict=True,
        description="How many to pay with, where the customer chooses; all that help without it.",
    )
    article: _Code = Field(default="", description="Which of the gifts, where there are several.")
    price_code: _Code = Field(default="", description="The price list of the ticket.")
    sale: Id | None = Field(default=None, description="The sale it is for, once the till has one.")
    card: CardKey | None = rarely(
        None, "The card that was shown: what it may spend is its own, and its household's."
    )
    proof: ChipProof | None = rarely(None, "What the chip of that card said (F5).")

    @model_validator(mode="after")
    def _a_ticket_has_a_currency(self) -> "UseBody":
        if (self.ticket is None) != (self.currency is None):
            raise ValueError("give ticket and currency together")
        return self


class UseLine(Wire):
    """The line that the till puts on its ticket."""

    kind: LineKind = Field(description="`reward` for a free gift, else `bought_with_points`.")
    article: str = Field(description="The gift, or the product record of the discount.")
    quantity: int = Field(default=1, description="Pieces.")
    unit_price: Money = Field(description="0 for a gift, below 0 for a discount; minor units.")
    name: str = Field(description="In the customer's language.")
    mention: str = Field(description='"Offert" where it is free, "Points de fidélité" else.')


class UsePayment(Wire):
    """The same as a payment, for a till that takes points as one of its means."""

    means: Means = Means.POINTS
    amount: Money


class UseAnswer(Wire):
    """Points set aside, used, or given back."""

    id: Id
    state: str = Field(description="`held`, `issued` or `voided`.")
    member: Id
    program: Id
    reward: Id
    points: Points = Field(description="What it costs.")
    forfeits: Points = Field(description="What falls away besides, where no rest may stand.")
    money: Money = Field(description="What comes off the ticket, in minor units.")
    sale: Id | None
    line: UseLine = Field(description="For the ticket; or send `payment`, and never both.")
    payment: UsePayment | None = Field(description="None for a gift.")
    entries: tuple[NumberedEntry, ...]
    balance: Points


class UseIssue(Wire):
    """The customer has it."""

    sale: Id | None = Field(default=None, description="The sale it was used on.")
