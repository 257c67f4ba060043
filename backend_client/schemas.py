"""The wire contract v1. The backend imports the same file, so both sides read the same words.

A *request* may be refused. An *event* is a fact that happened at a terminal: it carries the id
that makes a retry harmless, and is never refused; it is accepted, known already, or accepted and
flagged. Points are whole numbers in the program's smallest unit, money is in minor units of its
currency, and times are RFC 3339 with their offset.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RewardId, RuleId, StoreId
from loyalty.ledger import Account, Draw, Entry, EntryKind, Lot, Step, StepKind, Trace
from loyalty.program import Rounding
from loyalty.sales import Channel, Line, LineKind, Means
from loyalty.vouchers import Voucher, VoucherCode, VoucherState

API = "/v1"

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="A client-made id.")]
CardKey = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{64}$", description="HMAC-SHA-256 of the card's identifier, in hex."),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1.")]
Points = Annotated[
    int,
    Field(
        ge=-(2**53), le=2**53, strict=True, description="Points, in the program's smallest unit."
    ),
]
Money = Annotated[int, Field(ge=-(10**12), le=10**12, strict=True, description="Minor units.")]


def _in_utc(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError("no clock that works says that: years 1970 to 2999")
    return at.astimezone(UTC)


_FIRST_YEAR, _LAST_YEAR = 1970, 2999
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    Field(description="RFC 3339, with its offset; kept in UTC."),
]


class Wire(BaseModel):
    """What every message is: frozen, and strict about unknown fields."""

    # Hidden input: the text of a validation error is logged, and must not carry a person's name.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


# --- the ledger on the wire ---------------------------------------------------------------


class StepBody(Wire):
    """One line of a calculation, in whole numbers; a rate is `value` / `per`."""

    kind: StepKind
    what: str = Field(max_length=128)
    value: int
    per: int = Field(default=1, ge=1)


class TraceBody(Wire):
    """How the points of an entry were computed."""

    rule: Id
    program_version: int
    basis: Money
    factor: Decimal
    rounding: Rounding
    points: Points
    steps: tuple[StepBody, ...] = Field(
        default=(), description="The calculation line by line; empty where the above says it all."
    )


class EntryBody(Wire):
    """One immutable movement of points."""

    id: Id
    member: Id
    program: Id
    kind: EntryKind
    points: Points
    occurred_at: Instant
    fact: Id
    store: Id
    deadline: Instant | None = None
    about: Id | None = None
    trace: TraceBody | None = None

    @classmethod
    def of(cls, entry: Entry) -> "EntryBody":
        """The message for an entry."""
        trace = entry.trace
        return cls(
            id=entry.id,
            member=entry.member,
            program=entry.program,
            kind=entry.kind,
            points=entry.points,
            occurred_at=entry.occurred_at,
            fact=entry.fact,
            store=entry.store,
            deadline=entry.deadline,
            about=entry.about,
            trace=None
            if trace is None
            else TraceBody(
                rule=trace.rule,
                program_version=trace.program_version,
                basis=trace.basis,
                factor=trace.factor,
                rounding=trace.rounding,
                points=trace.points,
                steps=tuple(
                    StepBody(kind=step.kind, what=step.what, value=step.value, per=step.per)
                    for step in trace.steps
                ),
            ),
        )

    def entry(self) -> Entry:
        """The entry that the message tells."""
        trace = self.trace
        return Entry(
            id=EntryId(self.id),
            member=MemberId(self.member),
            program=ProgramId(self.program),
            kind=self.kind,
            points=self.points,
            occurred_at=self.occurred_at,
            fact=self.fact,
            store=StoreId(self.store),
            deadline=self.deadline,
            about=None if self.about is None else EntryId(self.about),
            trace=None
            if trace is None
            else Trace(
                rule=RuleId(trace.rule),
                program_version=trace.program_version,
                basis=trace.basis,
                factor=trace.factor,
                rounding=trace.rounding,
                points=trace.points,
                steps=tuple(
                    Step(step.kind, step.what, step.value, step.per) for step in trace.steps
                ),
            ),
        )


class NumberedEntry(Wire):
    """An entry with its place in the account's journal: 1, 2, 3 … without a gap."""

    position: int = Field(ge=1)
    entry: EntryBody


