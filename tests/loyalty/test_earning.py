"""Earning: a sale gives the points its rules say, exactly, until the day they say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning import (
    CurrencyMismatch,
    card_deadline,
    card_is_good,
    credit_note,
    deadline,
    earn,
    opening,
    trace_of,
    welcome,
    welcome_entry,
)
from loyalty.explain import Explanation, Said, explain, recompute
from loyalty.ids import MemberId, ProgramId, RuleId, SaleId, StoreId
from loyalty.ledger import EntryKind, replay
from loyalty.program import (
    Bonus,
    Campaign,
    CardValidity,
    Criteria,
    Discounted,
    EarningRule,
    Fixed,
    Multiply,
    Occasion,
    OfflineLimits,
    On,
    PerAmount,
    Program,
    Rounding,
    Validity,
    in_language,
)
from loyalty.sales import Buyer, Channel, Line, Means, Payment, Sale
from tests.loyalty.cases import take

PARIS = ZoneInfo("Europe/Paris")
CLOSED = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)


def rule(
    give: Fixed | PerAmount,
    *,
    name: str = "ratio",
    when: Occasion = Occasion.SALE,
    rounding: Rounding = Rounding.FLOOR,
    until: Validity | None = None,
) -> EarningRule:
    return EarningRule(id=RuleId(name), when=when, give=give, round=rounding, until=until)


EURO = rule(PerAmount(amount=100, points=1), until=Validity(months=12))
WELCOME = rule(Fixed(points=50), name="welcome", when=Occasion.ENROLMENT, until=Validity(days=30))


def program(*rules: EarningRule) -> Program:
    return Program(
        id=ProgramId("shop"),
        version=3,
        name={"fr": "Carte"},
        currency="EUR",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        earning=rules,
        rewards=(),
        offline=OfflineLimits(per_card=1, per_terminal=1, snapshot_age_h=1),
    )


def sale(total: int, currency: str = "EUR") -> Sale:
    return Sale(
        id=SaleId("ticket-7"),
        store=StoreId("lyon"),
        channel=Channel.SHOP,
        member=MemberId("zoe"),
        total=total,
        currency=currency,
        closed_at=CLOSED,
    )


def test_one_euro_is_one_point_and_the_cents_are_dropped() -> None:
    (entry,) = earn(sale(137_40), program(EURO), zone=PARIS)
    assert (entry.kind, entry.points, entry.member) == (EntryKind.EARN, 137, "zoe")
    assert (entry.fact, entry.store, entry.occurred_at) == ("ticket-7", "lyon", CLOSED)
    assert entry.deadline == datetime(2027, 3, 2, tzinfo=PARIS)
    assert entry.trace is not None
    assert (entry.trace.basis, entry.trace.factor) == (137_40, Decimal("0.01"))
    assert (entry.trace.program_version, entry.trace.points) == (3, 137)


def test_the_merchant_chooses_how_many_points_a_euro_gives() -> None:
    fifteen = rule(PerAmount(amount=1_00, points=15))
    assert [entry.points for entry in earn(sale(1_00), program(fifteen), zone=PARIS)] == [15]


@pytest.mark.parametrize(
    ("rounding", "total", "points"),
    [
        (Rounding.FLOOR, 1_99, 1),
        (Rounding.FLOOR, 2_00, 2),
        (Rounding.HALF_UP, 1_49, 1),
        (Rounding.HALF_UP, 1_50, 2),
        (Rounding.HALF_UP, 2_50, 3),
        (Rounding.CEIL, 1_00, 1),
        (Rounding.CEIL, 1_01, 2),
        (Rounding.CEIL, 1, 1),
    ],
)
def test_a_fraction_of_a_point_is_rounded_as_the_rule_says(
    rounding: Rounding, total: int, points: int
) -> None:
    rounded = rule(PerAmount(amount=100, points=1), rounding=rounding)
    assert [e.points for e in earn(sale(total), program(rounded), zone=PARIS)] == [points]


@given(st.integers(1, 10**9), st.integers(1, 10**6), st.integers(1, 10**6))
def test_points_are_exact_whatever_the_ratio(total: int, amount: int, points: int) -> None:
    exact = Fraction(total * points, amount)
    given_ = {
        rounding: trace_of(
            rule(PerAmount(amount=amount, points=points), rounding=rounding), program(), total
        ).points
        for rounding in Rounding
    }
    assert given_[Rounding.FLOOR] <= exact < given_[Rounding.FLOOR] + 1
    assert given_[Rounding.CEIL] - 1 < exact <= given_[Rounding.CEIL]
    assert given_[Rounding.HALF_UP] - Fraction(1, 2) <= exact
    assert exact < given_[Rounding.HALF_UP] + Fraction(1, 2)


@pytest.mark.parametrize(("total", "points"), [(7_00, 3), (6_99, 2), (2_34, 1), (21_00, 9)])
def test_three_points_for_seven_euros_lose_nothing_to_the_rate(total: int, points: int) -> None:
    three_for_seven = rule(PerAmount(amount=7_00, points=3))
    with localcontext() as context:
        context.prec = 2
        assert trace_of(three_for_seven, program(), total).points == points


@pytest.mark.parametrize("total", [0, -5_00])
def test_a_sale_of_nothing_and_a_credit_earn_nothing(total: int) -> None:
    rules = program(EURO, rule(Fixed(points=10), name="visit"))
    assert earn(sale(total), rules, zone=PARIS) == ()


def test_a_sale_too_small_for_a_point_writes_no_entry() -> None:
    assert earn(sale(99), program(EURO), zone=PARIS) == ()


def test_each_rule_that_gives_writes_its_own_entry() -> None:
    visit = rule(Fixed(points=10), name="visit")
    entries = earn(sale(20_00), program(EURO, visit, WELCOME), zone=PARIS)
    assert [entry.points for entry in entries] == [20, 10]
    assert len({entry.id for entry in entries}) == 2
    assert entries[1].deadline is None
    assert entries[1].trace is not None
    assert (entries[1].trace.basis, entries[1].trace.factor) == (0, Decimal(10))


def test_the_same_sale_earns_the_same_entries() -> None:
    once = earn(sale(20_00), program(EURO), zone=PARIS)
    assert earn(sale(20_00), program(EURO), zone=PARIS) == once


def test_a_sale_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch, match="CHF"):
        earn(sale(20_00, "CHF"), program(EURO), zone=PARIS)


# --- welcome points ---------------------------------------------------------------------------


def test_welcome_points_are_one_entry_per_person_wherever_they_are_claimed() -> None:
    here = welcome(program(WELCOME), MemberId("zoe"), StoreId("lyon"), now=CLOSED, zone=PARIS)
    there = welcome(
        program(WELCOME),
        MemberId("zoe"),
        StoreId("nice"),
        now=CLOSED + timedelta(days=90),
        zone=PARIS,
    )
    assert here is not None
    assert there is not None
    assert (here.id, here.points, here.kind) == (there.id, 50, EntryKind.WELCOME)
    assert here.deadline == datetime(2026, 4, 1, tzinfo=PARIS)


def test_each_person_and_each_program_has_its_own_welcome() -> None:
    shop, other = program(WELCOME), replace(program(WELCOME), id=ProgramId("bistro"))
    ids = {welcome_entry(p, MemberId(m)) for p in (shop, other) for m in ("zoe", "lou")}
    assert len(ids) == 4


def test_a_program_without_a_welcome_gives_none() -> None:
    assert welcome(program(EURO), MemberId("zoe"), StoreId("lyon"), now=CLOSED, zone=PARIS) is None


# --- deadlines --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "validity", "last_day"),
    [
        ("2026-01-31", Validity(months=1), "2026-02-28"),
        ("2028-01-31", Validity(months=1), "2028-02-29"),
        ("2028-02-29", Validity(months=12), "2029-02-28"),
        ("2028-02-29", Validity(months=48), "2032-02-29"),
        ("2026-03-31", Validity(months=1), "2026-04-30"),
        ("2026-11-15", Validity(months=2), "2027-01-15"),
        ("2026-12-31", Validity(months=12), "2027-12-31"),
        ("2026-12-31", Validity(days=1), "2027-01-01"),
        ("2028-02-28", Validity(days=1), "2028-02-29"),
        ("2026-01-31", Validity(months=1, days=1), "2026-03-01"),
        ("2026-05-05", Validity(), "2026-05-05"),
    ],
)
def test_months_and_days_are_counted_on_the_calendar(
    start: str, validity: Validity, last_day: str
) -> None:
    begun = datetime.fromisoformat(start).replace(hour=10, tzinfo=UTC)
    ended = deadline(begun, validity, UTC)
    assert ended is not None
    assert (ended - timedelta(days=1)).date().isoformat() == last_day


@pytest.mark.parametrize(
    ("start", "too_late"),
    [
        # Clocks go forward in the night to 29 March 2026, and back in the night to 25 October.
        ("2026-03-27T12:00+00:00", "2026-03-28T23:00+00:00"),
        ("2026-03-28T12:00+00:00", "2026-03-29T22:00+00:00"),
        ("2026-10-23T12:00+00:00", "2026-10-24T22:00+00:00"),
        ("2026-10-24T12:00+00:00", "2026-10-25T23:00+00:00"),
        # The day is the store's: late in the evening in London it is tomorrow in Paris.
        ("2026-01-05T22:59+00:00", "2026-01-06T23:00+00:00"),
        ("2026-01-05T23:00+00:00", "2026-01-07T23:00+00:00"),
    ],
)
def test_a_day_ends_at_midnight_in_paris_in_summer_and_winter(start: str, too_late: str) -> None:
    ended = deadline(datetime.fromisoformat(start), Validity(days=1), PARIS)
    assert ended == datetime.fromisoformat(too_late)
    assert ended.tzinfo is UTC or ended.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("zone", "too_late"),
    [
        ("Pacific/Auckland", "2026-07-03T12:00+00:00"),  # already 2 July there
        ("Pacific/Honolulu", "2026-07-03T10:00+00:00"),
        ("Asia/Kolkata", "2026-07-02T18:30+00:00"),
        ("UTC", "2026-07-03T00:00+00:00"),
    ],
)
def test_a_day_ends_where_the_shop_is(zone: str, too_late: str) -> None:
    start = datetime(2026, 7, 1, 18, tzinfo=UTC)
    expected = datetime.fromisoformat(too_late)
    assert deadline(start, Validity(days=1), ZoneInfo(zone)) == expected


def test_where_the_clock_skips_midnight_the_day_ends_when_it_skips() -> None:
    """Santiago, 6 September 2026: 24:00 is 01:00."""
    start = datetime(2026, 9, 4, 12, tzinfo=UTC)
    ended = deadline(start, Validity(days=1), ZoneInfo("America/Santiago"))
    assert ended == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_no_validity_is_for_ever() -> None:
    assert deadline(CLOSED, None, PARIS) is None


@given(
    st.integers(0, 40 * 366 * 86_400).map(lambda s: CLOSED + timedelta(seconds=s)),
    st.integers(0, 240),
    st.integers(0, 7300),
    st.sampled_from(["Europe/Paris", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"]),
)
def test_a_deadline_is_a_local_midnight_after_the_start(
    start: datetime, months: int, days: int, zone: str
) -> None:
    ended = deadline(start, Validity(months=months, days=days), ZoneInfo(zone))
    assert ended is not None
    assert ended > start
    local = ended.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)


# --- explanations -----------------------------------------------------------------------------


def test_an_earned_entry_explains_what_it_counted() -> None:
    (entry,) = earn(sale(137_40), program(EURO), zone=PARIS)
    assert explain(entry) == Explanation(
        message="earn",
        points=137,
        basis=137_40,
        factor=Decimal("0.01"),
        lines=(
            Said(message="count.ttc", arguments={"amount": 137_40}),
            Said(message="rate", arguments={"points": 1, "per": 100, "of": "ttc"}),
            Said(message="points", arguments={"points": 137}),
        ),
    )


def test_any_other_entry_says_what_kind_of_thing_it_is() -> None:
    assert explain(take("gift", 10, 1)) == Explanation(message="redeem", points=-10)
    (entry,) = earn(sale(1_00), program(EURO), zone=PARIS)
    assert explain(replace(entry, trace=None)) == Explanation(message="earn", points=1)


# --- past sales, cards, alerts and other edges ------------------------------------------------


def test_past_sales_have_the_entries_that_they_would_have_earned() -> None:
    past = replace(program(EURO), counts_from=CLOSED)
    entries = opening([(sale(20_00), Buyer())], past, zone=PARIS)
    assert entries == earn(sale(20_00), past, zone=PARIS)


def test_a_credit_note_without_its_sale_takes_the_points_of_its_amount() -> None:
    (entry,) = credit_note(sale(20_00), program(EURO), zone=PARIS)
    assert (entry.kind, entry.points, entry.deadline) == (EntryKind.RETURN, -20, None)
    assert replay([take("gift", 0, 1), entry]).balance(CLOSED) == -20


def test_a_card_without_a_validity_is_good_for_ever() -> None:
    assert card_is_good(None, CLOSED, now=CLOSED + timedelta(days=9999), zone=PARIS)
    assert card_deadline(None, CLOSED, PARIS) is None
    begun = CardValidity(first_day=date(2026, 1, 1))
    for endless in (CardValidity(), begun):
        assert card_deadline(endless, CLOSED, PARIS) is None


def test_the_last_day_of_a_card_is_whole() -> None:
    year = CardValidity(last_day=date(2026, 12, 31))
    assert card_deadline(year, CLOSED, PARIS) == datetime(2027, 1, 1, tzinfo=PARIS)
    assert card_is_good(year, CLOSED, now=CLOSED, zone=PARIS)


def test_a_program_in_words_falls_back_on_its_first_language() -> None:
    assert in_language({"fr": "Carte", "en": "Card"}, "de") == "Carte"


def test_a_bonus_without_a_rule_of_purchases_gives_nothing() -> None:
    offered = Campaign(id=RuleId("gift"), name={"fr": "Cadeau"}, give=Bonus(points=5))
    assert earn(sale(20_00), replace(program(), campaigns=(offered,)), zone=PARIS) == ()


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_whatever_is_paid_with_points_the_trace_gives_the_points_again(
    total: int, voucher: int, points: int
) -> None:
    paid = (
        Payment(means=Means.VOUCHER, amount=voucher),
        Payment(means=Means.POINTS, amount=points),
        Payment(means=Means.MONEY, amount=total),
    )
    lines = tuple(
        Line(unit_price=part) for part in (total // 3, total // 3, total - total // 3 * 2)
    )
    spring = Campaign(id=RuleId("x"), name={"fr": "x"}, give=Multiply(by=Decimal("1.5")))
    shop = replace(program(EURO), campaigns=(spring,))
    for entry in earn(replace(sale(total), payments=paid, lines=lines), shop, zone=PARIS):
        assert entry.trace is not None
        assert recompute(entry.trace) == entry.points == entry.trace.points
        assert 0 < entry.points <= total * 3 // 200


def test_a_rule_that_is_not_for_this_sale_leaves_the_next_one_its_turn() -> None:
    trade = replace(EURO, id=RuleId("trade"), only=Criteria(price_codes=frozenset({"PRO"})))
    assert [entry.points for entry in earn(sale(20_00), program(trade, EURO), zone=PARIS)] == [20]


def test_a_credit_note_of_the_first_moment_counts_in_the_opening() -> None:
    past = replace(program(EURO), counts_from=CLOSED)
    entries = opening([], past, zone=PARIS, credit_notes=[(sale(5_00), Buyer())])
    assert [entry.points for entry in entries] == [-5]


def test_each_component_of_a_pack_bears_its_share_of_the_listed_price() -> None:
    parts = (Line(unit_price=10_00), Line(unit_price=20_00))
    pack = Line(unit_price=27_00, discount=3_00, components=parts)
    listed = replace(EURO, on=On(discounted=Discounted.LISTED))
    (entry,) = earn(replace(sale(24_00), lines=(pack,)), program(listed), zone=PARIS)
    assert entry.points == 27
