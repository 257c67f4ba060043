"""The guard: gives nothing where nothing is due, and finds who goes round in circles."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from loyalty.errors import DailyLimit
from loyalty.guard import Seen, check_rewards, is_copy, is_cycling, may_earn, refund_cycles
from loyalty.ids import MemberId, SaleId, StoreId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Guard
from loyalty.sales import Buyer, Channel, Sale
from tests.loyalty.cases import day, earn, entry, expire, take, undo

ANGERS, NANTES = StoreId("angers"), StoreId("nantes")
NO_GUARD = Guard()


def sale(at: datetime) -> Sale:
    return Sale(
        id=SaleId("ticket"),
        store=ANGERS,
        channel=Channel.SHOP,
        member=MemberId("zoe"),
        total=100,
        currency="EUR",
        closed_at=at,
    )


@pytest.mark.parametrize(("seconds", "earns"), [(0, False), (899, False), (900, True)])
def test_a_second_ticket_within_the_cooldown_earns_nothing(seconds: int, *, earns: bool) -> None:
    guard = Guard(cooldown_s=900)
    later = sale(day(1) + timedelta(seconds=seconds))
    assert may_earn(guard, later, Buyer(last_ticket_at=day(1))) is earns
    assert may_earn(guard, sale(day(1)), Buyer(last_ticket_at=later.closed_at)) is earns
    assert may_earn(guard, later, Buyer())
    assert may_earn(NO_GUARD, later, Buyer(last_ticket_at=day(1)))


@pytest.mark.parametrize(("before", "earns"), [(2, True), (3, False), (4, False)])
def test_only_so_many_tickets_a_day_earn(before: int, *, earns: bool) -> None:
    buyer = Buyer(tickets_today=before)
    assert may_earn(Guard(tickets_per_day=3), sale(day(1)), buyer) is earns
    assert may_earn(NO_GUARD, sale(day(1)), buyer)


def test_only_so_many_rewards_a_day_are_taken() -> None:
    check_rewards(Guard(rewards_per_day=2), 1)
    check_rewards(NO_GUARD, 99)
    with pytest.raises(DailyLimit) as no:
        check_rewards(Guard(rewards_per_day=2), 2)
    assert no.value.times == 2


@pytest.mark.parametrize(("seconds", "copy"), [(60, True), (599, True), (600, False)])
def test_a_card_in_two_stores_a_minute_apart_is_a_copy(seconds: int, *, copy: bool) -> None:
    """F5."""
    here = Seen(store=ANGERS, at=day(1))
    there = Seen(store=NANTES, at=day(1) + timedelta(seconds=seconds))
    guard = Guard(travel_s=600)
    assert is_copy(guard, here, there) is copy
    assert is_copy(guard, there, here) is copy, "a clock may be behind"
    assert not is_copy(guard, here, replace(there, store=ANGERS))
    assert not is_copy(guard, None, there)
    assert not is_copy(NO_GUARD, here, there)


def bought_and_returned(times: int) -> list[Entry]:
    sales = [earn(f"sale-{number}", 10, 1 + number) for number in range(times)]
    return [*sales, *(undo(each, 1.5 + number) for number, each in enumerate(sales))]


def test_twenty_sales_that_come_back_are_told_and_three_are_not() -> None:
    """F16: buy, bring back, and again."""
    guard = Guard(refund_cycles=3)
    for times, told in ((3, False), (4, True), (20, True)):
        story = bought_and_returned(times)
        assert refund_cycles([*story, *story], guard, now=day(25)) == times
        assert is_cycling(reversed(story), guard, now=day(25)) is told
    assert not is_cycling(bought_and_returned(20), NO_GUARD, now=day(25))


def test_a_sale_that_came_back_in_part_or_long_ago_is_no_cycle() -> None:
    sold = earn("a", 10, 1)
    part = entry("r", EntryKind.RETURN, -4, 2, about="a")
    rest = entry("s", EntryKind.RETURN, -6, 3, about="a")
    guard = Guard(refund_cycles=1, refund_days=5)
    assert refund_cycles([sold, part], guard, now=day(4)) == 0
    assert refund_cycles([sold, part, rest], guard, now=day(4)) == 1
    assert refund_cycles([sold, part, rest], guard, now=day(2)) == 0, "not yet"
    assert refund_cycles([sold, part, rest], guard, now=day(8)) == 0, "long ago"


def test_what_expires_is_spent_or_given_back_is_no_cycle() -> None:
    sold, gift = earn("a", 10, 1, until=2), take("g", 10, 1)
    others = [expire(sold, 10, 2), gift, undo(gift, 2), entry("n", EntryKind.RETURN, -9, 2)]
    assert refund_cycles([sold, *others], Guard(refund_cycles=1), now=day(3)) == 0
    orphan = entry("o", EntryKind.RETURN, -9, 2, about="unknown")
    assert refund_cycles([orphan], Guard(refund_cycles=1), now=day(3)) == 0
