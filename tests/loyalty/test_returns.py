"""Voids, returns and credit notes: what comes back takes its own points, once."""

from dataclasses import replace
from itertools import permutations

import pytest

from loyalty.errors import NotEnoughPoints
from loyalty.ids import RedemptionId, RewardId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.program import Negative
from loyalty.redemption import void
from loyalty.returns import (
    Returned,
    claw_back,
    give_back,
    reversal,
    shares,
    under_policy,
    void_sale,
)
from loyalty.traces import EarnedLine
from loyalty.vouchers import Voucher, VoucherState, mint
from tests.loyalty.cases import day, earn, entry, expire, lots, take

SALE = earn("sale", 10, 1)
SHIRTS, SOCKS = (
    EarnedLine("shirts", 7, 3),
    EarnedLine("socks", 3, 1),
)


def came_back(name: str, line: str, quantity: int, on: float = 5) -> Returned:
    return Returned(id=name, line=line, quantity=quantity, at=day(on), store=StoreId("lyon"))


# --- the shares of a ticket's lines -------------------------------------------------------------


def test_the_lines_shares_make_the_whole() -> None:
    found = shares(10, {"a": (33_33, 1), "b": (33_33, 1), "c": (33_34, 2)})
    assert [(each.line, each.points, each.quantity) for each in found] == [
        ("a", 3, 1),
        ("b", 3, 1),
        ("c", 4, 2),
    ]
    assert [each.points for each in shares(5, {"a": (1, 1), "b": (1, 1)})] == [3, 2]


def test_lines_that_cost_nothing_earned_nothing() -> None:
    assert [each.points for each in shares(5, {"gift": (0, 1)})] == [0]
    assert [each.points for each in shares(5, {"gift": (0, 1), "cup": (9_00, 1)})] == [0, 5]


# --- returns of lines ---------------------------------------------------------------------------


def taken(line: EarnedLine, returned: Returned, *before: Returned) -> int:
    entry = claw_back(SALE, line, returned, before)
    return 0 if entry is None else -entry.points


def test_a_returned_article_takes_what_its_own_line_earned() -> None:
    """LSX-58."""
    entry = claw_back(SALE, SOCKS, came_back("r", "socks", 1))
    assert entry is not None
    assert (entry.points, entry.about) == (-3, "sale")
    assert lots(SALE, earn("b", 5, 1, until=9), entry) == {"sale": (7, None), "b": (5, day(9))}


def test_pieces_that_come_back_one_by_one_take_the_whole_in_the_end() -> None:
    one, two, three = (came_back(name, "shirts", 1) for name in "123")
    assert [taken(SHIRTS, one), taken(SHIRTS, two, one), taken(SHIRTS, three, one, two)] == [
        2,
        2,
        3,
    ]
    assert taken(SHIRTS, came_back("x", "shirts", 3)) == 7


def test_pieces_that_were_never_sold_take_nothing() -> None:
    all_of_them = came_back("1", "shirts", 3)
    assert claw_back(SALE, SHIRTS, came_back("2", "shirts", 1), [all_of_them]) is None
    assert taken(SHIRTS, came_back("3", "shirts", 99)) == 7


def test_returns_of_other_lines_and_the_same_return_told_twice_do_not_count() -> None:
    one = came_back("1", "shirts", 1)
    assert taken(SHIRTS, one, one, came_back("2", "socks", 1)) == 2
    assert claw_back(SALE, SHIRTS, one, [one]) == claw_back(SALE, SHIRTS, one)


def test_to_buy_and_return_twenty_times_leaves_nothing() -> None:
    story: list[Entry] = []
    for number in range(20):
        sale = earn(f"sale-{number}", 10, number + 1)
        back = claw_back(sale, replace(SHIRTS, points=10), came_back(f"r{number}", "shirts", 3, 30))
        assert back is not None
        story += [sale, back]
    assert replay(story).balance(day(31)) == 0


def test_what_already_expired_is_not_taken_twice() -> None:
    sale = earn("sale", 10, 1, until=3)
    back = claw_back(sale, replace(SOCKS, points=10), came_back("r", "socks", 1))
    assert back is not None
    account = replay([sale, expire(sale, 10, 3), earn("b", 5, 4), back])
    assert (account.balance(day(5)), account.debt) == (5, 0)


# --- when the points are spent (SW-10) ----------------------------------------------------------

SPENT = [SALE, take("gift", 8, 2)]
ALL_OF_IT = EarnedLine("socks", 10, 1)


def policy(negative: Negative, holder: Account | None = None) -> Account:
    returned = came_back("r", "socks", 1)
    back = claw_back(SALE, ALL_OF_IT, returned, holder=holder, negative=negative)
    assert back is not None
    return replay([*SPENT, back])


def test_allow_makes_a_debt() -> None:
    """SW-10."""
    assert policy(Negative.ALLOW).balance(day(5)) == -8


def test_clamp_takes_what_is_there() -> None:
    """SW-10."""
    assert policy(Negative.CLAMP).balance(day(5)) == 0


