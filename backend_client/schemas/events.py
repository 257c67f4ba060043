"""What happened at a terminal, on its way in."""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from backend_client.schemas.base import CardKey, Id, Instant, Language, Wire, rarely
from backend_client.schemas.cards import ChipProof
from backend_client.schemas.ledger import EntryBody, VoucherBody


class ConsentBody(Wire):
    """What a person agreed to, and the words they read."""

    purpose: Literal["program", "news"]
    given: bool
    text_version: str = Field(max_length=40)


class EventBase(Wire):
    """What every fact carries."""

    id: Id
    at: Instant = Field(description="When it happened, by the terminal's clock.")


class MemberEnrolled(EventBase):
    """A person joined at a kiosk, with the card in hand."""

    type: Literal["member_enrolled"] = "member_enrolled"
    member: Id
    program: Id
    card: CardKey
    first_name: str = Field(min_length=1, max_length=40)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = rarely(
        None, "Such as +33612345678; in its country's own form, read as the shop's.", max_length=40
    )
    birthday: str | None = rarely(
        None, "Month and day, such as 03-14; with its year where they told it.", max_length=10
    )
    language: Language
    consents: tuple[ConsentBody, ...]
    salt: str | None = rarely(
        None,
        "128 random bits in hex, kept nowhere: without them nobody can try out names and addresses"
        " against the chain of a journal.",
        pattern=r"^[0-9a-f]{32}$",
    )
    proof: ChipProof | None = rarely(
        None, "What the chip of the card said: from now on only its word is the card's (F5)."
    )


class WelcomeClaimed(EventBase):
    """The welcome points were claimed."""

    type: Literal["welcome_claimed"] = "welcome_claimed"
    entry: EntryBody


class VoucherReserved(EventBase):
    """Points were held for a gift, whether the backend was asked before or not."""

    type: Literal["voucher_reserved"] = "voucher_reserved"
    entry: EntryBody
    voucher: VoucherBody
    asked: bool = Field(description="True when the backend said yes beforehand.")
    card: CardKey | None = rarely(None, "The card that was shown, where the kiosk decided itself.")
    proof: ChipProof | None = rarely(None, "What its chip said (F5).")


class VoucherIssued(EventBase):
    """The voucher reached the customer: on confirmed paper or on the screen."""

    type: Literal["voucher_issued"] = "voucher_issued"
    redemption: Id


class VoucherVoided(EventBase):
    """The voucher never reached the customer; its points went back."""

    type: Literal["voucher_voided"] = "voucher_voided"
    redemption: Id
    entry: EntryBody


class RedemptionAbandoned(EventBase):
    """The terminal asked for a redemption and does not know of an answer: nothing was promised."""

    type: Literal["redemption_abandoned"] = "redemption_abandoned"
    redemption: Id


StaffDeed = Literal[
    "open",
    "close",
    "locked_out",
    "gift",
    "reprint",
    "void",
    "pause",
    "resume",
    "summary",
    "recover",
    "restart",
]
"""What somebody of the staff does at a kiosk."""


class StaffActed(EventBase):
    """Somebody of the staff did something at a kiosk that no other fact tells of."""

    type: Literal["staff_acted"] = "staff_acted"
    staff: Id | None = Field(description="None where nobody knows who: a wrong PIN.")
    deed: StaffDeed
    about: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._:-]{0,64}$",
        description="The id of the member or the redemption.",
    )


Event = Annotated[
    MemberEnrolled
    | WelcomeClaimed
    | VoucherReserved
    | VoucherIssued
    | VoucherVoided
    | RedemptionAbandoned
    | StaffActed,
    Field(discriminator="type"),
]


class JournalEvent(Wire):
    """A fact in its place in the terminal's own hash-chained journal."""

    sequence: int = Field(ge=1, le=2**53, description="1, 2, 3 … per terminal, without a gap.")
    chain: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the previous link and this event, as compact JSON.",
    )
    event: Event
    _written: bytes | None = PrivateAttr(default=None)

    @property
    def written(self) -> bytes:
        """The event as its terminal wrote it down, which is what the chain covers.

        Not as this side would write it: the other may be older or newer, with fewer fields or more.
        """
        return self._written or self.event.model_dump_json().encode()

    @model_validator(mode="wrap")
    @classmethod
    def _keep(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - whatever came
        read = handler(data)
        if isinstance(data, dict) and isinstance(data.get("event"), dict):
            said = json.dumps(data["event"], separators=(",", ":"), ensure_ascii=False)
            read._written = said.encode()  # noqa: SLF001 - our own, in a class method
        return read

    @model_serializer(mode="wrap")
    def _send(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        body: dict[str, Any] = handler(self)
        return body if self._written is None else body | {"event": json.loads(self._written)}


class EventsRequest(Wire):
    """Facts in the order in which they were written down."""

    events: Annotated[tuple[JournalEvent, ...], Field(max_length=500)]


class EventStatus(StrEnum):
    """What became of a fact."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    """Received before; nothing was done twice."""
    FLAGGED = "flagged"
    """Accepted, and put before a person: see the flags."""


class EventResult(Wire):
    """The backend's answer to one fact."""

    id: Id
    status: EventStatus
    flags: tuple[str, ...] = ()
    positions: dict[str, int] = Field(
        default_factory=dict,
        description=(
            "For each entry of the event, its place in its account's journal; for one that was"
            " flagged and not booked, the place that the account had reached."
        ),
    )


class EventsAnswer(Wire):
    """One result for each event, in the same order."""

    results: tuple[EventResult, ...]
