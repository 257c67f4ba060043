"""Looking people and their accounts up."""

from backend.db import Transaction, accounts, members
from backend.db.access import Till
from backend.errors import Refused
from backend_client.schemas import (
    AccountAnswer,
    AccountSnapshot,
    CardStatus,
    EntryBody,
    MemberFound,
    MemberProfile,
    MemberQuery,
    NumberedEntry,
    ProblemName,
)
from backend_client.signing import card_key
from loyalty import members as people
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import Account


def profile(tx: Transaction, wanted: MemberId) -> MemberProfile:
    """What a kiosk may show of a person. Raises Refused."""
    person = members.member(tx, wanted)
    if person is None or person.enrolled_at is None:
        raise _unknown()
    return MemberProfile(
        id=person.id,
        first_name=person.first_name,
        contact=people.masked(person.email) if person.email else "",
        language=person.language,
    )


def find_member(tx: Transaction, till: Till, query: MemberQuery) -> MemberFound:
    """The member that a till looks for. Raises Refused or EmailRefused."""
    if query.card_uid is not None:
        wanted = _by_card(tx, bytes.fromhex(query.card_uid))
    else:
        assert query.email is not None
        wanted = _by_email(tx, people.email(query.email))
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
        entries=tuple(numbered(posted) for posted in accounts.journal(tx, wanted, program)),
    )


def balance_of(tx: Transaction, member: MemberId, program: ProgramId) -> int:
    """The points that the member can spend now."""
    row = accounts.account(tx, member, program)
    return row.snapshot.account().balance(tx.now) if row else 0


def set_card_status(tx: Transaction, uid: bytes, status: CardStatus) -> bool:
    """Block a lost card, or open it again; every kiosk hears of it. False for an unknown one."""
    return members.set_card_status(tx, card_key(tx.keys.cards, uid), status)


def numbered(posted: accounts.Posted) -> NumberedEntry:
    """The message for an entry in its place."""
    return NumberedEntry(position=posted.position, entry=EntryBody.of(posted.entry))


def _by_card(tx: Transaction, uid: bytes) -> MemberId:
    card = members.card(tx, card_key(tx.keys.cards, uid))
    if card is None:
        raise _unknown()
    if card.status is CardStatus.BLOCKED:
        raise Refused(ProblemName.CARD_BLOCKED, "ask for another card")
    return MemberId(card.member)


def _by_email(tx: Transaction, address: str) -> MemberId:
    known = members.by_contact(tx, tx.keys.contact(address))
    if not known:
        raise _unknown()
    return known[0].id


def _unknown() -> Refused:
    return Refused(ProblemName.NOT_FOUND, "no such member")
