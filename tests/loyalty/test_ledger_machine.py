"""One account under anything that can happen to it, in any order of arrival (Hypothesis)."""

from dataclasses import replace
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backend_client.schemas.ledger import AccountSnapshot
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import Account, Entry, EntryKind, replay
from tests.loyalty.cases import day, earn, entry, expire, open_lots, take, undo


class OneAccount(RuleBasedStateMachine):
    """Time goes on by a day, or stands still; every rule is something a shop does."""

    def __init__(self) -> None:
        super().__init__()
        self.today = 1
        self.story: list[Entry] = []
        self.open: list[Entry] = []
        """Gifts that are reserved, and may still be voided."""
        self.settled: list[Entry] = []
        self.dated: list[Entry] = []
        """Credits whose lot may expire or be taken back."""

    def book(self, new: Entry) -> Entry:
        self.story.append(new)
        return new

    def name(self) -> str:
        return f"{(len(self.story) * 7919) % 1000:03}"  # ids in no order of time

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.today += days

    @rule(points=st.integers(0, 60), life=st.none() | st.integers(1, 12))
    def a_sale_earns(self, points: int, life: int | None) -> None:
        until = None if life is None else self.today + life
        self.dated.append(self.book(earn(self.name(), points, self.today, until=until)))

    @precondition(lambda self: all(e.kind is not EntryKind.WELCOME for e in self.story))
    @rule()
    def the_welcome_is_claimed(self) -> None:
        self.book(entry("welcome", EntryKind.WELCOME, 50, self.today, until=self.today + 9))

    @rule(points=st.integers(1, 80))
    def a_gift_is_reserved(self, points: int) -> None:
        """Also beyond the balance: two kiosks without a network can do that."""
        self.open.append(self.book(take(self.name(), points, self.today)))

    @precondition(lambda self: self.open)
    @rule(which=st.randoms(use_true_random=False))
    def a_gift_is_voided(self, which: Random) -> None:
        gift = which.choice(self.open)
        self.open.remove(gift)
        self.book(undo(gift, self.today))
        before = self.story[:-2]
        # Of two gifts at one instant, neither is the first.
        if self.story[-2] == gift and all(e.occurred_at < gift.occurred_at for e in before):
            account, was = self.account(), replay(before)
            assert (open_lots(account), account.debt) == (open_lots(was), was.debt)

    @precondition(lambda self: self.open)
    @rule(which=st.randoms(use_true_random=False))
    def a_gift_is_settled(self, which: Random) -> None:
        gift = which.choice(self.open)
        self.open.remove(gift)
        self.settled.append(gift)

    @precondition(lambda self: self.dated)
    @rule(which=st.randoms(use_true_random=False))
    def a_sale_is_taken_back(self, which: Random) -> None:
        sale = which.choice(self.dated)
        self.dated.remove(sale)
        expired = any(e.kind is EntryKind.EXPIRY and e.about == sale.id for e in self.story)
        if sale.points and not expired:
            self.book(undo(sale, self.today))

    @rule()
    def the_night_closes_dead_lots(self) -> None:
        for lot in self.account().lots:
            credit = next(e for e in self.story if e.id == lot.entry)
            known = any(e.id == f"expiry-{lot.entry}" for e in self.story)
            if lot.left and not lot.alive(day(self.today)) and not known:
                self.book(expire(credit, lot.left, self.today))

    def account(self) -> Account:
        return replay(self.story)

    @invariant()
    def points_are_conserved(self) -> None:
        account = self.account()
        assert sum(lot.left for lot in account.lots) - account.debt == sum(
            e.points for e in self.story
        )

    @invariant()
    def nobody_owes_points_and_holds_points(self) -> None:
        account = self.account()
        assert account.debt >= 0
        assert all(lot.left >= 0 for lot in account.lots)
        alive = [lot for lot in account.lots if lot.left and lot.alive(day(self.today))]
        assert not (account.debt and alive)

    @invariant()
    def draws_say_where_every_point_went(self) -> None:
        account = self.account()
        owed = sum(d.points for draws in account.draws.values() for d in draws if d.lot is None)
        assert owed == account.debt
        for gift in [*self.open, *self.settled]:
            assert sum(draw.points for draw in account.draws[gift.id]) == -gift.points

    @rule(shuffle=st.randoms(use_true_random=False))
    def arrival_in_any_order_and_twice_is_the_same(self, shuffle: Random) -> None:
        arrived = self.story + self.story[::2]
        shuffle.shuffle(arrived)
        assert replay(arrived) == self.account()

    @rule(cut=st.integers(0, 30))
    def a_snapshot_and_the_rest_is_the_whole(self, cut: int) -> None:
        booked = sorted(self.story, key=lambda e: e.occurred_at)
        # What happened at one instant is booked together.
        while 0 < cut < len(booked) and booked[cut - 1].occurred_at == booked[cut].occurred_at:
            cut += 1
        earlier, later = booked[:cut], booked[cut:]
        assert replay(later, replay(earlier)) == self.account()
        self.check_wire_snapshot(earlier, later)

    def check_wire_snapshot(self, earlier: list[Entry], later: list[Entry]) -> None:
        """The wire drops empty lots, and the draws of what cannot be voided any more."""
        undone_later = {e.about for e in later}
        may_be_voided = {e.id for e in self.open} | undone_later
        opening = replay(earlier)
        kept = {gift: drawn for gift, drawn in opening.draws.items() if gift in may_be_voided}
        sent = AccountSnapshot.of(
            MemberId("zoe"), ProgramId("shop"), len(earlier), replace(opening, draws=kept)
        )
        received = AccountSnapshot.model_validate_json(sent.model_dump_json()).account()
        account, whole = replay(later, received), self.account()
        assert account.debt == whole.debt
        owes = any(
            drawn.lot is None
            for gift, draws in opening.draws.items()
            if gift not in kept
            for drawn in draws
        )
        if not owes:  # whose debt is paid first is told apart only where all draws are known
            assert open_lots(account) == open_lots(whole)
            assert all(whole.draws[gift] == drawn for gift, drawn in account.draws.items())
        for when in (self.today, self.today + 5, self.today + 20):
            if not owes or not self.open:
                assert account.balance(day(when)) == whole.balance(day(when))


OneAccount.TestCase.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
TestOneAccount = OneAccount.TestCase
