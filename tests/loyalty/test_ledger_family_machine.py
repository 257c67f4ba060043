"""Three people, a household and their books, under anything that can happen (Hypothesis).

Everything is told through the rules that a shop uses, and arrives in any order, and twice.
"""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from loyalty import expiry
from loyalty.adjustments import Clerk, Wanted, adjust
from loyalty.earning import earn
from loyalty.errors import HouseholdRefused, NotEnoughPoints
from loyalty.households import Household, Membership, Step, into_wallet, join, leave
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RuleId, SaleId, StoreId
from loyalty.journal import chained, head_of, verify
from loyalty.ledger import Account, Entry, movements, replay
from loyalty.merging import Merge, catch_up, merge, unmerge
from loyalty.pending import pending
from loyalty.program import (
    AdjustmentRules,
    EarningRule,
    Negative,
    Occasion,
    OfflineLimits,
    Pending,
    PerAmount,
    Program,
)
from loyalty.redemption import Use, spend
from loyalty.returns import Returned, reversal, take_back, void_sale
from loyalty.rewards import Price
from loyalty.sales import Channel, Line, Sale
from loyalty.transfers import follow
from tests.loyalty.cases import day, open_lots

PROGRAM, LYON = ProgramId("shop"), StoreId("lyon")
PEOPLE = tuple(map(MemberId, ("anna", "ben", "cleo")))
HOME = Household(wallet=MemberId("home"), program=PROGRAM)
RULES = Program(
    id=PROGRAM,
    version=1,
    name={},
    currency="EUR",
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    earning=(
        EarningRule(id=RuleId("ratio"), when=Occasion.SALE, give=PerAmount(amount=100, points=1)),
    ),
    rewards=(),
    offline=OfflineLimits(per_card=0, per_terminal=0, snapshot_age_h=1),
)
HOLDERS = (*PEOPLE, HOME.wallet)


