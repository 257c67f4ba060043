"""Cards: what opens a member's account, and their types."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, delete, func, insert, select, update

from backend.db import feed, tables, webhooks
from backend.db.transaction import Transaction
from backend_client.schemas.changes import BlockReason, CardChanged, CardStatus
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.program import Assurance


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card and what it may do. Its identifier is nowhere: `key` is a keyed hash of it."""

    key: str
    member: MemberId
    linked_at: datetime
    status: CardStatus = CardStatus.ACTIVE
    reason: BlockReason = BlockReason.NONE
    type: str | None = None
    label: str = ""
    assurance: Assurance = Assurance.UID
    earn_only: bool = False
    per_day: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    """The moment from which it is too old."""
    replaced_by: str | None = None
    seen_store: StoreId | None = None
    seen_at: datetime | None = None
    counter: int | None = None
    """How often its chip had been read when it last proved itself; None for one that never did."""
    counter_at: datetime | None = None
    counter_by: str | None = None
    on_phone: bool = False
    """Whether a member's phone shows it as a code; there is no chip."""

    def is_in_time(self, now: datetime) -> bool:
        """Whether it can be used at that time."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def changed(self, account: MemberId) -> CardChanged:
        """What terminals hear of it; `account` is who holds the points that it opens."""
        return CardChanged(
            card=self.key,
            member=account,
            person=None if account == self.member else self.member,
            status=self.status,
            reason=self.reason,
            assurance=self.assurance,
            earn_only=self.earn_only,
            per_day=self.per_day,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


def card(tx: Transaction, key: str) -> Card | None:
    """The card of that key."""
    return tx.known(tables.cards, key, lambda: next(iter(cards(tx, [key])), None))


def expect(tx: Transaction, wanted: Iterable[str]) -> None:
    """Fetch those cards at once: a batch is about to ask for each of them."""
    keys = tx.unknown(tables.cards, wanted)
    if keys:
        tx.learn(tables.cards, {found.key: found for found in cards(tx, keys)}, keys)


def cards(tx: Transaction, keys: Sequence[str]) -> tuple[Card, ...]:
    """The cards of those keys, in no order."""
    table = tables.cards
    found = tx.rows(select(table).where(table.c.tenant == tx.tenant, table.c.key.in_(keys)))
    return tuple(_card(row) for row in found)


def cards_of(tx: Transaction, member: MemberId) -> tuple[Card, ...]:
    """Every card of a member, the first one first."""
    table = tables.cards
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member)
        .order_by(table.c.linked_at, table.c.key)
    )
    return tuple(_card(row) for row in found)


def add_card(tx: Transaction, new: Card) -> None:
    """The card opens the person's account from now on."""
    tx.add(tables.cards, {"key": new.key, **_values(new)})
    tx.keep(tables.cards, new.key, new)
    feed.tell(tx, "card", new.key)
    webhooks.announce(tx, "card.changed", member=new.member, status=new.status.value)


def save_card(tx: Transaction, changed: Card) -> None:
    """The card as it is now; terminals hear of it."""
    _save(tx, changed)
    feed.tell(tx, "card", changed.key)
    webhooks.announce(tx, "card.changed", member=changed.member, status=changed.status.value)


def save_sighting(tx: Transaction, changed: Card) -> None:
    """Where the card was shown; nothing that terminals need to hear."""
    _save(tx, changed)


def _save(tx: Transaction, changed: Card) -> None:
    table = tables.cards
    mine = (table.c.tenant == tx.tenant, table.c.key == changed.key)
    tx.run(update(table).where(*mine).values(**_values(changed)))


def _values(of: Card) -> dict[str, object]:
    return {
        "member": of.member,
        "status": of.status.value,
        "reason": of.reason.value,
        "type": of.type,
        "label": of.label,
        "assurance": of.assurance.value,
        "earn_only": int(of.earn_only),
        "per_day": of.per_day,
        "valid_from": of.valid_from,
        "valid_until": of.valid_until,
        "linked_at": of.linked_at,
        "replaced_by": of.replaced_by,
        "seen_store": of.seen_store,
        "seen_at": of.seen_at,
        "counter": of.counter,
        "counter_at": of.counter_at,
        "counter_by": of.counter_by,
        "on_phone": int(of.on_phone),
    }


def _card(row: Row[tuple[object, ...]]) -> Card:
    return Card(
        key=row.key,
        member=MemberId(row.member),
        status=CardStatus(row.status),
        reason=BlockReason(row.reason),
        type=row.type,
        label=row.label,
        assurance=Assurance(row.assurance),
        earn_only=bool(row.earn_only),
        per_day=row.per_day,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        linked_at=row.linked_at,
        replaced_by=row.replaced_by,
        seen_store=None if row.seen_store is None else StoreId(row.seen_store),
        seen_at=row.seen_at,
        counter=row.counter,
        counter_at=row.counter_at,
        counter_by=row.counter_by,
        on_phone=bool(row.on_phone),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardType:
    """A kind of card: what it costs and how long it can be used."""

    id: str
    name: str
    program: ProgramId
    paid: bool
    article: str | None
    first_day: date | None
    last_day: date | None
    days: int | None


def card_types(tx: Transaction) -> tuple[CardType, ...]:
    """Every type, by name."""
    table = tables.card_types
    found = tx.rows(
        select(table).where(table.c.tenant == tx.tenant).order_by(table.c.name, table.c.id)
    )
    return tuple(
        CardType(
            id=row.id,
            name=row.name,
            program=ProgramId(row.program),
            paid=bool(row.paid),
            article=row.article,
            first_day=row.first_day,
            last_day=row.last_day,
            days=row.days,
        )
        for row in found
    )


def card_type(tx: Transaction, wanted: str) -> CardType | None:
    """The type of that id."""
    return next((each for each in card_types(tx) if each.id == wanted), None)


def of_type(tx: Transaction, wanted: str) -> int:
    """How many cards are of that type."""
    table = tables.cards
    query = select(func.count()).where(table.c.tenant == tx.tenant, table.c.type == wanted)
    return int(tx.run(query).scalar_one())


def delete_card_type(tx: Transaction, wanted: str) -> None:
    """Take a type out."""
    table = tables.card_types
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))


def save_card_type(tx: Transaction, kind: CardType) -> None:
    """The type, instead of what it was."""
    table = tables.card_types
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.id == kind.id))
    tx.run(
        insert(table).values(
            tenant=tx.tenant,
            id=kind.id,
            name=kind.name,
            program=kind.program,
            paid=int(kind.paid),
            article=kind.article,
            first_day=kind.first_day,
            last_day=kind.last_day,
            days=kind.days,
        )
    )
