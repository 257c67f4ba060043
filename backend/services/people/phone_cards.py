"""The card that a member's phone shows, for whoever has left theirs at home (P-35).

It is a card like any other: a till reads its number from a QR code and looks it up as the number
of a chip. The number is made of a secret that no terminal has, and kept nowhere; a new one takes
its place when it was lost, or when somebody made a picture of it. It is trusted as little as a
chip's bare number.
"""

from collections.abc import Iterator
from dataclasses import replace

from backend.db import Transaction, cards, shops
from backend.db.cards import Card
from backend.db.members import Member
from backend.errors import Refused, phrase
from backend.services.people.cards import refuse_blocked, validity_for
from backend.services.shop import settings
from backend_client.schemas.cards import CardSettings
from backend_client.schemas.changes import BlockReason, CardStatus
from backend_client.schemas.me import MyPhoneCard, PhoneCardState
from backend_client.schemas.problems import ProblemName
from backend_client.signing import card_key
from loyalty.ids import MemberId

_NAME = "cards"
_OVER = frozenset({BlockReason.LOST, BlockReason.REPLACED, BlockReason.REMOVED})
_NUMBERS_MAX = 256
"""Of one member, one after the other: the first byte counts them."""
_SECRET_LENGTH = 8
"""With the count nine bytes: no chip has a number of that length."""


def card_settings(tx: Transaction) -> CardSettings:
    """What the merchant said of cards."""
    return settings.kept(tx, _NAME, CardSettings)


def save_settings(tx: Transaction, wanted: CardSettings, *, actor: str) -> CardSettings:
    """What holds from now on; cards that are on phones already stay good."""
    return settings.keep(tx, _NAME, wanted, actor=actor)


def shown(tx: Transaction, person: Member) -> MyPhoneCard:
    """The card of the member's phone as it stands; nothing is written."""
    number, card = _current(tx, person.id)
    if card is None:
        offered = _terms(tx, person) is not None
        state = PhoneCardState.NONE if offered else PhoneCardState.NOT_OFFERED
        return MyPhoneCard(state=state, number=None)
    if card.status is CardStatus.BLOCKED:
        return MyPhoneCard(state=PhoneCardState.BLOCKED, number=None)
    if not card.is_in_time(tx.now):
        return MyPhoneCard(state=PhoneCardState.EXPIRED, number=None)
    return MyPhoneCard(state=PhoneCardState.READY, number=number.hex().upper())


def make(tx: Transaction, person: Member, instead_of: str | None = None) -> MyPhoneCard:
    """The card of the member's phone, made if there is none; told again, it stays as it is.

    `instead_of` is the number that must open nothing any more: another takes its place. Raises
    Refused where the shop puts no card on phones, and where staff blocked the one there is.
    """
    number, card = _current(tx, person.id)
    if card is not None and instead_of is not None and number.hex().upper() == instead_of.upper():
        refuse_blocked(card)
        gone = replace(card, status=CardStatus.BLOCKED, reason=BlockReason.REPLACED)
        cards.save_card(tx, gone)
        number, card = _current(tx, person.id)
    if card is not None:
        refuse_blocked(card)
        if card.is_in_time(tx.now):
            return shown(tx, person)
    terms = _terms(tx, person)
    if terms is None:
        raise Refused(
            ProblemName.CARD_NOT_OFFERED, phrase("the shop hands out its cards: ask at the till")
        )
    new = replace(terms, key=card_key(tx.keys.cards, number), linked_at=tx.now)
    (cards.add_card if card is None else cards.save_card)(tx, new)
    return shown(tx, person)


def _numbers(tx: Transaction, member: MemberId) -> Iterator[bytes]:
    for count in range(_NUMBERS_MAX):
        secret = bytes.fromhex(tx.keys.proof("phone-card", f"{member}:{count}"))
        yield bytes([count]) + secret[:_SECRET_LENGTH]


def _current(tx: Transaction, member: MemberId) -> tuple[bytes, Card | None]:
    """The first number that is not used up, and its card if it is one yet. Raises Refused."""
    for number in _numbers(tx, member):
        card = cards.card(tx, card_key(tx.keys.cards, number))
        if card is None or card.reason not in _OVER:
            return number, card
    raise Refused(ProblemName.TOO_LATE, phrase("there were too many: ask for a card at the till"))


def _terms(tx: Transaction, person: Member) -> Card | None:
    """What a card of the phone may do: as much as the one they have; None where none is offered.

    Whoever has no card yet gets a free one, unless the shop sells every card it has (CLI-02).
    """
    if not card_settings(tx).on_phones:
        return None
    fresh = Card(key="", member=person.id, linked_at=tx.now, on_phone=True)
    own = [card for card in cards.cards_of(tx, person.id) if _counts(tx, card)]
    if own:
        like = own[-1]
        return replace(
            fresh,
            type=like.type,
            earn_only=like.earn_only,
            per_day=like.per_day,
            valid_from=like.valid_from,
            valid_until=like.valid_until,
        )
    store = shops.where_joined(tx, person.store)
    kinds = [kind for kind in cards.card_types(tx) if kind.program == store.program]
    if kinds and all(kind.paid for kind in kinds):
        return None
    begins, ends = validity_for(tx, store)
    return replace(fresh, valid_from=begins, valid_until=ends)


def _counts(tx: Transaction, card: Card) -> bool:
    return not card.on_phone and card.status is CardStatus.ACTIVE and card.is_in_time(tx.now)
