"""A person at a kiosk, with their card in hand: their data, their answers, their cards."""

from dataclasses import replace

from backend.db import Transaction, cards, members
from backend.db.access import Terminal
from backend.db.cards import Card
from backend.db.members import Member
from backend.errors import Refused
from backend.mail import Mail, MailKind
from backend.services.mailing import outbox
from backend.services.people import cards as card_desk
from backend.services.people import codes, records
from backend.services.people.members import balance_of, profile_of
from backend.services.selling import assurance
from backend_client.schemas.cards import CardBlock, CardBody, CardLimits, CardLink, CardReplacement
from backend_client.schemas.changes import BlockReason, CardStatus
from backend_client.schemas.kiosks import (
    CardRemoval,
    CardTapped,
    CodePassed,
    MyConsents,
    MyDataAnswer,
    MyLanguage,
    SpendingCodeAsked,
    SpendingCodeRequest,
)
from backend_client.schemas.members import ConsentsBody
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.ids import MemberId
from loyalty.program import Assurance

LOST_CARD = "lost_card"
SPENDING = "spending"
"""What a one-time code is for: one that replaces a lost card spends nothing, and the reverse."""


def my_data(tx: Transaction, key: str) -> MyDataAnswer:
    """What is shown of the data of who holds the card. Raises Refused."""
    person = _holder(tx, key)
    return MyDataAnswer(
        member=profile_of(person),
        email=people.masked(person.email) if person.email else "",
        phone=people.masked_phone(person.phone) if person.phone else "",
        consents=records.consents(tx, person.id).now,
        cards=_cards(tx, person.id),
    )


def agree(tx: Transaction, body: MyConsents) -> MyDataAnswer:
    """The same, after their answers. Raises Refused."""
    person = _holder(tx, body.card)
    records.agree(tx, person.id, ConsentsBody(id=body.id, consents=body.consents))
    return my_data(tx, body.card)


def speak(tx: Transaction, body: MyLanguage) -> MyDataAnswer:
    """The same, in the language they want from now on. Raises Refused."""
    person = _holder(tx, body.card)
    if person.language != body.language:
        changed = replace(person, language=body.language, version=person.version + 1)
        members.save_member(tx, changed)
    return my_data(tx, body.card)


def remove(tx: Transaction, body: CardRemoval) -> CardBody:
    """The card that opens nothing any more, as its owner wished. Raises Refused.

    It may be the one that is shown: told again, it is removed already.
    """
    person = _holder(tx, body.card, removed=body.remove if body.remove == body.card else None)
    card = card_desk.existing(tx, body.remove)
    if card.member != person.id:
        raise Refused(ProblemName.NOT_FOUND, "no such card of this member")
    return card_desk.told(card_desk.block(tx, body.remove, CardBlock(reason=BlockReason.REMOVED)))


def who_shows(tx: Transaction, key: str) -> MemberId:
    """Whose card it is. Raises Refused."""
    return _holder(tx, key).id


def _holder(tx: Transaction, key: str, *, removed: str | None = None) -> Member:
    card = card_desk.existing(tx, key)
    if not (removed == key and card.reason is BlockReason.REMOVED):
        card = card_desk.usable(tx, key)
    return records.existing(tx, card.member)


def spending_code(
    tx: Transaction, terminal: Terminal, body: SpendingCodeRequest
) -> SpendingCodeAsked:
    """A code on its way to who holds the card, so that they may spend more (F5). Refused."""
    return codes.send(tx, body.id, _holder(tx, body.card), SPENDING, terminal.id)


# --- a lost card ------------------------------------------------------------------------------


def recognised(tx: Transaction, member: MemberId) -> CodePassed:
    """Who typed the right code, and their cards. Raises Refused."""
    return CodePassed(member=profile_of(records.existing(tx, member)), cards=_cards(tx, member))


def give_card(tx: Transaction, terminal: Terminal, code: str, body: CardTapped) -> CardBody:
    """The new card, after a code was typed here: the old ones open nothing any more (F6).

    Points, lots and deadlines are not touched. Told again, it stays so. Raises Refused.
    """
    member = codes.passed(tx, code, LOST_CARD, terminal.id)
    person = records.existing(tx, member)
    known = cards.card(tx, body.card)
    if known is not None and known.member == member and known.status is CardStatus.ACTIVE:
        return card_desk.told(known)
    lost = [each for each in _lost(tx, member, body) if each.key != body.card]
    new = _in_place_of(tx, lost, body, person, terminal)
    if assurance.heard(tx, new.key, body.proof, terminal.id):
        new = card_desk.limit(tx, new.key, CardLimits(assurance=Assurance.CHIP))
    for card in lost:
        if card.status is CardStatus.ACTIVE:
            card_desk.block(tx, card.key, CardBlock(reason=BlockReason.LOST))
    codes.used(tx, code)
    outbox.queue(
        tx,
        Mail(
            kind=MailKind.CARD_REPLACED,
            key=f"card-replaced:{code}",
            member=member,
            values={"balance": balance_of(tx, member, terminal.store.program)},
        ),
    )
    return card_desk.told(new)


def _lost(tx: Transaction, member: MemberId, body: CardTapped) -> list[Card]:
    mine = cards.cards_of(tx, member)
    if body.instead_of is None:
        # A phone is in the hand that types the code, as a rule; its card is not what was lost.
        return [card for card in mine if card.status is CardStatus.ACTIVE and not card.on_phone]
    lost = [card for card in mine if card.key == body.instead_of]
    if not lost:
        raise Refused(ProblemName.NOT_FOUND, "no such card of this member")
    return lost


def _in_place_of(
    tx: Transaction, lost: list[Card], body: CardTapped, person: Member, terminal: Terminal
) -> Card:
    """The new card, with what the lost one might do; without a lost one, a card like any."""
    if lost and lost[0].replaced_by is None:
        return card_desk.replace_card(tx, lost[0].key, CardReplacement(card=body.card))
    return card_desk.link(tx, person.id, CardLink(card=body.card), terminal.store)


def _cards(tx: Transaction, member: MemberId) -> tuple[CardBody, ...]:
    return tuple(card_desk.told(each) for each in cards.cards_of(tx, member))