class LotBody(Wire):
    """What is left of one credit."""

    entry: Id
    left: Points
    deadline: Instant | None


class DrawBody(Wire):
    """What an open reservation took from one lot; from no lot, it made debt."""

    lot: Id | None
    points: Points
    deadline: Instant | None = None


class AccountSnapshot(Wire):
    """An account as the backend has it after the first `position` entries of its journal."""

    member: Id
    program: Id
    position: int = Field(ge=0)
    lots: tuple[LotBody, ...]
    debt: Points
    draws: dict[str, tuple[DrawBody, ...]] = Field(
        default_factory=dict, description="By entry id, for reservations that may still be voided."
    )
    welcomed: bool = Field(
        default=False, description="Whether the welcome points were ever claimed."
    )

    @classmethod
    def of(
        cls,
        member: MemberId,
        program: ProgramId,
        position: int,
        account: Account,
        *,
        welcomed: bool = False,
    ) -> "AccountSnapshot":
        """The message for an account; empty lots stay out of it."""
        return cls(
            member=member,
            program=program,
            position=position,
            lots=tuple(
                LotBody(entry=lot.entry, left=lot.left, deadline=lot.deadline)
                for lot in account.lots
                if lot.left
            ),
            debt=account.debt,
            welcomed=welcomed,
            draws={
                entry: tuple(
                    DrawBody(lot=draw.lot, points=draw.points, deadline=draw.deadline)
                    for draw in draws
                )
                for entry, draws in account.draws.items()
            },
        )

    def account(self) -> Account:
        """The account to replay from."""
        return Account(
            lots=tuple(
                Lot(entry=EntryId(lot.entry), left=lot.left, deadline=lot.deadline)
                for lot in self.lots
            ),
            debt=self.debt,
            draws={
                EntryId(entry): tuple(
                    Draw(
                        lot=None if draw.lot is None else EntryId(draw.lot),
                        points=draw.points,
                        deadline=draw.deadline,
                    )
                    for draw in draws
                )
                for entry, draws in self.draws.items()
            },
        )


class VoucherBody(Wire):
    """A voucher and where it stands."""

    code: str
    redemption: Id
    member: Id
    program: Id
    reward: Id
    state: VoucherState
    deadline: Instant
    redeemed_at: Instant | None = None
    redeemed_in: Id | None = None
    redeemed_place: str = ""

    @classmethod
    def of(cls, voucher: Voucher) -> "VoucherBody":
        """The message for a voucher."""
        return cls(
            code=voucher.code,
            redemption=voucher.redemption,
            member=voucher.member,
            program=voucher.program,
            reward=voucher.reward,
            state=voucher.state,
            deadline=voucher.deadline,
            redeemed_at=voucher.redeemed_at,
            redeemed_in=voucher.redeemed_in,
            redeemed_place=voucher.redeemed_place,
        )

    def voucher(self) -> Voucher:
        """The voucher that the message tells."""
        return Voucher(
            code=VoucherCode(self.code),
            redemption=RedemptionId(self.redemption),
            member=MemberId(self.member),
            program=ProgramId(self.program),
            reward=RewardId(self.reward),
            state=self.state,
            deadline=self.deadline,
            redeemed_at=self.redeemed_at,
            redeemed_in=None if self.redeemed_in is None else StoreId(self.redeemed_in),
            redeemed_place=self.redeemed_place,
        )


# --- terminals ------------------------------------------------------------------------------


class ClaimRequest(Wire):
    """A new terminal shows its one-time code."""

    code: str = Field(min_length=8, max_length=40)
    software: str = Field(default="", max_length=80, description="Name and version.")


class StoreBody(Wire):
    """The shop where a terminal stands."""

    id: Id
    name: str
    address: str = ""
    time_zone: str = Field(description="IANA name, such as Europe/Paris.")


class ClaimAnswer(Wire):
    """What a terminal keeps, in a place only it can read."""

    terminal: Id
    name: str
    token: str
    card_secret: str = Field(description="Hex: the key under which card identifiers are hashed.")
    store: StoreBody
    program: Id


# --- changes out ----------------------------------------------------------------------------


class ProgramChanged(Wire):
    """A program, or a new version of it."""

    type: Literal["program"] = "program"
    document: str = Field(description="The program document (JSON text).")


