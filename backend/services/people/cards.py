"""Cards: linking, blocking, replacing them, and noticing that one is in two places."""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.db import Transaction, alerts, cards, catalogue, member_sessions, shops
from backend.db.cards import Card, CardType
from backend.db.shops import Store
from backend.errors import Refused
from backend_client.schemas.cards import (
    CardBlock,
    CardBody,
    CardLimits,
    CardLink,
    CardReplacement,
    CardTypeBody,
    CardTypeTerms,
)
from backend_client.schemas.changes import BlockReason, CardStatus
from backend_client.schemas.problems import ProblemName
from backend_client.signing import card_key
from loyalty.earning import card_deadline
from loyalty.guard import Seen, is_copy
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.program import CardValidity

SIGHTING_GRAIN = timedelta(seconds=30)
"""How precisely it is remembered when a card was shown: not every look need be written."""


def key_of(tx: Transaction, key: str | None, uid: str | None) -> str:
    """The key of a card that is named by either. Raises Refused for a number that names nobody."""
    if key is not None:
        return key
    assert uid is not None
    chip = bytes.fromhex(uid)
    # 4-byte UIDs starting with 08 are drawn at random on each tap (ISO/IEC 14443-3).
    if len(chip) == _RANDOM_LENGTH and chip[0] == _RANDOM_START:
        raise Refused(ProblemName.CARD_RANDOM, "phones and some cards show a new number each time")
    return card_key(tx.keys.cards, chip)


_RANDOM_LENGTH, _RANDOM_START = 4, 0x08


def sign(key: str) -> str:
    """By which staff tells a member's cards apart: the end of the key, as their pages show it.

    Too short to find a card by: it may stay where the card is forgotten.
    """
    return key[-_SIGN_LENGTH:]


_SIGN_LENGTH = 6


def link(tx: Transaction, member: MemberId, body: CardLink, store: Store) -> Card:
    """The card opens the member's account; told again, it stays as it is. Raises Refused."""
    key = key_of(tx, body.card, body.card_uid)
    known = cards.card(tx, key)
    if known is not None and (known.member != member or known.reason is not BlockReason.REMOVED):
        return _linked_before(known, member)
    begins, ends = _validity(tx, body, store)
    new = Card(
        key=key,
        member=member,
        linked_at=tx.now,
        type=body.type,
        label=body.label,
        assurance=body.assurance,
        earn_only=body.earn_only,
        per_day=body.per_day,
        valid_from=begins,
        valid_until=ends,
    )
    (cards.add_card if known is None else cards.save_card)(tx, new)
    return new


def _linked_before(known: Card, member: MemberId) -> Card:
    if known.member != member:
        raise Refused(ProblemName.CARD_TAKEN, "the card is another member's")
    if known.status is CardStatus.BLOCKED:
        raise Refused(ProblemName.CARD_BLOCKED, "unblock it, or take another card")
    return known


def _validity(
    tx: Transaction, body: CardLink, store: Store
) -> tuple[datetime | None, datetime | None]:
    kind = None if body.type is None else cards.card_type(tx, body.type)
    if body.type is not None and kind is None:
        raise Refused(ProblemName.NOT_FOUND, "no such card type")
    joined = datetime.combine(body.joined_on, _NOON, store.zone) if body.joined_on else tx.now
    if kind is None:
        return validity_for(tx, store, joined)
    return _bounds(validity_of(kind), joined, store)


def validity_for(
    tx: Transaction, store: Store, joined: datetime | None = None
) -> tuple[datetime | None, datetime | None]:
    """From when and until when a card of no type can be used that is handed out now (CLI-08)."""
    program = shops.program(tx, store.program)
    return _bounds(program.card if program else None, joined or tx.now, store)


_NOON = datetime.min.time().replace(hour=12)


def validity_of(kind: CardType) -> CardValidity:
    """How long cards of the type can be used."""
    return CardValidity(first_day=kind.first_day, last_day=kind.last_day, days=kind.days or 0)


def _bounds(
    validity: CardValidity | None, joined: datetime, store: Store
) -> tuple[datetime | None, datetime | None]:
    if validity is None:
        return None, None
    first = validity.first_day
    begins = None if first is None else datetime.combine(first, datetime.min.time(), store.zone)
    return begins, card_deadline(validity, joined, store.zone)


def block(tx: Transaction, key: str, body: CardBlock) -> Card:
    """The card opens nothing any more; every kiosk hears of it within two seconds.

    With a card that was on a lost phone, the member is signed out of their account everywhere.
    """
    known = existing(tx, key)
    if known.status is CardStatus.BLOCKED:
        return known
    blocked = replace(known, status=CardStatus.BLOCKED, reason=body.reason or BlockReason.STAFF)
    cards.save_card(tx, blocked)
    if known.on_phone and blocked.reason is BlockReason.LOST:
        # Whoever has the phone would make themselves another.
        member_sessions.close_sessions(tx, known.member)
    return blocked


def unblock(tx: Transaction, key: str) -> Card:
    """The card opens its account again. Raises Refused for one that another took the place of."""
    known = existing(tx, key)
    if known.reason is BlockReason.REPLACED:
        raise Refused(ProblemName.CARD_BLOCKED, "another card took its place: block that one first")
    if known.status is CardStatus.ACTIVE:
        return known
    opened = replace(known, status=CardStatus.ACTIVE, reason=BlockReason.NONE, seen_at=None)
    cards.save_card(tx, opened)
    return opened


