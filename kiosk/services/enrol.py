"""Joining: member, card and consents are one fact, written before anybody is told."""

from dataclasses import dataclass
from datetime import date, datetime

from backend_client.chips import Reading
from backend_client.schemas.cards import ChipProof
from backend_client.schemas.changes import CardStatus
from backend_client.schemas.events import ConsentBody, MemberEnrolled, WelcomeClaimed
from backend_client.schemas.ledger import EntryBody
from kiosk.db import Transaction
from kiosk.db.transaction import KnownMember
from loyalty import earning, members
from loyalty.ids import MemberId, ProgramId, StoreId, derived_entry
from loyalty.ledger import Entry
from loyalty.program import Assurance

CONSENT_TEXT = {"email": "2026-11", "phone": "2026-11-phone"}
"""The version of the consent texts on the screen; a change of wording is a new version. They name
what was typed, an address or a number."""

OLDEST_YEARS = 120


class BirthdayRefused(Exception):
    """There is no such day, or nobody who was born on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a person has typed and ticked, checked by the rules."""

    first_name: str
    email: str | None = None
    phone: str | None = None
    """As E.164."""
    birthday: str = ""
    """As `birthday` gives it; empty when it was not told."""
    news: bool
    language: str


def birthday(digits: str, today: date) -> str:
    """Day, month and perhaps year as typed: "1403" is 03-14, "14031985" is 1985-03-14.

    Raises BirthdayRefused.
    """
    day, month, year = digits[:2], digits[2:4], digits[4:]
    if len(digits) not in {4, 8}:
        raise BirthdayRefused
    try:
        # Without a year any day may be meant, the 29th of February too.
        born = date(int(year or "2000"), int(month), int(day))
    except ValueError:
        raise BirthdayRefused from None
    if not year:
        return f"{born:%m-%d}"
    if born > today or born.year < today.year - OLDEST_YEARS:
        raise BirthdayRefused
    return born.isoformat()


def enrol(
    tx: Transaction,
    card: str,
    application: Application,
    *,
    member: MemberId,
    salt: str,
    now: datetime,
    reading: Reading | None = None,
) -> MemberId:
    """Write down the new member with the card in hand; returns whose card it is.

    That is somebody else when the card was taken elsewhere while the person was typing. `salt` is
    random: it goes out with the fact and is kept nowhere, so that the journal's chain, which stays
    when the person is erased, tells nobody whom it was about. `reading` is what the card's chip
    proved: a copy of its number is worth less from now on.
    """
    program, known = tx.program(), tx.card(card)
    assert program is not None
    if known is not None:
        return known.member
    tx.save_card(card, member, CardStatus.ACTIVE)
    if reading is not None:
        tx.trust_card(card, Assurance.CHIP)
        tx.count_reading(card, reading.counter)
    tx.save_member(
        KnownMember(
            id=member,
            first_name=application.first_name,
            contact=_masked(application),
            language=application.language,
        ),
        now=now,
    )
    proof = reading.proof if reading else None
    tx.publish(_enrolled(application, member, program.id, card, salt=salt, proof=proof, now=now))
    return member


def _enrolled(
    application: Application,
    member: MemberId,
    program: ProgramId,
    card: str,
    *,
    salt: str,
    proof: ChipProof | None,
    now: datetime,
) -> MemberEnrolled:
    """The fact, with the version of the text that was ticked."""
    text = CONSENT_TEXT["phone" if application.phone else "email"]
    return MemberEnrolled(
        id=derived_entry("enrolled", member),
        at=now,
        member=member,
        program=program,
        card=card,
        first_name=application.first_name,
        email=application.email,
        phone=application.phone,
        birthday=application.birthday or None,
        language=application.language,
        consents=(
            ConsentBody(purpose="program", given=True, text_version=text),
            ConsentBody(purpose="news", given=application.news, text_version=text),
        ),
        salt=salt,
        proof=proof,
    )


def _masked(application: Application) -> str:
    """How the kiosk may show how they are reached."""
    if application.phone:
        return members.masked_phone(application.phone)
    return members.masked(application.email or "")


def claim_welcome(tx: Transaction, member: MemberId, *, now: datetime) -> Entry | None:
    """The welcome points, written once per person whatever is touched how often.

    None when there are none: the program gives none any more, or they were claimed elsewhere.
    """
    program, store = tx.program(), tx.store()
    assert program is not None
    assert store is not None
    entry = earning.welcome(program, member, StoreId(store.id), now=now, zone=tx.zone())
    if entry is None:
        return None
    known = tx.entry(entry.id)
    if known is not None or tx.welcomed(member, entry.id, program):
        return known
    tx.write(entry)
    tx.publish(
        WelcomeClaimed(
            id=derived_entry("welcome-claimed", entry.id), at=now, entry=EntryBody.of(entry)
        )
    )
    return entry
