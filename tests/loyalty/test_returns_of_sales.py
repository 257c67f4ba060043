"""A return takes what its own sale's lines earned, from the stored trace, once (P-01, P-02)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning import earn
from loyalty.errors import NotEnoughPoints
from loyalty.explain import Said, explain, recompute
from loyalty.ids import MemberId, ProgramId, RuleId, SaleId, StoreId
from loyalty.ledger import Entry, Step, StepKind, replay
from loyalty.program import (
    Bonus,
    Campaign,
    Caps,
    EarningRule,
    Fixed,
    LineCriteria,
    Multiply,
    Negative,
    Occasion,
    OfflineLimits,
    PerAmount,
    Program,
)
from loyalty.returns import Returned, gift_back, pay_back, pieces_for, take_back
from loyalty.sales import Channel, Line, LineKind, Sale
from tests.loyalty.cases import earn as credit
from tests.loyalty.cases import expire, lots, take

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEA = Line(id="tea", family="drinks", quantity=3, unit_price=4_50)
MUG = Line(id="mug", family="crockery", unit_price=11_50)
SALE = Sale(
    id=SaleId("ticket"),
    store=StoreId("lyon"),
    channel=Channel.SHOP,
    member=MemberId("zoe"),
    total=25_00,
    currency="EUR",
    closed_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    lines=(TEA, MUG),
)
RATIO = EarningRule(id=RuleId("ratio"), when=Occasion.SALE, give=PerAmount(amount=100, points=1))
STAMP = EarningRule(id=RuleId("stamp"), when=Occasion.SALE, give=Fixed(points=1))
PROGRAM = Program(
    id=ProgramId("shop"),
    version=4,
    name={},
    currency="EUR",
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    earning=(RATIO,),
    rewards=(),
    offline=OfflineLimits(per_card=1, per_terminal=1, snapshot_age_h=1),
)
CROCKERY = LineCriteria(families=frozenset({"crockery"}))


def earned(under: Program = PROGRAM) -> tuple[Entry, ...]:
    return earn(SALE, under, zone=PARIS)


def back(act: str, **pieces: int) -> list[Returned]:
    """What comes back in one act, by the lines' names."""
    places = {"tea": "1", "mug": "2"}
    return [
        Returned(id=act, line=places[name], quantity=number, at=AT, store=StoreId("lyon"))
        for name, number in pieces.items()
    ]


def taken(entries: tuple[Entry, ...]) -> list[int]:
    return [-entry.points for entry in entries]


def test_a_returned_line_takes_its_own_points_and_no_others() -> None:
    """LSX-58."""
    assert taken(take_back(earned(), SALE, back("r", mug=1))) == [11]
    assert taken(take_back(earned(), SALE, back("r", tea=2))) == [9]


def test_pieces_that_come_back_one_by_one_take_the_whole_of_their_line_and_then_nothing() -> None:
    """P-01: to buy, return and keep the points is impossible."""
    one, two, three, four = (back(name, tea=1) for name in "1234")
    assert taken(take_back(earned(), SALE, one)) == [4]
    assert taken(take_back(earned(), SALE, two, one)) == [5]
    assert taken(take_back(earned(), SALE, three, [*one, *two])) == [5]
    assert take_back(earned(), SALE, four, [*one, *two, *three]) == ()


def test_the_same_return_told_twice_is_one() -> None:
    once = take_back(earned(), SALE, back("r", tea=1, mug=1))
    assert take_back(earned(), SALE, back("r", tea=1, mug=1), back("r", tea=1, mug=1)) == once
    assert len({entry.id for entry in once}) == 2


def test_what_a_campaign_gave_comes_back_with_its_lines() -> None:
    double = Campaign(id=RuleId("x2"), name={}, give=Multiply(by=Decimal(2)), lines=CROCKERY)
    bonus = Campaign(id=RuleId("bonus"), name={}, give=Bonus(points=7), lines=CROCKERY)
    under = replace(PROGRAM, campaigns=(double, bonus))
    assert [entry.points for entry in earned(under)] == [25 + 11, 7]
    assert taken(take_back(earned(under), SALE, back("r", mug=1))) == [22, 7]
    assert taken(take_back(earned(under), SALE, back("r", tea=3))) == [14]


def test_a_cap_is_shared_by_all_lines() -> None:
    capped = earned(replace(PROGRAM, caps=Caps(per_ticket=10)))
    assert taken(take_back(capped, SALE, back("r", mug=1))) == [4]
    assert taken(take_back(capped, SALE, back("r", tea=3))) == [6]


