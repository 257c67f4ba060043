"""The ledger where things meet: partial expiries, returns of returns, releases, snapshots."""

from dataclasses import replace

from loyalty.division import divided, share
from loyalty.ledger import Account, Entry, EntryKind, Lot, movements, replay
from loyalty.program import Rounding
from tests.loyalty.cases import day, earn, entry, expire, open_lots, take, undo


def returned(about: Entry, points: int, on: float, name: str) -> Entry:
    return entry(name, EntryKind.RETURN, -points, on, about=about.id)


def lot(account: Account, name: str) -> Lot:
    return next(each for each in account.lots if each.entry == name)


SALE, OTHER = earn("sale", 10, 1, until=3), earn("other", 20, 4)
PART_EXPIRED = [SALE, expire(SALE, 6, 3), OTHER]


def test_a_lot_that_expires_in_two_parts_has_lost_both() -> None:
    rest = entry("rest", EntryKind.EXPIRY, -4, 5, about="sale")
    account = replay([*PART_EXPIRED, rest])
    assert (lot(account, "sale").left, lot(account, "sale").expired) == (0, 10)
    back = replay([*PART_EXPIRED, rest, returned(SALE, 10, 6, "back")])
    assert open_lots(back) == {"other": (20, None)}


def test_a_return_takes_what_is_left_then_what_expired_and_no_other_points() -> None:
    one = returned(SALE, 5, 5, "one")
    account = replay([*PART_EXPIRED, one])
    assert (lot(account, "sale").left, lot(account, "sale").expired) == (0, 5)
    both = replay([*PART_EXPIRED, one, returned(SALE, 5, 6, "two")])
    assert (lot(both, "sale").expired, open_lots(both)) == (0, {"other": (20, None)})


def test_a_return_that_is_undone_leaves_the_lot_as_it_was() -> None:
    one = returned(SALE, 5, 5, "one")
    before, after = replay(PART_EXPIRED), replay([*PART_EXPIRED, one, undo(one, 6)])
    assert lot(after, "sale") == lot(before, "sale")


def test_points_given_back_to_a_dead_lot_are_in_the_statement_until_they_expire() -> None:
    gift = take("gift", 7, 2)
    told = movements([SALE, gift, undo(gift, 4), OTHER])
    assert [(each.entry.id, each.points, each.held) for each in told] == [
        ("sale", 10, 10),
        ("gift", -7, 3),
        ("other", 20, 23),
        ("undo-gift", 7, 30),
    ]


def test_a_debt_that_a_credit_paid_comes_back_whole() -> None:
    gift = take("gift", 10, 1)
    story = [gift, earn("a", 10, 2), undo(gift, 3)]
    assert open_lots(replay(story)) == {"a": (10, None)}
    two = [take("x", 4, 1), take("y", 6, 1.5), earn("a", 10, 2)]
    assert open_lots(replay([*two, undo(two[0], 3), undo(two[1], 4)])) == {"a": (10, None)}


def test_releasing_one_lot_leaves_the_others_waiting_for_their_day() -> None:
    first = replace(earn("first", 10, 1), available_from=day(10))
    second = replace(earn("second", 10, 1), available_from=day(20))
    story = [first, second, entry("go", EntryKind.RELEASE, 0, 3, about="first")]
    account = replay(story)
    assert [account.balance(day(at)) for at in (4, 19, 20)] == [10, 10, 20]
    spent = replay([*story, take("gift", 15, 25)])
    assert (spent.debt, open_lots(spent)) == (0, {"second": (5, None)})


def test_a_snapshot_keeps_all_that_a_lot_remembers() -> None:
    """Deadlines, what waits, what was returned and what expired: for what comes later."""
    waiting = replace(earn("waiting", 10, 1, until=90), available_from=day(30))
    gone = earn("gone", 10, 1, until=3)
    half = earn("half", 10, 1, until=60)
    earlier = [waiting, gone, expire(gone, 10, 3), half, returned(half, 4, 4, "r1")]
    later = [
        take("gift", 12, 31),
        returned(half, 9, 32, "r2"),
        returned(gone, 10, 33, "r3"),
        expire(waiting, 99, 90),
    ]
    snapshot = replay(earlier)
    assert replay(later, snapshot) == replay([*earlier, *later])
    assert replay([take("early", 8, 5)], snapshot) == replay([*earlier, take("early", 8, 5)])
    assert replay([], snapshot) == snapshot


def test_nothing_of_nothing_is_all_of_it_and_halves_go_up() -> None:
    assert (share(7, 0, 0), share(7, 1, 2), share(5, 1, 3)) == (7, 4, 2)
    assert [divided(how, 5, 2) for how in Rounding] == [2, 3, 3]
    assert [divided(how, -5, 2) for how in Rounding] == [-3, -2, -2]
    assert [divided(how, 4, 2) for how in Rounding] == [2, 2, 2]
