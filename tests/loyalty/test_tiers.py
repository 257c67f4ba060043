"""Tiers: by what was earned, never by what is left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.ids import SaleId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Calendar, Metric, Tier, TierRules, Validity
from loyalty.tiers import Purchase, Standing, standing
from tests.loyalty.cases import day, earn, entry, take, undo

BRONZE, SILVER, GOLD = (
    Tier(id="bronze", start=0),
    Tier(id="silver", start=100),
    Tier(id="gold", start=500),
)
LIFE = TierRules(levels=(BRONZE, SILVER, GOLD))
ROLLING = replace(LIFE, period=Validity(days=30))


def stands(rules: TierRules, on: float, *entries: Entry) -> Standing:
    return standing(entries, rules, now=day(on), zone=UTC)


def midnight_after(number: int) -> datetime:
    """The first instant after that day."""
    return day(number).replace(hour=0) + timedelta(days=1)


@pytest.mark.parametrize(
    ("points", "tier", "following", "missing"),
    [
        (0, BRONZE, SILVER, 100),
        (99, BRONZE, SILVER, 1),
        (100, SILVER, GOLD, 400),
        (499, SILVER, GOLD, 1),
        (500, GOLD, None, 0),
        (9_999, GOLD, None, 0),
    ],
)
def test_a_tier_begins_at_its_points(
    points: int, tier: Tier, following: Tier | None, missing: int
) -> None:
    found = stands(LIFE, 2, earn("a", points, 1))
    assert (found.tier, found.next_tier, found.missing) == (tier, following, missing)


def test_spending_lowers_no_tier_and_gifts_of_the_shop_raise_none() -> None:
    """P-20: the tier is by what was earned with purchases, never by the balance."""
    story = [
        earn("a", 100, 1),
        take("gift", 100, 2),
        entry("w", EntryKind.WELCOME, 500, 1),
        entry("o", EntryKind.OPENING, 500, 1),
        entry("adj", EntryKind.ADJUSTMENT, 500, 1),
        entry("t", EntryKind.TRANSFER, 500, 1),
        undo(take("gift", 100, 2), 3),
    ]
    found = stands(LIFE, 4, *story, *story)
    assert (found.tier, found.counted) == (SILVER, 100)


def test_what_is_not_yet_earned_does_not_count() -> None:
    assert stands(LIFE, 1, earn("a", 100, 2)).tier == BRONZE
    assert stands(replace(LIFE, levels=(SILVER,)), 1).tier is None
    assert stands(replace(LIFE, levels=(SILVER,)), 1).missing == 100


def test_a_tier_for_life_is_kept_for_life() -> None:
    found = stands(LIFE, 9_000, earn("a", 100, 1))
    assert (found.tier, found.until, found.falls_to, found.to_keep) == (SILVER, None, None, 0)


def test_a_return_takes_off_what_it_takes_back_and_no_more() -> None:
    sale = earn("a", 120, 1)
    back = entry("r", EntryKind.RETURN, -30, 3, about="a")
    assert stands(LIFE, 2, sale, back).tier == SILVER
    assert stands(LIFE, 3, sale, back).tier == BRONZE
    assert stands(LIFE, 5, sale, back, undo(sale, 4)).counted == 0
    credit_note = entry("n", EntryKind.RETURN, -25, 3)
    assert stands(LIFE, 3, sale, credit_note).counted == 95
    assert stands(LIFE, 3, credit_note).counted == 0


def test_a_return_dated_before_its_sale_takes_off_from_then_on() -> None:
    early = entry("r", EntryKind.RETURN, -30, 0, about="a")
    assert stands(LIFE, 2, earn("a", 120, 1), early).counted == 90


def test_a_rolling_tier_falls_when_its_points_grow_old() -> None:
    story = [earn("a", 60, 1), earn("b", 60, 11)]
    found = stands(ROLLING, 12, *story)
    assert (found.tier, found.until, found.falls_to) == (SILVER, midnight_after(31), BRONZE)
    assert found.to_keep == 40, "60 are left then, and 100 are needed"
    assert stands(ROLLING, 31, *story).tier == SILVER
    assert stands(ROLLING, 32.5, *story).tier == BRONZE


def test_who_earns_what_keeps_it_keeps_it() -> None:
    story = [earn("a", 60, 1), earn("b", 60, 11), earn("c", 40, 31)]
    assert stands(ROLLING, 33, *story).tier == SILVER
    assert stands(ROLLING, 12, *story[:2]).to_keep == 40


def test_a_return_after_the_points_grew_old_takes_nothing_off() -> None:
    sale = earn("a", 60, 1)
    late = undo(sale, 40)
    assert stands(ROLLING, 41, sale, earn("b", 100, 39), late).counted == 100


def test_a_tier_that_was_reached_stays_for_its_time() -> None:
    rules = replace(ROLLING, kept_for=Validity(days=100))
    story = [earn("a", 100, 1)]
    found = stands(rules, 60, *story)
    assert (found.tier, found.counted) == (SILVER, 0)
    assert found.until == midnight_after(101)
    assert (found.falls_to, found.to_keep) == (BRONZE, 100)
    assert stands(rules, 102.5, *story).tier == BRONZE


def test_a_tier_kept_for_less_than_the_points_count_is_as_good_as_the_points() -> None:
    rules = replace(LIFE, kept_for=Validity(days=5))
    assert stands(rules, 60, earn("a", 100, 1)).tier == SILVER
    assert stands(rules, 60, earn("a", 100, 1)).until is None


def test_without_any_tier_nobody_stands_anywhere() -> None:
    found = stands(TierRules(levels=()), 2, earn("a", 100, 1))
    assert (found.tier, found.next_tier, found.until, found.missing) == (None, None, None, 0)


def test_below_the_lowest_tier_one_falls_to_nothing() -> None:
    found = stands(replace(ROLLING, levels=(SILVER,)), 2, earn("a", 100, 1))
    assert (found.tier, found.falls_to, found.to_keep) == (SILVER, None, 100)
    assert found.until == midnight_after(31)


def test_a_tier_that_was_lost_and_reached_again_is_kept_again() -> None:
    rules = replace(ROLLING, kept_for=Validity(days=40))
    story = [earn("a", 100, 1), earn("b", 20, 2), earn("c", 100, 100)]
    tiers = [stands(rules, on, *story).tier for on in (42, 43.5, 101, 140, 141.5)]
    assert tiers == [SILVER, BRONZE, SILVER, SILVER, BRONZE]


# --- by the calendar, by money, by visits -----------------------------------------------------


def test_a_calendar_year_counts_to_its_end() -> None:
    rules = replace(LIFE, period=Calendar.YEAR)
    story = [earn("a", 100, 360)]  # 26 December 2026
    found = stands(rules, 361, *story)
    assert (found.tier, found.until) == (SILVER, datetime(2027, 1, 1, tzinfo=UTC))
    assert stands(rules, 366.5, *story).tier == BRONZE


@pytest.mark.parametrize(
    ("period", "month", "until"),
    [
        (Calendar.MONTH, 2, datetime(2026, 3, 1, tzinfo=UTC)),
        (Calendar.MONTH, 12, datetime(2027, 1, 1, tzinfo=UTC)),
        (Calendar.QUARTER, 1, datetime(2026, 4, 1, tzinfo=UTC)),
        (Calendar.QUARTER, 3, datetime(2026, 4, 1, tzinfo=UTC)),
        (Calendar.QUARTER, 4, datetime(2026, 7, 1, tzinfo=UTC)),
        (Calendar.QUARTER, 12, datetime(2027, 1, 1, tzinfo=UTC)),
        (Calendar.YEAR, 6, datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_period_of_the_calendar_ends_with_it(
    period: Calendar, month: int, until: datetime
) -> None:
    bought = replace(earn("a", 100, 1), occurred_at=datetime(2026, month, 15, tzinfo=UTC))
    rules = replace(LIFE, period=period)
    assert standing([bought], rules, now=bought.occurred_at, zone=UTC).until == until


def test_the_calendar_is_the_stores() -> None:
    """A ticket at half past midnight in Paris, on 1 January, is in the new year there."""
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    bought = replace(earn("a", 100, 1), occurred_at=at)
    rules = replace(LIFE, period=Calendar.YEAR)
    found = standing([bought], rules, now=at, zone=ZoneInfo("Europe/Paris"))
    assert found.until == datetime(2027, 12, 31, 23, tzinfo=UTC)


def bought(sale: str, amount: int, on: float) -> Purchase:
    return Purchase(sale=SaleId(sale), at=day(on), amount=amount)


def by(metric: Metric, on: float, *purchases: Purchase, period: Validity | None = None) -> Standing:
    rules = TierRules(
        levels=(Tier(id="none", start=0), Tier(id="regular", start=3)),
        metric=metric,
        period=period,
    )
    return standing(
        [earn("ignored", 999, 1)], rules, now=day(on), zone=UTC, purchases=reversed(purchases)
    )


def test_a_tier_by_money_counts_what_was_spent_and_not_what_was_earned() -> None:
    rules = replace(LIFE, metric=Metric.SPENT)
    spent = [bought("a", 60, 1), bought("b", 40, 2)]
    found = standing([earn("a", 999, 1)], rules, now=day(3), zone=UTC, purchases=spent)
    assert (found.tier, found.counted) == (SILVER, 100)
    back = [*spent, bought("b", -1, 3)]
    assert standing([], rules, now=day(3), zone=UTC, purchases=back).counted == 99


def test_more_than_was_sold_cannot_come_back() -> None:
    story = [bought("a", 60, 1), bought("a", -50, 2), bought("a", -50, 3), bought("x", -9, 3)]
    assert by(Metric.SPENT, 4, *story).counted == 0
    assert by(Metric.SPENT, 4, *story, bought("b", 5, 4)).counted == 5


def test_a_tier_by_visits_counts_tickets_until_all_of_one_came_back() -> None:
    story = [bought("a", 10, 1), bought("b", 900, 1), bought("c", 10, 2)]
    assert [by(Metric.VISITS, 2, *story[:place]).counted for place in (1, 2, 3)] == [1, 2, 3]
    part = [*story, bought("b", -400, 3)]
    assert by(Metric.VISITS, 3, *part).counted == 3
    whole = [*part, bought("b", -500, 4)]
    assert (by(Metric.VISITS, 3, *whole).counted, by(Metric.VISITS, 4, *whole).counted) == (3, 2)


def test_visits_grow_old_too() -> None:
    story = [bought("a", 10, 1), bought("b", 10, 2), bought("c", 10, 20)]
    month = Validity(days=30)
    assert by(Metric.VISITS, 20, *story, period=month).tier == Tier(id="regular", start=3)
    found = by(Metric.VISITS, 20, *story, period=month)
    assert (found.until, found.to_keep) == (midnight_after(31), 1)
