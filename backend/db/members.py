"""People and what they agreed to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, or_, select

from backend.db import tables
from backend.db.transaction import Transaction
from backend_client.schemas.events import ConsentBody
from loyalty.ids import MemberId, StoreId
from loyalty.members import name_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's account holder, with all that the record says."""

    id: MemberId
    first_name: str
    email: str | None
    contact_key: str | None
    language: str
    enrolled_at: datetime | None
    """None while only movements of points are known, and the enrolment is still on its way."""
    last_name: str = ""
    phone: str | None = None
    phone_key: str | None = None
    birthday: str | None = None
    record_type: str = ""
    town: str = ""
    department: str = ""
    region: str = ""
    country: str = ""
    themes: tuple[str, ...] = ()
    price_code: str = ""
    note: str = ""
    note_alert: bool = False
    loyalty: bool = True
    version: int = 1
    store: StoreId | None = None
    """Where they joined."""
    content: str | None = None
    """How they were first written down, hashed: a retry says the same."""
    wallet: bool = False
    """A household's account, and nobody."""
    merged_into: MemberId | None = None
    erased_at: datetime | None = None


def member(tx: Transaction, wanted: MemberId) -> Member | None:
    """The member of that id."""
    table = tables.members

    def read() -> Member | None:
        row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
        return None if row is None else member_of(row)

    return tx.known(table, wanted, read)


def by_contact(tx: Transaction, contact_key: str) -> tuple[Member, ...]:
    """Everybody who gave that address, longest known first."""

    def read() -> tuple[Member, ...]:
        return _by(tx, tables.members.c.contact_key == contact_key)

    return tx.known(tables.members, ("contact", contact_key), read) or ()


def expect(tx: Transaction, wanted: Iterable[MemberId], contact_keys: Iterable[str]) -> None:
    """Fetch those members and addresses at once: a batch is about to ask for each of them."""
    table = tables.members
    ids = tx.unknown(table, wanted)
    if ids:
        rows = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.id.in_(ids)))
        tx.learn(table, {row.id: member_of(row) for row in rows}, ids)
        merged = {into for _, into in _absorbed(tx, ids)}
        tx.learn(table, {}, [("absorbed", each) for each in ids if each not in merged])
    contacts = tx.unknown(table, (("contact", key) for key in contact_keys))
    if contacts:
        # Only who is nobody's is learnt; where people share an address, their order is asked for.
        of_these = table.c.contact_key.in_([key for _, key in contacts])
        rows = tx.rows(select(table.c.contact_key).where(table.c.tenant == tx.tenant, of_these))
        taken = {row.contact_key for row in rows}
        tx.learn(table, {}, [contact for contact in contacts if contact[1] not in taken])


def by_phone(tx: Transaction, phone_key: str) -> tuple[Member, ...]:
    """Everybody who gave that number, longest known first."""
    return _by(tx, tables.members.c.phone_key == phone_key)


def alike(tx: Transaction, person: Member) -> tuple[Member, ...]:
    """The others with the same e-mail or phone, longest known first."""
    if _is_alone(tx, person):
        return ()
    table = tables.members
    same = []
    if person.contact_key is not None:
        same.append(table.c.contact_key == person.contact_key)
    if person.phone_key is not None:
        same.append(table.c.phone_key == person.phone_key)
    if not same:
        return ()
    return tuple(each for each in _by(tx, or_(*same)) if each.id != person.id)


def _is_alone(tx: Transaction, person: Member) -> bool:
    """Whether it is known already that nobody gave the same: of all but a few who join."""
    if person.phone_key is not None:
        return False
    key = person.contact_key
    return key is None or [each.id for each in by_contact(tx, key)] == [person.id]


def absorbed_by(tx: Transaction, kept: MemberId) -> tuple[MemberId, ...]:
    """The records that were merged into that one."""

    def read() -> tuple[MemberId, ...]:
        return tuple(found for found, into in _absorbed(tx, [kept]) if into == kept)

    return tx.known(tables.members, ("absorbed", kept), read) or ()


def _absorbed(tx: Transaction, kept: Sequence[MemberId]) -> list[tuple[MemberId, MemberId]]:
    table = tables.members
    found = tx.rows(
        select(table.c.id, table.c.merged_into).where(
            table.c.tenant == tx.tenant, table.c.merged_into.in_(kept)
        )
    )
    return [(MemberId(row.id), MemberId(row.merged_into)) for row in found]


def _by(tx: Transaction, condition: object) -> tuple[Member, ...]:
    table = tables.members
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, condition)  # type: ignore[arg-type] # a clause, whichever
        .order_by(table.c.recorded_at, table.c.enrolled_at, table.c.id)
    )
    return tuple(member_of(row) for row in found)