class Family(RuleBasedStateMachine):
    """Time goes on by a day at most; every rule is something a shop does."""

    def __init__(self) -> None:
        super().__init__()
        self.today = 1.0
        self.told = 0
        self.journal: list[Entry] = []
        self.home = HOME
        self.merged: Merge | None = None
        self.sales: list[Entry] = []
        self.tickets: dict[EntryId, Sale] = {}
        self.taken: dict[EntryId, int] = {}
        self.returned: dict[EntryId, list[Returned]] = {}
        self.gifts: list[Entry] = []

    # --- what the shop knows ------------------------------------------------------------------

    def of(self, holder: MemberId) -> list[Entry]:
        return [each for each in self.journal if each.member == holder]

    def account(self, holder: MemberId) -> Account:
        return replay(self.of(holder))

    def holder(self, member: MemberId) -> MemberId:
        """Whose account a member's card opens."""
        if self.merged and member == self.merged.absorbed:
            member = self.merged.kept
        return HOME.wallet if member in self.home.members else member

    def book(self, *entries: Entry) -> None:
        known = {each.id for each in self.journal}
        self.journal += [each for each in entries if each.id not in known]

    def name(self) -> str:
        self.tick()
        self.told += 1
        return f"{(self.told * 7919) % 1000:03}"  # ids in no order of time

    def ticket(self, who: MemberId, points: int) -> Sale:
        """A ticket that earns so many points, with three pieces on one line and one on another."""
        third = points * 100 // 4
        lines = (Line(quantity=3, unit_price=third), Line(unit_price=points * 100 - 3 * third))
        return Sale(
            id=SaleId(self.name()),
            store=LYON,
            channel=Channel.SHOP,
            member=who,
            total=points * 100,
            currency="EUR",
            closed_at=day(self.today),
            lines=lines,
        )

    def tick(self) -> None:
        """One thing after the other; what happens at one instant has a machine of its own."""
        self.today += 0.001

    def total(self) -> int:
        """All points of all accounts, less what they owe."""
        return sum(self.held(holder) for holder in HOLDERS)

    def held(self, holder: MemberId) -> int:
        account = self.account(holder)
        return sum(lot.left for lot in account.lots) - account.debt

    def in_wallet(self, each: Entry, member: MemberId) -> Entry:
        who = self.merged.kept if self.merged and member == self.merged.absorbed else member
        each = replace(each, member=who)
        return into_wallet(each, self.home) if who in self.home.members else each

    # --- what happens -------------------------------------------------------------------------

    @rule(days=st.integers(0, 3))
    def time_passes(self, days: int) -> None:
        self.today += days

    @rule(
        who=st.sampled_from(PEOPLE),
        points=st.integers(1, 60),
        life=st.none() | st.integers(1, 12),
        held=st.booleans(),
    )
    def a_sale_earns(self, who: MemberId, points: int, life: int | None, held: bool) -> None:
        sold = self.ticket(who, points)
        (sale,) = earn(sold, RULES, zone=UTC)
        assert sale.points == points
        sale = replace(sale, deadline=None if life is None else day(self.today + life))
        if held:
            sale = pending(sale, Pending(days=3), zone=UTC)
        sale = self.in_wallet(sale, who)
        self.tickets[sale.id] = sold
        self.sales.append(sale)
        self.book(sale)

    @rule(who=st.sampled_from(PEOPLE), points=st.integers(1, 60), beyond=st.booleans())
    def points_are_spent(self, who: MemberId, points: int, beyond: bool) -> None:
        """Also beyond the balance: a kiosk without a network can do that."""
        holder = self.holder(who)
        balance = self.account(holder).balance(day(self.today))
        cost = points if beyond else min(points, balance)
        if cost <= 0:
            return
        use = Use(
            redemption=RedemptionId(self.name()),
            member=holder,
            program=PROGRAM,
            store=LYON,
            at=day(self.today),
            by=who,
        )
        (gift,) = spend(Price(points=cost), use)
        self.gifts.append(gift)
        self.book(gift)
        if not beyond:
            assert self.account(holder).balance(day(self.today)) == balance - cost

    @precondition(lambda self: self.gifts)
    @rule(which=st.randoms(use_true_random=False))
    def a_gift_is_voided(self, which: Random) -> None:
        gift = which.choice(self.gifts)
        self.gifts.remove(gift)
        self.tick()
        before = self.held(gift.member)
        void = reversal(gift, now=day(self.today))
        self.book(void, void)
        assert self.held(gift.member) == before - gift.points
        self.sweep(void)

    @precondition(lambda self: self.sales)
    @rule(
        which=st.randoms(use_true_random=False),
        pieces=st.lists(st.sampled_from((0, 1, 3, Fraction(1, 2))), min_size=2, max_size=2),
    )
    def goods_come_back(self, which: Random, pieces: list[int | Fraction]) -> None:
        """Some pieces of each line, or a part of their price."""
        sale = which.choice(self.sales)
        before, name = self.returned.setdefault(sale.id, []), self.name()
        act = [
            Returned(id=name, line=str(line), quantity=number, at=day(self.today), store=LYON)
            for line, number in enumerate(pieces, start=1)
            if number
        ]
        negative = which.choice(list(Negative))
        where = follow(reversal(sale, now=day(self.today)), self.journal).member
        holder = self.account(where) if negative is Negative.REFUSE else None
        try:
            taken = take_back(
                [sale], self.tickets[sale.id], act, before, holder=holder, negative=negative
            )
        except NotEnoughPoints:
            return
        before += act
        self.taken[sale.id] = self.taken.get(sale.id, 0) - sum(each.points for each in taken)
        assert self.taken[sale.id] <= sale.points, "no more than the sale earned"
        for back in taken:
            told = follow(back, self.journal)
            owed = self.account(told.member).debt
            self.book(told, told)
            if negative is Negative.CLAMP:
                assert self.account(told.member).debt == owed, "no debt beyond the policy"
            self.sweep(told)

    @precondition(lambda self: self.sales)
    @rule(which=st.randoms(use_true_random=False))
    def a_sale_is_voided(self, which: Random) -> None:
        sale = which.choice(self.sales)
        self.sales.remove(sale)
        self.tick()
        (void,) = void_sale([sale], now=day(self.today))
        told = follow(void, self.journal)
        self.book(told, told)
        self.sweep(told)

    @rule(who=st.sampled_from(PEOPLE), points=st.integers(-30, 30).filter(bool))
    def the_manager_adjusts(self, who: MemberId, points: int) -> None:
        wanted = Wanted(
            id=self.name(),
            member=self.holder(who),
            program=PROGRAM,
            store=LYON,
            points=points,
            nature="gesture",
        )
        clerk, rules = Clerk(id="s1"), AdjustmentRules(may_owe=points % 2 == 0)
        owed = self.account(wanted.member).debt
        self.book(adjust(wanted, clerk, rules, now=day(self.today)))
        if not rules.may_owe:
            assert self.account(wanted.member).debt <= owed

    @rule()
    def the_night_closes_dead_lots(self) -> None:
        before = {holder: self.account(holder).balance(day(self.today)) for holder in HOLDERS}
        for holder in HOLDERS:
            gone = expiry.due(self.account(holder), holder, PROGRAM, LYON, now=day(self.today))
            self.book(*gone)
        after = {holder: self.account(holder).balance(day(self.today)) for holder in HOLDERS}
        assert after == before, "what is dead was not in the balance"

    @precondition(lambda self: not self.merged)
    @rule(which=st.permutations(PEOPLE))
    def two_are_merged(self, which: list[MemberId]) -> None:
        kept, absorbed, _ = which
        if {kept, absorbed} & set(self.home.members):
            return
        what = Merge(
            id=self.name(),
            kept=kept,
            absorbed=absorbed,
            program=PROGRAM,
            at=day(self.today),
            store=LYON,
        )
        before = self.total()
        was = {holder: open_lots(self.account(holder)) for holder in (kept, absorbed)}
        owed = {holder: self.account(holder).debt for holder in (kept, absorbed)}
        entries = merge(what, self.of(kept), self.of(absorbed))
        self.book(*entries)
        assert self.total() == before
        assert self.account(absorbed).balance(day(self.today)) == 0
        # Taken back at once, both are exactly what they were.
        undone = unmerge(what, self.journal, now=day(self.today))
        both = [*self.journal, *undone]
        for holder in (kept, absorbed):
            account = replay(each for each in both if each.member == holder)
            assert (open_lots(account), account.debt) == (was[holder], owed[holder])
        self.merged = what

    @precondition(lambda self: self.merged)
    @rule()
    def they_are_separated_again(self) -> None:
        assert self.merged is not None
        self.tick()
        before = self.total()
        undone = unmerge(self.merged, self.journal, now=day(self.today))
        self.book(*undone, *undone)
        expired = self.total() - before
        assert expired >= 0, "points that died meanwhile come back dead, and none is lost"
        self.merged = None

    def sweep(self, cause: Entry) -> None:
        """What came to an absorbed account moves on."""
        if self.merged and cause.member == self.merged.absorbed:
            before = self.total()
            absorbed = self.of(self.merged.absorbed)
            moved = catch_up(self.merged, absorbed, cause=cause.id, at=day(self.today))
            self.book(*moved, *moved)
            assert self.total() == before

    @rule(who=st.sampled_from(PEOPLE))
    def somebody_joins_the_household(self, who: MemberId) -> None:
        if who in self.home.members or self.merged:
            return
        step = Step(id=self.name(), member=who, at=day(self.today), store=LYON)
        others = [each for each in self.journal if each.member in self.home.members]
        before = self.total()
        try:
            entries = join(self.home, step, self.of(who), others)
        except HouseholdRefused:
            assert self.account(who).debt
            return
        self.book(*entries, *entries)
        assert self.total() == before
        self.home = replace(self.home, members={**self.home.members, who: Membership()})

    @precondition(lambda self: self.home.members)
    @rule(which=st.randoms(use_true_random=False))
    def somebody_leaves_the_household(self, which: Random) -> None:
        who = which.choice(sorted(self.home.members))
        step = Step(id=self.name(), member=who, at=day(self.today), store=LYON)
        before = self.total()
        entries = leave(self.home, step, self.of(HOME.wallet))
        self.book(*entries, *entries)
        assert self.total() == before
        left = {member: role for member, role in self.home.members.items() if member != who}
        self.home = replace(self.home, members=left)

    # --- what always holds --------------------------------------------------------------------

    @invariant()
    def every_statement_adds_up(self) -> None:
        for holder in HOLDERS:
            statement = movements(self.of(holder))
            assert sum(moved.points for moved in statement) == self.held(holder)

    @invariant()
    def nobody_owes_points_and_holds_points(self) -> None:
        for holder in HOLDERS:
            account = self.account(holder)
            alive = [lot for lot in account.lots if lot.left and lot.alive(day(self.today))]
            assert account.debt >= 0
            assert not (account.debt and alive)
            assert all(lot.left >= 0 and lot.expired >= 0 for lot in account.lots)
            assert all(lot.gave is None or lot.returned <= lot.gave for lot in account.lots)

    @rule(shuffle=st.randoms(use_true_random=False))
    def arrival_in_any_order_and_twice_is_the_same(self, shuffle: Random) -> None:
        for holder in HOLDERS:
            arrived = self.of(holder) * 2
            shuffle.shuffle(arrived)
            assert replay(arrived) == self.account(holder)

    @rule(cut=st.integers(0, 30))
    def a_cached_account_is_the_replayed_one(self, cut: int) -> None:
        for holder in HOLDERS:
            booked = sorted(self.of(holder), key=lambda each: each.occurred_at)
            # What happened at one instant is booked together.
            place = cut
            while 0 < place < len(booked) and (
                booked[place - 1].occurred_at == booked[place].occurred_at
            ):
                place += 1
            cached = replay(booked[place:], replay(booked[:place]))
            whole = self.account(holder)
            assert (open_lots(cached), cached.debt) == (open_lots(whole), whole.debt)

    @precondition(lambda self: self.journal)
    @rule(touch=st.randoms(use_true_random=False))
    def whoever_touches_the_journal_is_found(self, touch: Random) -> None:
        journal = list(chained(self.journal))
        head = head_of(journal[-1])
        assert verify(journal, head) is None
        place = touch.randrange(len(journal))
        kind = touch.choice(["change", "drop", "swap"])
        row = journal[place]
        if kind == "change":
            journal[place] = replace(row, entry=replace(row.entry, points=row.entry.points + 1))
        elif kind == "drop":
            del journal[place]
        elif place:
            journal[place - 1], journal[place] = journal[place], journal[place - 1]
        else:
            return
        fault = verify(journal, head)
        assert fault is not None
        assert fault.position == (place if kind == "swap" else place + 1)


Family.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestFamily = Family.TestCase
