"""The ledger, by example: what each kind of entry does to an account."""

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal
from itertools import permutations

import pytest

from loyalty.chain import GENESIS, canonical, link
from loyalty.ids import RuleId
from loyalty.ledger import Account, Adjustment, Entry, EntryKind, Lot, Trace, movements, replay
from loyalty.program import Rounding
from tests.loyalty.cases import day, earn, entry, expire, lots, open_lots, take, undo

# --- credits and debits -----------------------------------------------------------------------


def test_an_account_without_entries_holds_nothing() -> None:
    assert replay([]) == Account()
    assert Account().balance(day(1)) == 0


def test_a_balance_is_what_was_earned_less_what_was_spent() -> None:
    story = [earn("a", 50, 1), earn("b", 137, 2), take("gift", 120, 3)]
    assert replay(story).balance(day(3)) == 67


def test_the_points_that_expire_first_are_spent_first_and_those_for_ever_last() -> None:
    story = [
        earn("for-ever", 10, 1),
        earn("june", 10, 2, until=150),
        earn("march", 10, 3, until=60),
    ]
    assert lots(*story, take("gift", 15, 4)) == {"for-ever": (10, None), "june": (5, day(150))}


def test_points_end_at_their_deadline_and_not_a_moment_before() -> None:
    account = replay([earn("a", 10, 1, until=5)])
    assert account.balance(day(5) - timedelta(microseconds=1)) == 10
    assert account.balance(day(5)) == 0


def test_dead_points_are_not_spent() -> None:
    account = replay([earn("dead", 10, 1, until=5), take("gift", 10, 5)])
    assert account.balance(day(5)) == -10
    assert open_lots(account) == {"dead": (10, day(5))}


def test_what_no_lot_can_give_is_debt_that_the_next_credit_pays() -> None:
    story = [earn("a", 10, 1), take("gift", 30, 2)]
    assert replay(story).balance(day(2)) == -20
    later = replay([*story, earn("b", 25, 3)])
    assert (later.balance(day(3)), later.debt) == (5, 0)


def test_at_the_same_instant_a_credit_comes_before_the_debit_that_spends_it() -> None:
    account = replay([take("a-gift", 10, 1), earn("z-sale", 10, 1, until=9)])
    assert [draw.lot for draw in account.draws[take("a-gift", 10, 1).id]] == ["z-sale"]
    assert account.debt == 0


def test_the_next_deadline_gathers_the_points_that_die_together() -> None:
    account = replay(
        [
            earn("gone", 1, 1, until=2),
            earn("a", 10, 1, until=9),
            earn("b", 5, 2, until=9),
            earn("later", 7, 2, until=20),
            earn("for-ever", 8, 2),
        ]
    )
    first = account.next_deadline(day(3))
    assert first is not None
    assert (first.left, first.deadline) == (15, day(9))
    assert account.next_deadline(day(20)) is None


# --- reversals of debits ----------------------------------------------------------------------


def test_a_void_gives_back_the_same_points_with_their_deadlines() -> None:
    earned = [earn("a", 30, 1, until=50), earn("b", 30, 2, until=90)]
    gift = take("gift", 40, 3)
    assert lots(*earned, gift, undo(gift, 4)) == lots(*earned)


def test_two_voids_of_one_gift_give_back_once() -> None:
    story = [earn("a", 30, 1), gift := take("gift", 20, 2)]
    twice = [undo(gift, 3), undo(gift, 4, "undone-again")]
    assert replay([*story, *twice]).balance(day(5)) == 30


def test_a_void_dated_before_its_gift_is_booked_after_it() -> None:
    story = [earn("a", 30, 1, until=50), gift := take("gift", 20, 3)]
    assert lots(*story, undo(gift, 2)) == {"a": (30, day(50))}


def test_a_void_of_a_gift_that_nobody_knows_makes_no_points() -> None:
    assert replay([undo(take("gift", 200, 1), 2)]).balance(day(3)) == 0


def test_points_that_come_back_after_their_deadline_are_dead() -> None:
    story = [earn("a", 30, 1, until=5), gift := take("gift", 20, 3), undo(gift, 6)]
    account = replay(story)
    assert open_lots(account) == {"a": (30, day(5))}
    assert account.balance(day(6)) == 0


def test_a_void_after_the_expiry_brings_no_expired_point_to_life() -> None:
    story = [lot := earn("a", 30, 1, until=5), gift := take("gift", 20, 3)]
    account = replay([*story, expire(lot, 10, 5), undo(gift, 6)])
    assert open_lots(account) == {"a": (20, day(5))}
    assert account.balance(day(6)) == 0


