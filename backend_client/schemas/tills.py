"""What tills ask and are answered."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from backend_client.schemas.base import Currency, Id, Instant, Points, Wire
from backend_client.schemas.ledger import AccountSnapshot, NumberedEntry, VoucherBody
from loyalty.sales import Channel, Line, LineKind, Means


class MemberQuery(Wire):
    """How a till finds a member: exactly one of the fields."""

    card_uid: str | None = Field(
        default=None, pattern=r"^([0-9A-Fa-f]{2}){4,10}$", description="The chip's identifier, hex."
    )
    email: str | None = Field(default=None, max_length=254)

    @model_validator(mode="after")
    def _exactly_one(self) -> "MemberQuery":
        if (self.card_uid is None) == (self.email is None):
            raise ValueError("give card_uid or email, and only one of them")
        return self


class MemberFound(Wire):
    """A member as a till sees them."""

    id: Id
    first_name: str
    balance: Points


_Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]
_Code = Annotated[str, Field(max_length=64)]
_Codes = Annotated[tuple[_Code, ...], Field(max_length=32)]


class ArticleBody(Wire):
    """What is sold: a line, or a component of a pack. Amounts are minor units, tax included."""

    id: _Code = Field(default="", description="What a return names it by.")
    kind: LineKind = Field(default=LineKind.ARTICLE, description="Only articles earn.")
    article: _Code = ""
    quantity: int = Field(default=1, ge=1, le=10**6, strict=True)
    unit_price: int = Field(default=0, ge=-(10**12), le=10**12, strict=True)
    discount: _Amount = Field(default=0, description="Taken off the whole line.")
    tax_rate: Decimal = Field(default=Decimal(0), ge=0, le=100, max_digits=6)
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
        return Line(**dict(self))


class LineBody(ArticleBody):
    """One line of a ticket."""

    components: tuple[ArticleBody, ...] = Field(
        default=(), max_length=100, description="What a pack is made of, for one pack."
    )

    def line(self) -> Line:
        """What the engine counts."""
        return Line(**{**dict(self), "components": tuple(each.line() for each in self.components)})


class PaymentBody(Wire):
    """A part of what a sale cost."""

    means: Means
    amount: _Amount


class SaleBody(Wire):
    """A sale, closed and paid. Without lines, it is one article; without payments, all money."""

    id: Id
    member: Id
    total: int = Field(ge=0, le=10**12, strict=True, description="Tax included, in minor units.")
    currency: Currency
    channel: Channel = Channel.SHOP
    closed_at: Instant
    lines: tuple[LineBody, ...] = Field(default=(), max_length=1000)
    payments: tuple[PaymentBody, ...] = Field(default=(), max_length=100)
    discount: _Amount = Field(default=0, description="On the whole ticket, off the lines' sum.")
    brand: _Code = Field(default="", description="The shop's sign.")
    price_code: _Code = Field(default="", description="The price list of the sale.")
    visits: int = Field(default=1, ge=0, le=1000, strict=True, description="As typed at the till.")

    def content(self) -> str:
        """What makes it this sale and no other; what is left at its default says nothing."""
        silent = {name for name in _SAID_IF_SENT if getattr(self, name) == _default(name)}
        return self.model_dump_json(exclude=silent)

    def detail(self) -> str | None:
        """What there is beside the total, as JSON; None where there is nothing."""
        said = {name for name in _SAID_IF_SENT if getattr(self, name) != _default(name)}
        return self.model_dump_json(include=said, exclude_defaults=True) if said else None


_SAID_IF_SENT = ("lines", "payments", "discount", "brand", "price_code", "visits")


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


class AccountAnswer(Wire):
    """A member's account with every entry."""

    account: AccountSnapshot
    balance: Points
    entries: tuple[NumberedEntry, ...]


class VoucherRedemption(Wire):
    """A till takes a voucher, under an id of its own so that a retry is harmless."""

    id: Id
    at: Instant


class VoucherAnswer(Wire):
    """The voucher and what it gives."""

    voucher: VoucherBody
    reward: dict[str, str] = Field(description="The gift's name, by language.")
    article: str
