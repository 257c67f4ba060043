"""People and cards: who stands here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas import (
    CardStatus,
)
from kiosk.db import tables
from kiosk.db.part import Part, instant
from loyalty.ids import MemberId

SEEN_GRAIN = timedelta(days=1)
"""A person's last visit is known to the day: a tap need not wear out the memory card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """What a card points to."""

    member: MemberId
    blocked: bool


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
            select(tables.cards.c.member, tables.cards.c.status).where(tables.cards.c.key == key)
        ).first()
        if row is None:
            return None
        return CardRow(member=MemberId(row.member), blocked=row.status == CardStatus.BLOCKED.value)

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
        self._connection.execute(delete(tables.cards).where(tables.cards.c.member == member))
