"""Members as records: added by the shop, read, changed by one person at a time."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.db import Transaction, accounts, cards, households, members, shops, webhooks
from backend.db.members import Member
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.kiosks import welcome
from backend.services.people import cards as card_desk
from backend.services.people import contacts
from backend.services.points.ledger import locked_account
from backend_client.schemas.cards import CardLink
from backend_client.schemas.members import (
    ConsentsAnswer,
    ConsentsBody,
    ConsentState,
    MemberChange,
    MemberDetails,
    MemberFigures,
    MemberRecord,
    NewMember,
)
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.enrolment import Way, comes_in, usual_price_code
from loyalty.ids import MemberId, ProgramId
from loyalty.sales import Buyer


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A record, and whether it was there before."""

    record: MemberRecord
    known: bool


def add(tx: Transaction, body: NewMember, store: Store) -> Told:
    """The new member with their card and welcome points, once for each id.

    Raises Refused, EmailRefused or NameRefused.
    """
    wanted, content = MemberId(body.id), tx.keys.content(body.model_dump_json().encode())
    known = members.member(tx, wanted)
    if known is not None and known.enrolled_at is not None:
        if known.content != content:
            raise Refused(ProblemName.ID_REUSED, "another person was added under this id")
        return Told(record=record(tx, wanted), known=True)
    if known is not None and (known.wallet or known.erased_at is not None):
        raise Refused(ProblemName.ID_REUSED, "the id stands for something else")
    if known is None:
        members.expect_member(tx, wanted)
    program = shops.program(tx, store.program)
    assert program is not None
    agreed = body.loyalty if "loyalty" in body.model_fields_set else None
    person = replace(
        newcomer(tx, wanted, body, store, body.language),
        content=content,
        loyalty=comes_in(program.enrolment, Way.TILL, agreed=agreed),
    )
    members.save_member(tx, person)
    members.save_consents(tx, body.id, wanted, body.consents, tx.now)
    webhooks.announce(tx, "member.enrolled", member=wanted, store=store.id)
    if body.card is not None or body.card_uid is not None:
        card_desk.link(tx, wanted, CardLink(card=body.card, card_uid=body.card_uid), store)
    locked_account(tx, wanted, store.program)
    welcome.give(tx, person, program, store)
    return Told(record=record(tx, wanted), known=False)


def newcomer(
    tx: Transaction, wanted: MemberId, details: MemberDetails, store: Store, language: str
) -> Member:
    """Somebody who joins now, with what they said of themselves; not saved yet.

    Raises what `add` raises of the details.
    """
    fresh = Member(
        id=wanted,
        first_name="",
        email=None,
        contact_key=None,
        language=language,
        enrolled_at=tx.now,
        store=store.id,
    )
    person = with_details(tx, fresh, details, set(MemberDetails.model_fields))
    if "price_code" in details.model_fields_set:
        return person
    return replace(person, price_code=price_code_at(tx, store.program))


def price_code_at(tx: Transaction, program: ProgramId) -> str:
    """The price code of who joins that program, and says none."""
    rules = shops.program(tx, program)
    return "" if rules is None else usual_price_code(rules)


def change(tx: Transaction, wanted: MemberId, body: MemberChange) -> MemberRecord:
    """The record with the fields that were sent; `version` says which record they were written on.

    Raises Refused: a colleague was faster, unless all is as it was asked already.
    """
    person = existing(tx, wanted)
    changed = with_details(tx, person, body, body.model_fields_set - {"version"})
    if not (changed.first_name or changed.last_name):
        raise Refused(ProblemName.INVALID, "first_name: give first_name or last_name")
    if changed != person:
        if person.version != body.version:
            raise Refused(
                ProblemName.VERSION, "it was changed meanwhile: read it", version=person.version
            )
        members.save_member(tx, replace(changed, version=person.version + 1))
    return record(tx, wanted)


def with_details(tx: Transaction, person: Member, body: MemberDetails, sent: set[str]) -> Member:
    """The member with those fields of `body`, cleaned. Raises what `add` raises."""
    values: dict[str, Any] = {name: getattr(body, name) for name in sent & _AS_THEY_ARE}
    if "first_name" in sent:
        values["first_name"] = people.first_name(body.first_name) if body.first_name else ""
    if "email" in sent:
        address = people.email(body.email) if body.email else None
        values["email"] = address
        values["contact_key"] = tx.keys.contact(address) if address else None
    if "phone" in sent:
        country = body.country or person.country
        number = contacts.phone(body.phone, country) if body.phone else None
        values["phone"] = number
        values["phone_key"] = tx.keys.phone(number) if number else None
    if "birthday" in sent:
        values["birthday"] = body.birthday
        _refuse_no_day(body.birthday)
    if any("|" in theme for theme in body.themes):
        raise Refused(ProblemName.INVALID, "themes: a theme is written without |")
    return replace(person, **values)