def test_a_void_of_a_debt_forgives_it() -> None:
    story = [earn("a", 10, 1), gift := take("gift", 30, 2), undo(gift, 3)]
    account = replay(story)
    assert (account.balance(day(3)), account.debt) == (10, 0)


def test_a_debt_that_was_paid_comes_back_to_the_lot_that_paid_it() -> None:
    story = [gift := take("gift", 30, 1), earn("b", 50, 2, until=90), undo(gift, 3)]
    assert lots(*story) == {"b": (50, day(90))}


def test_a_debt_paid_in_parts_comes_back_to_each_part() -> None:
    story = [
        gift := take("gift", 30, 1),
        earn("b", 10, 2, until=90),
        earn("c", 10, 3, until=60),
    ]
    assert replay([*story, undo(gift, 4)]).debt == 0
    assert lots(*story, undo(gift, 4)) == {"b": (10, day(90)), "c": (10, day(60))}


def test_the_oldest_debt_is_paid_first() -> None:
    first, second = take("first", 10, 1), take("second", 10, 2)
    story = [first, second, earn("a", 15, 3, until=90)]
    account = replay([*story, undo(second, 4)])
    assert (account.debt, open_lots(account)) == (0, {"a": (5, day(90))})
    account = replay([*story, undo(first, 4)])
    assert (account.debt, open_lots(account)) == (0, {"a": (5, day(90))})


def test_points_given_back_pay_another_debt_first() -> None:
    story = [
        earn("a", 20, 1, until=90),
        gift := take("gift", 20, 2),
        take("offline", 15, 3),
        undo(gift, 4),
    ]
    account = replay(story)
    assert (account.debt, open_lots(account)) == (0, {"a": (5, day(90))})


# --- reversals of credits ---------------------------------------------------------------------


def test_a_credit_that_is_taken_back_leaves_its_lot() -> None:
    story = [sale := earn("sale", 30, 1, until=50), earn("other", 10, 1, until=20), undo(sale, 2)]
    assert lots(*story) == {"other": (10, day(20))}


def test_what_was_spent_of_a_credit_is_taken_from_the_others_and_then_owed() -> None:
    story = [sale := earn("sale", 30, 1, until=50), take("gift", 25, 2), earn("other", 10, 3)]
    account = replay([*story, undo(sale, 4)])
    assert (open_lots(account), account.debt) == ({}, 15)


def test_a_credit_is_taken_back_once() -> None:
    story = [sale := earn("sale", 30, 1), earn("other", 50, 1), undo(sale, 2)]
    assert replay([*story, undo(sale, 3, "again")]).balance(day(3)) == 50


def test_a_gift_voided_after_its_sale_was_taken_back_leaves_nothing_and_no_debt() -> None:
    story = [sale := earn("sale", 30, 1, until=50), gift := take("gift", 30, 2)]
    account = replay([*story, undo(sale, 3), undo(gift, 4)])
    assert (open_lots(account), account.debt) == ({}, 0)


def test_taking_back_can_itself_be_undone() -> None:
    story = [sale := earn("sale", 30, 1, until=50), take("gift", 10, 2), earn("b", 40, 2, until=80)]
    back = undo(sale, 3)
    assert lots(*story, back, undo(back, 4)) == lots(*story)


def test_undoing_a_void_takes_the_points_again() -> None:
    story = [earn("a", 30, 1), gift := take("gift", 20, 2), void := undo(gift, 3)]
    assert replay([*story, undo(void, 4)]).balance(day(4)) == 10


@pytest.mark.parametrize("points", [20, -20])
def test_a_reversal_about_nothing_makes_no_points(points: int) -> None:
    account = replay([earn("a", 30, 1), entry("loose", EntryKind.REVERSAL, points, 2)])
    assert account.balance(day(2)) == 30 + min(points, 0)


# --- expiry -----------------------------------------------------------------------------------


def test_an_expiry_closes_its_lot_and_no_other() -> None:
    story = [lot := earn("a", 30, 1, until=5), earn("b", 40, 1, until=90)]
    assert lots(*story, expire(lot, 30, 5)) == {"b": (40, day(90))}


def test_an_expiry_of_a_lot_that_is_not_there_takes_nothing() -> None:
    gone = earn("gone", 30, 1, until=5)
    assert lots(earn("b", 40, 1), expire(gone, 30, 5)) == {"b": (40, None)}
    assert lots(earn("b", 40, 1), entry("loose", EntryKind.EXPIRY, -30, 5)) == {"b": (40, None)}


