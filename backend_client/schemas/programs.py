"""Programs and campaigns: drafts, versions, what changes, and what a past would give."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Points, Why, Wire
from backend_client.schemas.catalogue import Hash, Names
from backend_client.schemas.sales import LineBody
from loyalty.sales import Channel

ProgramKey = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$",
        description="The program's id: small letters, digits and hyphens.",
    ),
]
Document = Annotated[
    dict[str, Any],
    Field(
        description="A program document: assets/programs/program.schema.json is its JSON Schema."
        " Its id, version and valid_from may be left out of a draft."
    ),
]


class FieldError(Why):
    """What is wrong with one field of a document."""

    field: str = Field(description="Such as rewards.2.cost.")
    message: str = Field(description="What to write there instead.")


class DraftBody(Wire):
    """A program as somebody is writing it; it may still be wrong."""

    document: Document


class DraftFound(Wire):
    """A draft as it stands, with what must be put right before it can be published."""

    program: Id
    document: dict[str, Any]
    errors: tuple[FieldError, ...]
    version: int = Field(description="The number it will get when it is published.")
    updated_at: Instant
    updated_by: str


class VersionFound(Wire):
    """A published version."""

    program: Id
    version: int = Field(description="Its number; the first is 1.")
    valid_from: Instant = Field(description="From when it is in force.")
    in_force: bool


class VersionDocument(VersionFound):
    """A published version with its document."""

    document: dict[str, Any]


class VersionsPage(Wire):
    """The versions of a program, the latest first."""

    versions: tuple[VersionFound, ...]
    next: str | None = Field(description="The next page's cursor; null where this was the last.")


class ProgramFound(Wire):
    """A program of the company."""

    id: Id
    name: dict[str, str] = Field(description="By language; of the version in force.")
    on: bool = Field(description="False while the merchant has switched loyalty off.")
    version: int | None = Field(description="The version in force; null for a mere draft.")
    coming: tuple[VersionFound, ...] = Field(description="Published, and not in force yet.")
    draft: bool = Field(description="Whether somebody is writing the next version.")


class ProgramsFound(Wire):
    """Every program, by id."""

    programs: tuple[ProgramFound, ...]


class Publication(Wire):
    """The draft is to be in force."""

    version: int = Field(
        ge=1,
        le=10**9,
        strict=True,
        description="The number it gets: one more than the latest. Sent again with the same"
        " content, it is published once.",
    )
    valid_from: Instant | None = Field(
        default=None, description="From when; in the future, or left out for now."
    )


class Difference(Wire):
    """One field that is not the same in two documents."""

    field: str = Field(description="Such as rewards.2.cost.")
    was: Any = Field(description="Null where it was not there.")
    now: Any = Field(description="Null where it is no more.")


class DifferencesFound(Wire):
    """What changes from one version to another."""

    differences: tuple[Difference, ...]


class SwitchBody(Wire):
    """Loyalty on or off."""

    on: bool = Field(strict=True)


class ReplayBody(Wire):
    """Which past to tell again, and to which rules."""

    since: Instant
    until: Instant | None = Field(default=None, description="Left out, now.")
    document: Document | None = Field(default=None, description="Left out, the draft.")
    point_cost: str | None = Field(
        default=None,
        pattern=r"^\d{1,6}(\.\d{1,6})?$",
        description="What one point costs the shop, in major units, where points buy gifts only.",
    )


class TallyBody(Wire):
    """What the sales of a store, of a week, or all of them give."""

    sales: int = Field(description="Sales that were told.")
    earned: Points
    taken_back: Points = Field(description="By returns and voids; positive.")
    points: Points = Field(description="What is given in the end.")
    cost: int | None = Field(description="Minor units; null where nobody said what a point costs.")
    members_over: int = Field(description="Members who reach the threshold.")
    refused: int = Field(description="Returns that the rules refuse: the points are spent.")
    compared: int = Field(description="Facts of which the books say what they gave.")
    changed: int = Field(description="How many of these give another number of points.")
    difference: Points = Field(description="By how much these give more than the books have.")


class ReplayFound(Wire):
    """The past as these rules would have had it. Nothing is written."""

    total: TallyBody
    members: int = Field(description="Members who bought.")
    threshold: Points | None
    rewards: dict[str, int] = Field(description="Members who can have each reward at the end.")
    stores: dict[str, TallyBody]
    weeks: dict[str, TallyBody] = Field(description='By ISO week, as "2026-W09".')


class TrialBody(Wire):
    """A ticket, to see what it would earn."""

    document: Document | None = Field(default=None, description="Left out, the draft.")
    lines: tuple[LineBody, ...] = Field(
        default=(), max_length=100, description="An article alone is enough: `article`."
    )
    total: int | None = Field(
        default=None,
        ge=0,
        le=10**12,
        strict=True,
        description="Tax included, in minor units; left out, the sum of the lines.",
    )
    at: Instant | None = Field(default=None, description="When it is closed; left out, now.")
    store: Id | None = Field(default=None, description="Left out, the first.")
    channel: Channel = Channel.SHOP
    price_code: str = Field(
        default="", max_length=64, description="Left out, the one that the rules ask for."
    )
    balance: int = Field(
        default=0, ge=-(10**9), le=10**9, strict=True, description="Of the buyer, before it."
    )
    first_purchase: bool = Field(default=False, strict=True)
    tier: str = Field(default="", max_length=64, description="The buyer's tier, by its id.")


class TrialReward(Wire):
    """How far the buyer is from a reward, after the ticket."""

    reward: Id
    name: str
    cost: Points
    missing: Points


class TrialFound(Wire):
    """What the ticket would earn. Nothing is written."""

    earned: Points
    balance_before: Points
    balance_after: Points
    worth: int | None = Field(description="Minor units of the balance; null: points buy gifts.")
    deadline: Instant | None = Field(description="Of the points earned; null for none.")
    why: tuple[str, ...] = Field(description="Line by line, in the asker's language.")
    rewards: tuple[TrialReward, ...]


class EnrolmentBody(Wire):
    """Give every known customer an account in the program."""

    id: Id
    without_consent: bool | None = Field(
        default=None,
        strict=True,
        description="True to enrol also those who never agreed to a loyalty program: ask your"
        " lawyer first. Left out, the program says it (`enrolment.existing`).",
    )


class OpeningBody(Wire):
    """Let past invoices and credit notes make the opening balances."""

    id: Id
    since: Instant | None = Field(
        default=None, description="The application date; left out, the program's counts_from."
    )


class BatchPreview(Wire):
    """What would be done. Nothing is written."""

    members: int = Field(description="Customers whom it concerns.")
    left_out: int = Field(description="Customers who never agreed, or have an account already.")
    points: Points = Field(description="What their accounts would gain.")


class BatchDone(Wire):
    """What was done."""

    id: Id
    members: int = Field(description="Members it was done for.")
    points: Points
    done: bool = Field(
        description="False where it was cut off: send it again to go on where it stopped."
    )


class PresetFound(Wire):
    """A ready program to start from."""

    id: Id
    name: dict[str, str]
    rule_in_words: dict[str, str]
    document: dict[str, Any]


class PresetsFound(Wire):
    """Every ready program."""

    presets: tuple[PresetFound, ...]


class CampaignMessageBody(Wire):
    """What kiosks show while nobody stands there and the campaign runs."""

    message: Names
    picture: Hash | None = None


class CampaignFound(Wire):
    """A campaign of the version in force."""

    id: Id
    name: dict[str, str]
    first_day: date | None
    last_day: date | None
    running: bool = Field(description="By the calendar and clock of the first store, now.")
    message: dict[str, str] | None = Field(description="By language, for the idle screen.")
    picture: Hash | None


class CampaignsFound(Wire):
    """The campaigns of a program, as its document lists them."""

    campaigns: tuple[CampaignFound, ...]
