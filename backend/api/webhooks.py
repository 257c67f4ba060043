"""News for other systems: subscribe, try, read how deliveries went."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Configured, Data, allowed
from backend.api.pages import Asked, page, place_in_time
from backend.api.problems import BODY, TOKEN, documented
from backend.db import webhooks as kept
from backend.db.webhooks import Delivery
from backend.rights import Right
from backend.services.mailing import webhooks
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.webhooks import (
    DeliveriesPage,
    DeliveryBody,
    DeliveryQueued,
    WebhookBody,
    Webhooks,
    WebhookSecret,
    WebhookShown,
)

_ONE = (*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID)

_Owner = Annotated[Caller, Depends(allowed(Right.SETTINGS))]
_Webhook = Annotated[Id, Path()]

routes = APIRouter(prefix=API, tags=["webhooks"])


@routes.get("/webhooks", responses=documented(*TOKEN))
def subscriptions(database: Data, caller: _Owner) -> Webhooks:
    """Every subscription."""
    with database.read(caller.tenant) as tx:
        return Webhooks(webhooks=tuple(webhooks.shown(hook) for hook in kept.hooks(tx)))


@routes.put("/webhooks/{webhook}", responses=documented(*BODY, *TOKEN, ProblemName.ID_REUSED))
def subscribe(
    database: Data, caller: _Owner, config: Configured, webhook: _Webhook, body: WebhookBody
) -> WebhookShown:
    """Subscribe, change a subscription, or wake one that was disabled."""
    return database.run(
        caller.tenant, webhooks.subscribe, caller.actor, webhook, body, config.webhooks
    )


@routes.delete("/webhooks/{webhook}", responses=documented(*_ONE))
def unsubscribe(database: Data, caller: _Owner, webhook: _Webhook) -> WebhookShown:
    """End a subscription; its id is not used again."""
    return database.run(caller.tenant, webhooks.unsubscribe, caller.actor, webhook)


@routes.get("/webhooks/{webhook}/secret", responses=documented(*_ONE))
def secret(database: Data, caller: _Owner, webhook: _Webhook) -> WebhookSecret:
    """What the receiver checks signatures with."""
    return database.run(caller.tenant, webhooks.secret, caller.actor, webhook, new=False)


@routes.post("/webhooks/{webhook}/secret", responses=documented(*_ONE))
def new_secret(database: Data, caller: _Owner, webhook: _Webhook) -> WebhookSecret:
    """A new secret; signatures are made with it from now on."""
    return database.run(caller.tenant, webhooks.secret, caller.actor, webhook, new=True)


@routes.post("/webhooks/{webhook}/test", responses=documented(*_ONE))
def try_out(database: Data, caller: _Owner, webhook: _Webhook) -> DeliveryQueued:
    """Send news of the type webhook.test; the delivery says how that went."""
    return DeliveryQueued(id=database.run(caller.tenant, webhooks.try_out, caller.actor, webhook))


@routes.get("/webhooks/{webhook}/deliveries", responses=documented(*_ONE))
def deliveries(database: Data, caller: _Owner, webhook: _Webhook, asked: Asked) -> DeliveriesPage:
    """What was sent, what the receiver said, and what waits."""
    before = place_in_time(asked)
    with database.read(caller.tenant) as tx:
        webhooks.existing(tx, webhook)
        found = kept.page_of_deliveries(tx, webhook, before=before, limit=asked.limit + 1)
        told, following = page(found, asked, lambda each: (each.queued_at.isoformat(), each.id))
        return DeliveriesPage(deliveries=tuple(_body(each) for each in told), next=following)


@routes.post("/webhooks/{webhook}/deliveries/{delivery}/again", responses=documented(*_ONE))
def again(
    database: Data, caller: _Owner, webhook: _Webhook, delivery: Annotated[Id, Path()]
) -> DeliveryBody:
    """Make a delivery once more."""
    return _body(
        database.run(caller.tenant, webhooks.deliver_again, caller.actor, webhook, delivery)
    )


def _body(delivery: Delivery) -> DeliveryBody:
    return DeliveryBody(
        id=delivery.id,
        type=delivery.type,
        state=delivery.state,
        attempts=delivery.attempts,
        queued_at=delivery.queued_at,
        next_try_at=delivery.next_try_at if delivery.state == "waiting" else None,
        ended_at=None if delivery.state == "waiting" else delivery.ended_at,
        status=delivery.status,
        answer=delivery.answer,
        body=delivery.body,
    )