def test_an_expiry_takes_also_what_came_back_at_the_same_instant() -> None:
    story = [lot := earn("a", 30, 1, until=5), gift := take("gift", 20, 3)]
    assert lots(*story, expire(lot, 30, 5), undo(gift, 5)) == {}


def test_an_expiry_takes_only_what_a_late_gift_left() -> None:
    lot, late = earn("a", 30, 1, until=5), take("told-late", 10, 4)
    account = replay([lot, expire(lot, 30, 5), late])
    assert (account.balance(day(6)), account.debt) == (0, 0)


# --- order and repetition ---------------------------------------------------------------------


def test_the_order_of_arrival_and_repetition_change_nothing() -> None:
    sale, gift = earn("sale", 30, 1, until=9), take("gift", 40, 2)
    story = [sale, gift, earn("b", 20, 3), undo(gift, 4), expire(sale, 30, 9)]
    expected = replay(story)
    for shuffled in permutations(story):
        assert replay([*shuffled, *shuffled]) == expected


def test_a_snapshot_without_its_empty_lots_gives_back_the_same() -> None:
    story = [earn("a", 30, 1, until=50), gift := take("gift", 30, 2)]
    opening = replace(replay(story), lots=())
    assert open_lots(replay([undo(gift, 3)], opening)) == {"a": (30, day(50))}


def test_debt_of_settled_gifts_is_paid_before_that_of_open_ones() -> None:
    gift = take("open", 10, 2)
    opening = replay([take("settled", 10, 1), gift])
    kept = {gift.id: opening.draws[gift.id]}
    later = [earn("a", 15, 3, until=50)]
    account = replay(later, replace(opening, draws=kept))
    assert account == replace(
        replay([take("settled", 10, 1), gift, *later]), draws=dict(account.draws)
    )
    assert [(draw.lot, draw.points) for draw in account.draws[gift.id]] == [("a", 5), (None, 5)]


def test_a_snapshot_can_be_opened_more_than_once() -> None:
    opening = replay([earn("a", 30, 1), gift := take("gift", 10, 2)])
    before = replace(opening, draws=dict(opening.draws))
    assert replay([undo(gift, 3)], opening) == replay([undo(gift, 3)], opening)
    assert opening == before


# --- the chain --------------------------------------------------------------------------------

STORY = [earn("a", 30, 1, until=50), take("gift", 10, 2), earn("b", 5, 3), earn("c", 5, 4)]


def chained(entries: list[Entry]) -> list[bytes]:
    links = [GENESIS]
    for each in entries:
        links.append(link(links[-1], canonical(each)))
    return links[1:]


@pytest.mark.parametrize("place", range(len(STORY)))
@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"member": "other"},
        {"program": "other"},
        {"kind": EntryKind.WELCOME},
        {"points": 31},
        {"occurred_at": day(9)},
        {"fact": "other"},
        {"store": "other"},
        {"deadline": day(51)},
        {"about": "other"},
        {
            "trace": Trace(
                rule=RuleId("ratio"),
                program_version=1,
                basis=100,
                factor=Decimal("0.01"),
                rounding=Rounding.FLOOR,
                points=1,
            )
        },
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_breaks_every_link_from_there(
    place: int, change: dict[str, object]
) -> None:
    changed = [*STORY]
    changed[place] = replace(STORY[place], **change)  # type: ignore[arg-type]  # one field each
    pairs = list(zip(chained(STORY), chained(changed), strict=True))
    assert all(one == other for one, other in pairs[:place])
    assert all(one != other for one, other in pairs[place:])


@pytest.mark.parametrize("place", range(len(STORY)))
def test_a_removed_entry_breaks_the_chain(place: int) -> None:
    assert chained([*STORY[:place], *STORY[place + 1 :]])[-1] != chained(STORY)[-1]


def test_a_swap_breaks_the_chain() -> None:
    ends = {chained(list(order))[-1] for order in permutations(STORY)}
    assert len(ends) == 24


def test_an_entry_is_written_alike_whatever_the_zone_of_its_times() -> None:
    here = STORY[0]
    assert here.deadline is not None
    zone = timezone(timedelta(hours=2))
    there = replace(
        here,
        occurred_at=here.occurred_at.astimezone(zone),
        deadline=here.deadline.astimezone(zone),
    )
    assert canonical(there) == canonical(here)


def test_an_entry_is_written_the_way_other_programs_can_write_it() -> None:
    assert canonical(earn("é", 1, 1)).decode() == (
        '{"about":null,"deadline":null,"fact":"fact-é","id":"é","kind":"earn","member":"zoe",'
        '"occurred_at":"2026-01-01T12:00:00+00:00","points":1,"program":"shop","store":"lyon",'
        '"trace":null}'
    )


