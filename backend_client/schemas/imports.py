"""Bringing balances in from another system: a file, what its columns mean, what becomes of it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from backend_client.schemas.base import Id, Instant, Points, Why, Wire

ROWS_MAX = 100_000
BYTES_MAX = 16 * 1024 * 1024


class ImportColumn(StrEnum):
    """What a column of the file holds."""

    MEMBER = "member"
    """The id of a member who is here already."""
    CARD_UID = "card_uid"
    EMAIL = "email"
    PHONE = "phone"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    BALANCE = "balance"
    """Points, visits, free items or money, as the old system counted."""
    EARNED_ON = "earned_on"
    VALID_UNTIL = "valid_until"
    """The last day on which the points can be spent."""


class DayOrder(StrEnum):
    """How days are written where they are not written year first."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class UnknownPeople(StrEnum):
    """What to do with a row that names nobody who is here."""

    REFUSE = "refuse"
    ADD = "add"


class ImportRounding(StrEnum):
    """How a balance with a fraction becomes whole."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


class ImportPlan(Wire):
    """What the columns mean, and how balances are converted."""

    program: Id
    store: Id = Field(description="Whose points they are.")
    columns: dict[ImportColumn, Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        description="The header of each column that is used."
    )
    source: str = Field(
        default="import",
        pattern=r"^[A-Za-z0-9_.-]{1,40}$",
        description="The name of the old books: a row of the same books comes in once.",
    )
    ratio: Decimal = Field(
        default=Decimal(1),
        gt=0,
        le=1_000_000,
        max_digits=16,
        decimal_places=8,
        description="What one of the old unit is worth in this program's: 1000 points at 0.01 are"
        " 10.00 in a program that counts money.",
    )
    rounding: ImportRounding = ImportRounding.FLOOR
    decimal: str | None = Field(
        default=None,
        pattern=r"^[.,]$",
        description="The decimal sign; left out: a comma in files with semicolons, else a point.",
    )
    days: DayOrder = DayOrder.DAY_FIRST
    unknown: UnknownPeople = UnknownPeople.REFUSE
    country: str = Field(default="FR", pattern=r"^[A-Z]{2}$", description="Of national numbers.")

    @field_validator("columns")
    @classmethod
    def _enough(cls, columns: dict[ImportColumn, str]) -> dict[ImportColumn, str]:
        if ImportColumn.BALANCE not in columns:
            raise ValueError("say which column holds the balance")
        who = {
            ImportColumn.MEMBER,
            ImportColumn.CARD_UID,
            ImportColumn.EMAIL,
            ImportColumn.PHONE,
        }
        if not who & set(columns):
            raise ValueError("say which column tells who it is: member, card_uid, email or phone")
        return columns


class BadRow(Why):
    """A row that is left out."""

    line: int = Field(description="In the file; the headers are line 1.")
    reason: str


class ImportTotals(Wire):
    """What a file makes, or made."""

    rows: int = Field(description="Rows that were read.")
    lots: int = Field(description="Rows that give points.")
    points: Points
    members_added: int = Field(description="Members who are new.")
    known: int = Field(description="Rows that came in before: nothing is done.")
    bad: int = Field(description="Rows that cannot come in.")
    bad_rows: tuple[BadRow, ...] = Field(description="The first 500, with reasons.")


class ImportShown(Wire):
    """An import, and how far it is."""

    id: Id
    state: str = Field(description="uploaded, mapped, committing, committed, undoing or undone.")
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    rows: int = Field(description="Rows of the file, without its headers.")
    plan: ImportPlan | None
    totals: ImportTotals | None = Field(description="Of the dry run, then of what was done.")
    uploaded_at: Instant
    committed_at: Instant | None
    undone_at: Instant | None


class Imports(Wire):
    """Imports, the latest first."""

    imports: tuple[ImportShown, ...]
    next: str | None
