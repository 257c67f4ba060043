"""People, what they agreed to, and the cards that point to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from backend.db import feed, tables
from backend.db.transaction import Transaction
from backend_client.schemas import CardChanged, CardStatus, ConsentBody
from loyalty.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's account holder."""

    id: MemberId
    first_name: str
    email: str | None
    contact_key: str | None
    language: str
    enrolled_at: datetime | None
    """None while only movements of points are known, and the enrolment is still on its way."""


def member(tx: Transaction, wanted: MemberId) -> Member | None:
    """The member of that id."""
    table = tables.members
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _member(row)


def by_contact(tx: Transaction, contact_key: str) -> tuple[Member, ...]:
    """Everybody who gave that address, longest known first."""
    table = tables.members
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.contact_key == contact_key)
        .order_by(table.c.recorded_at, table.c.enrolled_at, table.c.id)
    )
    return tuple(_member(row) for row in found)


def expect_member(tx: Transaction, wanted: MemberId) -> None:
    """A member of whom nothing is known yet but the id."""
    tx.run(
        insert(tables.members).values(
            tenant=tx.tenant, id=wanted, first_name="", language="en", recorded_at=tx.now
        )
    )


def save_member(tx: Transaction, person: Member) -> None:
    """What the person told us."""
    table = tables.members
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == person.id)
        .values(
            first_name=person.first_name,
            email=person.email,
            contact_key=person.contact_key,
            language=person.language,
            enrolled_at=person.enrolled_at,
        )
    )


def _member(row: Row[tuple[object, ...]]) -> Member:
    return Member(
        id=MemberId(row.id),
        first_name=row.first_name,
        email=row.email,
        contact_key=row.contact_key,
        language=row.language,
        enrolled_at=row.enrolled_at,
    )


def save_consents(
    tx: Transaction, event: str, person: MemberId, given: Sequence[ConsentBody], at: datetime
) -> None:
    """What the person agreed to in one event; of two answers to one question, the last."""
    for consent in {consent.purpose: consent for consent in given}.values():
        tx.run(
            insert(tables.consents).values(
                tenant=tx.tenant,
                event=event,
                purpose=consent.purpose,
                member=person,
                given=int(consent.given),
                text_version=consent.text_version,
                at=at,
            )
        )


def card(tx: Transaction, key: str) -> CardChanged | None:
    """The card of that key."""
    return next(iter(cards(tx, [key])), None)


def cards(tx: Transaction, keys: Sequence[str]) -> tuple[CardChanged, ...]:
    """The cards of those keys, in no order."""
    table = tables.cards
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.key.in_(keys)))
    return tuple(
        CardChanged(card=row.key, member=row.member, status=CardStatus(row.status)) for row in found
    )


def add_card(tx: Transaction, key: str, person: MemberId) -> None:
    """The card opens the person's account from now on."""
    tx.run(
        insert(tables.cards).values(
            tenant=tx.tenant,
            key=key,
            member=person,
            status=CardStatus.ACTIVE.value,
            linked_at=tx.now,
        )
    )
    feed.tell(tx, "card", key)


def set_card_status(tx: Transaction, key: str, status: CardStatus) -> bool:
    """The card opens its account, or does not any more; False when there is no such card."""
    table = tables.cards
    moved = tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.key == key)
        .values(status=status.value)
    )
    if not moved.rowcount:
        return False
    feed.tell(tx, "card", key)
    return True
