"""The time machine: the past under another program, and to the point under its own (F8)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalty.earning import earn
from loyalty.ids import MemberId, ProgramId, RewardId, RuleId, SaleId, StoreId
from loyalty.ledger import Entry, EntryKind, replay
from loyalty.outlook import Outlook, Tally, in_plain, outlook
from loyalty.program import (
    Campaign,
    Caps,
    Criteria,
    EarningRule,
    Fixed,
    Guard,
    Metric,
    Multiply,
    Negative,
    Occasion,
    OfflineLimits,
    PerAmount,
    Program,
    Reward,
    Tier,
    TierRules,
    Unit,
)
from loyalty.returns import Returned
from loyalty.sales import Channel, Line, Sale, SaleState
from loyalty.timemachine import CameBack, Fact, Programs, Sold, Stands, Undone, Zones, told_again

ZONES = Zones(usual=ZoneInfo("Europe/Paris"), of={StoreId("reunion"): ZoneInfo("Indian/Reunion")})
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNTIL = datetime(2026, 3, 22, 23, tzinfo=UTC)
ZOE, ALI = MemberId("zoe"), MemberId("ali")


def program(points: int = 1, **said: object) -> Program:
    """1 € = so many points; a mug for 100."""
    plain = Program(
        id=ProgramId("shop"),
        version=1,
        name={},
        currency="EUR",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        earning=(
            EarningRule(
                id=RuleId("ratio"),
                when=Occasion.SALE,
                give=PerAmount(amount=100, points=points),
            ),
        ),
        rewards=(Reward(id=RewardId("mug"), name={}, cost=100, article="MUG"),),
        offline=OfflineLimits(per_card=1, per_terminal=1, snapshot_age_h=1),
        point_value=Decimal("0.05"),
    )
    return replace(plain, **said)  # type: ignore[arg-type]  # fields of a Program, by name


def sold(
    name: str,
    total: int,
    day: float = 0,
    *,
    member: MemberId = ZOE,
    store: str = "lyon",
    booked: int | None = None,
) -> Sold:
    sale = Sale(
        id=SaleId(name),
        store=StoreId(store),
        channel=Channel.SHOP,
        member=member,
        total=total,
        currency="EUR",
        closed_at=MONDAY + timedelta(days=day),
        lines=(Line(unit_price=total // 2), Line(unit_price=total - total // 2)),
    )
    return Sold(sale=sale, booked=booked)


def back(sale: str, line: int, day: float, *, booked: int | None = None) -> CameBack:
    act = Returned(
        id=f"back-{sale}-{line}",
        line=str(line),
        quantity=1,
        at=MONDAY + timedelta(days=day),
        store=StoreId("lyon"),
    )
    return CameBack(member=ZOE, sale=SaleId(sale), act=(act,), booked=booked)


def stands(points: int, day: float = 0, member: MemberId = ZOE) -> Stands:
    return Stands(
        entry=Entry(
            id=f"e{points}-{day}",  # type: ignore[arg-type]  # a test's own id
            member=member,
            program=ProgramId("shop"),
            kind=EntryKind.REDEEM if points < 0 else EntryKind.WELCOME,
            points=points,
            occurred_at=MONDAY + timedelta(days=day),
            fact="f",
            store=StoreId("lyon"),
        )
    )


def seen(*facts: Fact, under: Program | None = None, **said: object) -> Outlook:
    return outlook(facts, Programs(under or program()), ZONES, until=UNTIL, **said)  # type: ignore[arg-type]  # outlook's own words


def test_the_program_of_the_ledger_differs_from_it_by_nothing() -> None:
    found = seen(
        sold("a", 40_00, booked=40),
        back("a", 2, 1, booked=20),
        sold("b", 31_50, 2, booked=31),
        Undone(member=ZOE, sale=SaleId("b"), at=MONDAY + timedelta(days=3), booked=31),
    )
    assert (found.total.earned, found.total.taken_back, found.total.points) == (71, 51, 20)
    assert (found.total.compared, found.total.changed, found.total.difference) == (4, 0, 0)


def test_a_draft_says_by_how_much_it_differs() -> None:
    facts: list[Fact] = [
        sold("a", 40_00, booked=40),
        back("a", 2, 1, booked=20),
        sold("b", 0, 2, booked=0),
    ]
    found = seen(*facts, under=program(points=2))
    assert (found.total.changed, found.total.difference) == (2, 40 - 20)


def test_what_was_not_booked_is_not_compared() -> None:
    found = seen(sold("a", 40_00)).total
    assert (found.sales, found.compared, found.difference) == (1, 0, 0)


def test_points_cost_what_a_point_is_worth() -> None:
    assert seen(sold("a", 30_00)).total.cost == 1_50
    assert seen(sold("a", 11_00), under=program(point_value=Decimal("0.005"))).total.cost == 6
    in_money = program(unit=Unit.MONEY, point_value=None)
    assert seen(sold("a", 30_00), under=in_money).total.cost == 30


def test_where_points_buy_gifts_only_somebody_must_say_what_they_cost() -> None:
    gifts = program(point_value=None)
    unknown = seen(sold("a", 30_00), under=gifts)
    total = in_plain(unknown)["total"]
    assert isinstance(total, dict)
    assert (unknown.costed, total["cost"]) == (False, None)
    assert seen(sold("a", 30_00), under=gifts, point_cost=Decimal("0.10")).total.cost == 3_00


def test_stores_and_weeks_are_counted_by_the_stores_own_calendar() -> None:
    late_on_sunday = 6 + 12.5 / 24  # 21:30 in London, 22:30 in Paris, Monday on Réunion
    found = seen(
        sold("a", 10_00, late_on_sunday),
        sold("b", 20_00, late_on_sunday, store="reunion"),
    )
    assert {name: each.earned for name, each in found.stores.items()} == {"lyon": 10, "reunion": 20}
    assert {name: each.earned for name, each in found.weeks.items()} == {
        "2026-W10": 10,
        "2026-W11": 20,
        "2026-W12": 0,
    }


def test_members_over_the_threshold_week_by_week_and_store_by_store() -> None:
    """F8."""
    found = seen(
        sold("z1", 60_00, 0),
        sold("z2", 50_00, 7, store="nantes"),
        stands(-30, 15),
        sold("a1", 100_00, 8, member=ALI),
    )
    assert (found.members, found.threshold) == (2, 100)
    over = {name: each.members_over for name, each in found.weeks.items()}
    assert over == {"2026-W10": 0, "2026-W11": 2, "2026-W12": 1}
    assert found.total.members_over == 1
    assert {name: each.members_over for name, each in found.stores.items()} == {
        "lyon": 1,
        "nantes": 0,
    }
    assert found.rewards == {"mug": 1}


def test_the_threshold_can_be_another() -> None:
    assert seen(sold("a", 60_00), threshold=60).total.members_over == 1
    assert seen(sold("a", 60_00), threshold=61).total.members_over == 0
    without = seen(sold("a", 60_00), under=program(rewards=()))
    assert (without.threshold, without.total.members_over) == (None, 0)


def test_what_stands_is_in_the_balance_and_in_no_tally() -> None:
    found = seen(stands(100))
    assert found.total == Tally(members_over=1)
    assert found.weeks["2026-W10"].members_over == 1


def test_points_that_expire_before_the_end_are_not_there_any_more() -> None:
    rule = replace(program().earning[0], until=None)
    dated = replace(stands(100), entry=replace(stands(100).entry, deadline=UNTIL))
    assert rule.until is None
    assert seen(dated).total.members_over == 1
    gone = replace(dated, entry=replace(dated.entry, deadline=UNTIL - timedelta(days=1)))
    assert seen(gone).total.members_over == 0


def test_a_cap_of_the_day_counts_what_this_program_gave_that_day() -> None:
    capped = program(caps=Caps(per_day=50))
    found = seen(sold("a", 40_00, 0), sold("b", 40_00, 0.1), sold("c", 40_00, 1), under=capped)
    assert found.total.earned == 40 + 10 + 40


def test_a_cap_of_the_balance_counts_the_balance_of_this_program() -> None:
    capped = program(caps=Caps(balance=50))
    found = seen(
        sold("a", 40_00, 0), sold("b", 40_00, 1), stands(-30, 2), sold("c", 40_00, 3), under=capped
    )
    assert found.total.earned == 40 + 10 + 30


def test_the_guard_counts_the_tickets_that_this_program_let_earn() -> None:
    """F16."""
    one_a_day = program(guard=Guard(tickets_per_day=1))
    facts: list[Fact] = [sold("a", 10_00, 0), sold("b", 10_00, 0.1), sold("c", 10_00, 1)]
    assert seen(*facts, under=one_a_day).total.earned == 20
    slow = program(guard=Guard(cooldown_s=3 * 3600))
    assert seen(*facts, under=slow).total.earned == 20
    assert seen(*facts).total.earned == 30


GOLD = program(
    tiers=TierRules(levels=(Tier(id="none", start=0), Tier(id="gold", start=50))),
    campaigns=(
        Campaign(
            id=RuleId("gold"),
            name={},
            give=Multiply(by=Decimal(2)),
            only=Criteria(tiers=frozenset({"gold"})),
        ),
    ),
)


def test_a_tier_is_what_this_program_made_of_the_member_by_then() -> None:
    """The sale that reaches it does not have it yet; what comes back takes it away again."""
    facts: list[Fact] = [
        sold("a", 60_00),
        sold("b", 10_00, 1),
        back("a", 1, 2),
        sold("c", 10_00, 3),
    ]
    ((_, told),) = told_again(facts, Programs(GOLD), ZONES)
    assert [each.points for each in told] == [60, 20, -30, 20]
    less: list[Fact] = [sold("a", 60_00), back("a", 1, 2), sold("c", 10_00, 3)]
    assert seen(*less, under=GOLD).total.earned == 70
    plain = replace(GOLD, campaigns=())
    assert seen(*facts, under=plain).total.earned == 80


@pytest.mark.parametrize(("metric", "start"), [(Metric.SPENT, 50_00), (Metric.VISITS, 1)])
def test_a_tier_by_money_or_visits_counts_what_was_bought_and_stayed(
    metric: Metric, start: int
) -> None:
    assert GOLD.tiers is not None
    levels = (Tier(id="none", start=0), Tier(id="gold", start=start))
    under = replace(GOLD, tiers=replace(GOLD.tiers, metric=metric, levels=levels))
    void = Undone(member=ZOE, sale=SaleId("a"), at=MONDAY + timedelta(days=2))
    kept: list[Fact] = [sold("a", 60_00), sold("b", 10_00, 1)]
    assert seen(*kept, under=under).total.earned == 60 + 20
    gone: list[Fact] = [sold("a", 60_00), void, sold("c", 10_00, 3)]
    assert seen(*gone, under=under).total.earned == 60 + 10
    unpaid = sold("a", 60_00)
    put_aside = replace(unpaid, sale=replace(unpaid.sale, state=SaleState.OPEN))
    assert seen(put_aside, sold("b", 10_00, 1), under=under).total.earned == 10


def test_the_policy_for_debts_is_the_drafts() -> None:
    """SW-10."""
    facts: list[Fact] = [sold("a", 40_00), stands(-40, 1), back("a", 1, 2), sold("b", 5_00, 3)]
    refusing = seen(*facts, under=program(negative=Negative.REFUSE))
    assert (refusing.total.refused, refusing.total.taken_back) == (1, 0)
    for policy, balance in ((Negative.ALLOW, -15), (Negative.CLAMP, 5), (Negative.REFUSE, 5)):
        versions = Programs(program(negative=policy))
        ((_, told),) = told_again(facts, versions, ZONES)
        entries = [entry for each in told for entry in each.entries]
        assert replay(entries).balance(UNTIL) == balance


def test_each_version_is_in_force_from_its_day() -> None:
    first = program()
    second = program(points=2, version=2, valid_from=MONDAY + timedelta(days=2))
    versions = Programs(second, first)
    assert versions.latest == second
    facts = [sold("a", 10_00, 1), sold("b", 10_00, 2), sold("early", 10_00, -90)]
    found = outlook(facts, versions, ZONES, until=UNTIL)
    assert found.total.earned == 10 + 20 + 10


def test_one_program_is_for_all_of_the_past() -> None:
    draft = program(points=3, valid_from=UNTIL)
    assert seen(sold("a", 10_00), under=draft).total.earned == 30


def test_what_became_of_a_sale_that_nobody_told_changes_nothing() -> None:
    void = Undone(member=ZOE, sale=SaleId("unknown"), at=MONDAY)
    found = seen(back("unknown", 1, 1), void)
    assert (found.total.taken_back, found.total.sales) == (0, 0)


def test_a_return_takes_each_piece_once() -> None:
    twice = back("a", 1, 2)
    again = replace(twice, act=(replace(twice.act[0], id="again"),))
    assert seen(sold("a", 40_00), twice, again).total.taken_back == 20


def test_a_year_streams_through_with_one_member_in_memory() -> None:
    drawn: list[str] = []

    def stream() -> Iterator[Fact]:
        for member in range(1000):
            drawn.append(str(member))
            yield sold(f"s{member}", 10_00, member=MemberId(f"m{member:04}"))

    for number, (_, told) in enumerate(told_again(stream(), Programs(program()), ZONES), 1):
        assert len(told) == 1
        assert len(drawn) <= number + 1
    assert len(drawn) == 1000


def test_a_member_told_in_two_pieces_is_a_mistake_that_is_noticed() -> None:
    with pytest.raises(AssertionError, match="one after the other"):
        seen(sold("a", 1_00), sold("b", 1_00, member=ALI), sold("c", 1_00))
    with pytest.raises(AssertionError, match="told to a program"):
        Programs()


def test_the_time_machine_writes_what_the_rules_write() -> None:
    """Entry for entry: ids, deadlines and traces are those of the books."""
    fact = sold("a", 40_00)
    ((_, told),) = told_again([fact], Programs(program()), ZONES)
    assert told[0].entries == earn(fact.sale, program(), zone=ZONES.usual)


def test_stamps_and_nothing_at_all() -> None:
    stamp = program(
        earning=(EarningRule(id=RuleId("stamp"), when=Occasion.SALE, give=Fixed(points=1)),)
    )
    assert seen(sold("a", 9_00), sold("b", 3_00, 1), under=stamp).total.earned == 2
    nothing = seen()
    assert (nothing.members, nothing.total, nothing.weeks) == (0, Tally(), {})