def expect_member(tx: Transaction, wanted: MemberId) -> None:
    """A member of whom nothing is known yet but the id."""
    _add(tx, _nobody(wanted))


def add_wallet(tx: Transaction, wanted: MemberId) -> None:
    """The holder of a household's account."""
    _add(tx, replace(_nobody(wanted), wallet=True))


def _nobody(wanted: MemberId) -> Member:
    return Member(
        id=wanted, first_name="", email=None, contact_key=None, language="en", enrolled_at=None
    )


def _add(tx: Transaction, person: Member) -> None:
    tx.add(
        tables.members,
        {
            "id": person.id,
            "recorded_at": tx.now,
            "wallet": int(person.wallet),
            **_values(person),
        },
    )
    tx.keep(tables.members, person.id, person)


def save_member(tx: Transaction, person: Member) -> None:
    """What the person told us."""
    before = member(tx, person.id)
    tx.change(tables.members, {"id": person.id, **_values(person)})
    tx.keep(tables.members, person.id, person)
    for into in {before and before.merged_into, person.merged_into} - {None}:
        tx.forget(tables.members, ("absorbed", into))
    for key in {before and before.contact_key, person.contact_key} - {None}:
        # Alone with the address, which is the ordinary case; else their order is the database's.
        alone = key == person.contact_key and by_contact(tx, str(key)) == ()
        tx.forget(tables.members, ("contact", key))
        if alone:
            tx.keep(tables.members, ("contact", key), (person,))


def _values(person: Member) -> dict[str, object]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "first_key": name_key(person.first_name)[:_FIRST_KEY_MAX],
        "last_key": name_key(person.last_name)[:_LAST_KEY_MAX],
        "email": person.email,
        "contact_key": person.contact_key,
        "phone": person.phone,
        "phone_key": person.phone_key,
        "birthday": person.birthday,
        "language": person.language,
        "record_type": person.record_type,
        "town": person.town,
        "department": person.department,
        "region": person.region,
        "country": person.country,
        "themes": "".join(f"|{theme}" for theme in person.themes) + "|" * bool(person.themes),
        "price_code": person.price_code,
        "note": person.note,
        "note_alert": int(person.note_alert),
        "loyal": int(person.loyalty),
        "version": person.version,
        "store": person.store,
        "content": person.content,
        "enrolled_at": person.enrolled_at,
        "merged_into": person.merged_into,
    }


_FIRST_KEY_MAX, _LAST_KEY_MAX = 80, 160
"""Letters may come apart: one of a name is two of its key."""


def member_of(row: Row[tuple[object, ...]]) -> Member:
    """The member that a row tells of."""
    return Member(
        id=MemberId(row.id),
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        contact_key=row.contact_key,
        phone=row.phone,
        phone_key=row.phone_key,
        birthday=row.birthday,
        language=row.language,
        record_type=row.record_type,
        town=row.town,
        department=row.department,
        region=row.region,
        country=row.country,
        themes=tuple(theme for theme in row.themes.split("|") if theme),
        price_code=row.price_code,
        note=row.note,
        note_alert=bool(row.note_alert),
        loyalty=bool(row.loyal),
        version=row.version,
        store=None if row.store is None else StoreId(row.store),
        content=row.content,
        wallet=bool(row.wallet),
        merged_into=None if row.merged_into is None else MemberId(row.merged_into),
        erased_at=row.erased_at,
        enrolled_at=row.enrolled_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One answer."""

    purpose: str
    given: bool
    text_version: str
    at: datetime


def save_consents(
    tx: Transaction, event: str, person: MemberId, given: Sequence[ConsentBody], at: datetime
) -> None:
    """What the person agreed to in one event; of two answers to one question, the last."""
    for consent in {consent.purpose: consent for consent in given}.values():
        tx.add(
            tables.consents,
            {
                "event": event,
                "purpose": consent.purpose,
                "member": person,
                "given": int(consent.given),
                "text_version": consent.text_version,
                "at": at,
            },
        )


def consents(tx: Transaction, person: MemberId) -> tuple[Consent, ...]:
    """Every answer that a person gave, oldest first."""
    table = tables.consents
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member == person)
        .order_by(table.c.at, table.c.event, table.c.purpose)
    )
    return tuple(_consent(row) for row in found)


def consents_of(tx: Transaction, event: str) -> tuple[tuple[MemberId, Consent], ...]:
    """What was answered under one id, and by whom."""
    table = tables.consents
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.event == event))
    return tuple((MemberId(row.member), _consent(row)) for row in found)


def _consent(row: Row[tuple[object, ...]]) -> Consent:
    return Consent(
        purpose=row.purpose, given=bool(row.given), text_version=row.text_version, at=row.at
    )