def test_a_lot_that_never_expires_is_always_alive() -> None:
    assert Lot(entry=STORY[0].id, left=1, deadline=None).alive(day(100_000))


# --- returns: a part is undone ------------------------------------------------------------------


def back(what: Entry, points: int, on: float, name: str = "") -> Entry:
    """A return of a part: claws back from a credit, or gives back of a debit."""
    sign = -1 if what.points > 0 else 1
    return entry(name or f"return-{on}", EntryKind.RETURN, sign * points, on, about=what.id)


def test_a_return_takes_a_part_from_its_own_lot_although_another_dies_first() -> None:
    story = [sale := earn("sale", 30, 1), earn("june", 10, 1, until=50), back(sale, 12, 2)]
    assert lots(*story) == {"june": (10, day(50)), "sale": (18, None)}


def test_all_returns_of_a_credit_together_take_no_more_than_it_gave() -> None:
    story = [sale := earn("sale", 30, 1), earn("other", 50, 1)]
    returns = [back(sale, 20, 2), back(sale, 20, 3), undo(sale, 4)]
    assert lots(*story, *returns) == {"other": (50, None)}


def test_what_already_expired_is_not_taken_twice() -> None:
    story = [sale := earn("sale", 30, 1, until=5), take("gift", 10, 2), earn("b", 40, 3)]
    gone = expire(sale, 20, 5)
    assert lots(*story, gone, back(sale, 20, 6)) == {"b": (40, None)}
    assert lots(*story, gone, undo(sale, 6)) == {"b": (30, None)}


def test_a_return_dated_before_the_expiry_leaves_less_to_expire() -> None:
    story = [sale := earn("sale", 30, 1, until=5), earn("b", 40, 3)]
    for when in (4, 6):
        account = replay([*story, back(sale, 30, when), expire(sale, 30, 5)])
        assert (open_lots(account), account.debt) == ({"b": (40, None)}, 0)


def test_a_gift_can_be_given_back_in_parts_and_then_no_further() -> None:
    story = [earn("a", 30, 1, until=50), earn("b", 30, 1, until=90), gift := take("gift", 40, 2)]
    assert lots(*story, back(gift, 15, 3)) == {"a": (5, day(50)), "b": (30, day(90))}
    assert lots(*story, back(gift, 15, 3), undo(gift, 4)) == lots(*story[:2])
    assert lots(*story, back(gift, 30, 3), back(gift, 30, 4)) == lots(*story[:2])


def test_what_is_owed_is_forgiven_before_points_are_given_back() -> None:
    story = [earn("a", 10, 1), gift := take("gift", 30, 2)]
    account = replay([*story, back(gift, 25, 3)])
    assert (account.debt, open_lots(account)) == (0, {"a": (5, None)})


def test_a_debit_that_may_owe_nothing_takes_what_is_there() -> None:
    story = [sale := earn("sale", 30, 1), take("gift", 25, 2)]
    account = replay([*story, replace(back(sale, 30, 3), owes=False)])
    assert (account.debt, open_lots(account)) == (0, {})


def test_a_credit_taken_back_by_mistake_can_be_taken_back_again() -> None:
    story = [welcome := earn("welcome", 50, 1), earn("b", 20, 1), first := undo(welcome, 2)]
    again = undo(welcome, 4, "again")
    assert lots(*story, undo(first, 3), again) == {"b": (20, None)}


def test_undoing_a_claw_back_of_expired_points_leaves_them_expired() -> None:
    story = [sale := earn("sale", 30, 1, until=5), expire(sale, 30, 5), first := undo(sale, 6)]
    later = [undo(first, 7), undo(sale, 8, "again"), earn("b", 40, 9)]
    assert lots(*story, *later) == {"b": (40, None)}


def test_of_three_entries_at_one_instant_each_comes_after_the_one_it_is_about() -> None:
    story = [earn("a", 30, 1), gift := take("gift", 20, 2)]
    void = undo(gift, 2, "z-void")
    assert replay([*story, void, undo(void, 2, "a-undone")]).balance(day(2)) == 10


def test_a_ring_of_entries_ends() -> None:
    ring = [
        entry("x", EntryKind.REVERSAL, -1, 1, about="y"),
        entry("y", EntryKind.REVERSAL, -1, 1, about="x"),
    ]
    assert replay(ring).debt == 2


# --- pending points -----------------------------------------------------------------------------


def later(name: str, points: int, on: float, *, from_: float) -> Entry:
    return replace(earn(name, points, on), available_from=day(from_))