_AS_THEY_ARE = frozenset(
    {
        *("last_name", "language", "record_type", "town", "department", "region", "country"),
        *("themes", "price_code", "note", "note_alert", "loyalty"),
    }
)


def birthday_of(text: str | None) -> date | None:
    """The day; without a year, in a leap year, so that the 29th of February is one."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text if len(text) > len("12-31") else f"2000-{text}")
    except ValueError:
        return None


def _refuse_no_day(text: str | None) -> None:
    if text is not None and birthday_of(text) is None:
        raise Refused(ProblemName.INVALID, "birthday: there is no such day")


def record(tx: Transaction, wanted: MemberId) -> MemberRecord:
    """All that is known of a member. Raises Refused."""
    person = existing(tx, wanted)
    household = households.household_of(tx, wanted)
    return MemberRecord(
        id=person.id,
        version=person.version,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        birthday=person.birthday,
        language=person.language,
        record_type=person.record_type,
        town=person.town,
        department=person.department,
        region=person.region,
        country=person.country,
        themes=person.themes,
        price_code=person.price_code,
        note=person.note,
        note_alert=person.note_alert,
        loyalty=person.loyalty,
        enrolled_at=person.enrolled_at,
        store=person.store,
        accounts=figures(tx, wanted),
        cards=tuple(card_desk.told(each) for each in cards.cards_of(tx, wanted)),
        consents=_latest(tx, wanted),
        household=household.id if household else None,
        merged_into=person.merged_into,
        alike=tuple(each.id for each in members.alike(tx, person)),
    )


def existing(tx: Transaction, wanted: MemberId) -> Member:
    """The member: a person whom nobody has erased. Raises Refused."""
    person = members.member(tx, wanted)
    if person is None or person.wallet or person.erased_at is not None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    return person


def figures(tx: Transaction, wanted: MemberId) -> tuple[MemberFigures, ...]:
    """Where a member stands in each program."""
    return tuple(
        MemberFigures(program=row.program, balance=row.snapshot.account().balance(tx.now))
        for row in accounts.accounts_of(tx, wanted)
    )


# --- consents ---------------------------------------------------------------------------------


def agree(tx: Transaction, wanted: MemberId, body: ConsentsBody) -> ConsentsAnswer:
    """What the member agrees to after these answers, once for each id. Raises Refused."""
    existing(tx, wanted)
    _save_consents(tx, wanted, body)
    return consents(tx, wanted)


def consents(tx: Transaction, wanted: MemberId) -> ConsentsAnswer:
    """What the member agrees to now, and every answer. Raises Refused."""
    existing(tx, wanted)
    return ConsentsAnswer(
        now=_latest(tx, wanted),
        history=tuple(_state(each) for each in members.consents(tx, wanted)),
    )


def _save_consents(tx: Transaction, wanted: MemberId, body: ConsentsBody) -> None:
    known = members.consents_of(tx, body.id)
    if not known:
        members.save_consents(tx, body.id, wanted, body.consents, tx.now)
        return
    said = {(each.purpose, each.given, each.text_version) for each in body.consents}
    before = {(each.purpose, each.given, each.text_version) for _, each in known}
    if said != before or any(member != wanted for member, _ in known):
        raise Refused(ProblemName.ID_REUSED, "other answers were given under this id")


def _latest(tx: Transaction, wanted: MemberId) -> tuple[ConsentState, ...]:
    latest = {each.purpose: each for each in members.consents(tx, wanted)}
    return tuple(_state(latest[purpose]) for purpose in sorted(latest))


def _state(of: members.Consent) -> ConsentState:
    return ConsentState(purpose=of.purpose, given=of.given, text_version=of.text_version, at=of.at)


# --- for the rules ----------------------------------------------------------------------------


def as_buyer(person: Member) -> Buyer:
    """What the rules look at of a member (OCT-24, LSX-40); the caller adds what the books say."""
    return Buyer(
        enrolled=person.loyalty,
        record_type=person.record_type,
        town=person.town,
        department=person.department,
        region=person.region,
        country=person.country,
        themes=person.themes,
        price_code=person.price_code,
        birthday=birthday_of(person.birthday),
    )
