"""The ledger where things meet: partial expiries, returns of returns, releases, snapshots."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

from loyalty.division import apportioned, divided, share
from loyalty.ledger import Account, Book, Entry, EntryKind, Lot, movements, replay
from loyalty.program import Rounding
from loyalty.turns import in_turn
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
    assert [tuple(draw) for draw in replay(story[:2]).draws[gift.id]] == [("a", 10, None)]
    two = [take("x", 4, 1), take("y", 6, 1.5), earn("a", 10, 2)]
    assert open_lots(replay([*two, undo(two[0], 3), undo(two[1], 4)])) == {"a": (10, None)}


def test_a_debt_that_is_given_back_in_part_is_owed_no_more() -> None:
    gift = take("gift", 30, 2)
    part = entry("part", EntryKind.RETURN, 5, 3, about="gift")
    story = [earn("a", 10, 1), gift, part]
    account = replay(story)
    assert account.debt == 15
    assert [tuple(draw) for draw in account.draws[gift.id]] == [("a", 10, None), (None, 15, None)]
    told = movements([*story, undo(gift, 4)])
    assert [(each.points, each.held) for each in told] == [(10, 10), (-30, -20), (5, -15), (25, 10)]


def test_of_points_given_back_those_that_expire_first_pay_what_is_owed() -> None:
    dated = [earn("a", 5, 1, until=10), earn("b", 5, 1, until=20)]
    gift, more = take("gift", 10, 2), take("more", 5, 3)
    assert open_lots(replay([*dated, gift, more, undo(gift, 4)])) == {"b": (5, day(20))}


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
    for_ever = earn("for-ever", 10, 5)
    spent = replay([for_ever, take("early", 8, 6)], snapshot)
    assert open_lots(spent)["waiting"] == (10, day(90)), "others are spent before it"
    assert replay([take("early", 8, 5)], snapshot) == replay([*earlier, take("early", 8, 5)])
    assert replay([], snapshot) == snapshot


def test_nothing_of_nothing_is_all_of_it_and_halves_go_up() -> None:
    assert (share(7, 0, 0), share(7, 1, 2), share(5, 1, 3), share(6, 2, 3)) == (7, 4, 2, 4)
    assert apportioned(4, [7, 5, 3]) == [2, 1, 1], "the largest remainders, not the largest parts"
    assert [divided(how, 5, 2) for how in Rounding] == [2, 3, 3]
    assert [divided(how, -5, 2) for how in Rounding] == [-3, -2, -2]
    assert [divided(how, 4, 2) for how in Rounding] == [2, 2, 2]


# --- at one instant -------------------------------------------------------------------------------


def booked(*entries: Entry) -> list[str]:
    """The ids in the order in which they are booked, whatever the order in which they came."""
    orders = [[turn[3] for turn in in_turn(arrived)] for arrived in permutations(entries)]
    assert all(order == orders[0] for order in orders)
    return [str(name) for name in orders[0]]


def test_at_one_instant_credits_come_first_and_expiries_last() -> None:
    gain, nothing = earn("z-gain", 10, 1), earn("y-nothing", 0, 1)
    held = entry("x-release", EntryKind.RELEASE, 0, 1, about="elsewhere")
    gift = take("w-gift", 5, 1)
    leaves = entry("v-leaves", EntryKind.TRANSFER, -5, 1)
    arrives = entry("u-arrives", EntryKind.TRANSFER, 5, 1)
    gone = entry("a-expiry", EntryKind.EXPIRY, -1, 1, about="elsewhere")
    order = [str(turn[3]) for turn in in_turn([gone, leaves, gift, held, nothing, gain, arrives])]
    assert order == [
        *("u-arrives", "y-nothing", "z-gain"),
        *("x-release", "w-gift", "v-leaves", "a-expiry"),
    ]


def test_what_undoes_comes_after_what_it_undoes_as_often_as_it_is_undone() -> None:
    gift = take("d", 5, 1)
    first, second = undo(gift, 1, "c"), undo(undo(gift, 1, "c"), 1, "b")
    third = undo(second, 1, "a")
    assert booked(gift, first, second, third) == ["d", "c", "b", "a"]


def test_a_void_dated_before_its_gift_is_booked_with_it_and_one_dated_later_on_its_day() -> None:
    gift = take("b", 5, 3)
    early = undo(gift, 1, "a")
    (_, at_gift), (_, at_void) = [(turn[3], turn[0]) for turn in in_turn([early, gift])]
    assert at_gift == at_void == day(3)
    assert [turn[0] for turn in in_turn([gift, undo(gift, 9, "a")])] == [day(3), day(9)]


def test_of_a_voids_two_sides_what_comes_back_is_there_first() -> None:
    gift, sale = take("m", 5, 1), earn("n", 5, 1)
    assert booked(gift, sale, undo(gift, 2, "z"), undo(sale, 2, "a")) == ["n", "m", "z", "a"]


def test_a_ring_of_entries_ends() -> None:
    """Only a forger writes one; the books must still be read."""
    ring = [
        entry("a", EntryKind.REVERSAL, 5, 1, about="b"),
        entry("b", EntryKind.REVERSAL, -5, 1, about="a"),
    ]
    assert len(in_turn(ring)) == 2
    assert replay(ring).balance(day(2)) == -5


def test_a_debt_is_in_the_statement_when_it_is_made() -> None:
    told = movements([earn("a", 10, 1), take("gift", 30, 2)])
    assert [(each.points, each.held) for each in told] == [(10, 10), (-30, -20)]


def test_nothing_earned_opens_a_lot_and_nothing_undone_undoes_nothing() -> None:
    nothing = earn("a", 0, 1)
    account = replay([nothing, entry("u", EntryKind.REVERSAL, 0, 2, about="a")])
    assert [each.entry for each in account.lots] == ["a"]
    assert (account.debt, dict(account.draws)) == (0, {})


def test_a_sale_is_voided_once_however_many_say_so() -> None:
    sale, other = earn("a", 10, 1), earn("b", 50, 1)
    twice = replay([sale, other, undo(sale, 2, "x"), undo(sale, 3, "y")])
    assert open_lots(twice) == {"b": (50, None)}
    about_nothing = entry("free", EntryKind.REVERSAL, -10, 4)
    assert open_lots(replay([other, about_nothing])) == {"b": (40, None)}
    assert open_lots(replay([other, replace(about_nothing, points=10)])) == {"b": (50, None)}


def test_points_that_wait_are_free_on_the_instant_of_their_day() -> None:
    waiting = replace(earn("waiting", 10, 1, until=9), available_from=day(5))
    for_ever = earn("for-ever", 10, 1)
    spent = replay([waiting, for_ever, take("gift", 4, 5)])
    assert open_lots(spent) == {"waiting": (6, day(9)), "for-ever": (10, None)}


def test_what_can_be_spent_while_the_book_is_open() -> None:
    """On the instant of its day what waited is free, also where nothing was booked since."""
    book = Book(Account())
    book.post(replace(earn("waits", 30, 1), available_from=day(3)), day(1))
    instant = timedelta(microseconds=1)
    assert [book.balance(at) for at in (day(3) - instant, day(3), day(4))] == [0, 30, 30]
    owing = Book(Account())
    owing.post(take("gift", 20, 1), day(1))
    assert (owing.balance(day(1)), owing.held) == (-20, -20)
    owing.post(earn("some", 5, 2), day(2))
    assert (owing.balance(day(2)), owing.held) == (-15, -15)


def test_lots_are_shown_in_the_order_in_which_they_are_spent() -> None:
    account = replay([earn("a", 5, 1), earn("c", 5, 1, until=9), earn("b", 5, 1, until=20)])
    assert [each.entry for each in account.lots] == ["c", "b", "a"]


def test_a_statement_goes_on_from_what_was_owed() -> None:
    (told,) = movements([earn("a", 10, 2)], Account(debt=4))
    assert (told.points, told.held) == (10, 6)


def test_two_reversals_of_an_entry_that_is_not_known_here_are_one() -> None:
    once, again = (
        entry(name, EntryKind.REVERSAL, -10, on, about="elsewhere")
        for name, on in (("x", 2), ("y", 3))
    )
    assert open_lots(replay([earn("b", 50, 1), once, again])) == {"b": (40, None)}
