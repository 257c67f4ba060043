"""A sale on its way: put aside, paid in parts, settled, returned, voided."""

from dataclasses import asdict, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from backend_client.schemas.base import Currency, Id, Instant, Money, Points, Wire
from backend_client.schemas.invitations import Invitation
from backend_client.schemas.ledger import NumberedEntry
from backend_client.schemas.problems import Problem
from loyalty.sales import Channel, Line, LineKind, Means

_Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]
_Code = Annotated[str, Field(max_length=64)]
_Codes = Annotated[tuple[_Code, ...], Field(max_length=32)]


class ArticleBody(Wire):
    """What is sold: a line, or a component of a pack. Amounts are minor units, tax included.

    What is left out comes from the catalogue, where the article has a record there.
    """

    id: _Code = Field(default="", description="What a return names it by.")
    kind: LineKind = Field(default=LineKind.ARTICLE, description="Only articles earn.")
    article: _Code = ""
    quantity: int = Field(
        default=1, ge=1, le=10**6, strict=True, description="Pieces; weighed goods are one."
    )
    unit_price: int | None = Field(
        default=None,
        ge=-(10**12),
        le=10**12,
        strict=True,
        description="Of one piece, before any discount; left out, the catalogue's price.",
    )
    discount: _Amount = Field(default=0, description="Taken off the whole line.")
    tax_rate: Decimal = Field(
        default=Decimal(0), ge=0, le=100, max_digits=6, description="Percent, such as 5.5."
    )
    family: _Code = ""
    type: _Code = ""
    brand: _Code = ""
    group: _Code = ""
    themes: _Codes = ()
    sets: _Codes = ()
    points: int | None = Field(
        default=None, ge=0, le=10**9, strict=True, description="The article's own, for one piece."
    )
    earns: bool = Field(default=True, description='False for "exclude from points".')
    price_code: _Code = ""

    def line(self) -> Line:
        """What the engine counts."""
        return Line(**{**dict(self), "unit_price": self.unit_price or 0})


class LineBody(ArticleBody):
    """One line of a ticket."""

    components: tuple[ArticleBody, ...] = Field(
        default=(), max_length=100, description="What a pack is made of, for one pack."
    )

    def line(self) -> Line:
        """What the engine counts."""
        components = tuple(each.line() for each in self.components)
        return replace(ArticleBody.line(self), components=components)

    @classmethod
    def of(cls, line: Line) -> "LineBody":
        """The message for a line."""
        told = asdict(line)
        for part in told["components"]:
            del part["components"]
        return cls.model_validate(told)


class PaymentBody(Wire):
    """A part of what a sale cost."""

    means: Means
    amount: _Amount = Field(description="Minor units.")


class TicketState(StrEnum):
    """How a ticket stands at the till."""

    OPEN = "open"
    """Put aside, or still being rung up."""
    LAYBY = "layby"
    """Kept for the customer, who pays it in parts."""
    ON_ACCOUNT = "on_account"
    """Taken home, and to be paid later."""
    CLOSED = "closed"


class SaleStage(StrEnum):
    """How far a sale has come in the books."""

    OPEN = "open"
    PART_PAID = "part_paid"
    SETTLED = "settled"
    """Closed and paid: it has earned, once."""
    VOIDED = "voided"
    """What it earned and what was spent on it is undone."""


class SaleBody(Wire):
    """A sale as it stands. Without lines, it is one article; without payments, all money.

    It earns once it is closed and paid in full. Until then, the same id may be sent again as the
    sale goes on: with other lines, with the next payment. From then on, it is what it is, and a
    return, a void or a credit note says what became of it.
    """

    id: Id
    member: Id
    total: int = Field(ge=0, le=10**12, strict=True, description="Tax included, in minor units.")
    currency: Currency
    channel: Channel = Channel.SHOP
    closed_at: Instant = Field(
        description="When it was closed; of one that is not, when it was last changed."
    )
    state: TicketState = TicketState.CLOSED
    lines: tuple[LineBody, ...] = Field(default=(), max_length=1000)
    payments: tuple[PaymentBody, ...] = Field(default=(), max_length=100)
    discount: _Amount = Field(default=0, description="On the whole ticket, off the lines' sum.")
    brand: _Code = Field(default="", description="The shop's sign.")
    price_code: _Code = Field(default="", description="The price list of the sale.")
    visits: int = Field(default=1, ge=0, le=1000, strict=True, description="As typed at the till.")
    uses: tuple[Id, ...] = Field(
        default=(),
        max_length=20,
        description="The uses of points on this ticket; they are issued once it is settled.",
    )

    def content(self) -> str:
        """What makes it this sale and no other; what is left at its default says nothing."""
        silent = {name for name in _SAID_IF_SENT if getattr(self, name) == _default(name)}
        return self.model_dump_json(exclude=silent)

    def detail(self) -> str | None:
        """What there is beside the total, as JSON; None where there is nothing."""
        said = {name for name in _SAID_IF_SENT if getattr(self, name) != _default(name)}
        return self.model_dump_json(include=said, exclude_defaults=True) if said else None