def test_a_stamp_for_the_visit_goes_with_the_last_piece() -> None:
    stamped = earned(replace(PROGRAM, earning=(STAMP,)))
    teas, mug = back("1", tea=3), back("2", mug=1)
    assert take_back(stamped, SALE, teas) == ()
    assert taken(take_back(stamped, SALE, mug, teas)) == [1]
    assert taken(take_back(stamped, SALE, back("all", tea=3, mug=1))) == [1]
    assert take_back(stamped, SALE, back("again", mug=1), [*teas, *mug]) == ()


def test_rules_that_changed_since_do_not_matter() -> None:
    """P-02: what comes back is what was written on the day of the sale."""
    (entry,) = take_back(earned(), SALE, back("r", mug=1))
    assert entry.trace is not None
    assert (entry.trace.rule, entry.trace.program_version) == ("ratio", 4)
    assert entry.about == earned()[0].id


def test_a_return_explains_itself() -> None:
    first, second = back("1", tea=1), back("2", tea=1)
    (entry,) = take_back(earned(), SALE, second, first)
    assert entry.trace is not None
    assert recompute(entry.trace) == -entry.points == 5
    told = explain(entry)
    assert (told.message, told.points) == ("return", -5)
    assert told.lines == (
        Said(message="count.line_points", arguments={"count": 14}),
        Said(message="rate.returned", arguments={"points": 2, "per": 3, "of": "line_points"}),
        Said(message="give", arguments={"why": "returned_before", "points": -4}),
        Said(message="points", arguments={"points": 5}),
    )


def test_lines_that_were_never_sold_or_earned_nothing_take_nothing() -> None:
    unknown = [Returned(id="r", line="9", quantity=1, at=AT, store=StoreId("lyon"))]
    assert take_back(earned(), SALE, unknown) == ()
    assert take_back(earned(replace(PROGRAM, earning=(STAMP,))), SALE, unknown) == ()


def test_an_entry_of_other_books_is_taken_back_by_what_the_lines_cost() -> None:
    """No trace says which line earned what: 25 points for 13.50 € and 11.50 €."""
    untold = replace(earned()[0], trace=None)
    assert taken(take_back([untold], SALE, back("r", mug=1))) == [11]
    assert taken(take_back([untold], SALE, back("s", tea=3), back("r", mug=1))) == [14]


