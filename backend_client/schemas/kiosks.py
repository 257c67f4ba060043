"""What a kiosk asks for the person in front of it: codes, links, their own data."""

from typing import Literal

from pydantic import Field, model_validator

from backend_client.schemas.accounts import TierBody
from backend_client.schemas.base import (
    CardKey,
    Id,
    Instant,
    Language,
    OneLine,
    Points,
    Wire,
    rarely,
)
from backend_client.schemas.cards import CardBody, ChipProof
from backend_client.schemas.changes import CardChanged, MemberProfile
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.members import ConsentState


class _Contact(Wire):
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    country: str = Field(
        default="", pattern=r"^([A-Z]{2})?$", description="In which a national number is read."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "_Contact":
        if (self.email is None) == (self.phone is None):
            raise ValueError("give email or phone, and only one of them")
        return self


class CodeRequest(_Contact):
    """Somebody says who they are; a code goes to the address, if it is a member's."""

    id: Id


class CodeAsked(Wire):
    """The same for everybody, member or not."""

    id: Id
    minutes: int = Field(description="How long a code is good.")
    tries: int = Field(description="How often one may be typed.")


class CodeTyped(Wire):
    """What was typed."""

    digits: str = Field(pattern=r"^[0-9]{6}$")


class SpendingCodeRequest(Wire):
    """Who shows the card wants to spend more than its word alone is good for (F5)."""

    id: Id
    card: CardKey


class SpendingCodeAsked(CodeAsked):
    """A code is on its way to the card's owner."""

    contact: str = Field(description="Where to, masked; empty: no address is known, none is sent.")


class CodePassed(Wire):
    """The person is who they say. For ten minutes, this kiosk may give them another card."""

    member: MemberProfile
    cards: tuple[CardBody, ...]


class CardTapped(Wire):
    """The card that was tapped after a code was typed."""

    card: CardKey
    proof: ChipProof | None = rarely(None, "What its chip said: then it is known as a chip (F5).")
    instead_of: CardKey | None = Field(
        default=None, description="The lost one; every card of the member when left out."
    )


class ShownCard(Wire):
    """The card that the person shows."""

    card: CardKey


class CardSeen(ShownCard):
    """A card that was tapped."""

    standing: bool = rarely(False, "Whether to tell where its bearer stands, too.")


class RewardBarred(Wire):
    """A reward that the person cannot have now, whatever their points are."""

    reward: Id
    why: Literal["tier", "times", "today"] = Field(
        description="Another tier's; had as often as allowed; as many rewards as a day allows."
    )
    again: Instant | None = Field(description="From when it can be had; null: nobody can say.")


class HouseholdSeen(Wire):
    """The household whose purse the card opens."""

    cards: int = Field(description="How many cards open it.")


class StandingBody(Wire):
    """Where the person stands who shows a card."""

    tier: TierBody | None = Field(description="Null where the program has no tiers.")
    household: HouseholdSeen | None
    most: Points | None = Field(
        description="What the card may spend today by its own terms; null for any number."
    )
    barred: tuple[RewardBarred, ...]


class SeenAnswer(Wire):
    """The card as it stands, and whose it is. A card in two shops at once is frozen."""

    card: CardChanged
    member: MemberProfile | None = Field(description="None for a card that opens nothing.")
    standing: StandingBody | None = rarely(None, "Where it was asked for, and the card opens.")


class MyDataAnswer(Wire):
    """What a kiosk shows a person of their own data."""

    member: MemberProfile
    email: str = Field(description="Masked.")
    phone: str = Field(description="Masked.")
    consents: tuple[ConsentState, ...]
    cards: tuple[CardBody, ...]


class MyConsents(ShownCard):
    """Answers given at the kiosk."""

    id: Id
    consents: tuple[ConsentBody, ...] = Field(min_length=1, max_length=20)


class MyLanguage(ShownCard):
    """The language that the person wants."""

    language: Language


class CardRemoval(ShownCard):
    """A card that the person does not want any more; it may be the one they show."""

    remove: CardKey


class MyRequest(ShownCard):
    """What the person who shows the card asks for: their data, or to be forgotten."""

    id: Id


class VoucherMailed(Wire):
    """The voucher is on its way, or has been sent before."""

    contact: str = Field(description="Where to, masked.")


class NewLink(Wire):
    """A link to send out or to show, under an id that makes a retry harmless."""

    id: Id
    card: CardKey | None = Field(
        default=None, description="At a kiosk: the card that who joins shall have."
    )
    member: Id | None = Field(
        default=None, description="On a receipt: the customer whom we cannot write to yet."
    )


class LinkAnswer(Wire):
    """A link, to be printed or shown as a QR code."""

    id: Id
    url: str
    purpose: Literal["invite", "handoff", "data", "account"]
    expires_at: Instant = Field(description="The moment from which it opens nothing.")


class LinkFound(Wire):
    """A link that was handed out, without what opens it."""

    id: Id
    purpose: Literal["invite", "handoff", "data", "account"]
    store: Id
    member: Id | None = Field(description="Whose it is, or who joined by it; null for nobody yet.")
    handed_out_at: Instant
    expires_at: Instant
    open: bool = Field(description="Whether it still opens something.")
    used_at: Instant | None = Field(description="When somebody joined by it.")


class LinksFound(Wire):
    """Links that were handed out."""

    links: tuple[LinkFound, ...]


class JoinForm(Wire):
    """What the form behind a link shows."""

    shop: str
    program: dict[str, str] = Field(description="Its name, by language.")
    welcome: Points = Field(description="Points for joining; 0 for none.")
    expires_at: Instant
    used: bool


class JoinBody(Wire):
    """What a person fills into the form."""

    first_name: OneLine = Field(min_length=1, max_length=40)
    last_name: OneLine = Field(default="", max_length=80)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    birthday: str | None = Field(
        default=None, pattern=r"^([12]\d{3}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
    )
    language: Language = "fr"
    consents: tuple[ConsentBody, ...] = Field(max_length=20)


class JoinAnswer(Wire):
    """The person is a member."""

    first_name: str
    welcome: Points = Field(description="Points given for it.")
    has_card: bool
