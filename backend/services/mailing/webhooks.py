"""News for other systems: subscriptions, and deliveries that are signed and tried again.

A delivery is made at least once: who dies between the receiver's yes and our writing it down makes
it again, under the same id, by which the receiver knows it. News hold ids and numbers, nothing of
a person: what changed is asked for with a key that may see it.
"""

import hmac
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from backend.config import Config, Webhooks
from backend.db import Database, Transaction, alerts, webhooks
from backend.db.webhooks import Delivery, Hook, HookState
from backend.errors import Refused, phrase
from backend.logs import facts
from backend.outward import AddressRefused, NotDelivered, check_address, post
from backend.services.team import audit
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.webhooks import EVENTS, WebhookBody, WebhookSecret, WebhookShown
from loyalty.ids import TenantId

log = logging.getLogger(__name__)

AT_ONCE = 20
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)
DISABLE_AFTER = timedelta(days=3)
HOOKS_MAX = 20
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600, 43200))


# --- subscriptions ----------------------------------------------------------------------------


def subscribe(
    tx: Transaction, actor: str, wanted: str, body: WebhookBody, rules: Webhooks
) -> WebhookShown:
    """The subscription as it is from now on; new ones are active. Raises Refused."""
    known = webhooks.hook(tx, wanted)
    if known is not None and known.state is HookState.DELETED:
        raise Refused(ProblemName.ID_REUSED, "a subscription of this id was ended")
    if known is None and len(webhooks.hooks(tx)) >= HOOKS_MAX:
        raise Refused(
            ProblemName.INVALID, phrase("id: at most {most} subscriptions", most=HOOKS_MAX)
        )
    _check(body, rules)
    hook = Hook(
        id=wanted,
        url=body.url,
        events=tuple(sorted(set(body.events))),
        secret_number=known.secret_number if known else 1,
        state=HookState.PAUSED if body.paused else HookState.ACTIVE,
        failing_since=None,
        created_at=known.created_at if known else tx.now,
    )
    webhooks.save_hook(tx, hook)
    audit.note(tx, actor, "webhook.save", wanted, paused=body.paused)
    return shown(hook)


def unsubscribe(tx: Transaction, actor: str, wanted: str) -> WebhookShown:
    """The subscription, ended: its deliveries stay to be read. Raises Refused."""
    hook = replace(existing(tx, wanted), state=HookState.DELETED)
    webhooks.save_hook(tx, hook)
    webhooks.give_up_all(tx, wanted)
    audit.note(tx, actor, "webhook.end", wanted)
    return shown(hook)


def secret(tx: Transaction, actor: str, wanted: str, *, new: bool) -> WebhookSecret:
    """What the receiver checks signatures with; a new one makes the old one worthless."""
    hook = existing(tx, wanted)
    if new:
        hook = replace(hook, secret_number=hook.secret_number + 1)
        webhooks.save_hook(tx, hook)
    audit.note(tx, actor, "webhook.secret", wanted, new=new)
    return WebhookSecret(secret=_secret(tx, hook))


def try_out(tx: Transaction, actor: str, wanted: str) -> str:
    """The id of a delivery that says nothing, to see whether news arrive. Raises Refused."""
    hook = existing(tx, wanted)
    audit.note(tx, actor, "webhook.try", wanted)
    return webhooks.add_delivery(tx, hook, "webhook.test", {"webhook": wanted})


def deliver_again(tx: Transaction, actor: str, wanted: str, delivery_id: str) -> Delivery:
    """The delivery, to be made once more. Raises Refused."""
    existing(tx, wanted)
    found = webhooks.delivery(tx, delivery_id)
    if found is None or found.hook != wanted:
        raise Refused(ProblemName.NOT_FOUND, "no such delivery")
    webhooks.save_delivery(
        tx, delivery_id, state="waiting", attempts=0, next_try_at=tx.now, queued_at=tx.now
    )
    tx.posted = True
    audit.note(tx, actor, "webhook.again", wanted)
    again = webhooks.delivery(tx, delivery_id)
    assert again is not None
    return again


def existing(tx: Transaction, wanted: str) -> Hook:
    """The subscription of that id. Raises Refused."""
    hook = webhooks.hook(tx, wanted)
    if hook is None or hook.state is HookState.DELETED:
        raise Refused(ProblemName.NOT_FOUND, "no such subscription")
    return hook


def shown(hook: Hook) -> WebhookShown:
    """The message for a subscription."""
    return WebhookShown(
        id=hook.id,
        url=hook.url,
        events=hook.events,
        state=hook.state.value,
        failing_since=hook.failing_since,
        created_at=hook.created_at,
    )


def _check(body: WebhookBody, rules: Webhooks) -> None:
    families = {f"{name.partition('.')[0]}.*" for name in EVENTS}
    unknown = set(body.events) - {*EVENTS, *families, "*"}
    if unknown:
        raise Refused.at("events", phrase("there is no {event}", event=min(unknown)))
    try:
        check_address(body.url, rules)
    except AddressRefused as no:
        raise Refused.at("url", phrase(str(no))) from no


