"""Members and their points, written straight into the books: for tests of what happens later."""

from datetime import datetime
from uuid import uuid4

from backend.db import Transaction, members, shops
from backend.db.members import Member
from backend.services.points.ledger import post
from backend_client.schemas.events import ConsentBody
from loyalty.ids import EntryId, MemberId, StoreId
from loyalty.ledger import Entry, EntryKind
from tests.support.server import Company


def join(
    tx: Transaction,
    *,
    name: str = "Camille",
    email: str | None = "camille@shop.test",
    news: bool = False,
    language: str = "fr",
) -> MemberId:
    """Somebody who joined now."""
    who = MemberId(str(uuid4()))
    members.expect_member(tx, who)
    person = Member(
        id=who,
        first_name=name,
        email=email,
        contact_key=tx.keys.contact(email) if email else None,
        language=language,
        enrolled_at=tx.now,
    )
    members.save_member(tx, person)
    agree(tx, who, news=news)
    return who


def agree(tx: Transaction, who: MemberId, *, news: bool) -> None:
    """The member's word on news, now."""
    said = ConsentBody(purpose="news", given=news, text_version="1")
    members.save_consents(tx, str(uuid4()), who, [said], tx.now)


def give(
    tx: Transaction,
    shop: Company,
    who: MemberId,
    points: int,
    *,
    until: str | None = None,
    store: StoreId | None = None,
) -> EntryId:
    """Points that the member earned now, good until a moment such as 2026-09-01T00:00+02:00."""
    entry = Entry(
        id=EntryId(str(uuid4())),
        member=who,
        program=shops.stores(tx)[0].program,
        kind=EntryKind.EARN,
        points=points,
        occurred_at=tx.now,
        fact=str(uuid4()),
        store=store or shop.shop.store,
        deadline=None if until is None else datetime.fromisoformat(until),
    )
    return post(tx, entry)[0].entry.id
