"""What a member's own phone asks: to sign in, to see their account, to say yes and no."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from backend_client.schemas.accounts import AccountSummary, LotView
from backend_client.schemas.base import Id, Instant, Language, OneLine, Points, Wire, rarely
from backend_client.schemas.cards import CardUid
from backend_client.schemas.changes import BlockReason, CardStatus
from backend_client.schemas.kiosks import CodeRequest
from backend_client.schemas.members import MemberFigures
from backend_client.schemas.staff import CompanyId
from loyalty.program import Role
from loyalty.vouchers import VoucherState

LinkToken = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class MyCodeRequest(CodeRequest):
    """Somebody wants to sign in; a code goes to the address, if it is a member's."""

    company: CompanyId


class MySignIn(Wire):
    """The code that was mailed, or a link to the account; then a browser keeps a cookie."""

    code: Id | None = Field(default=None, description="The id under which the code was asked for.")
    digits: str | None = Field(default=None, pattern=r"^[0-9]{6}$")
    link: LinkToken | None = Field(default=None, description="The last part of its address.")
    company: CompanyId
    keep: Literal["cookie", "token"] = Field(
        default="cookie",
        description="`token` for an app: it is answered once, and sent as a bearer.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> "MySignIn":
        by_code = self.code is not None and self.digits is not None
        if by_code == (self.link is not None):
            raise ValueError("give code and digits, or link")
        return self


class MySession(Wire):
    """Who is signed in, and what their browser sends with what it changes."""

    member: Id
    first_name: str
    language: Language
    company: Id
    shop: str = Field(description="The company's name.")
    csrf: str = Field(description="For the header X-CSRF-Token; empty for an app's token.")
    ends_at: Instant = Field(description="Unless it is used before: then later, up to 90 days.")
    token: str | None = Field(default=None, description="Only where `token` was asked for; once.")


class MyProfile(Wire):
    """What the shop knows of the person themself."""

    id: Id
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    birthday: str | None = Field(description="Month and day, with its year where it was told.")
    language: Language
    joined_at: Instant | None
    version: int = Field(description="Give it back with what you change.")


class MyChange(Wire):
    """What is to be changed: only the fields that are sent. The address is proved, not changed."""

    version: int = Field(ge=1, le=2**53, description="Of the profile as you read it.")
    first_name: OneLine = Field(default="", max_length=40)
    last_name: OneLine = Field(default="", max_length=80)
    phone: str | None = Field(default=None, max_length=40)
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    birthday: str | None = Field(
        default=None, pattern=r"^([12]\d{3}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
    )
    language: Language = "fr"


class MyEmail(Wire):
    """Another address; a code goes there, and proves that it is the member's."""

    id: Id
    email: str = Field(max_length=254)


class MyEmailProof(Wire):
    """The address once more, and the code that came there."""

    email: str = Field(max_length=254)
    digits: str = Field(pattern=r"^[0-9]{6}$")


class MyCard(Wire):
    """A card that opens the account, or did."""

    label: str
    type: Id | None
    status: CardStatus
    reason: BlockReason
    linked_at: Instant
    valid_until: Instant | None
    on_phone: bool = rarely(False, "This very phone, or another, shows it as a code.")


class PhoneCardState(StrEnum):
    """How the card of a member's phone stands."""

    NONE = "none"
    """It can be made."""
    READY = "ready"
    BLOCKED = "blocked"
    """By staff, or because it was in two shops at once."""
    EXPIRED = "expired"
    """As the card it was made like; made again, it is as good as the one they have now."""
    NOT_OFFERED = "not-offered"


class MyPhoneCard(Wire):
    """The card that a member's phone shows."""

    state: PhoneCardState
    number: CardUid | None = Field(
        description="What its QR code holds; a till looks it up as `card_uid`. Null unless ready."
    )


class MyPhoneCardMade(Wire):
    """The member wants a card on their phone."""

    instead_of: CardUid | None = Field(
        default=None, description="The number that must open nothing any more: a picture got out."
    )


class MyRelative(Wire):
    """Somebody of the same household."""

    first_name: str
    me: bool
    role: Role
    per_day: Points | None = Field(description="The most they may spend in a day; null for any.")
    contributed: Points = Field(description="What is left of the points they brought.")


class MyHousehold(Wire):
    """The household that shares the points."""

    id: Id
    balance: Points
    members: tuple[MyRelative, ...]


class MyAccount(Wire):
    """A member's own page: who they are, what they have, until when."""

    profile: MyProfile
    account: AccountSummary = Field(description="Of the program asked; in a household, of all.")
    lots: tuple[LotView, ...] = Field(
        description="Points that can be spent or are pending, soonest lost first; at most 200."
    )
    programs: tuple[MemberFigures, ...] = Field(description="Where else they have points.")
    cards: tuple[MyCard, ...]
    household: MyHousehold | None


class MyVoucher(Wire):
    """A gift that was taken, and what became of it."""

    reward: Id
    name: str = Field(description="In the language asked.")
    state: VoucherState
    usable: bool = Field(description="Whether a till takes it now.")
    points: Points = Field(description="What it cost.")
    taken_at: Instant
    deadline: Instant = Field(description="The first instant at which it is too late.")
    redeemed_at: Instant | None
    redeemed_place: str
    code: str = Field(description="As it is read aloud; empty where no till takes it.")
    payload: str = Field(
        description="What its QR code holds, which a till checks without a network too (`LKV2:`);"
        " empty where no till takes it."
    )


class MyVouchers(Wire):
    """Vouchers: those that can be used first, the soonest lost first; then the latest."""

    vouchers: tuple[MyVoucher, ...]


class MyErasure(Wire):
    """The member wants to be forgotten."""

    id: Id = Field(description="Of the request; sent again, nothing happens twice.")
    sure: Literal[True] = Field(description="What is lost does not come back.")
