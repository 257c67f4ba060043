"""Merging two accounts of one person, and taking it back exactly."""

from dataclasses import replace

import pytest

from loyalty.expiry import due
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.merging import Merge, catch_up, merge, parts, unmerge
from loyalty.returns import Returned, claw_back
from loyalty.traces import EarnedLine
from loyalty.transfers import follow, now_in, standing
from tests.loyalty.cases import day, earn, entry, expire, open_lots, take, undo

ZOE, ZO = MemberId("zoe"), MemberId("zo")
MERGE = Merge(
    id="m-1",
    kept=ZOE,
    absorbed=ZO,
    program=ProgramId("shop"),
    at=day(10),
    store=StoreId("lyon"),
)


def of(member: MemberId, *entries: Entry) -> tuple[Entry, ...]:
    """The entries, as that member's; their ids are the member's own too."""
    return tuple(
        replace(
            each,
            id=EntryId(f"{member}-{each.id}"),
            member=member,
            about=EntryId(f"{member}-{each.about}") if each.about else None,
        )
        for each in entries
    )


def welcome(points: int = 50) -> Entry:
    return entry("welcome", EntryKind.WELCOME, points, 1, until=400)


GIFT = take("gift", 25, 3)
KEPT = of(ZOE, welcome(), earn("a", 30, 2, until=200), earn("b", 10, 2))
ABSORBED = of(ZO, welcome(), earn("c", 20, 2, until=100), earn("d", 40, 2), GIFT)


LINE = EarnedLine("l", 20, 1)
CAME_BACK = Returned(id="r", line="l", quantity=1, at=day(12), store=StoreId("lyon"))


class Books:
    """The journals of both."""

    def __init__(self, *entries: Entry) -> None:
        self.entries = tuple(entries)

    def book(self, *more: Entry) -> None:
        self.entries += more

    def journal(self, member: MemberId) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.member == member)

    def account(self, member: MemberId) -> Account:
        return replay(self.journal(member))

    def total(self, on: float) -> int:
        return sum(self.account(member).balance(day(on)) for member in (ZOE, ZO))

    def merge(self, what: Merge = MERGE) -> None:
        self.book(*merge(what, self.journal(ZOE), self.journal(ZO)))

    def unmerge(self, on: float, what: Merge = MERGE) -> None:
        self.book(*unmerge(what, self.entries, now=day(on)))


def same(one: Account, other: Account) -> bool:
    return (open_lots(one), one.debt) == (open_lots(other), other.debt)


def test_all_points_are_in_one_account_with_their_deadlines_and_one_welcome() -> None:
    books = Books(*KEPT, *ABSORBED)
    books.merge()
    assert books.account(ZO).balance(day(11)) == 0
    assert books.account(ZOE).balance(day(11)) == (50 + 30 + 10) + (20 + 40 - 25)
    assert books.account(ZO).debt == 0


def test_merge_and_un_merge_give_both_ledgers_back_exactly() -> None:
    books = Books(*KEPT, *ABSORBED)
    before = {member: books.account(member) for member in (ZOE, ZO)}
    books.merge()
    books.unmerge(20)
    assert all(same(books.account(member), before[member]) for member in before)


def test_a_merge_asked_again_is_the_same_merge() -> None:
    books = Books(*KEPT, *ABSORBED)
    books.merge()
    once = books.entries
    again = merge(MERGE, books.journal(ZOE), books.journal(ZO))
    assert set(again) == set(parts(MERGE, once))
    books.merge()
    assert set(books.entries) == set(once)


def test_they_can_be_merged_again_after_an_un_merge() -> None:
    books = Books(*KEPT, *ABSORBED)
    books.merge()
    merged = books.account(ZOE).balance(day(11))
    books.unmerge(20)
    books.merge(replace(MERGE, id="m-2", at=day(30)))
    assert (books.account(ZOE).balance(day(31)), books.account(ZO).balance(day(31))) == (merged, 0)
    books.unmerge(40, replace(MERGE, id="m-2"))
    assert same(books.account(ZO), replay(ABSORBED))


def test_who_was_welcomed_once_keeps_it() -> None:
    books = Books(*of(ZOE, earn("a", 30, 2)), *of(ZO, welcome()))
    books.merge()
    assert books.account(ZOE).balance(day(11)) == 80


def test_a_welcome_that_was_taken_back_already_does_not_count() -> None:
    taken = of(ZOE, welcome(), undo(welcome(), 2))
    books = Books(*taken, *of(ZO, welcome()))
    books.merge()
    assert books.account(ZOE).balance(day(11)) == 50


def test_a_debt_moves_too_and_comes_back() -> None:
    books = Books(*of(ZOE, earn("a", 30, 2)), *of(ZO, take("gift", 20, 3)))
    books.merge()
    assert (books.account(ZOE).balance(day(11)), books.account(ZO).debt) == (10, 0)
    books.unmerge(20)
    assert (books.account(ZOE).balance(day(21)), books.account(ZO).debt) == (30, 20)