def replace_card(tx: Transaction, key: str, body: CardReplacement) -> Card:
    """The new card, in the place of the old one; account, lots and deadlines are not touched (F6).

    Told again, it stays as it is. Raises Refused.
    """
    old, new_key = existing(tx, key), key_of(tx, body.card, body.card_uid)
    if new_key == old.key:
        raise Refused(ProblemName.CARD_TAKEN, "this is the card that is to be replaced")
    taken = cards.card(tx, new_key)
    if old.replaced_by is not None and taken is not None and old.replaced_by == new_key:
        return taken
    if old.replaced_by is not None:
        raise Refused(ProblemName.CARD_BLOCKED, "another card took its place before")
    if taken is not None and taken.reason is not BlockReason.REMOVED:
        raise Refused(ProblemName.CARD_TAKEN, "the new card is in use already")
    new = replace(
        old,
        key=new_key,
        status=CardStatus.ACTIVE,
        reason=BlockReason.NONE,
        # What is known of the old card's chip says nothing of the new one.
        assurance=body.assurance,
        linked_at=tx.now,
        seen_store=None,
        seen_at=None,
        on_phone=False,
    )
    (cards.add_card if taken is None else cards.save_card)(tx, new)
    gone = replace(old, status=CardStatus.BLOCKED, reason=BlockReason.REPLACED, replaced_by=new_key)
    cards.save_card(tx, gone)
    return new


def limit(tx: Transaction, key: str, body: CardLimits) -> Card:
    """The card with what it may do from now on: only what was sent is changed."""
    known = existing(tx, key)
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    changed = replace(
        known,
        **{name: value for name, value in sent.items() if value is not None or name == "per_day"},
    )
    if changed != known:
        cards.save_card(tx, changed)
    return changed


def seen(tx: Transaction, known: Card, store: Store) -> Card:
    """The card after it was shown in a shop; frozen when it was in another a moment ago (F5)."""
    last = known.seen_at
    elsewhere = known.seen_store is not None and known.seen_store != store.id
    if known.status is CardStatus.BLOCKED:
        return known
    if elsewhere and _is_copy(tx, known, store):
        return _freeze(tx, known)
    if elsewhere or last is None or tx.now - last > SIGHTING_GRAIN:
        known = replace(known, seen_store=store.id, seen_at=tx.now)
        cards.save_sighting(tx, known)
    return known


def _is_copy(tx: Transaction, known: Card, store: Store) -> bool:
    """Whether the card cannot have come here from where it was shown last: there are two of it."""
    program = shops.program(tx, store.program)
    if program is None or known.seen_at is None or known.seen_store is None:
        return False
    before, now = (
        Seen(store=StoreId(place), at=at)
        for place, at in ((known.seen_store, known.seen_at), (store.id, tx.now))
    )
    return is_copy(program.guard, before, now)


def show(tx: Transaction, key: str, store: Store) -> Card:
    """The same, of the card as it stands now. Raises Refused for an unknown one."""
    return seen(tx, existing(tx, key), store)


def is_news(known: Card, store: Store, now: datetime) -> bool:
    """Whether `seen` would write anything: most looks at a card need no writer's turn."""
    if known.status is CardStatus.BLOCKED:
        return False
    return (
        known.seen_store != store.id
        or known.seen_at is None
        or now - known.seen_at > SIGHTING_GRAIN
    )


def _freeze(tx: Transaction, known: Card) -> Card:
    frozen = replace(known, status=CardStatus.BLOCKED, reason=BlockReason.FROZEN)
    cards.save_card(tx, frozen)
    alerts.raise_once(tx, "card-in-two-places", known.member)
    return frozen


def usable(tx: Transaction, key: str) -> Card:
    """The card, when it opens its account now. Raises Refused, saying why not."""
    known = existing(tx, key)
    refuse_blocked(known)
    if not known.is_in_time(tx.now):
        raise Refused(ProblemName.CARD_EXPIRED, "the card is not valid now: ask for a new one")
    return known


def refuse_blocked(known: Card) -> None:
    """Raises Refused when the card opens nothing, saying why."""
    if known.status is CardStatus.BLOCKED:
        raise Refused(ProblemName.CARD_BLOCKED, "ask for another card", reason=known.reason.value)


def existing(tx: Transaction, key: str) -> Card:
    """The card. Raises Refused."""
    known = cards.card(tx, key)
    if known is None:
        raise Refused(ProblemName.NOT_FOUND, "no such card")
    return known


def told(of: Card) -> CardBody:
    """The message for a card."""
    return CardBody(
        card=of.key,
        member=of.member,
        status=of.status,
        reason=of.reason,
        type=of.type,
        label=of.label,
        assurance=of.assurance,
        earn_only=of.earn_only,
        per_day=of.per_day,
        valid_from=of.valid_from,
        valid_until=of.valid_until,
        linked_at=of.linked_at,
        replaced_by=of.replaced_by,
        on_phone=of.on_phone,
    )


# --- types ------------------------------------------------------------------------------------


def save_type(
    tx: Transaction, wanted: str, body: CardTypeTerms, program: ProgramId
) -> CardTypeBody:
    """The type as it is from now on; cards that are out keep their validity. Raises Refused."""
    if body.article is not None and catalogue.product(tx, body.article) is None:
        raise Refused(ProblemName.NOT_FOUND, "article: no such product")
    kind = CardType(
        id=wanted,
        name=body.name,
        program=program,
        paid=body.paid,
        article=body.article,
        first_day=body.first_day,
        last_day=body.last_day,
        days=body.days,
    )
    cards.save_card_type(tx, kind)
    return _told_type(kind)


def types(tx: Transaction) -> tuple[CardTypeBody, ...]:
    """Every type, by name."""
    return tuple(_told_type(kind) for kind in cards.card_types(tx))


def _told_type(kind: CardType) -> CardTypeBody:
    return CardTypeBody(
        id=kind.id,
        name=kind.name,
        program=kind.program,
        paid=kind.paid,
        article=kind.article,
        first_day=kind.first_day,
        last_day=kind.last_day,
        days=kind.days,
    )
