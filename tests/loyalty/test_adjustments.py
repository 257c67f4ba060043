"""Adjustments: who, why, when it was written, and from when it counts."""

from dataclasses import replace

import pytest

from loyalty.adjustments import Clerk, Wanted, adjust
from loyalty.errors import AdjustmentRefused, ApprovalNeeded, ValueDateRefused
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.journal import salted_hash
from loyalty.ledger import EntryKind, replay
from loyalty.program import AdjustmentRules, ValueDate
from tests.loyalty.cases import day, earn, take

ANNE = Clerk(id="staff-1")
MANAGER = Clerk(id="staff-9", may_choose_date=True)
FREE = AdjustmentRules()


def wanted(points: int) -> Wanted:
    return Wanted(
        id="act-1",
        member=MemberId("zoe"),
        program=ProgramId("shop"),
        store=StoreId("lyon"),
        points=points,
        nature="commercial-gesture",
    )


def test_a_gesture_of_fifty_points_says_who_and_why_and_needs_no_comment() -> None:
    """CLI-28."""
    entry = adjust(wanted(50), ANNE, FREE, now=day(3))
    assert (entry.kind, entry.points, entry.occurred_at) == (EntryKind.ADJUSTMENT, 50, day(3))
    assert entry.adjustment is not None
    assert entry.adjustment.actor == "staff-1"
    assert entry.adjustment.nature == "commercial-gesture"
    assert entry.adjustment.comment is None
    assert replay([entry]).balance(day(3)) == 50


def test_points_and_visits_can_be_taken_too() -> None:
    story = [earn("a", 80, 1), adjust(wanted(-50), ANNE, FREE, now=day(3))]
    assert replay(story).balance(day(3)) == 30


def test_a_comment_is_kept_as_a_hash() -> None:
    hashed = salted_hash(b"salt", "client mécontent")
    entry = adjust(replace(wanted(50), comment=hashed), ANNE, FREE, now=day(3))
    assert entry.adjustment is not None
    assert entry.adjustment.comment == hashed


def test_the_date_is_today_for_whoever_has_no_right_to_another() -> None:
    """CLI-29, SW-09."""
    with pytest.raises(ValueDateRefused):
        adjust(replace(wanted(50), value_at=day(1)), ANNE, FREE, now=day(3))
    assert adjust(replace(wanted(50), value_at=day(3)), ANNE, FREE, now=day(3)).points == 50


def test_where_the_program_says_today_nobody_chooses_another_date() -> None:
    """CLI-29: not even who has the right."""
    today = AdjustmentRules(value_date=ValueDate.TODAY)
    assert adjust(replace(wanted(50), value_at=day(3)), MANAGER, today, now=day(3)).points == 50
    with pytest.raises(ValueDateRefused):
        adjust(replace(wanted(50), value_at=day(1)), MANAGER, today, now=day(3))


def test_the_value_date_can_be_chosen_and_the_booking_date_never() -> None:
    """INV-27, SW-09."""
    entry = adjust(replace(wanted(50), value_at=day(1)), MANAGER, FREE, now=day(9))
    assert entry.adjustment is not None
    assert (entry.occurred_at, entry.adjustment.booked_at) == (day(1), day(9))
    assert replay([entry, take("gift", 50, 2)]).debt == 0
    with pytest.raises(ValueDateRefused):
        adjust(replace(wanted(50), value_at=day(10)), MANAGER, FREE, now=day(9))


@pytest.mark.parametrize(
    ("points", "asks"), [(100, False), (101, True), (-100, False), (-101, True)]
)
def test_above_a_limit_a_second_person_must_agree(points: int, asks: bool) -> None:
    rules = AdjustmentRules(alone=100)
    if not asks:
        assert adjust(wanted(points), ANNE, rules, now=day(3)).points == points
        return
    for agrees in (None, "", "staff-1"):
        with pytest.raises(ApprovalNeeded) as refused:
            adjust(replace(wanted(points), approved_by=agrees), ANNE, rules, now=day(3))
        assert refused.value.limit == 100
    entry = adjust(replace(wanted(points), approved_by="staff-9"), ANNE, rules, now=day(3))
    assert entry.adjustment is not None
    assert entry.adjustment.approved_by == "staff-9"


def test_an_adjustment_says_something() -> None:
    with pytest.raises(AdjustmentRefused):
        adjust(wanted(0), ANNE, FREE, now=day(3))
    with pytest.raises(AdjustmentRefused):
        adjust(replace(wanted(5), nature=""), ANNE, FREE, now=day(3))
    with pytest.raises(AdjustmentRefused):
        adjust(wanted(5), ANNE, AdjustmentRules(natures=frozenset({"correction"})), now=day(3))


def test_taking_more_than_there_is_makes_a_debt_or_takes_what_is_there() -> None:
    """SW-10."""
    story = [earn("a", 30, 1)]
    owing = adjust(wanted(-50), ANNE, FREE, now=day(3))
    assert replay([*story, owing]).balance(day(3)) == -20
    clamped = adjust(wanted(-50), ANNE, AdjustmentRules(may_owe=False), now=day(3))
    assert replay([*story, clamped]).balance(day(3)) == 0


def test_given_points_live_as_long_as_it_says_and_one_act_is_one_entry() -> None:
    entry = adjust(replace(wanted(50), deadline=day(9)), ANNE, FREE, now=day(3))
    assert replay([entry, entry]).balance(day(8)) == 50
    assert replay([entry]).balance(day(9)) == 0