class StoreChanged(Wire):
    """The terminal's shop: name, address or zone."""

    type: Literal["store"] = "store"
    store: StoreBody


class CardStatus(StrEnum):
    """Whether a card opens its account."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class CardChanged(Wire):
    """A card points to a member, or is blocked."""

    type: Literal["card"] = "card"
    card: CardKey
    member: Id
    status: CardStatus


class AccountChanged(Wire):
    """The account's snapshot, and the entries that led to it since the terminal last heard."""

    type: Literal["account"] = "account"
    account: AccountSnapshot
    entries: tuple[NumberedEntry, ...]


class VoucherChanged(Wire):
    """A voucher moved: redeemed at a till, or voided."""

    type: Literal["voucher"] = "voucher"
    voucher: VoucherBody


class MemberErased(Wire):
    """The person asked to be forgotten: terminals forget too."""

    type: Literal["member_erased"] = "member_erased"
    member: Id


Change = Annotated[
    ProgramChanged | StoreChanged | CardChanged | AccountChanged | VoucherChanged | MemberErased,
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


# --- events in ------------------------------------------------------------------------------


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
    language: Language
    consents: tuple[ConsentBody, ...]


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


Event = Annotated[
    MemberEnrolled
    | WelcomeClaimed
    | VoucherReserved
    | VoucherIssued
    | VoucherVoided
    | RedemptionAbandoned,
    Field(discriminator="type"),
]


class JournalEvent(Wire):
    """A fact in its place in the terminal's own hash-chained journal."""

    sequence: int = Field(ge=1, le=2**53, description="1, 2, 3 … per terminal, without a gap.")
    chain: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the previous link and this event."
    )
    event: Event


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


# --- redemptions ----------------------------------------------------------------------------


class RedemptionRequest(Wire):
    """A terminal asks to hold points for a gift. It may be told no; nothing was promised yet."""

    id: Id
    member: Id
    program: Id
    reward: Id
    code: str = Field(description="The voucher code, minted by the terminal.")
    at: Instant


class RedemptionAnswer(Wire):
    """The points are held."""

    voucher: VoucherBody
    entry: EntryBody
    position: int
    account: AccountSnapshot


# --- tills ----------------------------------------------------------------------------------


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


# --- errors ---------------------------------------------------------------------------------


class Problem(BaseModel):
    """RFC 9457. `type` ends in the machine-readable name; other members depend on it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(description="urn:loyalty:problem:NAME")
    title: str
    status: int
    detail: str = ""


PROBLEM = "urn:loyalty:problem:"


class ProblemName(StrEnum):
    """What a problem's `type` ends in; other members of the problem are named beside it."""

    INVALID = "invalid"
    """Against the contract: `errors` lists `field` and `message`."""
    MALFORMED = "malformed"
    """Not JSON in UTF-8."""
    TOO_LARGE = "too-large"
    MEDIA_TYPE = "media-type"
    NOT_FOUND = "not-found"
    METHOD = "method-not-allowed"
    NOT_AUTHORISED = "not-authorised"
    NOT_ALLOWED = "not-allowed"
    """The token is good, but not for this."""
    CLAIM_CODE = "claim-code"
    """Unknown, used or too old."""
    ID_REUSED = "id-reused"
    """The id stands for other content."""
    CODE_TAKEN = "code-taken"
    ABANDONED = "redemption-abandoned"
    CARD_BLOCKED = "card-blocked"
    CLOCK_OFF = "clock-off"
    CURRENCY = "currency-mismatch"
    NOT_ENOUGH_POINTS = "not-enough-points"
    """`missing`: points."""
    REWARD_UNAVAILABLE = "reward-unavailable"
    CODE_MISTYPED = "code-mistyped"
    VOUCHER_UNKNOWN = "voucher-unknown"
    VOUCHER_REDEEMED = "voucher-redeemed"
    """`at`, `place`: of the first redemption."""
    VOUCHER_VOIDED = "voucher-voided"
    VOUCHER_EXPIRED = "voucher-expired"
    """`expired_at`."""
    EMAIL_REFUSED = "email-refused"
    """`flaw`: empty, too_long, unreadable or shape."""
    BUSY = "busy"
    """Come back after Retry-After seconds."""
    INTERNAL = "internal"
