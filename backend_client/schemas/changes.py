"""What goes out to terminals."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from backend_client.schemas.base import CardKey, Id, Instant, Language, Points, Wire, rarely
from backend_client.schemas.catalogue import GiftFound
from backend_client.schemas.ledger import AccountSnapshot, NumberedEntry, VoucherBody
from backend_client.schemas.terminals import StoreBody
from loyalty.program import Assurance


class ProgramChanged(Wire):
    """A program, or a new version of it."""

    type: Literal["program"] = "program"
    document: str = Field(description="The program document (JSON text).")
    on: bool = Field(default=True, description="False while the merchant has switched loyalty off.")


class ProgramWithdrawn(Wire):
    """A version that was to come, and does not."""

    type: Literal["program_withdrawn"] = "program_withdrawn"
    program: Id
    version: int = Field(description="The version that is taken back.")


class CampaignChanged(Wire):
    """What to show of a campaign while nobody stands there; when it runs, the program says."""

    type: Literal["campaign"] = "campaign"
    program: Id
    campaign: Id
    message: dict[str, str] = Field(description="By language; empty for nothing.")
    picture: str | None = Field(default=None, description="The hash of its picture.")


class StoreChanged(Wire):
    """The terminal's shop: name, address or zone."""

    type: Literal["store"] = "store"
    store: StoreBody


class CardStatus(StrEnum):
    """Whether a card opens its account."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class BlockReason(StrEnum):
    """Why a card opens nothing."""

    NONE = ""
    STAFF = "staff"
    LOST = "lost"
    REPLACED = "replaced"
    REMOVED = "removed"
    """By its owner."""
    FROZEN = "frozen"
    """Seen in two shops at once: somebody has a copy."""


class CardChanged(Wire):
    """A card points to a member, or is blocked."""

    type: Literal["card"] = "card"
    card: CardKey
    member: Id = Field(description="In whose account it opens.")
    person: Id | None = rarely(None, "Whose card it is, where the account is a household's.")
    status: CardStatus
    reason: BlockReason = BlockReason.NONE
    assurance: Assurance = Assurance.UID
    earn_only: bool = False
    per_day: Points | None = Field(default=None, description="The most it may spend in a day.")
    valid_from: Instant | None = None
    valid_until: Instant | None = Field(default=None, description="From when it is too old.")


class AccountChanged(Wire):
    """The account's snapshot, and the entries that led to it since the terminal last heard."""

    type: Literal["account"] = "account"
    account: AccountSnapshot
    entries: tuple[NumberedEntry, ...]


class VoucherChanged(Wire):
    """A voucher moved: redeemed at a till, or voided."""

    type: Literal["voucher"] = "voucher"
    voucher: VoucherBody


class GiftChanged(Wire):
    """A gift of the catalogue: what it costs, its picture, where and how often it may be had."""

    type: Literal["gift"] = "gift"
    gift: GiftFound


class StockChanged(Wire):
    """How many pieces of a gift are free in the terminal's store; for gifts that are counted."""

    type: Literal["stock"] = "stock"
    gift: Id
    free: int = Field(ge=0, description="Pieces promised to nobody.")


class LinkUsed(Wire):
    """Somebody joined by a link that this terminal showed."""

    type: Literal["link_used"] = "link_used"
    link: Id
    member: Id


class MemberErased(Wire):
    """The person asked to be forgotten: terminals forget too."""

    type: Literal["member_erased"] = "member_erased"
    member: Id


class StaffChanged(Wire):
    """Somebody who may unlock this terminal with a PIN, or who may not any more."""

    type: Literal["staff"] = "staff"
    staff: Id
    initial: str = Field(max_length=2, description="The first letter of the name: no more of it.")
    rights: tuple[str, ...]
    member: Id | None = rarely(None, "Who they are as a customer: whose card is a staff card.")
    pin: str | None = Field(
        max_length=200,
        description="argon2id over the HMAC-SHA-256 (key: the card secret) of `pin:` and the PIN,"
        " in hex; null: forget this person.",
    )


Change = Annotated[
    ProgramChanged
    | StoreChanged
    | CardChanged
    | AccountChanged
    | VoucherChanged
    | LinkUsed
    | MemberErased
    | GiftChanged
    | StockChanged
    | ProgramWithdrawn
    | CampaignChanged
    | StaffChanged,
    Field(discriminator="type"),
]


class ChangesPage(Wire):
    """What changed after a cursor, oldest first."""

    changes: tuple[Change, ...]
    cursor: str = Field(description="Give it back to hear what comes next.")
    more: bool = Field(description="True when the next page can be had at once.")


class MemberProfile(Wire):
    """What a kiosk may show of a person."""

    id: Id
    first_name: str
    contact: str = Field(description="Masked e-mail or phone.")
    language: Language
