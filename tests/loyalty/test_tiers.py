"""Tiers: by what was earned, never by what is left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from loyalty.ledger import Entry, EntryKind
from loyalty.program import Tier, TierRules, Validity
from loyalty.tiers import Standing, standing
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
    assert (found.tier, found.earned) == (SILVER, 100)


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
    assert stands(LIFE, 5, sale, back, undo(sale, 4)).earned == 0
    credit_note = entry("n", EntryKind.RETURN, -25, 3)
    assert stands(LIFE, 3, sale, credit_note).earned == 95
    assert stands(LIFE, 3, credit_note).earned == 0


def test_a_return_dated_before_its_sale_takes_off_from_then_on() -> None:
    early = entry("r", EntryKind.RETURN, -30, 0, about="a")
    assert stands(LIFE, 2, earn("a", 120, 1), early).earned == 90


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
    assert stands(ROLLING, 41, sale, earn("b", 100, 39), late).earned == 100


def test_a_tier_that_was_reached_stays_for_its_time() -> None:
    rules = replace(ROLLING, kept_for=Validity(days=100))
    story = [earn("a", 100, 1)]
    found = stands(rules, 60, *story)
    assert (found.tier, found.earned) == (SILVER, 0)
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