def test_a_part_of_a_price_is_a_part_of_a_piece() -> None:
    """4.50 € of three teas at 4.50 € are one of them, and the trace says so."""
    part = [replace(back("r", tea=1)[0], quantity=pieces_for(TEA, 4_50))]
    half = [replace(back("s", tea=1)[0], quantity=pieces_for(TEA, 6_75))]
    assert taken(take_back(earned(), SALE, part)) == [4]
    (entry,) = take_back(earned(), SALE, half, part)
    assert entry.points == -(14 * 25 // 30 - 4)
    assert entry.trace is not None
    assert recompute(entry.trace) == entry.trace.points == -entry.points
    assert entry.trace.factor == Decimal(5) / 6
    assert entry.trace.steps[1] == Step(StepKind.RATE, "returned", 5, 6)


def test_what_cost_nothing_has_no_part_that_an_amount_buys() -> None:
    assert pieces_for(replace(TEA, unit_price=0), 4_50) == 0
    assert pieces_for(TEA, 0) == 0
    assert pieces_for(replace(TEA, quantity=1, unit_price=1), 1) == 1


def test_what_cost_nothing_has_no_share_in_an_entry_of_other_books() -> None:
    free, cheap = Line(unit_price=0), Line(unit_price=2)
    untold = replace(earned()[0], trace=None, points=3)
    both = replace(SALE, lines=(free, cheap), total=2)
    assert taken(take_back([untold], both, back("r", mug=1))) == [3]


GIFT = Line(id="gift", kind=LineKind.REWARD, article="TOTE", quantity=2)
BESIDE = Line(id="other", article="TOTE", unit_price=25_00)


def test_a_gift_gives_its_points_back_once_the_last_of_it_is_back() -> None:
    spent = take("spent", 100, 1)
    with_gift = replace(SALE, lines=(GIFT, BESIDE))

    def comes(act: str, place: str, pieces: int) -> list[Returned]:
        return [Returned(id=act, line=place, quantity=pieces, at=AT, store=StoreId("lyon"))]

    one, two, other = comes("1", "1", 1), comes("2", "1", 1), comes("3", "2", 1)
    assert gift_back(spent, with_gift, "TOTE", one) is None
    assert gift_back(spent, with_gift, "TOTE", other, one) is None
    given = gift_back(spent, with_gift, "TOTE", two, one)
    assert given is not None
    assert (given.points, given.about, given.fact) == (100, spent.id, "2")
    assert gift_back(spent, with_gift, "TOTE", two, [*one, *two]) == given
    assert gift_back(spent, with_gift, "TOTE", other, [*one, *two]) is None
    assert gift_back(spent, with_gift, "MUG", comes("4", "1", 2)) is None
    assert gift_back(spent, SALE, "TOTE", comes("4", "1", 2)) is None


def test_the_policy_for_debts_holds_for_all_that_a_return_takes() -> None:
    """SW-10."""
    both = earned(replace(PROGRAM, earning=(RATIO, replace(STAMP, give=Fixed(points=10)))))
    everything = back("r", tea=3, mug=1)
    spent = [*both, take("gift", 30, 2)]
    with pytest.raises(NotEnoughPoints) as refused:
        take_back(both, SALE, everything, holder=replay(spent), negative=Negative.REFUSE)
    assert refused.value.missing == 30
    clamped = take_back(both, SALE, everything, negative=Negative.CLAMP)
    assert replay([*spent, *clamped]).balance(AT) == 0
    allowed = take_back(both, SALE, everything, holder=replay(spent))
    assert replay([*spent, *allowed]).balance(AT) == -30
    assert take_back(both, SALE, everything, holder=replay(both), negative=Negative.REFUSE)


def test_points_that_expired_are_not_missing() -> None:
    (entry,) = (replace(each, deadline=AT) for each in earned())
    gone = replay([entry, expire(entry, 25, 3)])
    assert take_back([entry], SALE, back("r", mug=1), holder=gone, negative=Negative.REFUSE)


# --- what was paid with points ------------------------------------------------------------------

OLD = credit("old", 100, 0.5, until=60)
PAID = take("paid", 10, 1)


def test_points_that_paid_come_back_for_the_part_that_comes_back() -> None:
    """P-02, P-05: with their deadlines, and of all pieces exactly what was paid."""
    teas, mug = back("1", tea=3), back("2", mug=1)
    first, second = pay_back(PAID, SALE, teas), pay_back(PAID, SALE, mug, teas)
    assert first is not None
    assert second is not None
    assert (first.points, second.points) == (5, 5)
    assert lots(OLD, PAID, first, second, first) == lots(OLD)
    assert pay_back(PAID, SALE, back("3", mug=1), [*teas, *mug]) is None
    assert pay_back(PAID, SALE, teas, teas) == first


def test_a_sale_of_nothing_paid_nothing() -> None:
    free = replace(SALE, total=0, lines=(replace(MUG, discount=11_50),))
    assert pay_back(PAID, free, back("r", tea=1)) is None


@given(
    quantities=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    prices=st.lists(st.integers(0, 40_00), min_size=4, max_size=4),
    shuffle=st.randoms(use_true_random=False),
    fixed=st.integers(1, 30),
)
def test_however_a_ticket_comes_back_it_takes_all_that_it_gave_and_pays_back_all_it_took(
    quantities: list[int], prices: list[int], shuffle: Random, fixed: int
) -> None:
    lines = tuple(
        Line(quantity=each, unit_price=price)
        for each, price in zip(quantities, prices, strict=False)
    )
    sale = replace(SALE, lines=lines, total=sum(line.net for line in lines))
    under = replace(PROGRAM, earning=(RATIO, replace(STAMP, give=Fixed(points=fixed))))
    given_points = earn(sale, under, zone=PARIS)
    pieces = [str(place + 1) for place, number in enumerate(quantities) for _ in range(number)]
    shuffle.shuffle(pieces)
    acts = [
        Returned(id=str(number), line=line, quantity=1, at=AT, store=StoreId("lyon"))
        for number, line in enumerate(pieces)
    ]
    back_again = [
        entry
        for number, act in enumerate(acts)
        for entry in (
            *take_back(given_points, sale, [act], acts[:number]),
            *filter(None, [pay_back(PAID, sale, [act], acts[:number])]),
        )
    ]
    story = [OLD, PAID, *given_points, *back_again]
    assert sum(entry.points for entry in story) == (100 if sale.total else 90)
    assert replay(story).balance(AT) == (100 if sale.total else 90)
