"""Looking people and their accounts up."""

from backend.db import Database, Transaction, accounts, cards, journals, members
from backend.db.access import Till
from backend.db.cards import Card
from backend.db.members import Member
from backend.errors import Refused
from backend.services.people import cards as card_desk
from backend.services.people.directory import kept
from backend.services.points.belonging import holder
from backend_client.schemas.cards import CardBlock
from backend_client.schemas.changes import BlockReason, CardStatus, MemberProfile
from backend_client.schemas.ledger import AccountSnapshot, EntryBody, NumberedEntry
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.tills import AccountAnswer, MemberFound, MemberQuery
from backend_client.signing import card_key
from loyalty import members as people
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import Account


def profile(tx: Transaction, wanted: MemberId) -> MemberProfile:
    """What a kiosk may show of a person. Raises Refused."""
    person = members.member(tx, wanted)
    if person is None or person.enrolled_at is None:
        raise _unknown()
    return profile_of(person)


def profile_of(person: Member) -> MemberProfile:
    """What a kiosk may show of a person."""
    contact = people.masked(person.email) if person.email else ""
    if not contact and person.phone:
        contact = people.masked_phone(person.phone)
    return MemberProfile(
        id=person.id, first_name=person.first_name, contact=contact, language=person.language
    )


def find_member(database: Database, till: Till, query: MemberQuery) -> MemberFound:
    """The member that a till looks for. Raises Refused or EmailRefused.

    A card that is shown is remembered with its place: one that is in two at once is frozen (F5).
    """
    with database.read(till.tenant) as tx:
        card = _card(tx, query)
        found = _found(tx, till, card.member if card else _by_email(tx, query))
        news = card is not None and card_desk.is_news(card, till.store, tx.now)
    if card is not None and news:
        card_desk.refuse_blocked(database.run(till.tenant, card_desk.show, card.key, till.store))
    return found


def _found(tx: Transaction, till: Till, wanted: MemberId) -> MemberFound:
    person = members.member(tx, wanted)
    assert person is not None
    return MemberFound(
        id=person.id,
        first_name=person.first_name,
        balance=balance_of(tx, wanted, till.store.program),
    )


def account_of(tx: Transaction, wanted: MemberId, program: ProgramId) -> AccountAnswer:
    """The member's account with every entry. Raises Refused."""
    if members.member(tx, wanted) is None:
        raise _unknown()
    row = accounts.account(tx, wanted, program)
    snapshot = row.snapshot if row else AccountSnapshot.of(wanted, program, 0, Account())
    return AccountAnswer(
        account=snapshot,
        balance=snapshot.account().balance(tx.now),
        entries=tuple(numbered(posted) for posted in journals.journal(tx, wanted, program)),
    )


def balance_of(tx: Transaction, member: MemberId, program: ProgramId) -> int:
    """The points that the member can spend now."""
    row = accounts.account(tx, holder(tx, member, program), program)
    return row.snapshot.account().balance(tx.now) if row else 0


def holdings_of(tx: Transaction, member: MemberId, program: ProgramId) -> int:
    """The points that the member has, those that wait to be spendable too; less what is owed."""
    row = accounts.account(tx, holder(tx, member, program), program)
    account = row.snapshot.account() if row else None
    return account.balance(tx.now) + account.pending(tx.now) if account else 0


def set_card_status(tx: Transaction, uid: bytes, status: CardStatus) -> bool:
    """Block a lost card, or open it again; every kiosk hears of it. False for an unknown one."""
    key = card_key(tx.keys.cards, uid)
    if cards.card(tx, key) is None:
        return False
    if status is CardStatus.BLOCKED:
        card_desk.block(tx, key, CardBlock(reason=BlockReason.LOST))
    else:
        card_desk.unblock(tx, key)
    return True


def numbered(posted: journals.Posted) -> NumberedEntry:
    """The message for an entry in its place."""
    return NumberedEntry(position=posted.position, entry=EntryBody.of(posted.entry))


def _card(tx: Transaction, query: MemberQuery) -> Card | None:
    if query.card_uid is None:
        return None
    return card_desk.usable(tx, card_desk.key_of(tx, None, query.card_uid))


def _by_email(tx: Transaction, query: MemberQuery) -> MemberId:
    assert query.email is not None
    known = members.by_contact(tx, tx.keys.contact(people.email(query.email)))
    if not known:
        raise _unknown()
    return kept(known[0])


def _unknown() -> Refused:
    return Refused(ProblemName.NOT_FOUND, "no such member")
