"""Joining: member, card and consents are one fact, written before anybody is told."""

from dataclasses import dataclass
from datetime import datetime

from backend_client.schemas import (
    CardStatus,
    ConsentBody,
    EntryBody,
    MemberEnrolled,
    WelcomeClaimed,
)
from kiosk.db import Transaction
from kiosk.db.transaction import KnownMember
from loyalty import earning, members
from loyalty.ids import MemberId, StoreId, derived_entry
from loyalty.ledger import Entry

CONSENT_TEXT = "2026-11"
"""The version of the consent texts on the screen; a change of wording is a new version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a person has typed and ticked, checked by the rules."""

    first_name: str
    email: str
    news: bool
    language: str


def enrol(
    tx: Transaction,
    card: str,
    application: Application,
    *,
    member: MemberId,
    salt: str,
    now: datetime,
) -> MemberId:
    """Write down the new member with the card in hand; returns whose card it is.

    That is somebody else when the card was taken elsewhere while the person was typing. `salt` is
    random: it goes out with the fact and is kept nowhere, so that the journal's chain, which stays
    when the person is erased, tells nobody whom it was about.
    """
    program, known = tx.program(), tx.card(card)
    assert program is not None
    if known is not None:
        return known.member
    tx.save_card(card, member, CardStatus.ACTIVE)
    tx.save_member(
        KnownMember(
            id=member,
            first_name=application.first_name,
            contact=members.masked(application.email),
            language=application.language,
        ),
        now=now,
    )
    tx.publish(
        MemberEnrolled(
            id=derived_entry("enrolled", member),
            at=now,
            member=member,
            program=program.id,
            card=card,
            first_name=application.first_name,
            email=application.email,
            language=application.language,
            consents=(
                ConsentBody(purpose="program", given=True, text_version=CONSENT_TEXT),
                ConsentBody(purpose="news", given=application.news, text_version=CONSENT_TEXT),
            ),
            salt=salt,
        )
    )
    return member


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
