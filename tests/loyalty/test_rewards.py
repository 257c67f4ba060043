"""Rewards: what they cost, what they give, and when they are usable."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalty.errors import AssuranceLimit as TooMuchForTheCard
from loyalty.errors import MemberLimit, NotEnoughPoints, RewardUnavailable
from loyalty.ids import MemberId, ProgramId, RedemptionId, RewardId, StoreId
from loyalty.ledger import EntryKind, replay
from loyalty.program import Assurance, AssuranceLimit
from loyalty.redemption import Use, check_assurance, reservation_entry, spend
from loyalty.returns import reversal
from loyalty.rewards import (
    Option,
    Price,
    Refusal,
    Situation,
    automatic,
    completed,
    completes,
    counted_since,
    counts_until,
    covers,
    granted,
    missing,
    options,
    price,
)
from loyalty.terms import (
    AllPoints,
    AmountOff,
    ChosenPoints,
    FixedCost,
    GiftArticle,
    How,
    Nothing,
    Per,
    PercentOff,
    PerPoint,
    Reached,
    RewardTerms,
    Usable,
    Voucher,
    When,
)
from tests.loyalty.cases import day, earn, lots

MUG = RewardTerms(cost=FixedCost(points=500), gives=GiftArticle(articles=("mug", "spoon")))
PAY = RewardTerms(cost=ChosenPoints(), gives=PerPoint(value=Decimal("0.10")))
LOYALTY_MONEY = RewardTerms(cost=ChosenPoints(), gives=PerPoint(value=Decimal("0.01")))


def seen(balance: int, ticket: int | None = None, earning: int = 0) -> Situation:
    return Situation(
        balance=balance,
        store=StoreId("lyon"),
        currency="EUR",
        ticket=ticket,
        earning=earning,
    )


def only(terms: RewardTerms, situation: Situation) -> Option:
    (option,) = options({RewardId("r"): terms}, situation)
    return option


# --- what a reward gives --------------------------------------------------------------------------


def test_a_gift_is_one_of_the_articles_that_are_listed() -> None:
    """CLI-21, CLI-26, INV-14."""
    assert only(MUG, seen(500)).price == Price(points=500)
    assert only(MUG, seen(499)).price is None
    assert isinstance(MUG.gives, GiftArticle)
    assert MUG.gives.articles == ("mug", "spoon")


def test_a_fixed_discount_is_a_part_of_the_next_ticket() -> None:
    """CLI-25: 10 % of 80 € are 8 €."""
    terms = RewardTerms(cost=FixedCost(points=10), gives=PercentOff(percent=Decimal(10)))
    assert price(terms, seen(10, 80_00)) == Price(points=10, money=8_00)
    assert price(terms, seen(10, 9)).money == 0, "a part of a cent is not given"
    assert price(terms, seen(10)).money == 0


def test_a_computed_discount_is_a_coefficient_times_all_points() -> None:
    """CLI-24: 500 points at 0.02 are 10 €."""
    terms = RewardTerms(cost=AllPoints(), gives=PerPoint(value=Decimal("0.02")))
    assert price(terms, seen(500, 60_00)) == Price(points=500, money=10_00)


def test_all_points_for_their_equivalent() -> None:
    """INV-11: 150 points are −150 points and −150 €."""
    terms = RewardTerms(cost=AllPoints(), gives=PerPoint(value=Decimal(1)))
    assert price(terms, seen(150, 200_00)) == Price(points=150, money=150_00)
    assert price(terms, seen(150, 100_00)) == Price(points=100, money=100_00)
    assert price(terms, seen(150)) == Price(points=150, money=150_00)


def test_money_off_in_steps_that_grow_faster_than_the_points() -> None:
    """INV-13: 10, 20, 30 points are −15, −30, −60 €."""
    steps = {
        RewardId(f"step-{cost}"): RewardTerms(
            cost=FixedCost(points=cost), gives=AmountOff(amount=amount)
        )
        for cost, amount in ((10, 15_00), (20, 30_00), (30, 60_00))
    }
    expected = {
        9: [],
        10: [15_00],
        20: [30_00, 15_00],
        29: [30_00, 15_00],
        30: [60_00, 30_00, 15_00],
    }
    for balance, money in expected.items():
        found = options(steps, seen(balance, 100_00))
        assert [option.price.money for option in found if option.price] == money


def test_five_euros_off_from_three_hundred_points_and_the_points_are_deducted() -> None:
    """INV-02, INV-08, INV-09."""
    terms = RewardTerms(cost=FixedCost(points=300), gives=AmountOff(amount=5_00))
    assert price(terms, seen(300, 40_00)) == Price(points=300, money=5_00)
    assert price(terms, seen(300, 3_00)).money == 3_00, "never more than there is to pay"


def test_a_gift_that_is_offered_needs_the_points_and_costs_none() -> None:
    """INV-18: only what is bought with points debits points."""
    terms = RewardTerms(
        cost=FixedCost(points=0),
        gives=GiftArticle(articles=("soap",)),
        usable=Usable(from_points=100),
    )
    assert only(terms, seen(99)).missing == 1
    assert only(terms, seen(100)).price == Price(points=0)


def test_a_voucher_of_the_merchants_own_making() -> None:
    """GLO-12."""
    terms = RewardTerms(cost=FixedCost(points=10), gives=Voucher())
    assert only(terms, seen(12)).price == Price(points=10)


@pytest.mark.parametrize("points", [0, 10_000])
def test_where_points_only_add_up_nothing_is_offered(points: int) -> None:
    """CLI-23."""
    terms = RewardTerms(cost=FixedCost(points=0), gives=Nothing())
    assert only(terms, seen(points)).refusal is Refusal.NOTHING


# --- paying with points ---------------------------------------------------------------------------


def test_points_pay_a_part_and_the_rest_is_paid_otherwise() -> None:
    """OCT-02, LSX-56: as much as there is may be typed, and no more."""
    assert price(PAY, seen(200, 50_00), 120) == Price(points=120, money=12_00)
    assert price(LOYALTY_MONEY, seen(19_99, 50_00), 19_99) == Price(points=19_99, money=19_99)
    with pytest.raises(NotEnoughPoints) as refused:
        price(LOYALTY_MONEY, seen(19_99, 50_00), 20_00)
    assert refused.value.missing == 1


def test_pay_all_is_greyed_out_while_the_balance_is_short() -> None:
    """LSX-55: 19.99 for 20.00 is greyed, 20.00 is not."""
    assert not covers(LOYALTY_MONEY, seen(19_99, 20_00))
    assert covers(LOYALTY_MONEY, seen(20_00, 20_00))
    assert not covers(LOYALTY_MONEY, seen(20_00))
    assert not covers(LOYALTY_MONEY, seen(0, 0))
    assert not covers(replace(PAY, usable=Usable(from_points=900)), seen(800, 1_00))


def test_a_voucher_worth_the_available_points() -> None:
    """OCT-34: the value is the points times what each is worth."""
    assert price(PAY, seen(230)) == Price(points=230, money=23_00)


def test_no_more_points_are_taken_than_the_money_needs() -> None:
    assert price(PAY, seen(300, 9_95), 300) == Price(points=100, money=9_95)
    odd = replace(PAY, gives=PerPoint(value=Decimal("0.03")))
    assert price(odd, seen(5000, 90_91)) == Price(points=3031, money=90_91)


def test_nobody_pays_with_points_that_are_not_there() -> None:
    assert price(PAY, seen(0, 10_00)) == Price(points=0)
    with pytest.raises(NotEnoughPoints):
        price(PAY, seen(-20, 10_00))
    assert price(PAY, seen(20, 10_00), -5) == Price(points=0)


def test_points_pay_no_more_than_a_share_of_the_ticket() -> None:
    half = replace(PAY, usable=Usable(ticket_share=Decimal(50)))
    assert price(half, seen(900, 50_01)) == Price(points=250, money=25_00)
    assert price(half, seen(900, 50_02)) == Price(points=251, money=25_01)


@pytest.mark.parametrize(("keeps", "left"), [(True, 50), (False, 0)])
def test_the_rest_stays_or_falls_away(keeps: bool, left: int) -> None:
    """OCT-11, SW-03: a bill of 25 € takes 250 of 300 points."""
    terms = replace(PAY, usable=Usable(from_points=200, keeps_rest=keeps))
    found = price(terms, seen(300, 25_00))
    assert found == Price(points=250, money=25_00, forfeits=50 - left)
    story = [earn("a", 300, 1), *spend(found, USE)]
    assert replay(story).balance(day(3)) == left


# --- when it is usable ----------------------------------------------------------------------------


@pytest.mark.parametrize(("balance", "short"), [(130, 70), (199, 1), (200, 0), (201, 0)])
def test_usable_from_two_hundred_points(balance: int, short: int) -> None:
    """OCT-10, OCT-35, SW-16: reached is enough."""
    terms = replace(PAY, usable=Usable(from_points=200))
    option = only(terms, seen(balance, 10_00))
    assert (option.missing, option.price is None) == (short, bool(short))


@pytest.mark.parametrize(("balance", "short"), [(299, 2), (300, 1), (301, 0)])
def test_passed_is_more_than_reached(balance: int, short: int) -> None:
    """SW-16, INV-12."""
    usable = Usable(from_points=300, reached=Reached.MORE_THAN)
    assert missing(replace(MUG, cost=FixedCost(points=300), usable=usable), balance) == short


def test_a_reward_is_never_for_the_ticket_that_crosses_the_threshold() -> None:
    """CLI-22, SW-02: 490 and 20 are 510, for the next ticket."""
    assert only(MUG, seen(490, 20_00, earning=20)).missing == 10
    assert only(MUG, seen(510, 20_00)).price is not None
    at_once = replace(MUG, usable=Usable(when=When.SAME_TICKET))
    assert only(at_once, seen(490, 20_00, earning=20)).price == Price(points=500)


def test_some_rewards_are_taken_by_themselves_and_others_on_demand() -> None:
    """SW-08: of the automatic ones, the dearest."""
    small = RewardTerms(
        cost=FixedCost(points=100), gives=AmountOff(amount=5_00), usable=Usable(how=How.AUTOMATIC)
    )
    large = replace(small, cost=FixedCost(points=300))
    rewards = {RewardId("mug"): MUG, RewardId("small"): small, RewardId("large"): large}
    taken = automatic(options(rewards, seen(900, 50_00)))
    assert taken is not None
    assert taken.reward == "large"
    assert automatic(options(rewards, seen(99, 50_00))) is None
    assert automatic(options({RewardId("mug"): MUG}, seen(900, 50_00))) is None


def test_a_reward_of_some_stores_is_refused_in_others() -> None:
    terms = replace(MUG, usable=Usable(stores=frozenset({StoreId("nantes")})))
    assert only(terms, seen(900)).refusal is Refusal.STORE
    assert only(terms, replace(seen(900), store=StoreId("nantes"))).refusal is None


def test_a_discount_has_its_own_amount_for_each_price_list() -> None:
    """INV-10."""
    terms = replace(MUG, price_codes=frozenset({"PART"}))
    assert only(terms, seen(900)).refusal is Refusal.PRICE_CODE
    assert only(terms, replace(seen(900), price_code="PART")).refusal is None


def test_what_is_refused_says_why() -> None:
    assert granted(only(MUG, seen(500))) == Price(points=500)
    with pytest.raises(NotEnoughPoints) as short:
        granted(only(MUG, seen(499)))
    assert short.value.missing == 1
    limited = replace(MUG, usable=Usable(per_member=1))
    with pytest.raises(MemberLimit) as often:
        granted(only(limited, replace(seen(900), taken={RewardId("r"): 1})))
    assert often.value.times == 1
    with pytest.raises(RewardUnavailable):
        granted(only(replace(MUG, gives=Nothing()), seen(900)))


def test_each_member_may_have_it_so_many_times() -> None:
    terms = replace(MUG, usable=Usable(per_member=2))
    for times, refusal in ((0, None), (1, None), (2, Refusal.MEMBER_LIMIT)):
        assert only(terms, replace(seen(900), taken={RewardId("r"): times})).refusal is refusal


def test_what_can_be_used_comes_first_the_dearest_first() -> None:
    rewards = {
        RewardId(f"g{cost}"): replace(MUG, cost=FixedCost(points=cost)) for cost in (9, 5, 7)
    }
    assert [option.reward for option in options(rewards, seen(7))] == ["g7", "g5", "g9"]


# --- complete cards -------------------------------------------------------------------------------


def test_a_gift_is_taken_now_or_later_and_nothing_is_lost() -> None:
    """GLO-10, GLO-11: 23 visits are two complete cards of ten, and three on the next."""
    assert completed(23, 10) == (2, 3)
    assert completed(23 - 10, 10) == (1, 3)
    assert completed(-4, 10) == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [(8, 9, False), (9, 10, True), (10, 11, False), (19, 20, True), (20, 10, False)],
)
def test_the_message_comes_once_for_each_completion(before: int, after: int, due: bool) -> None:
    """GLO-08."""
    assert completes(before, after, 10) is due


# --- the entries of it ----------------------------------------------------------------------------

USE = Use(
    redemption=RedemptionId("r-1"),
    member=MemberId("zoe"),
    program=ProgramId("shop"),
    store=StoreId("lyon"),
    at=day(2),
)


def test_using_points_debits_them_once_and_a_void_brings_all_back() -> None:
    story = [earn("a", 300, 1, until=60)]
    used = spend(Price(points=250, money=25_00, forfeits=50), USE)
    assert [(entry.kind, entry.points) for entry in used] == [
        (EntryKind.REDEEM, -250),
        (EntryKind.FORFEIT, -50),
    ]
    assert used[0].id == reservation_entry(USE.redemption)
    assert lots(*story, *used, *used) == {}
    assert lots(*story, *used, *(reversal(entry, now=day(3)) for entry in used)) == lots(*story)


def test_what_falls_away_makes_no_debt() -> None:
    used = spend(Price(points=0, forfeits=50), USE)
    assert replay([earn("a", 30, 1), *used]).balance(day(2)) == 0


def test_what_is_offered_writes_nothing() -> None:
    """INV-18."""
    assert spend(Price(points=0), USE) == ()


def test_in_a_household_the_entry_says_who_used_the_points() -> None:
    (entry,) = spend(Price(points=10), replace(USE, by=MemberId("leo")))
    assert entry.by == "leo"


# --- how far a card is trusted --------------------------------------------------------------------

LIMITS = {
    Assurance.UID: AssuranceLimit(at_once=100, per_day=150),
    Assurance.UID_AND_CODE: AssuranceLimit(at_once=500),
    Assurance.CHIP: AssuranceLimit(per_day=1000),
}


def test_a_level_without_limits_spends_any_number() -> None:
    check_assurance(99_999, Assurance.CHIP, 99_999, {})


@pytest.mark.parametrize(
    ("cost", "spent", "level", "allowed"),
    [
        (100, 0, Assurance.UID, None),
        (101, 0, Assurance.UID, 100),
        (50, 100, Assurance.UID, None),
        (51, 100, Assurance.UID, 50),
        (1, 200, Assurance.UID, 0),
        (500, 900, Assurance.UID_AND_CODE, None),
        (501, 0, Assurance.UID_AND_CODE, 500),
        (900, 100, Assurance.CHIP, None),
        (901, 100, Assurance.CHIP, 900),
    ],
)
def test_a_card_spends_as_far_as_it_is_trusted(
    cost: int, spent: int, level: Assurance, allowed: int | None
) -> None:
    if allowed is None:
        check_assurance(cost, level, spent, LIMITS)
        return
    with pytest.raises(TooMuchForTheCard) as refused:
        check_assurance(cost, level, spent, LIMITS)
    assert refused.value.allowed == allowed


# --- how often, and for whom ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "since"),
    [
        (Per.LIFE, None),
        (Per.DAY, datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (Per.WEEK, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (Per.MONTH, datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (Per.YEAR, datetime(2025, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_limit_counts_from_the_start_of_its_period_on_the_stores_clock(
    per: Per, since: datetime | None
) -> None:
    """Half past midnight on Wednesday 1 April in Paris is still 31 March in London."""
    now = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert counted_since(per, now, ZoneInfo("Europe/Paris")) == since


@pytest.mark.parametrize(
    ("per", "until"),
    [
        (Per.LIFE, None),
        (Per.DAY, datetime(2026, 4, 1, 22, tzinfo=UTC)),
        (Per.WEEK, datetime(2026, 4, 5, 22, tzinfo=UTC)),
        (Per.MONTH, datetime(2026, 4, 30, 22, tzinfo=UTC)),
        (Per.YEAR, datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_limit_ends_where_its_next_period_begins(per: Per, until: datetime | None) -> None:
    now = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert counts_until(per, now, ZoneInfo("Europe/Paris")) == until


def test_a_reward_for_gold_is_not_for_silver() -> None:
    terms = RewardTerms(
        cost=FixedCost(points=10), gives=Voucher(), usable=Usable(tiers=frozenset({"gold"}))
    )
    found = {}
    for tier in ("gold", "silver", ""):
        seen = Situation(balance=100, store=StoreId("lyon"), currency="EUR", tier=tier)
        (option,) = options({RewardId("r"): terms}, seen)
        found[tier] = option.refusal
    assert found == {"gold": None, "silver": Refusal.TIER, "": Refusal.TIER}


def test_nothing_to_pay_offers_nothing_and_a_cent_does() -> None:
    pay = RewardTerms(cost=ChosenPoints(), gives=PerPoint(value=Decimal("0.10")))
    assert only(pay, seen(100, 0)).refusal is Refusal.NOTHING
    assert only(pay, seen(100, 1)).refusal is None
    assert (
        price(
            RewardTerms(cost=FixedCost(points=1), gives=PercentOff(percent=Decimal(50))), seen(100)
        ).money
        == 0
    )


def test_a_reward_that_nobody_had_counts_none() -> None:
    once = RewardTerms(
        cost=FixedCost(points=1), gives=GiftArticle(articles=("A",)), usable=Usable(per_member=1)
    )
    assert only(once, seen(100)).refusal is None
    with pytest.raises(RewardUnavailable, match=r"not now: Refusal\.NOTHING"):
        granted(only(replace(once, gives=Nothing()), seen(100)))


def test_one_point_short_of_any_is_one() -> None:
    pay = RewardTerms(cost=AllPoints(), gives=PerPoint(value=Decimal("0.10")))
    assert (missing(pay, 0), missing(pay, 1)) == (1, 0)


def test_a_year_begins_on_new_years_day_whatever_day_it_is() -> None:
    now = datetime(2026, 3, 15, 9, tzinfo=UTC)
    assert counted_since(Per.YEAR, now, ZoneInfo("Europe/Paris")) == datetime(
        2025, 12, 31, 23, tzinfo=UTC
    )
