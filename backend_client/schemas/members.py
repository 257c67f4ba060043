"""Members as records: what is known of a person, how they are found, listed and gathered."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from backend_client.schemas.base import (
    CardKey,
    Id,
    Instant,
    Language,
    OneLine,
    Points,
    Prose,
    Why,
    Wire,
)
from backend_client.schemas.cards import CardBody
from backend_client.schemas.events import ConsentBody

_Word = Annotated[OneLine, Field(max_length=64)]
_Words = Annotated[tuple[_Word, ...], Field(max_length=32)]
_Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$", description="ISO 3166; empty: unknown.")]
_Birthday = Annotated[
    str,
    Field(
        pattern=r"^([12]\d{3}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
        description="Month and day, such as 03-14; with its year where the person told it.",
    ),
]


class MemberDetails(Wire):
    """What a member's record says. Left out: not known, or as it was."""

    first_name: OneLine = Field(default="", max_length=40)
    last_name: OneLine = Field(default="", max_length=80, description="Or a company's name.")
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(
        default=None,
        max_length=40,
        description="As typed; kept as E.164. A national number is read in `country`.",
    )
    birthday: _Birthday | None = None
    language: Language = "fr"
    record_type: _Word = Field(default="", description="Private, company, staff …: yours to say.")
    town: _Word = ""
    department: _Word = ""
    region: _Word = ""
    country: _Country = ""
    themes: _Words = ()
    price_code: _Word = Field(default="", description="The price list that they buy at.")
    note: Prose = Field(default="", max_length=2000, description="For the staff.")
    note_alert: bool = Field(
        default=False, description="Whether the note must be shown when they are served."
    )
    loyalty: bool = Field(
        default=True,
        description="False: their sales earn nothing. Left out of a new record, it is as the"
        " program says for who is added at the till (`enrolment.at_till`).",
    )


