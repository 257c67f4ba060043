"""Explanations: a number of points can be told, and computed again from what was written down."""

import json
from dataclasses import replace
from decimal import Decimal

from backend_client.schemas.ledger import EntryBody
from loyalty.chain import canonical
from loyalty.explain import Said, explain, points_of, recompute
from loyalty.explain import said as told_lines
from loyalty.ids import RuleId
from loyalty.ledger import Adjustment, EntryKind, Step, StepKind, Trace
from loyalty.program import Rounding
from tests.loyalty.cases import day, earn, entry

STEPS = (Step(StepKind.COUNT, "ttc", 10_00), Step(StepKind.RATE, "", 1, 100))
TOLD = replace(
    earn("ticket", 10, 1),
    trace=Trace(
        rule=RuleId("ratio"),
        program_version=1,
        basis=10_00,
        factor=Decimal("0.01"),
        rounding=Rounding.FLOOR,
        points=10,
        steps=STEPS,
    ),
)


def test_the_calculation_is_part_of_what_the_chain_guards() -> None:
    written = json.loads(canonical(TOLD))["trace"]["steps"]
    assert written == [["count", "ttc", 1000, 1], ["rate", "", 1, 100]]


def test_the_calculation_travels_with_its_entry() -> None:
    body = EntryBody.of(TOLD).model_dump_json()
    assert EntryBody.model_validate_json(body).entry() == TOLD


def plain(basis: int, factor: str, rounding: Rounding = Rounding.FLOOR) -> Trace:
    return Trace(
        rule=RuleId("ratio"),
        program_version=1,
        basis=basis,
        factor=Decimal(factor),
        rounding=rounding,
        points=0,
    )


def test_a_trace_of_before_the_steps_is_computed_again_from_basis_and_factor() -> None:
    assert recompute(plain(1_99, "0.01")) == 1
    assert recompute(plain(1_99, "0.01", Rounding.CEIL)) == 2
    assert recompute(plain(1_50, "0.01", Rounding.HALF_UP)) == 2
    assert recompute(plain(0, "50")) == 50


def test_points_are_never_below_zero() -> None:
    steps = (
        Step(StepKind.COUNT, "ttc", 1_00),
        Step(StepKind.RATE, "", 1, 100),
        Step(StepKind.ONLY, "garden", 0),
        Step(StepKind.COUNT, "ttc", 9_00),
        Step(StepKind.RATE, "", 1, 100),
        Step(StepKind.FACTOR, "garden", 1, 10),
        Step(StepKind.COMBINE, "best", 0),
    )
    assert points_of(steps, Rounding.FLOOR) == 0


def test_an_entry_that_is_no_purchase_tells_its_calculation_too() -> None:
    welcome = replace(TOLD, kind=EntryKind.WELCOME)
    told = explain(welcome)
    assert (told.message, told.basis) == ("welcome", 0)
    assert [said.message for said in told.lines] == ["count.ttc", "rate", "points"]


def test_a_deduction_at_the_end_is_followed_by_what_is_left() -> None:
    trace = replace(
        plain(0, "1"),
        steps=(Step(StepKind.COUNT, "ttc", 5_00), Step(StepKind.DEDUCT, "voucher", 2_00)),
    )
    assert [said.message for said in told_lines(trace)] == [
        "count.ttc",
        "deduct.voucher",
        "basis",
        "points",
    ]


def multiplied(*factors: str) -> Trace:
    return replace(
        plain(0, "1"),
        steps=(
            Step(StepKind.COUNT, "ttc", 5_00),
            Step(StepKind.RATE, "", 1, 100),
            *(Step(StepKind.FACTOR, factor, 2) for factor in factors),
            Step(StepKind.COMBINE, "best", 0),
        ),
    )


def test_how_campaigns_combine_is_told_only_where_several_do() -> None:
    assert [said.message for said in told_lines(multiplied("thursday"))] == [
        "count.ttc",
        "rate",
        "campaign",
        "points",
    ]
    assert [said.message for said in told_lines(multiplied("thursday", "birthday"))] == [
        "count.ttc",
        "rate",
        "campaign",
        "campaign",
        "combine.best",
        "points",
    ]
    twice = replace(
        multiplied("thursday"), steps=(*multiplied("a").steps, *multiplied("b", "c").steps)
    )
    assert [said.message for said in told_lines(twice)].count("combine.best") == 1


def test_an_entry_without_a_calculation_says_what_it_is_about_and_who_wrote_it() -> None:
    by_hand = entry("a", EntryKind.ADJUSTMENT, 50, 1)
    adjustment = Adjustment(actor="s1", nature="gesture", booked_at=day(1))
    assert explain(replace(by_hand, adjustment=adjustment)).lines == (
        Said(message="nature", arguments={"nature": "gesture"}),
    )
    closed = explain(entry("b", EntryKind.EXPIRY, -5, 2, about="lot"))
    assert (closed.message, closed.points) == ("expiry", -5)
    assert closed.lines == (Said(message="about", arguments={"entry": "lot"}),)
