"""What tills ask and are answered."""

from pydantic import Field, model_validator

from backend_client.schemas.base import Currency, Id, Instant, Money, Points, Wire
from backend_client.schemas.cards import CardTypeBody
from backend_client.schemas.events import EventStatus
from backend_client.schemas.ledger import AccountSnapshot, NumberedEntry, VoucherBody
from loyalty.program import Unit


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
    money: Money | None = Field(
        default=None,
        description="What it takes off the ticket, minor units; null where it gives no money.",
    )
    sealed: str = Field(
        default="", description="The text of a QR code that tills can check without the network."
    )


class VoucherKey(Wire):
    """What a till keeps, in a place only it can read, to check vouchers without the network."""

    key: str = Field(description="Hex: the key of the seals; see backend_client.seals.")


class TakenOffline(VoucherRedemption):
    """A voucher that a till took while it could not ask."""

    code: str = Field(min_length=1, max_length=64)


class TakenOfflineBody(Wire):
    """Vouchers in the order in which they were taken."""

    taken: tuple[TakenOffline, ...] = Field(max_length=500)


class TakenResult(Wire):
    """What became of one: never refused, for the customer has the gift."""

    id: Id
    status: EventStatus
    flag: str | None = Field(
        default=None,
        description="voucher-twice, voucher-unknown, voucher-expired, voucher-voided or id-reused.",
    )


class TakenOfflineAnswer(Wire):
    """One result for each, in the same order."""

    results: tuple[TakenResult, ...]


class TillSetup(Wire):
    """What a till needs to know when it starts."""

    till: Id
    name: str
    store: Id
    store_name: str
    address: str
    shop: str = Field(description="The company's name, for the head of a ticket.")
    program: Id
    program_name: dict[str, str] = Field(description="By language.")
    currency: Currency
    unit: Unit
    loyalty: bool = Field(description="False: it is switched off; show nothing of it.")
    typed_visits: bool = Field(description="Whether the number of visits is typed with each sale.")
    families: tuple[str, ...] = Field(description="Of the products that are for sale.")
    card_types: tuple[CardTypeBody, ...] = Field(
        description="A paid one names its article: sell it with the card."
    )