def test_the_second_welcome_that_was_spent_becomes_debt_and_no_points_are_made() -> None:
    books = Books(*KEPT, *of(ZO, welcome(), take("gift", 50, 3)))
    books.merge()
    assert books.total(11) == 90 - 50
    assert books.account(ZO).debt == 0
    books.unmerge(20)
    assert same(books.account(ZO), replay(of(ZO, welcome(), take("gift", 50, 3))))


def test_what_was_spent_meanwhile_stays_with_the_kept_account() -> None:
    books = Books(*of(ZOE, earn("a", 30, 2)), *of(ZO, earn("c", 20, 2)))
    books.merge()
    books.book(*of(ZOE, take("bag", 45, 15)))
    books.unmerge(20)
    assert books.account(ZO).balance(day(21)) == 20
    assert books.account(ZOE).balance(day(21)) == -15


def test_points_that_expire_while_merged_are_not_taken_twice() -> None:
    books = Books(*of(ZO, earn("c", 20, 2, until=15)), *of(ZOE, earn("a", 30, 2)))
    books.merge()
    books.book(*due(books.account(ZOE), ZOE, ProgramId("shop"), StoreId("lyon"), now=day(16)))
    books.unmerge(20)
    assert (books.account(ZOE).balance(day(21)), books.account(ZO).balance(day(21))) == (30, 0)
    assert books.account(ZOE).debt == 0


def test_dead_points_stay_where_they_are() -> None:
    dead = earn("dead", 20, 1, until=5)
    books = Books(*of(ZO, dead))
    books.merge()
    assert open_lots(books.account(ZO)) == {"zo-dead": (20, day(5))}


def test_pending_points_stay_pending_and_matured_ones_are_free() -> None:
    held = replace(earn("held", 20, 1), available_from=day(90))
    free = replace(earn("free", 10, 1), available_from=day(3))
    books = Books(*of(ZO, held, free))
    books.merge()
    account = books.account(ZOE)
    assert (account.balance(day(11)), account.pending(day(11))) == (10, 20)


def test_what_comes_late_to_the_absorbed_account_moves_on_and_comes_back() -> None:
    books = Books(*KEPT, *ABSORBED)
    books.merge()
    held = books.account(ZOE).balance(day(13))
    (_, *_, gift) = ABSORBED
    void = replace(undo(gift, 12), member=ZO)
    books.book(void)
    moved = catch_up(MERGE, books.journal(ZO), cause=void.id, at=day(12))
    books.book(*moved, *moved)
    assert (books.account(ZO).balance(day(13)), books.account(ZOE).balance(day(13))) == (
        0,
        held + 25,
    )
    books.unmerge(20)
    assert same(books.account(ZO), replay([*ABSORBED, void]))
    assert same(books.account(ZOE), replay(KEPT))


def test_a_return_follows_the_points_to_where_they_are() -> None:
    books = Books(*KEPT, *ABSORBED)
    books.merge()
    back = claw_back(ABSORBED[2], LINE, CAME_BACK)
    assert back is not None
    there = follow(back, books.entries)
    assert (there.member, there.id) == (ZOE, back.id)
    before = books.total(13)
    books.book(there)
    assert (books.total(13), books.account(ZO).debt) == (before - 20, 0)


def test_a_return_of_points_that_were_spent_before_the_merge_moves_on_as_a_debt() -> None:
    books = Books(*KEPT, *ABSORBED)
    books.merge()
    back = claw_back(ABSORBED[1], LINE, CAME_BACK)
    assert back is not None
    before = books.total(11)
    books.book(back)
    books.book(*catch_up(MERGE, books.journal(ZO), cause=back.id, at=day(12)))
    assert (books.total(13), books.account(ZO).debt) == (before - 20, 0)


def test_points_that_did_not_move_are_found_where_they_were() -> None:
    books = Books(*KEPT, *ABSORBED)
    back = undo(ABSORBED[1], 12)
    assert now_in(ABSORBED[1].id, books.entries) is None
    assert follow(back, books.entries) == back
    assert follow(KEPT[1], books.entries) == KEPT[1]
    books.merge()
    books.unmerge(20)
    assert follow(back, books.entries) == back


def test_points_that_moved_twice_are_found_at_the_end() -> None:
    books = Books(*of(ZO, earn("c", 20, 2)))
    books.merge()
    third = MemberId("third")
    back = replace(MERGE, id="m-2", kept=third, absorbed=ZOE, at=day(20))
    books.book(*merge(back, (), books.journal(ZOE)))
    found = now_in(EntryId("zo-c"), books.entries)
    assert found is not None
    assert found[1] == third


def test_a_reversal_that_is_undone_undoes_nothing() -> None:
    sale = earn("sale", 30, 1)
    first = undo(sale, 2)
    second = undo(first, 3)
    assert set(standing([sale, first, second])) == {sale, second}
    assert set(standing([sale, first])) == {first}
    assert set(standing([sale, expire(sale, 30, 5)])) == {sale, expire(sale, 30, 5)}


def test_nobody_is_merged_with_themselves() -> None:
    with pytest.raises(AssertionError):
        merge(replace(MERGE, absorbed=ZOE), (), ())
