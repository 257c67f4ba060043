"""News for other systems: what may be subscribed to, and how deliveries went."""

from typing import Annotated

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Wire

EVENTS = (
    "points.welcome",
    "points.earn",
    "points.redeem",
    "points.reversal",
    "points.expiry",
    "points.return",
    "points.adjustment",
    "points.release",
    "points.forfeit",
    "points.transfer",
    "points.opening",
    "voucher.issued",
    "voucher.redeemed",
    "voucher.voided",
    "member.enrolled",
    "card.changed",
    "alert.raised",
    "webhook.test",
)
"""What there is news of. `points.*` is all of its kind, `*` is everything."""


class WebhookBody(Wire):
    """Where news go, and which."""

    url: str = Field(max_length=2000, description="https, and not in a private network.")
    events: tuple[Annotated[str, Field(max_length=40)], ...] = Field(
        min_length=1, max_length=40, description=f"Of: {', '.join(EVENTS)}; points.* and so on; *."
    )
    paused: bool = Field(default=False, description="Keep what happens until it is unpaused.")


class WebhookShown(Wire):
    """A subscription."""

    id: Id
    url: str
    events: tuple[str, ...]
    state: str = Field(
        description="active, paused, deleted, or disabled after three days without an answer."
    )
    failing_since: Instant | None = Field(description="null while deliveries arrive.")
    created_at: Instant


class Webhooks(Wire):
    """Every subscription."""

    webhooks: tuple[WebhookShown, ...]


class WebhookSecret(Wire):
    """What signatures are checked with."""

    secret: str = Field(description="Keep it where you keep passwords.")


class DeliveryBody(Wire):
    """One piece of news on its way."""

    id: Id = Field(description="The same for every try: the header Loyalty-Delivery.")
    type: str
    state: str = Field(description="waiting, delivered or failed.")
    attempts: int = Field(description="How often it was tried.")
    queued_at: Instant
    next_try_at: Instant | None = Field(description="null when it will not be tried again.")
    ended_at: Instant | None
    status: int | None = Field(description="What the receiver answered last.")
    answer: str = Field(description="Why it was not taken.")
    body: str = Field(description="What is sent: JSON.")


class DeliveriesPage(Wire):
    """Deliveries, the latest first."""

    deliveries: tuple[DeliveryBody, ...]
    next: str | None


class DeliveryQueued(Wire):
    """A delivery that will be made."""

    id: Id