class NewMember(MemberDetails):
    """A person whom the shop adds, under an id that makes a retry harmless."""

    id: Id
    store: Id | None = Field(default=None, description="Where they join; the caller's store.")
    card: CardKey | None = None
    card_uid: str | None = Field(
        default=None, pattern=r"^([0-9A-Fa-f]{2}){4,10}$", description="The chip's identifier, hex."
    )
    consents: tuple[ConsentBody, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _named(self) -> "NewMember":
        if not self.first_name and not self.last_name:
            raise ValueError("give first_name or last_name")
        if self.card is not None and self.card_uid is not None:
            raise ValueError("give card or card_uid, and only one of them")
        return self


class MemberChange(MemberDetails):
    """What is to be changed: only the fields that are sent."""

    version: int = Field(ge=1, le=2**53, description="Of the record as you read it.")


class ConsentState(Wire):
    """The answer that counts for one purpose, and what the person had read."""

    purpose: str
    given: bool
    text_version: str
    at: Instant


class ConsentsBody(Wire):
    """Answers of a person, under an id that makes a retry harmless."""

    id: Id
    consents: tuple[ConsentBody, ...] = Field(min_length=1, max_length=20)


class ConsentsAnswer(Wire):
    """What they agree to now, and every answer they ever gave."""

    now: tuple[ConsentState, ...]
    history: tuple[ConsentState, ...]


class MemberFigures(Wire):
    """Where a member stands in one program."""

    program: Id
    balance: Points
    """What can be spent now."""


class MemberRecord(MemberDetails):
    """All that is known of a member."""

    id: Id
    version: int = Field(description="Counts the changes; a change names the one it read.")
    enrolled_at: Instant | None = Field(description="None: only points are known so far.")
    store: Id | None = Field(description="Where they joined.")
    accounts: tuple[MemberFigures, ...]
    cards: tuple[CardBody, ...]
    consents: tuple[ConsentState, ...]
    household: Id | None
    merged_into: Id | None = Field(description="The record that took this one in.")
    alike: tuple[Id, ...] = Field(description="Other members with the same phone or e-mail.")


class MemberSort(StrEnum):
    """What a list is sorted by."""

    NAME = "name"
    POINTS = "points"
    JOINED = "joined"
    EMAIL = "email"
    TOWN = "town"
    DEPARTMENT = "department"
    REGION = "region"
    COUNTRY = "country"
    RECORD_TYPE = "record_type"
    PRICE_CODE = "price_code"


class MemberFilter(Wire):
    """Whom a list or a segment holds: who fits all that is said."""

    record_type: _Words = Field(default=(), description="Any of these; empty for all.")
    town: _Words = ()
    department: _Words = ()
    region: _Words = ()
    country: _Words = ()
    theme: _Words = ()
    price_code: _Words = ()
    language: _Words = ()
    store: _Words = ()
    birth_month: int | None = Field(default=None, ge=1, le=12, description="1 for January.")
    loyalty: bool | None = None
    has_email: bool | None = None
    has_phone: bool | None = None
    agrees_to: Literal["program", "news"] | None = Field(
        default=None, description="Their last answer for this purpose is yes."
    )
    points_from: int | None = Field(
        default=None, ge=-(2**53), le=2**53, description="Points, at least."
    )
    points_to: int | None = Field(
        default=None, ge=-(2**53), le=2**53, description="Points, at most."
    )
    joined_from: Instant | None = None
    joined_to: Instant | None = None
    bought_from: Instant | None = Field(
        default=None, description="Their last purchase that was paid is of that moment or later."
    )
    bought_to: Instant | None = Field(
        default=None, description="Their last purchase that was paid is earlier; they made one."
    )


class MemberSearch(Wire):
    """Who is looked for. In the body, so that no address is written into a server's log."""

    phone: str | None = Field(default=None, max_length=40)
    country: _Country = Field(default="", description="In which a national number is read.")
    email: str | None = Field(default=None, max_length=254)
    card: CardKey | None = None
    card_uid: str | None = Field(default=None, pattern=r"^([0-9A-Fa-f]{2}){4,10}$")
    name: OneLine = Field(
        default="",
        max_length=120,
        description="Beginnings of first and last name, in any order, case and accents aside.",
    )
    members: tuple[Id, ...] = Field(
        default=(), max_length=1000, description="Only of these; left out, of all."
    )
    segment: Id | None = None
    only: MemberFilter = MemberFilter()
    sort: MemberSort = MemberSort.NAME
    descending: bool = False
    program: Id | None = Field(default=None, description="Whose points; else the caller's store's.")


class MemberRow(Wire):
    """A member in a list."""

    id: Id
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    language: Language
    record_type: str
    town: str
    department: str
    region: str
    country: str
    price_code: str
    loyalty: bool
    joined_at: Instant | None
    bought_at: Instant | None = Field(
        default=None, description="Their last purchase that was paid; null before the first."
    )
    note_alert: bool
    points: Points


class MembersPage(Wire):
    """Members, in the order asked."""

    members: tuple[MemberRow, ...]
    next: str | None = Field(description="The next page's cursor; null on the last page.")


class MemberColumn(StrEnum):
    """What a table of members may say of each."""

    ID = "id"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    POINTS = "points"
    EMAIL = "email"
    PHONE = "phone"
    JOINED = "joined_at"
    BOUGHT = "bought_at"
    LANGUAGE = "language"
    RECORD_TYPE = "record_type"
    PRICE_CODE = "price_code"
    TOWN = "town"
    DEPARTMENT = "department"
    REGION = "region"
    COUNTRY = "country"
    LOYALTY = "loyalty"


class MemberTable(MemberSearch):
    """The members who are looked for, as a file."""

    columns: tuple[MemberColumn, ...] = Field(
        default=tuple(MemberColumn), min_length=1, max_length=len(MemberColumn)
    )


class SegmentTerms(Wire):
    """A filter with a name, for lists and mailings."""

    name: OneLine = Field(min_length=1, max_length=80)
    only: MemberFilter


class SegmentBody(SegmentTerms):
    """A segment."""

    id: Id


class SegmentsAnswer(Wire):
    """Every segment, by name."""

    segments: tuple[SegmentBody, ...]


class AlikeBy(StrEnum):
    """What two records share."""

    PHONE = "phone"
    EMAIL = "email"
    NAME_AND_BIRTHDAY = "name_and_birthday"


class AlikeBody(Wire):
    """Members who may be one person."""

    by: AlikeBy
    members: tuple[Id, ...]


class DuplicatesPage(Wire):
    """Groups of records that share something a person has once."""

    groups: tuple[AlikeBody, ...]
    next: str | None


class BulkChange(Wire):
    """A table of members to change, as a spreadsheet writes it."""

    id: Id
    csv: str = Field(
        max_length=900_000,
        description=(
            "Columns: `member`, `email`, `phone` or `card_uid`, and what to change: `loyalty`"
            " (yes/no), `record_type`, `price_code`, `themes` (separated by |)."
        ),
    )
    dry_run: bool = False


class BulkFault(Why):
    """A line that cannot be done, and why."""

    line: int = Field(description="Line of the table; its headers are line 1.")
    reason: str


class BulkAnswer(Wire):
    """What became of a table: all of its lines, or none."""

    lines: int = Field(description="Lines of the table.")
    changed: int = Field(description="Members changed.")
    faults: tuple[BulkFault, ...]
    done: bool = Field(description="False for a dry run, and where a line has a fault.")