def test_pending_points_are_there_and_cannot_be_spent_before_their_day() -> None:
    account = replay([later("a", 30, 1, from_=15)])
    just_before = day(15) - timedelta(microseconds=1)
    assert (account.balance(just_before), account.pending(just_before)) == (0, 30)
    assert (account.balance(day(15)), account.pending(day(15))) == (30, 0)


def test_a_debit_takes_matured_points_like_any_other() -> None:
    story = [later("a", 30, 1, from_=15), earn("b", 10, 1, until=90)]
    assert lots(*story, take("gift", 20, 16)) == {"a": (20, None)}


def test_pending_points_cover_what_would_else_be_debt() -> None:
    account = replay([later("a", 30, 1, from_=15), earn("b", 5, 1), take("gift", 20, 2)])
    assert (account.debt, account.pending(day(2)), account.balance(day(15))) == (0, 15, 15)


def test_pending_points_pay_a_debt() -> None:
    account = replay([take("gift", 20, 1), later("a", 30, 2, from_=15)])
    assert (account.debt, account.balance(day(2)), account.balance(day(15))) == (0, 0, 10)


def test_points_are_released_by_an_action() -> None:
    held, other = later("a", 30, 1, from_=900), later("c", 7, 1, from_=800)
    release = entry("release", EntryKind.RELEASE, 0, 5, about="a")
    account = replay([held, other, release])
    assert (account.balance(day(4)), account.balance(day(5))) == (0, 30)
    assert lots(held, other, release, take("gift", 10, 6)) == {"a": (20, None), "c": (7, None)}
    twice = [release, entry("again", EntryKind.RELEASE, 0, 6, about="a")]
    assert replay([held, other, *twice]) == account


def test_a_release_about_nothing_releases_nothing() -> None:
    loose = [entry("x", EntryKind.RELEASE, 0, 2), entry("y", EntryKind.RELEASE, 0, 2, about="?")]
    assert replay([later("a", 30, 1, from_=15), *loose]).balance(day(3)) == 0


def test_points_given_back_to_a_pending_lot_stay_pending() -> None:
    held = later("a", 30, 1, from_=15)
    story = [held, first := undo(held, 2), undo(first, 3)]
    account = replay(story)
    assert (account.balance(day(3)), account.balance(day(15))) == (0, 30)


def test_pending_points_in_a_snapshot_mature_too() -> None:
    opening = replay([later("a", 30, 1, from_=15)])
    assert open_lots(replay([take("gift", 10, 16)], opening)) == {"a": (20, None)}


# --- transfers and hand-made entries ------------------------------------------------------------


def test_points_that_leave_for_another_account_leave_their_own_lot() -> None:
    story = [earn("a", 30, 1), earn("b", 10, 1, until=50)]
    leaves = entry("leaves", EntryKind.TRANSFER, -30, 2, about="a")
    assert lots(*story, leaves) == {"b": (10, day(50))}
    assert lots(*story, leaves, undo(leaves, 3)) == lots(*story)


def test_a_claw_back_of_moved_points_may_take_all_that_was_earned_before_the_move() -> None:
    moved = entry("moved", EntryKind.TRANSFER, 20, 1)
    assert lots(moved, earn("b", 30, 1), back(moved, 25, 2)) == {"b": (25, None)}


# --- the statement ------------------------------------------------------------------------------


def test_the_statement_tells_what_really_moved() -> None:
    sale, gift = earn("sale", 30, 1, until=5), take("gift", 10, 2)
    statement = movements([sale, gift, expire(sale, 30, 5), undo(gift, 3), undo(gift, 4, "again")])
    assert [(m.entry.id, m.points, m.held) for m in statement] == [
        ("sale", 30, 30),
        ("gift", -10, 20),
        ("undo-gift", 10, 30),
        ("again", 0, 30),
        ("expiry-sale", -30, 0),
    ]
    assert movements([], replay([sale])) == ()


# --- what is rarely written ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"by": "lea"}, '"by":"lea"'),
        ({"available_from": day(3)}, '"available_from":"2026-01-03T12:00:00+00:00"'),
        ({"owes": False}, '"owes":false'),
        (
            {"adjustment": Adjustment(actor="s7", nature="gesture", booked_at=day(2))},
            '"booked_at":"2026-01-02T12:00:00+00:00","comment":null,"nature":"gesture"}',
        ),
    ],
    ids=lambda change: next(iter(change)) if isinstance(change, dict) else "",
)
def test_what_an_entry_rarely_says_is_guarded_by_the_chain(
    change: dict[str, object], written: str
) -> None:
    changed = replace(STORY[0], **change)  # type: ignore[arg-type]  # one field each
    assert written in canonical(changed).decode()
    assert written not in canonical(STORY[0]).decode()
