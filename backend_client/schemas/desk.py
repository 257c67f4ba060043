"""What staff does for members by hand: adjustments, households, merges, erasure."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from backend_client.schemas.base import Id, Instant, OneLine, Points, Why, Wire
from loyalty.program import Role

_WHERE = "In which store it is done; the caller's when left out."


class AdjustmentState(StrEnum):
    """Where an adjustment stands."""

    BOOKED = "booked"
    PENDING = "pending"
    """Waits for a second person: see the approval."""
    REFUSED = "refused"


class NewAdjustment(Wire):
    """Points given or taken by hand, under an id that makes a retry harmless."""

    id: Id
    member: Id
    points: int = Field(
        ge=-(10**9), le=10**9, strict=True, description="Positive gives, negative takes; not 0."
    )
    nature: OneLine = Field(
        min_length=1, max_length=64, description="The code of the reason, of the program's list."
    )
    comment: OneLine = Field(default="", max_length=500)
    program: Id | None = Field(default=None, description="The caller's store's when left out.")
    store: Id | None = Field(default=None, description="The caller's when left out.")
    value_at: Instant | None = Field(
        default=None, description="From when the points count; needs the right. Now when left out."
    )
    deadline: Instant | None = Field(default=None, description="Until when given points live.")


class AdjustmentAnswer(Wire):
    """An adjustment and what became of it. The booking date is the server's, always."""

    id: Id
    member: Id
    program: Id
    points: Points
    nature: str
    comment: str
    state: AdjustmentState
    asked_at: Instant
    asked_by: str = Field(description="staff:ID or till:ID.")
    value_at: Instant | None
    approval: Id | None = Field(description="What a second person decides on.")
    entry: Id | None
    balance: Points = Field(description="What the member can spend now.")


class AdjustmentsPage(Wire):
    """Adjustments, the latest first."""

    adjustments: tuple[AdjustmentAnswer, ...]
    next: str | None


class AdjustmentTable(Wire):
    """Many adjustments from a spreadsheet: all of its lines, or none."""

    session: Id = Field(description="The same session with the same content is done once.")
    csv: str = Field(
        max_length=900_000,
        description=(
            "Columns: `member`, `email`, `phone` or `card_uid`; `points`, signed, or `amount` where"
            " the program counts money, such as 2.50; and, where they differ from line to line,"
            " `nature` and `comment`."
        ),
    )
    nature: OneLine = Field(default="", max_length=64)
    comment: OneLine = Field(default="", max_length=500)
    program: Id | None = None
    store: Id | None = None
    dry_run: bool = False


class TableFault(Why):
    """A line that cannot be done, and why."""

    line: int = Field(description="Line of the table; its headers are line 1.")
    reason: str


class AdjustmentTableAnswer(Wire):
    """What became of a table."""

    session: Id
    lines: int = Field(description="Lines of the table.")
    given: Points
    taken: Points
    faults: tuple[TableFault, ...]
    done: bool = Field(description="False for a dry run, and where a line has a fault.")


# --- households -------------------------------------------------------------------------------


class NewHousehold(Wire):
    """Several members who are to share one wallet."""

    id: Id
    program: Id | None = None


class HouseholdMember(Wire):
    """Somebody of a household, and what they may do with the wallet."""

    member: Id
    role: Role
    per_day: Points | None = Field(description="The most they may spend in a day; null for any.")
    contributed: Points = Field(description="What is left of the points they brought.")


class HouseholdAnswer(Wire):
    """A household and its wallet."""

    id: Id
    program: Id
    wallet: Id = Field(description="In whose name the common account is kept.")
    balance: Points
    one_welcome: bool
    members: tuple[HouseholdMember, ...]


class HouseholdJoin(Wire):
    """Somebody joins, with the points they have; under an id that makes a retry harmless."""

    id: Id
    member: Id
    role: Role | None = Field(default=None, description="The program's for new cards.")
    per_day: Points | None = Field(default=None, ge=0)
    store: Id | None = Field(default=None, description=_WHERE)


class HouseholdTerms(Wire):
    """What somebody of the household may do from now on."""

    role: Role
    per_day: Points | None = Field(default=None, ge=0)


class HouseholdLeave(Wire):
    """Somebody leaves, with what is left of the points they brought."""

    id: Id
    member: Id
    store: Id | None = Field(default=None, description=_WHERE)


# --- merges -----------------------------------------------------------------------------------


class NewMerge(Wire):
    """Two records that are one person, under an id that makes a retry harmless."""

    id: Id
    kept: Id
    absorbed: Id
    store: Id | None = Field(default=None, description=_WHERE)


class MergeFigures(Wire):
    """What a merge does in one program."""

    program: Id
    moved: Points = Field(description="What comes from the absorbed account.")
    welcome_taken: Points = Field(description="The second welcome, which is taken back.")
    kept_before: Points
    kept_after: Points


class MergeAnswer(Wire):
    """A merge, or what it would do."""

    id: Id
    kept: Id
    absorbed: Id
    figures: tuple[MergeFigures, ...]
    cards: int = Field(description="How many cards open the kept account from now on.")
    state: Literal["preview", "done", "undone"]


# --- privacy ----------------------------------------------------------------------------------


class Erasure(Wire):
    """A person who is to be forgotten."""

    id: Id = Field(description="Of the request; sent again, nothing happens twice.")


class Erased(Wire):
    """The person is forgotten: what is left is a number with points that nobody can claim."""

    member: Id
    erased_at: Instant


class PersonalData(Wire):
    """All that is kept of a person: by table, its rows, by column."""

    member: Id
    tables: dict[str, tuple[dict[str, str | int | None], ...]]
    accounts: tuple[dict[str, str | int | None], ...] = Field(
        description="Every movement of points, with its date."
    )
