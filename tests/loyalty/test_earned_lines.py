"""What each line of a ticket earned, written into the trace on the day of the sale."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.chain import canonical
from loyalty.division import apportioned
from loyalty.earning import earn, welcome
from loyalty.eligibility import Part
from loyalty.ids import MemberId, ProgramId, RuleId, SaleId, StoreId, derived_entry
from loyalty.ledger import Entry
from loyalty.program import (
    Bonus,
    Campaign,
    Caps,
    Coefficient,
    Combine,
    Count,
    EarningRule,
    Fixed,
    Give,
    LineCriteria,
    Multiply,
    Occasion,
    OfflineLimits,
    On,
    PerAmount,
    PerArticle,
    Program,
    RoundPer,
)
from loyalty.returns import earned_lines
from loyalty.sales import Channel, Line, LineKind, Sale
from loyalty.sheet import Portion, lines_of
from loyalty.traces import EarnedLine

PARIS = ZoneInfo("Europe/Paris")
A_POINT_A_EURO = PerAmount(amount=100, points=1)
TEA = Line(id="tea", article="TEA", family="drinks", quantity=2, unit_price=4_50)
MUG = Line(id="mug", article="MUG", family="crockery", unit_price=11_50)
GIFT_CARD = Line(id="card", kind=LineKind.GIFT_CARD, unit_price=50_00)


def program(give: Give = A_POINT_A_EURO, *, on: On | None = None, **said: object) -> Program:
    rule = EarningRule(id=RuleId("r"), when=Occasion.SALE, give=give, on=on or On())
    plain = Program(
        id=ProgramId("shop"),
        version=1,
        name={"fr": "Carte"},
        currency="EUR",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        earning=(rule,),
        rewards=(),
        offline=OfflineLimits(per_card=1, per_terminal=1, snapshot_age_h=1),
    )
    return replace(plain, **said)  # type: ignore[arg-type]  # fields of a Program, by name


def campaign(give: Multiply | Bonus, lines: LineCriteria, name: str = "c") -> Campaign:
    return Campaign(id=RuleId(name), name={}, give=give, lines=lines)


def sale(*lines: Line) -> Sale:
    return Sale(
        id=SaleId("ticket"),
        store=StoreId("lyon"),
        channel=Channel.SHOP,
        member=MemberId("zoe"),
        total=sum(line.net for line in lines),
        currency="EUR",
        closed_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        lines=lines,
    )


def earned(under: Program, *lines: Line) -> tuple[Entry, ...]:
    return earn(sale(*lines), under, zone=PARIS)


def told(under: Program, *lines: Line) -> list[dict[str, int]]:
    """The points of each line, in each entry."""
    return [
        {lines[int(each.line) - 1].id: each.points for each in earned_lines(entry)}
        for entry in earned(under, *lines)
    ]


CROCKERY = LineCriteria(families=frozenset({"crockery"}))


def test_each_line_earns_by_what_it_cost_and_together_they_make_the_whole() -> None:
    assert told(program(), TEA, MUG) == [{"tea": 9, "mug": 11}]
    assert [each.quantity for each in earned_lines(earned(program(), TEA, MUG)[0])] == [2, 1]


def test_what_earns_nothing_has_no_share() -> None:
    assert told(program(), TEA, GIFT_CARD, MUG) == [{"tea": 9, "mug": 11}]
    assert told(program(on=On(lines=CROCKERY)), TEA, MUG) == [{"mug": 11}]


def test_what_cost_nothing_has_no_share_however_little_the_rest_cost() -> None:
    penny = Line(id="penny", article="SWEET", unit_price=1)
    free = Line(id="free", article="SAMPLE", unit_price=0)
    generous = program(PerAmount(amount=1, points=100))
    assert told(generous, penny, free) == [{"penny": 100}]


def test_a_campaign_gives_to_its_own_lines() -> None:
    double = campaign(Multiply(by=Decimal(2)), CROCKERY)
    assert told(program(campaigns=(double,)), TEA, MUG) == [{"tea": 9, "mug": 22}]


def test_campaigns_that_meet_on_a_line_give_to_it_what_they_make_together() -> None:
    double = campaign(Multiply(by=Decimal(2)), CROCKERY, "double")
    triple = campaign(Multiply(by=Decimal(3)), LineCriteria(), "triple")
    both = program(campaigns=(double, triple), combine=Combine.MULTIPLY)
    # 20 for both, 9 x 2 more for the tea and 11 x 5 more for the mug: 93 points.
    assert told(both, TEA, MUG) == [{"tea": 27, "mug": 66}]


def test_a_bonus_belongs_to_the_lines_that_brought_it() -> None:
    bonus = campaign(Bonus(points=7), CROCKERY)
    assert told(program(campaigns=(bonus,)), TEA, MUG)[1] == {"mug": 7}
    everybody = campaign(Bonus(points=4), LineCriteria())
    assert told(program(campaigns=(everybody,)), TEA, MUG)[1] == {"tea": 2, "mug": 2}


def test_a_cap_takes_the_same_part_of_each_line() -> None:
    capped = program(caps=Caps(per_ticket=10))
    assert told(capped, TEA, MUG) == [{"tea": 5, "mug": 5}]
    assert told(program(caps=Caps(per_ticket=1)), TEA, MUG) == [{"mug": 1}]


def test_a_line_that_is_rounded_by_itself_earned_what_it_was_rounded_to() -> None:
    by_line = program()
    rule = replace(by_line.earning[0], round_per=RoundPer.LINE)
    three = [replace(MUG, id=name) for name in "abc"]
    assert told(replace(by_line, earning=(rule,)), *three) == [{"a": 11, "b": 11, "c": 11}]
    assert told(by_line, *three) == [{"a": 12, "b": 11, "c": 11}]


def test_articles_with_their_own_points_have_these() -> None:
    own = program(PerArticle(points={"TEA": 3, "MUG": 5}))
    assert told(own, TEA, MUG) == [{"tea": 6, "mug": 5}]
    beside = program(on=On(own_points=True))
    assert told(beside, replace(TEA, points=20), MUG) == [{"tea": 40, "mug": 11}]


@pytest.mark.parametrize("count", [Count.VISITS, Count.TYPED_VISITS])
def test_what_is_given_for_the_visit_is_no_lines(count: Count) -> None:
    for under in (
        program(Coefficient(times=Decimal(10)), on=On(count=count)),
        program(Fixed(points=10)),
    ):
        (visit,) = earned_lines(earned(under, TEA, GIFT_CARD, MUG)[0])
        assert visit == EarnedLine("*1,3", 10, 20_50)
        assert (visit.visit, visit.places) == (True, ("1", "3"))


def test_articles_are_counted_by_piece() -> None:
    assert told(program(PerAmount(amount=1, points=2), on=On(count=Count.ARTICLES)), TEA, MUG) == [
        {"tea": 4, "mug": 2}
    ]


def test_lines_that_cost_nothing_share_alike_what_a_campaign_gives_for_them() -> None:
    free = [replace(MUG, id=name, discount=MUG.listed) for name in "ab"]
    bonus = program(campaigns=(campaign(Bonus(points=4), CROCKERY),))
    assert told(bonus, *free, TEA)[1] == {"a": 2, "b": 2}


def test_a_line_is_named_by_its_place_whatever_its_id() -> None:
    twice = earned(program(), replace(TEA, id="*"), replace(MUG, id="*"))
    assert [each.line for each in earned_lines(twice[0])] == ["1", "2"]
    whole = replace(sale(), total=20_00)
    assert earned_lines(earn(whole, program(), zone=PARIS)[0]) == (EarnedLine("1", 20, 1),)


def test_a_packs_parts_are_the_pack_that_was_sold() -> None:
    pack = Line(id="pack", quantity=2, unit_price=10_00, components=(TEA, MUG))
    assert earned_lines(earned(program(), pack)[0]) == (EarnedLine("1", 20, 2),)


def test_what_no_sale_earned_has_no_lines() -> None:
    rule = EarningRule(id=RuleId("hello"), when=Occasion.ENROLMENT, give=Fixed(points=50))
    joined = welcome(
        replace(program(), earning=(rule,)),
        MemberId("zoe"),
        StoreId("lyon"),
        now=datetime(2026, 3, 2, tzinfo=UTC),
        zone=PARIS,
    )
    assert joined is not None
    assert earned_lines(joined) == earned_lines(replace(joined, trace=None)) == ()


def test_the_chain_covers_what_each_line_earned() -> None:
    entry = earned(program(), TEA, MUG)[0]
    assert entry.trace is not None
    other = replace(entry.trace, lines=entry.trace.lines[:1])
    assert b'"lines":[["1",9,2],["2",11,1]]' in canonical(entry)
    assert canonical(replace(entry, trace=other)) != canonical(entry)


@given(
    amount=st.integers(0, 10**6),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
)
def test_shares_make_the_whole_and_none_is_a_unit_away_from_its_due(
    amount: int, weights: list[int]
) -> None:
    parts = apportioned(amount, weights)
    whole = sum(weights)
    if not whole:
        assert parts == [0] * len(weights)
        return
    assert sum(parts) == amount
    assert all(abs(p * whole - amount * w) < whole for p, w in zip(parts, weights, strict=True))


@given(parts=st.lists(st.text(st.characters(exclude_characters="/", codec="utf-8"), max_size=9)))
def test_an_entrys_id_is_the_uuid_of_what_it_is_made_of(parts: list[str]) -> None:
    named = uuid5(UUID("6f1c1f3a-52a5-4f8e-9f0e-6a1c6b6d2f10"), "/".join(parts))
    assert derived_entry(*(parts or [""])) == str(named)


def test_a_single_point_of_a_line_and_a_visit_goes_to_the_first() -> None:
    """Weights of one and one: a visit weighs no more than what it gave."""
    line, visited = (
        Part(MUG, MUG.net, MUG.listed, None, discounted=False, place=place, sold=1)
        for place in ("1", "2")
    )
    of_the_line, of_the_visit = Portion(1, (line,), [1]), Portion(1, (visited,), None)
    assert lines_of(1, (of_the_line, of_the_visit)) == (EarnedLine("1", 1, 1),)
    assert lines_of(2, (of_the_line, of_the_visit)) == (
        EarnedLine("1", 1, 1),
        EarnedLine("*2", 1, MUG.net),
    )
