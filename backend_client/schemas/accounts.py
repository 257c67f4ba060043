"""A member's account as people read it: balance, lots, movements, and why."""

from enum import StrEnum

from pydantic import Field

from backend_client.schemas.base import Currency, Id, Instant, Money, Points, Wire
from loyalty.ledger import EntryKind
from loyalty.program import Unit


class PendingBody(Wire):
    """Points that are there and cannot be spent yet."""

    points: Points
    available_from: Instant | None = Field(description="None where somebody must release them.")


class GoalBody(Wire):
    """A reward and how far it is."""

    reward: Id
    name: str = Field(description="In the member's language.")
    cost: Points
    missing: Points = Field(description="How many points are still to earn; 0 when it can be had.")
    complete: int = Field(description="How many times the balance pays for it.")


class TierBody(Wire):
    """Where the member stands among the tiers."""

    tier: Id | None
    name: str
    counted: int = Field(description="Points, minor units or visits, as the program counts.")
    next_tier: Id | None
    missing: int = Field(description="How much is still to come for the next tier.")
    until: Instant | None = Field(description="When the tier falls if nothing more comes.")
    falls_to: Id | None
    to_keep: int = Field(description="How much, before then, keeps it.")


class LotState(StrEnum):
    """What has become of the points of one credit."""

    ACTIVE = "active"
    """There are points left, and they can be spent."""
    PENDING = "pending"
    SPENT = "spent"
    """None are left: used, taken back, or moved."""
    EXPIRED = "expired"


class LotView(Wire):
    """One credit and what is left of it."""

    entry: Id
    kind: EntryKind
    points: Points = Field(description="What it gave.")
    left: Points
    state: LotState
    earned_at: Instant
    deadline: Instant | None = Field(description="The first instant at which it is too late.")
    available_from: Instant | None
    sale: Id | None = Field(description="The sale it was earned with.")


class AccountSummary(Wire):
    """What a till, a page or a customer's record shows of an account."""

    member: Id
    program: Id
    unit: Unit
    currency: Currency
    balance: Points
    worth: Money | None = Field(
        description="What the balance is worth, minor units; null where points buy gifts only."
    )
    debt: Points = Field(description="Owed; the next points pay it.")
    pending: tuple[PendingBody, ...]
    expiring: tuple[LotView, ...] = Field(description="Lots that can be spent, soonest lost first.")
    goals: tuple[GoalBody, ...] = Field(description="Every reward, the nearest first.")
    missing: Points | None = Field(description="Points to the next reward; null where all is had.")
    tier: TierBody | None = Field(description="None where the program has no tiers.")
    text: str = Field(description='Such as "130 points: 70 more for: 5 € off".')


class LotsPage(Wire):
    """Credits, newest first."""

    lots: tuple[LotView, ...]
    next: str | None = Field(description="The next page's cursor; null where this was the last.")


class TicketBody(Wire):
    """The sale that a movement is about."""

    sale: Id
    total: Money = Field(description="Tax included, in minor units.")
    currency: Currency
    channel: str
    store: Id


class PointsMovement(Wire):
    """One movement of points, with what it is about and why."""

    entry: Id
    position: int = Field(description="Its place in the account's journal.")
    kind: EntryKind
    points: Points
    at: Instant
    store: Id
    deadline: Instant | None
    ticket: TicketBody | None = Field(description="None where no sale is known for it.")
    used_for: str | None = Field(description="The reward that was had; null for what is no use.")
    by: Id | None = Field(description="Whose card, in a household.")
    actor: str | None = Field(
        description="Who of the shop, of a change by hand; `team` where a customer asks."
    )
    why: tuple[str, ...] = Field(description="The calculation in words, line by line.")


class MovementsPage(Wire):
    """Movements, newest first."""

    movements: tuple[PointsMovement, ...]
    next: str | None = Field(description="The next page's cursor; null where this was the last.")