def test_refuse_names_what_is_missing() -> None:
    """SW-10."""
    with pytest.raises(NotEnoughPoints) as refused:
        policy(Negative.REFUSE, replay(SPENT))
    assert refused.value.missing == 8
    assert policy(Negative.REFUSE, replay([SALE])).debt == 8, "the caller's account decides"


def test_refuse_counts_what_expired_as_gone_and_pending_points_as_there() -> None:
    sale = earn("sale", 10, 1, until=3)
    returned = came_back("r", "socks", 1)
    for holder in (replay([sale]), replay([sale, expire(sale, 10, 3)])):
        assert claw_back(sale, ALL_OF_IT, returned, holder=holder, negative=Negative.REFUSE)
    held = replay([replace(SALE, available_from=day(30))])
    assert claw_back(SALE, ALL_OF_IT, returned, holder=held, negative=Negative.REFUSE)


# --- voids --------------------------------------------------------------------------------------

OLD = earn("old", 40, 0.5, until=60)
PAID = take("paid", 25, 1)


def test_a_voided_sale_leaves_the_balance_as_it_was() -> None:
    """LSX-57; the points paid come back with their deadlines (P-05)."""
    reversals = void_sale([SALE], [PAID], now=day(2))
    assert lots(OLD, PAID, SALE, *reversals) == lots(OLD)


def test_a_void_that_is_told_twice_or_in_another_order_is_one() -> None:
    reversals = void_sale([SALE], [PAID], now=day(2))
    expected = replay([OLD, PAID, SALE, *reversals])
    for order in permutations(
        [OLD, PAID, SALE, *reversals, *void_sale([SALE], [PAID], now=day(9))]
    ):
        assert replay(order).balance(day(9)) == expected.balance(day(9)) == 40


def test_a_gift_voided_at_the_kiosk_and_by_the_till_comes_back_once() -> None:
    voucher = Voucher(
        code=mint(7),
        redemption=RedemptionId("r-1"),
        member=PAID.member,
        program=PAID.program,
        reward=RewardId("mug"),
        state=VoucherState.ISSUED,
        deadline=day(90),
    )
    gift = replace(PAID, fact="r-1")
    at_the_kiosk = void(voucher, gift, now=day(3)).entry
    at_the_till = reversal(gift, now=day(4))
    assert at_the_till.id == at_the_kiosk.id
    assert lots(OLD, gift, at_the_kiosk, at_the_till) == lots(OLD)


def test_points_come_back_before_others_go() -> None:
    """Whoever returns all of a sale that was paid with points owes nothing, whatever the policy."""
    gift = take("gift", 25, 1.5)
    story = [replace(OLD, points=25), PAID, SALE, gift]
    for negative in (Negative.ALLOW, Negative.CLAMP):
        account = replay([*story, *void_sale([SALE], [PAID], now=day(2), negative=negative)])
        assert account.balance(day(2)) == 0
    with pytest.raises(NotEnoughPoints) as refused:
        void_sale([SALE], now=day(2), holder=replay(story), negative=Negative.REFUSE)
    assert refused.value.missing == 10
    assert void_sale([SALE], [PAID], now=day(2), holder=replay(story), negative=Negative.REFUSE)


def test_a_void_is_refused_for_what_neither_the_balance_nor_what_waits_covers() -> None:
    def holding(free: int, waiting: int) -> Account:
        waits = replace(earn("waits", waiting, 1), available_from=day(9))
        return replay([earn("free", free, 1), waits])

    assert void_sale([SALE], now=day(2), holder=holding(6, 4), negative=Negative.REFUSE)
    for free, waiting, missing in ((6, 3, 1), (3, 5, 2), (0, 0, 10)):
        with pytest.raises(NotEnoughPoints) as refused:
            void_sale([SALE], now=day(2), holder=holding(free, waiting), negative=Negative.REFUSE)
        assert refused.value.missing == missing


def test_a_line_returned_and_then_the_whole_sale_voided_takes_each_point_once() -> None:
    back = claw_back(SALE, SHIRTS, came_back("r", "shirts", 3, 2))
    assert back is not None
    other = earn("other", 50, 1)
    assert lots(SALE, other, back, *void_sale([SALE], now=day(3))) == {"other": (50, None)}


def test_points_paid_for_a_returned_part_come_back_in_part() -> None:
    returned = came_back("r", "socks", 1)
    back = give_back(PAID, 10, returned)
    assert lots(OLD, PAID, back) == {"old": (25, day(60))}
    assert give_back(PAID, 99, returned).points == 25


# --- credit notes -------------------------------------------------------------------------------


NOTE = entry("note", EntryKind.RETURN, -50, 3)


def credited(negative: Negative) -> Account:
    return replay([OLD, *under_policy([NOTE], negative, holder=replay([OLD]), at=day(3))])


def test_a_credit_note_follows_the_policy_for_debts() -> None:
    """SW-10."""
    assert credited(Negative.ALLOW).balance(day(3)) == -10
    assert credited(Negative.CLAMP).balance(day(3)) == 0
    with pytest.raises(NotEnoughPoints) as refused:
        credited(Negative.REFUSE)
    assert refused.value.missing == 10
    assert under_policy([], Negative.REFUSE, holder=replay([]), at=day(3)) == ()
