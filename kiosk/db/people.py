"""People and cards: who stands here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas.changes import CardChanged, CardStatus
from kiosk.db import tables
from kiosk.db.part import Part, instant
from loyalty.ids import MemberId
from loyalty.program import Assurance

SEEN_GRAIN = timedelta(days=1)
"""A person's last visit is known to the day: a tap need not wear out the memory card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """What a card points to."""

    member: MemberId
    """In whose account it opens: its owner's, or the purse of their household."""
    owner: MemberId
    blocked: bool
    assurance: Assurance = Assurance.UID
    earn_only: bool = False
    counter: int | None = None
    """How often its chip had been read when it last proved itself here; None if it never did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """What this kiosk may show of a person it has seen."""

    id: MemberId
    first_name: str
    contact: str
    language: str


class PeoplePart(Part):
    """Questions about people."""

    def card(self, key: str) -> CardRow | None:
        """What the card points to; None for a card nobody knows."""
        row = self._connection.execute(
            select(tables.cards).where(tables.cards.c.key == key)
        ).first()
        if row is None:
            return None
        return CardRow(
            member=MemberId(row.member),
            owner=MemberId(row.person or row.member),
            blocked=row.status == CardStatus.BLOCKED.value,
            assurance=Assurance(row.assurance),
            earn_only=bool(row.earn_only),
            counter=row.counter,
        )

    def purse_of(self, person: MemberId) -> MemberId:
        """In whose account the person's cards open: their own, or their household's purse."""
        cards = tables.cards
        query = select(cards.c.member).where(cards.c.person == person).limit(1)
        found = self._connection.execute(query).scalar_one_or_none()
        return MemberId(found) if found else person

    def learn_card(self, told: CardChanged) -> None:
        """The card as the backend has it now."""
        self.save_card(told.card, told.member, told.status)
        self._change_card(
            told.card,
            assurance=told.assurance.value,
            earn_only=int(told.earn_only),
            person=told.person,
        )

    def trust_card(self, key: str, level: Assurance) -> None:
        """So far the card is trusted from now on."""
        self._change_card(key, assurance=level.value)

    def count_reading(self, key: str, counter: int) -> None:
        """The card's chip has proved itself, and was read so often."""
        self._change_card(key, counter=counter)

    def _change_card(self, key: str, **values: object) -> None:
        self._connection.execute(
            update(tables.cards).where(tables.cards.c.key == key).values(**values)
        )

    def save_card(self, key: str, member: str, status: CardStatus) -> None:
        """The card points to that member from now on."""
        values = {"member": member, "status": status.value}
        self._connection.execute(
            upsert(tables.cards)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=["key"], set_=values)
        )

    def member(self, member: MemberId) -> KnownMember | None:
        """The person, if this kiosk has seen them and still remembers."""
        row = self._connection.execute(
            select(tables.members).where(tables.members.c.id == member)
        ).first()
        if row is None:
            return None
        return KnownMember(
            id=MemberId(row.id),
            first_name=row.first_name,
            contact=row.contact,
            language=row.language,
        )

    def save_member(self, member: KnownMember, *, now: datetime) -> None:
        """Remember the person as seen now."""
        values = {
            "first_name": member.first_name,
            "contact": member.contact,
            "language": member.language,
            "seen_at": instant(now),
        }
        self._connection.execute(
            upsert(tables.members)
            .values(id=member.id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def seen(self, member: KnownMember, *, now: datetime) -> None:
        """Remember the person as seen today; writes nothing when that is known already."""
        table = tables.members
        since = select(table.c.seen_at).where(
            table.c.id == member.id, table.c.seen_at > instant(now - SEEN_GRAIN)
        )
        if self.member(member.id) != member or self._connection.execute(since).first() is None:
            self.save_member(member, now=now)

    def forget_members_unseen_since(self, limit: datetime) -> int:
        """Drop names of people who have not been here since then; returns how many."""
        gone = self._connection.execute(
            delete(tables.members).where(tables.members.c.seen_at < instant(limit))
        )
        return gone.rowcount

    def erase_member(self, member: str) -> None:
        """The person asked to be forgotten: name and cards go, entries stay.

        What is in the outbox still goes out, and leaves with its acknowledgement: taking a link
        out of the journal's chain would look like a forged journal.
        """
        self._connection.execute(delete(tables.members).where(tables.members.c.id == member))
        cards = tables.cards
        mine = or_(cards.c.member == member, cards.c.person == member)
        self._connection.execute(delete(cards).where(mine))
