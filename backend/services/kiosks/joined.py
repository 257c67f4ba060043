"""Facts about people: who joined, and who was welcomed."""

import re
import unicodedata
from dataclasses import replace

from backend.db import Transaction, cards, journals, members, shops, webhooks
from backend.db.access import Terminal
from backend.db.cards import Card
from backend.errors import Refused
from backend.services.kiosks import welcome
from backend.services.people import cards as card_desk
from backend.services.people import contacts, records
from backend.services.points.ledger import locked_account
from backend.services.points.notes import Notes, entry_of, is_bookable, post_once
from backend.services.selling import assurance
from backend_client.schemas.cards import CardLimits
from backend_client.schemas.events import MemberEnrolled, WelcomeClaimed
from loyalty import earning
from loyalty import members as people
from loyalty.errors import EmailRefused, NameRefused
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Assurance, Program

_MONTH_AND_DAY = re.compile(r"([12]\d{3}-)?\d\d-\d\d")


def enrol(tx: Transaction, terminal: Terminal, event: MemberEnrolled, notes: Notes) -> None:
    member, program = MemberId(event.member), ProgramId(event.program)
    if shops.program(tx, program) is None:
        notes.flag("program-unknown")
    locked_account(tx, member, program)
    known = members.member(tx, member)
    assert known is not None
    if known.enrolled_at is not None:
        notes.flag("member-known")
    else:
        _save_person(tx, event, notes)
    members.save_consents(tx, event.id, member, event.consents, event.at)
    _link_card(tx, terminal, event, notes)
    _welcome_once(tx, member, program, notes)


def _save_person(tx: Transaction, event: MemberEnrolled, notes: Notes) -> None:
    address, number = _address(event.email, notes), _number(event.phone, notes)
    contact_key = tx.keys.contact(address) if address else None
    phone_key = tx.keys.phone(number) if number else None
    known_address = contact_key and members.by_contact(tx, contact_key)
    known_number = phone_key and members.by_phone(tx, phone_key)
    if known_address or known_number:
        notes.flag("contact-known")
    known = members.member(tx, MemberId(event.member))
    assert known is not None
    person = replace(
        known,
        first_name=_name(event.first_name, notes),
        email=address,
        contact_key=contact_key,
        phone=number,
        phone_key=phone_key,
        birthday=_birthday(event.birthday, notes),
        language=event.language,
        enrolled_at=event.at,
        price_code=known.price_code or records.price_code_at(tx, ProgramId(event.program)),
    )
    members.save_member(tx, person)
    webhooks.announce(tx, "member.enrolled", member=person.id)


def _name(typed: str, notes: Notes) -> str:
    try:
        return people.first_name(typed)
    except NameRefused:
        notes.flag("name-refused")
        readable = "".join(c for c in typed if unicodedata.category(c)[0] in "LM")
        return readable[: people.NAME_MAX] or "?"


def _address(typed: str | None, notes: Notes) -> str | None:
    if typed is None:
        return None
    try:
        return people.email(typed)
    except EmailRefused:
        notes.flag("email-refused")
        return None


def _number(typed: str | None, notes: Notes) -> str | None:
    try:
        return None if typed is None else contacts.phone(typed)
    except Refused:
        notes.flag("phone-refused")
        return None


def _birthday(typed: str | None, notes: Notes) -> str | None:
    if typed is None:
        return None
    if _MONTH_AND_DAY.fullmatch(typed) and records.birthday_of(typed) is not None:
        return typed
    notes.flag("birthday-refused")
    return None


def contact_key(tx: Transaction, typed: str | None) -> str | None:
    """What the address will be looked up by; None where it is none."""
    try:
        return None if typed is None else tx.keys.contact(people.email(typed))
    except EmailRefused:
        return None


def _link_card(tx: Transaction, terminal: Terminal, event: MemberEnrolled, notes: Notes) -> None:
    card = cards.card(tx, event.card)
    if card is None:
        new = Card(key=event.card, member=MemberId(event.member), linked_at=tx.now)
        cards.add_card(tx, new)
        if assurance.heard(tx, event.card, event.proof, terminal.id):
            # It proved its key at its first tap: a copy of its number is worth less from now on.
            card_desk.limit(tx, event.card, CardLimits(assurance=Assurance.CHIP))
    elif card.member != event.member:
        notes.flag("card-taken")


def claim(tx: Transaction, terminal: Terminal, event: WelcomeClaimed, notes: Notes) -> None:
    entry = entry_of(tx, terminal, event.entry.entry(), notes)
    program = shops.program(tx, entry.program)
    if entry.kind is not EntryKind.WELCOME or not is_bookable(entry, sign=1):
        notes.flag("entry-differs")
        return
    if program is not None:
        _check_welcome(program, terminal, entry, notes)
    if journals.entry(tx, entry.id) is None and _was_welcomed(tx, entry):
        notes.flag("welcome-twice")
        return
    post_once(tx, entry, notes)
    _welcome_once(tx, entry.member, entry.program, notes)


def _check_welcome(program: Program, terminal: Terminal, entry: Entry, notes: Notes) -> None:
    store = terminal.store
    due = earning.welcome(program, entry.member, store.id, now=entry.occurred_at, zone=store.zone)
    if due is None or due.points != entry.points:
        notes.flag("welcome-differs")
    if due is not None and due.id != entry.id:
        notes.flag("entry-differs")


def _was_welcomed(tx: Transaction, entry: Entry) -> bool:
    return locked_account(tx, entry.member, entry.program).snapshot.welcomed


def _welcome_once(tx: Transaction, member: MemberId, program: ProgramId, notes: Notes) -> None:
    """The same person on a second card keeps both accounts, and one welcome (LSX-31)."""
    taken = welcome.keep_one(tx, member, program)
    if taken is not None:
        notes.flag("contact-known")
        notes.place(taken)
