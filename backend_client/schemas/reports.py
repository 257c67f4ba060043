"""Reports: activity, liability, gifts, uplift, accounts, clearing. Rates are in basis points."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Wire

BasisPoints = Annotated[int, Field(description="Hundredths of a percent: 10000 is everything.")]
AccountCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
Minor = Annotated[int, Field(description="Minor units of the currency.")]


class ActivityLine(Wire):
    """What moved in one store, of one kind, in one direction."""

    store: str
    kind: str
    points: int = Field(description="Positive: to members.")
    entries: int = Field(description="Entries of that kind.")


class ActivityProgram(Wire):
    """One program in the period."""

    program: Id
    active_members: int = Field(description="Who earned at a till or took something.")
    earned: int = Field(description="Points given by sales and as a welcome.")
    spent: int = Field(description="Points taken for rewards, less those given back.")
    expired: int = Field(description="Points that ran out or fell away.")
    clawed_back: int = Field(description="Points taken back with goods that came back.")
    adjusted: int = Field(description="Points given by hand, less those taken.")
    net: int = Field(description="The sum of all lines.")
    redemption_rate_bp: BasisPoints | None = Field(description="Spent, of what was earned.")
    breakage_bp: BasisPoints | None = Field(description="Expired, of what expired or was spent.")
    lines: tuple[ActivityLine, ...]


class ActivityReport(Wire):
    """What happened from `since` to `until`, itself not."""

    since: Instant
    until: Instant
    members: int = Field(description="Who had joined by the end.")
    new_members: int = Field(description="Members who joined.")
    programs: tuple[ActivityProgram, ...]


class TrendMonth(Wire):
    """One calendar month, or the part of it that lies in the period."""

    since: Instant
    until: Instant
    earned: int = Field(description="Points, in the program's smallest unit.")
    spent: int = Field(description="Points, in the program's smallest unit.")
    expired: int = Field(description="Points, in the program's smallest unit.")
    new_members: int = Field(description="Members who joined.")


class TrendReport(Wire):
    """The months of a period, the earliest first."""

    since: Instant
    until: Instant
    months: tuple[TrendMonth, ...]


class LiabilityStore(Wire):
    """What one store gave and nobody has spent."""

    store: str
    points: int = Field(description="Points, in the program's smallest unit.")
    value: Minor | None


class LiabilityProgram(Wire):
    """What the members of a program could still ask for."""

    program: Id
    currency: str
    points: int = Field(description="Open lots that have not run out.")
    debt: int = Field(description="Points that members owe; not taken off.")
    breakage_bp: BasisPoints
    value: Minor | None = Field(description="points × value; null where a point has no value.")
    liability: Minor | None = Field(description="points × value × (1 − breakage).")
    stores: tuple[LiabilityStore, ...]


class LiabilityReport(Wire):
    """The liability at this moment."""

    at: Instant
    programs: tuple[LiabilityProgram, ...]


class GiftLine(Wire):
    """One reward in one store, in one state."""

    program: Id
    store: str
    reason: str = Field(description="Why it was given: `reward:ID`.")
    article: str | None
    state: str = Field(description="reserved, issued, redeemed or voided; at a till, held too.")
    gifts: int = Field(description="Gifts taken.")
    points: int = Field(description="Points, in the program's smallest unit.")
    money: Minor = Field(default=0, description="What it took off tickets at tills.")
    cost: Minor | None = Field(
        description="That, or points × value; null where a point has no value."
    )


class GiftsReport(Wire):
    """Every loyalty gift, apart from other discounts; the totals leave out what was voided."""

    since: Instant
    until: Instant
    lines: tuple[GiftLine, ...]
    gifts: int = Field(description="Gifts taken.")
    points: int = Field(description="Points, in the program's smallest unit.")
    money: Minor = Field(default=0, description="The sum of the loyalty lines on tickets.")
    cost: Minor | None


class DiscountKind(StrEnum):
    """What a discount was given on, or by."""

    ARTICLE = "article"
    """Off one line."""
    TICKET = "ticket"
    """Off the whole."""
    LOYALTY = "loyalty"
    """By points: a reward that took money off, or paid a part."""


class DiscountLine(Wire):
    """One discount on one ticket."""

    at: Instant
    sale: Id
    store: str
    till: str = Field(description="The till's id.")
    by: str | None = Field(description="`staff:ID` of who rang it up; null where a key did.")
    member: Id
    kind: DiscountKind
    article: str = Field(default="", description="The code of what it was taken off, if any.")
    reward: Id | None = Field(default=None, description="What points were used for.")
    amount: Minor
    of: Minor | None = Field(default=None, description="What the line, or the ticket, came to.")
    currency: str
    stands: bool = Field(description="False where the ticket was voided or the points went back.")


class DiscountSum(Wire):
    """What one kind of discount came to."""

    kind: DiscountKind
    currency: str
    discounts: int = Field(description="How many were given.")
    amount: Minor


class DiscountsReport(Wire):
    """Every discount on the tickets of members, the latest first; the sums are of the period."""

    since: Instant
    until: Instant
    sums: tuple[DiscountSum, ...]
    lines: tuple[DiscountLine, ...]
    next: str | None = Field(description="Where the next page begins; null on the last.")


class ComparedGroup(Wire):
    """Members side by side, who had joined before the period."""

    members: int = Field(description="Members of the group.")
    buyers: int = Field(description="Members who bought.")
    sales: int = Field(description="Sales to them.")
    spent: Minor
    spent_each: Minor | None = Field(description="By member, whether or not they bought.")


class UpliftReport(Wire):
    """What those who got something bought, beside those who did not."""

    since: Instant
    until: Instant
    campaign: str | None
    received: ComparedGroup
    held_out: ComparedGroup
    uplift_bp: BasisPoints | None = Field(description="How much more each of the first bought.")


class RetentionReport(Wire):
    """Who came back, and what the shop knows of its members."""

    since: Instant
    until: Instant
    before: int = Field(description="Members who bought in as long a time before.")
    came_back: int = Field(description="Of these, who bought in the period too.")
    retention_bp: BasisPoints | None = Field(description="came_back of before; null for nobody.")
    buyers: int = Field(description="Members who bought in the period.")
    members: int = Field(description="All there are today.")
    with_email: int = Field(description="Members with an e-mail address.")
    with_phone: int = Field(description="Members with a telephone number.")
    with_birthday: int = Field(description="Members who said when they were born.")
    agree_to_news: int = Field(description="Who may be written to, by their last word.")


class CampaignLine(Wire):
    """One campaign in the period, on the tickets in which it had a part."""

    program: Id
    campaign: Id
    name: dict[str, str]
    tickets: int = Field(description="Tickets it counted on.")
    members: int = Field(description="Members with such a ticket.")
    points: int = Field(description="All that these tickets earned.")
    cost: Minor | None = Field(description="points × value; null where a point has no value.")
    redeemers: int = Field(description="Members of these who took a reward in the same time.")
    redemption_bp: BasisPoints | None
    received: ComparedGroup
    held_out: ComparedGroup
    uplift_bp: BasisPoints | None = Field(
        description="How much more each of the first bought: an observation, not a proof."
    )


class CampaignsReport(Wire):
    """Every campaign of the programs in force."""

    since: Instant
    until: Instant
    campaigns: tuple[CampaignLine, ...]


class AccountCodes(Wire):
    """Where loyalty stands in the merchant's chart of accounts."""

    liability: AccountCode = Field(default="2150", description="What members may still ask for.")
    granted: AccountCode = Field(default="6250", description="The cost of points given.")
    redeemed: AccountCode = Field(default="4250", description="Gifts handed out for points.")
    breakage: AccountCode = Field(default="4290", description="Income from points that ran out.")
    opening: AccountCode = Field(default="3900", description="Points of an earlier system.")
    transfer: AccountCode = Field(default="2159", description="Points between accounts.")


class JournalLine(Wire):
    """One side of a movement."""

    account: AccountCode
    what: str
    program: Id
    store: str
    kind: str
    points: int = Field(description="Points, in the program's smallest unit.")
    currency: str
    debit: Minor
    credit: Minor


class JournalReport(Wire):
    """Debits and credits of the period, which are equal."""

    since: Instant
    until: Instant
    lines: tuple[JournalLine, ...]
    debit: Minor
    credit: Minor
    unvalued: tuple[str, ...] = Field(
        description="Programs that are left out: they do not say what a point is worth."
    )


class ClearingLine(Wire):
    """One store owes another."""

    debtor: str = Field(description="The store that gave the points.")
    creditor: str = Field(description="The store where they were spent.")
    points: int = Field(description="Points, in the program's smallest unit.")
    value: Minor | None


class ClearingNet(Wire):
    """What a store gets, or pays where it is negative."""

    store: str
    points: int = Field(description="Points, in the program's smallest unit.")
    value: Minor | None


class ClearingReport(Wire):
    """What stores owe each other; the net of all stores is 0."""

    since: Instant
    until: Instant
    program: Id
    currency: str
    lines: tuple[ClearingLine, ...]
    net: tuple[ClearingNet, ...]


By = Literal["happened", "booked"]
