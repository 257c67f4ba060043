"""Households: one wallet, several members; who leaves takes what is left of their own."""

from dataclasses import replace

import pytest

from loyalty.errors import EarnOnlyCard, HouseholdCap, HouseholdRefused, NotInHousehold
from loyalty.households import (
    Household,
    Membership,
    Step,
    admitted,
    check_spend,
    contributions,
    into_wallet,
    join,
    leave,
    spent_by,
)
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.program import HouseholdRules, Role
from tests.loyalty.cases import day, earn, entry, open_lots, take, undo

MUM, DAD, LEO = MemberId("mum"), MemberId("dad"), MemberId("leo")
EVERYBODY = {MUM: Membership(), DAD: Membership(per_day=50), LEO: Membership(role=Role.EARNS_ONLY)}
HOME = Household(wallet=MemberId("home"), program=ProgramId("shop"), members=EVERYBODY)


def of(member: MemberId, *entries: Entry) -> tuple[Entry, ...]:
    return tuple(
        replace(each, id=EntryId(f"{member}-{each.id}"), member=member) for each in entries
    )


def step(member: MemberId, on: float) -> Step:
    return Step(id=f"{member}-{on:g}", member=member, at=day(on), store=StoreId("lyon"))


class Books:
    def __init__(self, *entries: Entry) -> None:
        self.entries = tuple(entries)
        self.household = replace(HOME, members={})

    def journal(self, member: MemberId) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.member == member)

    def account(self, member: MemberId) -> Account:
        return replay(self.journal(member))

    def book(self, *entries: Entry) -> None:
        self.entries += entries

    def join(self, member: MemberId, on: float) -> None:
        others = [each for each in self.entries if each.member in self.household.members]
        self.book(*join(self.household, step(member, on), self.journal(member), others))
        members = {**self.household.members, member: EVERYBODY[member]}
        self.household = replace(self.household, members=members)

    def leave(self, member: MemberId, on: float) -> None:
        self.book(*leave(self.household, step(member, on), self.journal(HOME.wallet)))

    def total(self, on: float) -> int:
        holders = {each.member for each in self.entries}
        return sum(self.account(holder).balance(day(on)) for holder in holders)


def family() -> Books:
    books = Books(
        *of(MUM, earn("a", 100, 1, until=90)),
        *of(DAD, earn("b", 60, 1, until=60)),
        *of(LEO, earn("c", 10, 1)),
    )
    for number, member in enumerate((MUM, DAD, LEO)):
        books.join(member, 2 + number)
    return books


def test_who_joins_brings_their_open_lots_with_their_deadlines() -> None:
    books = family()
    assert books.total(5) == 170
    assert books.account(HOME.wallet).balance(day(5)) == 170
    assert [(lot.left, lot.deadline) for lot in books.account(HOME.wallet).lots] == [
        (60, day(60)),
        (100, day(90)),
        (10, None),
    ]


def test_who_leaves_takes_what_is_left_of_their_own() -> None:
    """Join, earn, spend, leave: points are conserved."""
    books = family()
    books.book(into_wallet(of(LEO, earn("d", 5, 6))[0], HOME))
    books.book(into_wallet(of(MUM, take("gift", 80, 7))[0], HOME))
    before = books.total(8)
    assert before == 170 + 5 - 80
    wallet = books.account(HOME.wallet)
    left = contributions(wallet, books.journal(HOME.wallet), at=day(8))
    assert left == {MUM: 80, LEO: 15}, "dad's points died first, so they were spent first"
    for number, member in enumerate((LEO, DAD, MUM)):
        books.leave(member, 9 + number)
    assert [books.account(member).balance(day(20)) for member in (MUM, DAD, LEO)] == [80, 0, 15]
    assert books.account(HOME.wallet).balance(day(20)) == 0
    assert books.total(20) == before
    assert open_lots(books.account(MUM)).popitem()[1] == (80, day(90))


def test_a_household_is_welcomed_once_where_it_is_set() -> None:
    hello = entry("hello", EntryKind.WELCOME, 50, 1)
    for once, total in ((True, 50), (False, 100)):
        books = Books(*of(MUM, hello), *of(DAD, hello))
        books.household = replace(books.household, one_welcome=once)
        books.join(MUM, 2)
        books.join(DAD, 3)
        assert books.account(HOME.wallet).balance(day(4)) == total


def test_who_is_in_debt_settles_it_first() -> None:
    with pytest.raises(HouseholdRefused):
        join(HOME, step(MemberId("new"), 2), [take("gift", 5, 1)])


def test_only_who_is_out_joins_and_only_who_is_in_leaves() -> None:
    for member in (MUM, HOME.wallet):
        with pytest.raises(NotInHousehold):
            join(HOME, step(member, 2), ())
    with pytest.raises(NotInHousehold):
        leave(HOME, step(MemberId("new"), 2), ())
    with pytest.raises(NotInHousehold):
        into_wallet(earn("a", 1, 1), HOME)


def test_a_childs_card_earns_and_cannot_spend() -> None:
    with pytest.raises(EarnOnlyCard):
        check_spend(HOME, LEO, 1, 0)
    assert into_wallet(of(LEO, earn("d", 5, 6))[0], HOME).by == LEO


@pytest.mark.parametrize(("cost", "spent", "allowed"), [(50, 0, None), (51, 0, 50), (1, 60, 0)])
def test_a_card_spends_up_to_its_cap(cost: int, spent: int, allowed: int | None) -> None:
    check_spend(HOME, MUM, 10_000, 10_000)
    if allowed is None:
        check_spend(HOME, DAD, cost, spent)
        return
    with pytest.raises(HouseholdCap) as refused:
        check_spend(HOME, DAD, cost, spent)
    assert refused.value.allowed == allowed


def test_strangers_spend_nothing() -> None:
    with pytest.raises(NotInHousehold):
        check_spend(HOME, MemberId("new"), 1, 0)


def test_what_was_spent_today_is_counted_by_person_without_what_was_voided() -> None:
    one, two, three = (
        into_wallet(each, HOME)
        for each in (*of(DAD, take("x", 10, 5), take("y", 20, 6)), *of(MUM, take("z", 7, 6)))
    )
    wallet = [one, two, three]
    assert spent_by(wallet, DAD, since=day(5.5)) == 20
    assert spent_by(wallet, DAD, since=day(5)) == 30
    assert spent_by([*wallet, undo(two, 7)], DAD, since=day(5)) == 10


def test_points_of_an_unknown_origin_belong_to_nobody() -> None:
    account = replay([earn("old", 9, 1)])
    assert contributions(account, [], at=day(2)) == {None: 9}
    assert contributions(account, [earn("old", 9, 1)], at=day(2)) == {None: 9}


OPEN = HouseholdRules(active=True, members=4, new_card=Role.EARNS_ONLY, card_per_day=20)


def test_who_joins_has_the_card_that_the_program_gives() -> None:
    card = Membership(role=Role.EARNS_ONLY, per_day=20)
    assert admitted(HOME, OPEN) == card
    assert admitted(HOME, replace(OPEN, members=None)) == card
    assert admitted(HOME, HouseholdRules(active=True)) == Membership()


@pytest.mark.parametrize("rules", [replace(OPEN, members=3), HouseholdRules()])
def test_a_household_that_is_full_or_not_foreseen_takes_nobody(rules: HouseholdRules) -> None:
    assert len(HOME.members) == 3
    with pytest.raises(HouseholdRefused):
        admitted(HOME, rules)