_SAID_IF_SENT = (
    "state",
    "lines",
    "payments",
    "discount",
    "brand",
    "price_code",
    "visits",
    "uses",
)


def _default(name: str) -> object:
    return SaleBody.model_fields[name].default


class SaleAnswer(Wire):
    """What the sale earned, and the figures for the ticket."""

    sale: Id
    entries: tuple[NumberedEntry, ...]
    earned: Points
    balance_before: Points
    balance: Points
    deadline: Instant | None = Field(description="Use-by date of the points just earned.")
    rule_in_words: dict[str, str] = Field(description="By language, for the ticket.")
    known: bool = Field(description="True when this sale was recorded before.")
    stage: SaleStage = SaleStage.SETTLED
    due: Money = Field(default=0, description="Left to pay, in minor units.")
    ticket: tuple[str, ...] = Field(
        default=(),
        description=(
            "The lines for the ticket, in the customer's language: points earned, use-by date of"
            " the last points, new balance, the rule; then what else is to be printed."
        ),
    )
    messages: tuple[str, ...] = Field(
        default=(), description="What to tell the customer at the till: the card is complete."
    )
    invitation: Invitation | None = Field(
        default=None,
        description=(
            "For a member who cannot be written to, where the program invites them: its lines are"
            " among those of the ticket, its link may be printed as a QR code."
        ),
    )


class SaleAct(Wire):
    """Something done to a sale, under an id of its own so that a retry is harmless."""

    id: Id
    at: Instant


class ReturnLine(Wire):
    """What came back of one line: so many pieces, or a part of its price."""

    line: _Code = Field(
        description="The line's id; `#3` for the third line of a ticket whose lines have none."
    )
    quantity: int | None = Field(
        default=None, ge=1, le=10**6, strict=True, description="Pieces that came back."
    )
    amount: int | None = Field(
        default=None, ge=1, le=10**12, strict=True, description="Minor units that were given back."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "ReturnLine":
        if (self.quantity is None) == (self.amount is None):
            raise ValueError("give quantity or amount, and only one of them")
        return self


class ReturnBody(SaleAct):
    """Goods of a known sale that came back."""

    lines: Annotated[tuple[ReturnLine, ...], Field(min_length=1, max_length=1000)]


class CreditNoteBody(Wire):
    """Money given back without a known sale. Amounts are positive, as on a sale."""

    id: Id
    member: Id
    total: int = Field(ge=0, le=10**12, strict=True, description="Tax included, in minor units.")
    currency: Currency
    channel: Channel = Channel.INVOICE
    closed_at: Instant
    lines: tuple[LineBody, ...] = Field(default=(), max_length=1000)
    discount: _Amount = Field(default=0, description="On the whole note, off the lines' sum.")
    brand: _Code = Field(default="", description="The shop's sign.")
    price_code: _Code = Field(default="", description="The price list of the note.")


class SaleActAnswer(Wire):
    """What became of the points: entries below 0 take, entries above 0 give back."""

    id: Id
    sale: Id | None = Field(description="None for a credit note without a sale.")
    stage: SaleStage | None = None
    entries: tuple[NumberedEntry, ...]
    points: Points = Field(description="The sum of the entries.")
    balance_before: Points
    balance: Points
    ticket: tuple[str, ...] = Field(
        default=(), description="The lines for the ticket, in the customer's language."
    )
    known: bool = Field(description="True when this was recorded before.")


class SaleView(Wire):
    """A sale as the books have it."""

    sale: SaleBody
    store: Id
    stage: SaleStage
    due: Money = Field(description="Left to pay, in minor units.")
    earned: Points = Field(description="What it has earned and what is left of that.")
    returned: tuple[ReturnLine, ...] = Field(description="What came back of each line so far.")


class SalesRequest(Wire):
    """Sales in the order in which they were closed."""

    sales: Annotated[tuple[SaleBody, ...], Field(min_length=1, max_length=500)]


class SaleResult(Wire):
    """What became of one sale: the answer it would have got alone, or why it was refused."""

    sale: Id
    answer: SaleAnswer | None = None
    problem: Problem | None = None


class SalesAnswer(Wire):
    """One result for each sale, in the same order."""

    results: tuple[SaleResult, ...]
