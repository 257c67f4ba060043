"""From a card to the person's account, out of the local database alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend_client import chips
from backend_client.chips import Reading
from backend_client.schemas.terminals import StoreBody
from kiosk.db import Transaction
from kiosk.db.transaction import HeldVoucher, KnownMember
from loyalty.earning import welcome_entry
from loyalty.ids import MemberId, RewardId
from loyalty.ledger import Account
from loyalty.program import Occasion, Program


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCard:
    """Nobody's card yet."""

    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedCard:
    """A card that was replaced or reported lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A member stands here: everything the session needs."""

    member: MemberId
    """In whose account everything is: theirs, or the purse of their household."""
    owner: MemberId
    """Who they are: whose card was shown."""
    person: KnownMember | None
    """None when this kiosk has never learnt the name."""
    program: Program
    account: Account
    vouchers: tuple[HeldVoucher, ...]
    store: StoreBody
    zone: tzinfo
    """Where the shop's days end."""
    free: Mapping[RewardId, int]
    """Pieces of each gift that is counted, in this store, when last heard."""
    others: tuple[tuple[Program, Account], ...]
    """Their accounts in other programs, as last heard."""
    welcomed: bool
    """Whether the welcome points were ever claimed, or the program gives none."""


def identify(tx: Transaction, card: str, *, now: datetime) -> Visit | UnknownCard | BlockedCard:
    """What the card opens. Raises AssertionError before the program is known: bootstrap waits."""
    row = tx.card(card)
    if row is None:
        return UnknownCard(card=card)
    if row.blocked:
        return BlockedCard()
    return visit(tx, row.member, now=now, owner=row.owner)


def again(tx: Transaction, before: Visit, *, now: datetime) -> Visit:
    """The same member's state now; asked after everything that may change it."""
    return visit(tx, before.member, now=now, owner=before.owner)


def visit_of(tx: Transaction, person: MemberId, *, now: datetime) -> Visit:
    """The state of the person's account now, or of their household's."""
    return visit(tx, tx.purse_of(person), now=now, owner=person)


def visit(
    tx: Transaction, member: MemberId, *, now: datetime, owner: MemberId | None = None
) -> Visit:
    """The state of an account now; `owner` is whose card opened it, where that is another."""
    program, store = tx.program(), tx.store()
    assert program is not None
    assert store is not None
    owner = owner or member
    return Visit(
        member=member,
        owner=owner,
        person=tx.member(owner),
        program=program,
        store=store,
        zone=tx.zone(),
        account=tx.account(member, program),
        vouchers=tx.vouchers_waiting(member, now=now),
        free=tx.stock(),
        others=tuple(_others(tx, member, program)),
        welcomed=_welcomed(tx, program, member, owner),
    )


def _welcomed(tx: Transaction, program: Program, member: MemberId, owner: MemberId) -> bool:
    """A household's purse is nobody who joined: what its members claimed, the backend knows."""
    if member != owner or not program.rules(Occasion.ENROLMENT):
        return True
    return tx.welcomed(member, welcome_entry(program, member), program)


def _others(tx: Transaction, member: MemberId, here: Program) -> Iterator[tuple[Program, Account]]:
    """Those whose rules can be read here: else nobody could say what they count."""
    for program, account in tx.accounts_elsewhere(member, here.id):
        if (known := tx.program_of(program)) is not None:
            yield known, account


def is_new(tx: Transaction, card: str, reading: Reading) -> bool:
    """Whether the chip said so just now; its count is kept, so that a copy of it is not new."""
    row = tx.card(card)
    if row is None:
        return True
    fresh = chips.is_fresh(reading, row.counter)
    if fresh:
        tx.count_reading(card, reading.counter)
    return fresh


def is_blocked(tx: Transaction, card: str | None) -> bool:
    """Whether the card opens nothing any more."""
    row = tx.card(card) if card else None
    return row is not None and row.blocked


def program_in_force(tx: Transaction) -> Program | None:
    """The program; None until the backend and the kiosk have spoken for the first time."""
    return tx.program() if tx.store() is not None else None


def remember_person(tx: Transaction, person: KnownMember, *, now: datetime) -> None:
    """Keep the person who stands here as seen today."""
    tx.seen(person, now=now)