# --- deliveries -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leased:
    delivery: Delivery
    hook: Hook
    secret: str


def is_due(tx: Transaction) -> bool:
    """Whether there is a delivery to make."""
    return webhooks.has_work(tx)


def deliver_due(database: Database, tenant: TenantId, config: Config) -> int:
    """How many pieces of news were taken."""
    taken = 0
    while leased := database.run(tenant, _lease):
        silent: set[str] = set()
        for each in leased:
            if each.hook.id in silent:
                # Its receiver did not answer a moment ago; the others need not wait for that.
                database.run(tenant, _not_now, each, None, "after another", counts=False)
            elif _deliver(database, tenant, each, config.webhooks):
                taken += 1
            else:
                silent.add(each.hook.id)
    return taken


def sign(secret_text: str, at: datetime, body: bytes) -> str:
    """The signature's header: the time, and HMAC-SHA-256 of `TIME.BODY` in hex."""
    stamp = int(at.timestamp())
    signed = hmac.new(secret_text.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
    return f"t={stamp},v1={signed}"


def _deliver(database: Database, tenant: TenantId, leased: _Leased, rules: Webhooks) -> bool:
    """Whether it was taken."""
    delivery, body = leased.delivery, leased.delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "loyalty-backend/1",
        "Loyalty-Event": delivery.type,
        "Loyalty-Delivery": delivery.id,
        "Loyalty-Signature": sign(leased.secret, database.clock(), body),
    }
    status: int | None = None
    try:
        status = post(leased.hook.url, body, headers, rules).status
        answer = str(status)
    except NotDelivered as no:
        answer = no.answer
    except AddressRefused as no:
        answer = str(no)
    if status is not None and HTTPStatus(200) <= status < HTTPStatus(300):
        database.run(tenant, _taken, leased, status)
        return True
    database.run(tenant, _not_now, leased, status, answer)
    return False


def _lease(tx: Transaction) -> list[_Leased]:
    known: dict[str, Hook | None] = {}
    leased: list[_Leased] = []
    for delivery in webhooks.due(tx, AT_ONCE):
        if delivery.hook not in known:
            known[delivery.hook] = webhooks.hook(tx, delivery.hook)
        hook = known[delivery.hook]
        assert hook is not None
        if hook.state is HookState.PAUSED:
            later = tx.now + timedelta(minutes=5)
            webhooks.save_delivery(tx, delivery.id, next_try_at=later)
        elif hook.state is not HookState.ACTIVE and delivery.type != "webhook.test":
            webhooks.give_up_all(tx, hook.id)
        else:
            until = tx.now + LEASE
            webhooks.save_delivery(
                tx, delivery.id, leased_until=until, attempts=delivery.attempts + 1
            )
            held = replace(delivery, leased_until=until, attempts=delivery.attempts + 1)
            leased.append(_Leased(delivery=held, hook=hook, secret=_secret(tx, hook)))
    return leased


def _taken(tx: Transaction, leased: _Leased, status: int) -> None:
    webhooks.save_delivery(
        tx,
        leased.delivery.id,
        state="delivered",
        ended_at=tx.now,
        leased_until=None,
        status=status,
        answer="",
    )
    hook = webhooks.hook(tx, leased.hook.id)
    if hook is not None and hook.failing_since is not None:
        webhooks.save_hook(tx, replace(hook, failing_since=None))


def _not_now(
    tx: Transaction, leased: _Leased, status: int | None, answer: str, *, counts: bool = True
) -> None:
    """Try later, at growing intervals, and not for ever."""
    delivery = leased.delivery
    attempts = delivery.attempts if counts else delivery.attempts - 1
    values: dict[str, object] = {
        "leased_until": None,
        "attempts": attempts,
        "next_try_at": tx.now + _PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1],
        "status": status,
        "answer": answer,
    }
    if tx.now - delivery.queued_at >= GIVE_UP_AFTER:
        values |= {"state": "failed", "ended_at": tx.now}
    webhooks.save_delivery(tx, delivery.id, **values)
    if counts:
        log.info("webhook not taken", extra=facts(webhook=leased.hook.id, answer=answer))
        _count_against(tx, leased.hook.id)


def _count_against(tx: Transaction, hook_id: str) -> None:
    hook = webhooks.hook(tx, hook_id)
    if hook is None or hook.state is not HookState.ACTIVE:
        return
    since = hook.failing_since or tx.now
    hook = replace(hook, failing_since=since)
    if tx.now - since >= DISABLE_AFTER:
        hook = replace(hook, state=HookState.DISABLED)
        webhooks.give_up_all(tx, hook.id)
        alerts.raise_once(tx, "webhook-disabled", hook.id)
        log.warning("webhook disabled", extra=facts(webhook=hook.id))
    webhooks.save_hook(tx, hook)


def _secret(tx: Transaction, hook: Hook) -> str:
    return "whs_" + tx.keys.proof("webhook", f"{hook.id}:{hook.secret_number}")
