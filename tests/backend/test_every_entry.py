"""Whatever the engine can write: the books add up after each entry, and a kiosk sees the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.db import Transaction, journals, shops, vouchers
from backend.db.vouchers import VoucherRow
from backend.services.kiosks.changes import account_changes
from backend.services.points.ledger import locked_account, post, settle
from backend.services.points.verify import fault_of
from backend_client.schemas.changes import ChangesPage
from kiosk.db import Database as Replica
from kiosk.db import Transaction as ReplicaTransaction
from kiosk.sync import apply
from loyalty import redemption
from loyalty.adjustments import Clerk, Wanted, adjust
from loyalty.expiry import due
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, Lot
from loyalty.opening import Brought, opening
from loyalty.pending import release
from loyalty.program import Program
from loyalty.program.corrections import AdjustmentRules
from loyalty.returns import Returned, claw_back, give_back, reversal
from loyalty.rewards import Price
from loyalty.traces import EarnedLine
from loyalty.transfers import Move, debt_moved, moved
from loyalty.vouchers import issue, mint
from tests.support.postgres import DATABASES, database_on
from tests.support.server import Connected, company, connected, in_process

pytestmark = pytest.mark.thorough

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module", params=DATABASES)
def line(request: pytest.FixtureRequest) -> Iterator[Connected]:
    """One backend for all examples: each has members of its own."""
    with (
        database_on(request, "sqlite://") as url,
        company(url, clock=lambda: START) as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as made,
    ):
        yield made


@dataclass
class Life:
    """Two members of a program, and what a shop can do to their points."""

    tx: Transaction
    data: st.DataObject
    program: ProgramId
    store: StoreId
    at: datetime = START
    members: tuple[MemberId, ...] = ()
    held: list[VoucherRow] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)
    undone: set[EntryId] = field(default_factory=set)

    def act(self) -> None:
        """Something happens, now or a while ago."""
        self.at += timedelta(hours=self.data.draw(st.sampled_from([0, 0, 1, 30, 200])))
        member = self.data.draw(st.sampled_from(self.members))
        what = self.data.draw(st.sampled_from(ACTS))
        entries = what(self, member)
        self.book(*entries)

    def book(self, *entries: Entry) -> None:
        post(self.tx, *entries, may_owe=True)
        assert post(self.tx, *entries) == post(self.tx, *entries)
        self.done += entries

    def entry(self, member: MemberId, kind: EntryKind, points: int) -> Entry:
        late = self.data.draw(st.sampled_from([0, 0, 0, 0, 1, 40, 300]))
        gives = points > 0
        life = self.data.draw(st.sampled_from([None, 20, 90])) if gives else None
        waits = self.data.draw(st.sampled_from([None, None, 48])) if gives else None
        at = self.at - timedelta(hours=late)
        return Entry(
            id=EntryId(str(uuid4())),
            member=member,
            program=self.program,
            kind=kind,
            points=points,
            occurred_at=at,
            fact=str(uuid4()),
            store=self.store,
            deadline=None if life is None else at + timedelta(hours=life),
            available_from=None if waits is None else at + timedelta(hours=waits),
            by=self.data.draw(st.sampled_from((None, *self.members))),
            owes=gives or self.data.draw(st.booleans()),
        )

    def of(self, member: MemberId, *kinds: EntryKind) -> list[Entry]:
        mine = [e for e in self.done if e.member == member and e.kind in kinds]
        return [e for e in mine if e.id not in self.undone]

    def one(self, among: Sequence[Entry]) -> list[Entry]:
        return [self.data.draw(st.sampled_from(among))] if among else []


def earns(life: Life, member: MemberId) -> list[Entry]:
    number = life.data.draw(st.integers(1, 3))
    return [
        life.entry(member, EntryKind.EARN, life.data.draw(st.integers(1, 60)))
        for _ in range(number)
    ]


def holds(life: Life, member: MemberId) -> list[Entry]:
    entry = life.entry(member, EntryKind.REDEEM, -life.data.draw(st.integers(1, 80)))
    post(life.tx, entry, may_owe=True, reserves=True)
    wanted = RedemptionId(entry.fact)
    reward = next(iter(_program(life).rewards))
    voucher = redemption.reserved_voucher(
        reward,
        _program(life),
        entry,
        redemption=wanted,
        code=mint(uuid4().int),
        now=entry.occurred_at,
        zone=UTC,
    )
    row = VoucherRow(voucher=voucher, entry=entry.id, program_version=1)
    vouchers.add_voucher(life.tx, row)
    life.held.append(row)
    life.done.append(entry)
    return []


def _program(life: Life) -> Program:
    found = shops.program(life.tx, life.program)
    assert found is not None
    return found


def settles(life: Life, _: MemberId) -> list[Entry]:
    if not life.held:
        return []
    row = life.held.pop(life.data.draw(st.integers(0, len(life.held) - 1)))
    if life.data.draw(st.booleans()):
        settle(life.tx, issue(row.voucher), row.entry)
        return []
    held = journals.entry(life.tx, row.entry)
    assert held is not None
    cancelled = redemption.void(row.voucher, held.entry, now=life.at)
    life.book(cancelled.entry)
    settle(life.tx, cancelled.voucher, row.entry)
    life.undone.add(row.entry)
    return []


def spends(life: Life, member: MemberId) -> list[Entry]:
    use = redemption.Use(
        redemption=RedemptionId(str(uuid4())),
        member=member,
        program=life.program,
        store=life.store,
        at=life.at,
    )
    price = Price(
        points=life.data.draw(st.integers(0, 50)), forfeits=life.data.draw(st.integers(0, 50))
    )
    return list(redemption.spend(price, use))


def adjusts(life: Life, member: MemberId) -> list[Entry]:
    wanted = Wanted(
        id=str(uuid4()),
        member=member,
        program=life.program,
        store=life.store,
        points=life.data.draw(st.integers(-40, 40).filter(bool)),
        nature="gesture",
        value_at=life.at - timedelta(hours=life.data.draw(st.sampled_from([0, 100]))),
    )
    rules = AdjustmentRules(may_owe=life.data.draw(st.booleans()))
    return [adjust(wanted, Clerk(id="c1", may_choose_date=True), rules, now=life.at)]


def opens(life: Life, member: MemberId) -> list[Entry]:
    amount = life.data.draw(st.integers(-30, 30).filter(bool))
    brought = Brought(id=str(uuid4()), member=member, amount=Decimal(amount), at=life.at)
    entry = opening(brought, life.program, life.store)
    return [entry] if entry else []


def expires(life: Life, member: MemberId) -> list[Entry]:
    account = locked_account(life.tx, member, life.program).snapshot.account()
    found = due(account, member, life.program, life.store, now=life.at)
    known = journals.entries(life.tx, [entry.id for entry in found])
    return [entry for entry in found if entry.id not in known]


def releases(life: Life, member: MemberId) -> list[Entry]:
    waiting = [e for e in life.of(member, EntryKind.EARN) if e.available_from]
    chosen = life.one(waiting)
    return [release(each, now=life.at) for each in chosen if each.id not in _released(life)]


def _released(life: Life) -> set[EntryId | None]:
    return {entry.about for entry in life.done if entry.kind is EntryKind.RELEASE}


def comes_back(life: Life, member: MemberId) -> list[Entry]:
    found = []
    for earned in life.one(life.of(member, EntryKind.EARN)):
        pieces = EarnedLine(line="1", points=earned.points, quantity=3)
        returned = Returned(id=str(uuid4()), line="1", quantity=1, at=life.at, store=life.store)
        entry = claw_back(earned, pieces, returned)
        found += [entry] if entry else []
    return found


def is_given_back(life: Life, member: MemberId) -> list[Entry]:
    reserved = {row.entry for row in life.held}
    spent = [e for e in life.of(member, EntryKind.REDEEM) if e.id not in reserved]
    returned = Returned(id=str(uuid4()), line="1", quantity=1, at=life.at, store=life.store)
    return [give_back(each, 7, returned) for each in life.one(spent)]


def is_undone(life: Life, member: MemberId) -> list[Entry]:
    chosen = life.one(life.of(member, EntryKind.EARN, EntryKind.ADJUSTMENT))
    life.undone |= {entry.id for entry in chosen}
    return [reversal(each, now=life.at, owes=life.data.draw(st.booleans())) for each in chosen]


def moves(life: Life, member: MemberId) -> list[Entry]:
    (other,) = (each for each in life.members if each != member)
    account = locked_account(life.tx, member, life.program).snapshot.account()
    move = Move(
        id=str(uuid4()),
        fact=str(uuid4()),
        source=member,
        target=other,
        program=life.program,
        at=life.at,
        store=life.store,
    )
    return [*moved(account, move, {}), *debt_moved(account, move)]


ACTS = (
    earns, earns, earns, holds, holds, settles, settles, spends, adjusts, opens, expires, releases,
    comes_back, is_given_back, is_undone, moves,
)  # fmt: skip


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
        HealthCheck.too_slow,
    ],
)
@given(data=st.data())
def test_the_books_add_up_after_whatever_a_shop_can_do(
    line: Connected, data: st.DataObject
) -> None:
    shop = line.company
    with shop.database.write(shop.shop.tenant) as tx:
        life = Life(tx=tx, data=data, program=shop.shop.program, store=shop.shop.store)
        life.members = (MemberId(str(uuid4())), MemberId(str(uuid4())))
        for _ in range(data.draw(st.integers(1, 14))):
            life.act()
            for member in life.members:
                row = locked_account(tx, member, life.program)
                assert fault_of(tx, row) is None
        _a_kiosk_sees_the_same(life)


def _a_kiosk_sees_the_same(life: Life) -> None:
    """What the backend tells, and a hold of the kiosk's own that the backend has not heard of."""
    keys = [f"{member}/{life.program}" for member in life.members]
    told = ChangesPage(
        changes=tuple(account_changes(life.tx, keys).values()), cursor="c", more=False
    )
    life.at += timedelta(hours=1)
    replica = Replica(None)
    try:
        replica.run_now(apply, ChangesPage.model_validate_json(told.model_dump_json()), now=life.at)
        program = _program(life)
        for member in life.members:
            assert replica.run_now(ReplicaTransaction.account, member, program) == _account(
                life, member
            )
            own = life.entry(member, EntryKind.REDEEM, -20)
            own = replace(own, occurred_at=life.at, owes=True)
            replica.run_now(ReplicaTransaction.write, own)
            post(life.tx, own, may_owe=True, reserves=True)
            here = replica.run_now(ReplicaTransaction.account, member, program)
            there = _account(life, member)
            assert (_open(here), here.debt) == (_open(there), there.debt)
            assert here.balance(life.at) == there.balance(life.at)
    finally:
        replica.close()


def _account(life: Life, member: MemberId) -> Account:
    return locked_account(life.tx, member, life.program).snapshot.account()


def _open(account: Account) -> list[Lot]:
    return [lot for lot in account.lots if lot.left]
