"""Every entry the rules write, whole: a till in another language must write the very same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from loyalty.earning import credit_note, earn, opening, trace_of, welcome, worth_of_a_point
from loyalty.errors import NotEnoughPoints
from loyalty.ids import (
    EntryId,
    MemberId,
    ProgramId,
    RedemptionId,
    RewardId,
    RuleId,
    SaleId,
    StoreId,
)
from loyalty.ledger import EarnedLine, Entry, EntryKind, Step, StepKind, Trace, replay
from loyalty.program import (
    Advantage,
    Band,
    Bands,
    Bespoke,
    Bonus,
    Campaign,
    Caps,
    Coefficient,
    Count,
    Criteria,
    EarningRule,
    Fixed,
    Give,
    LineCriteria,
    Multiply,
    Negative,
    Occasion,
    OfflineLimits,
    On,
    Pending,
    PerAmount,
    PerArticle,
    Program,
    Reward,
    Rounding,
    RoundPer,
    Unit,
    Validity,
)
from loyalty.redemption import Use, reserve, spend
from loyalty.returns import (
    Returned,
    claw_back,
    give_back,
    pay_back,
    reversal,
    take_back,
    under_policy,
)
from loyalty.rewards import Situation, price
from loyalty.sales import Buyer, Channel, Line, Means, Payment, Sale
from loyalty.terms import (
    AllPoints,
    ChosenPoints,
    FixedCost,
    PercentOff,
    PerPoint,
    RewardTerms,
    Usable,
)
from loyalty.vouchers import mint
from tests.loyalty.cases import earn as credit

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = AT + timedelta(days=3)
ZOE, LYON, SHOP = MemberId("zoe"), StoreId("lyon"), ProgramId("shop")


def named(*parts: str) -> EntryId:
    """The id of an entry, as any language's library makes it: a UUID of version 5."""
    return EntryId(str(uuid5(UUID("6f1c1f3a-52a5-4f8e-9f0e-6a1c6b6d2f10"), "/".join(parts))))


def rule(give: Give, name: str = "r", **said: object) -> EarningRule:
    plain = EarningRule(id=RuleId(name), when=Occasion.SALE, give=give)
    return replace(plain, **said)  # type: ignore[arg-type]  # fields of a rule, by name


def program(*rules: EarningRule, **said: object) -> Program:
    plain = Program(
        id=SHOP,
        version=7,
        name={},
        currency="EUR",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        earning=rules,
        rewards=(),
        offline=OfflineLimits(per_card=1, per_terminal=1, snapshot_age_h=1),
    )
    return replace(plain, **said)  # type: ignore[arg-type]  # fields of a program, by name


TEA = Line(article="TEA", family="drinks", quantity=2, unit_price=5_00, tax_rate=Decimal(20))
MUG = Line(article="MUG", unit_price=12_00)


def sale(*lines: Line, **said: object) -> Sale:
    plain = Sale(
        id=SaleId("t-1"),
        store=LYON,
        channel=Channel.SHOP,
        member=ZOE,
        total=sum(line.net for line in lines) or 22_00,
        currency="EUR",
        closed_at=AT,
        lines=lines,
    )
    return replace(plain, **said)  # type: ignore[arg-type]  # fields of a sale, by name


def traced(under: Program, sold: Sale, *, buyer: Buyer | None = None) -> list[Trace]:
    entries = earn(sold, under, zone=PARIS, buyer=buyer or Buyer())
    return [entry.trace for entry in entries if entry.trace]


# --- joining ------------------------------------------------------------------------------------


def test_the_welcome_entry() -> None:
    """CLI-10."""
    hello = rule(
        Fixed(points=50),
        "hello",
        when=Occasion.ENROLMENT,
        until=Validity(days=30),
        pending=Pending(days=14),
    )
    assert welcome(program(hello), ZOE, LYON, now=AT, zone=PARIS) == Entry(
        id=named("welcome", "shop", "zoe"),
        member=ZOE,
        program=SHOP,
        kind=EntryKind.WELCOME,
        points=50,
        occurred_at=AT,
        fact="zoe",
        store=LYON,
        deadline=datetime(2026, 4, 1, 22, tzinfo=UTC),
        available_from=datetime(2026, 3, 16, 23, tzinfo=UTC),
        trace=Trace(
            rule=RuleId("hello"),
            program_version=7,
            basis=0,
            factor=Decimal(50),
            rounding=Rounding.FLOOR,
            points=50,
            steps=(Step(StepKind.GIVE, "fixed", 50),),
        ),
    )


def test_the_trace_of_a_ratio_on_its_own() -> None:
    given = rule(PerAmount(amount=100, points=3), round=Rounding.CEIL)
    assert trace_of(given, program(), basis=2_50) == Trace(
        rule=RuleId("r"),
        program_version=7,
        basis=2_50,
        factor=Decimal("0.03"),
        rounding=Rounding.CEIL,
        points=8,
        steps=(Step(StepKind.COUNT, "ttc", 2_50), Step(StepKind.RATE, "", 3, 100)),
    )


# --- a sale: the trace of each way to give --------------------------------------------------------


def test_the_entry_of_a_sale() -> None:
    given = rule(PerAmount(amount=100, points=1), pending=Pending(days=1))
    assert earn(sale(TEA, MUG), program(given), zone=PARIS) == (
        Entry(
            id=named("earn", "shop", "t-1", "r"),
            member=ZOE,
            program=SHOP,
            kind=EntryKind.EARN,
            points=22,
            occurred_at=AT,
            fact="t-1",
            store=LYON,
            available_from=datetime(2026, 3, 3, 23, tzinfo=UTC),
            trace=Trace(
                rule=RuleId("r"),
                program_version=7,
                basis=22_00,
                factor=Decimal("0.01"),
                rounding=Rounding.FLOOR,
                points=22,
                steps=(Step(StepKind.COUNT, "ttc", 22_00), Step(StepKind.RATE, "", 1, 100)),
                lines=(EarnedLine("1", 10, 2), EarnedLine("2", 12, 1)),
            ),
        ),
    )


COUNTED = Step(StepKind.COUNT, "ttc", 22_00)
BANDS = Bands(bands=(Band(start=20_00, below=30_00, points=5), Band(start=40_00, points=9)))


@pytest.mark.parametrize(
    ("give", "total", "steps", "factor"),
    [
        (
            Coefficient(times=Decimal("0.5")),
            22_00,
            (COUNTED, Step(StepKind.RATE, "", 1, 200)),
            Decimal("0.005"),
        ),
        (BANDS, 22_00, (COUNTED, Step(StepKind.GIVE, "band 2000-3000", 5)), Decimal(5)),
        (
            BANDS,
            41_00,
            (Step(StepKind.COUNT, "ttc", 41_00), Step(StepKind.GIVE, "band 4000-", 9)),
            Decimal(9),
        ),
        (Fixed(points=4), 22_00, (Step(StepKind.GIVE, "fixed", 4),), Decimal(4)),
    ],
)
def test_the_steps_of_each_way_to_give(
    give: Give, total: int, steps: tuple[Step, ...], factor: Decimal
) -> None:
    (trace,) = traced(program(rule(give)), sale(total=total))
    assert (trace.steps, trace.factor) == (steps, factor)


def test_outside_of_all_bands_a_campaign_multiplies_nothing() -> None:
    """What no band holds gives 0, says so, and a bonus beside it still stands."""
    bonus = Campaign(id=RuleId("b"), name={}, give=Bonus(points=3))
    (trace,) = traced(program(rule(BANDS), campaigns=(bonus,)), sale(total=1_00))
    assert trace == Trace(
        rule=RuleId("b"),
        program_version=7,
        basis=0,
        factor=Decimal(3),
        rounding=Rounding.FLOOR,
        points=3,
        steps=(Step(StepKind.GIVE, "bonus", 3),),
        lines=(EarnedLine("1", 3, 1),),
    )
    beside = (rule(BANDS), rule(Fixed(points=1), "one"))
    assert [each.rule for each in traced(program(*beside), sale(total=1_00))] == ["one"]


def test_the_steps_of_articles_points_that_vouchers_have_paid_a_part_of() -> None:
    given = rule(PerArticle(points={"TEA": 10, "MUG": 2}))
    half_voucher = (
        Payment(means=Means.VOUCHER, amount=11_00),
        Payment(means=Means.MONEY, amount=11_00),
    )
    (trace,) = traced(program(given), sale(TEA, MUG, payments=half_voucher))
    assert trace.steps == (
        Step(StepKind.COUNT, "article_points", 22),
        Step(StepKind.DEDUCT, "voucher", 11),
        Step(StepKind.RATE, "", 1),
    )
    assert trace.lines == (EarnedLine("1", 10, 2), EarnedLine("2", 1, 1))


def test_own_points_and_money_on_one_ticket_are_shared_by_what_each_gave() -> None:
    """The articles' points are those left after the voucher, as the money is."""
    given = rule(PerAmount(amount=100, points=1), on=On(own_points=True))
    half_voucher = (
        Payment(means=Means.VOUCHER, amount=11_00),
        Payment(means=Means.MONEY, amount=11_00),
    )
    sold = sale(replace(TEA, points=20), MUG, payments=half_voucher)
    (trace,) = traced(program(given), sold)
    assert trace.points == 20 + 6
    assert trace.lines == (EarnedLine("1", 20, 2), EarnedLine("2", 6, 1))


def test_two_advantages_never_take_more_than_there_is() -> None:
    given = rule(PerAmount(amount=1, points=1))
    paid = (Payment(means=Means.VOUCHER, amount=1), Payment(means=Means.POINTS, amount=1))
    odd = sale(replace(MUG, unit_price=1), replace(MUG, unit_price=1), payments=paid)
    (first, *_) = [*traced(program(rule(Fixed(points=1))), odd)]
    assert first.points == 1
    assert traced(program(given), odd) == []
    one_line = program(replace(given, on=On(lines=LineCriteria(families=frozenset({"x"})))))
    half = sale(replace(MUG, unit_price=1, family="x"), replace(MUG, unit_price=1), payments=paid)
    assert traced(one_line, half) == [], "half a cent and half a cent are one, not two"


def test_a_rule_that_rounds_line_by_line_counts_the_whole_ticket() -> None:
    given = rule(PerAmount(amount=100, points=1), round_per=RoundPer.LINE)
    (trace,) = traced(program(given), sale(TEA, MUG))
    assert trace.basis == 22_00


def test_campaigns_on_some_lines_name_them_and_stay_within_a_steps_words() -> None:
    names = [f"campaign-{number:040}" for number in range(3)]
    drinks = LineCriteria(families=frozenset({"drinks"}))
    running = tuple(
        Campaign(id=RuleId(name), name={}, give=Multiply(by=Decimal(2)), lines=drinks)
        for name in names
    )
    given = rule(PerAmount(amount=100, points=1))
    (two,) = traced(program(given, campaigns=running[:2]), sale(TEA, MUG))
    assert Step(StepKind.ONLY, f"{names[0]} {names[1]}", 0) in two.steps
    (three,) = traced(program(given, campaigns=running), sale(TEA, MUG))
    only = next(step for step in three.steps if step.kind is StepKind.ONLY)
    assert only.what == " ".join(names)[:128]
    assert len(only.what) == 128


def test_a_visit_of_several_parts_is_one_visit() -> None:
    """A campaign on one line of a stamp: the stamp and its double are the same visit's."""
    drinks = LineCriteria(families=frozenset({"drinks"}))
    double = Campaign(id=RuleId("x2"), name={}, give=Multiply(by=Decimal(3)), lines=drinks)
    given = rule(Fixed(points=1))
    (trace,) = traced(program(given, campaigns=(double,)), sale(TEA, MUG))
    assert trace.lines == (EarnedLine("*1,2", 3, 22_00),)
    free = sale(replace(MUG, discount=12_00), Line(unit_price=1, kind=TEA.kind, earns=False))
    (of_nothing,) = traced(program(given), free)
    assert of_nothing.lines == (EarnedLine("*1", 1, 1),)


def test_a_visit_beside_own_points_keeps_its_share() -> None:
    """Own points are their lines', the stamp the visit's, whichever is counted first."""
    visit = rule(PerAmount(amount=1, points=4), on=On(count=Count.VISITS, own_points=True))
    (trace,) = traced(program(visit), sale(replace(TEA, points=3), MUG))
    assert trace.points == 10
    assert trace.lines == (EarnedLine("1", 6, 2), EarnedLine("*2", 4, 12_00))


def test_a_cap_that_is_just_reached_leaves_no_step() -> None:
    given = rule(PerAmount(amount=100, points=1))
    (trace,) = traced(program(given, caps=Caps(per_ticket=22)), sale(TEA, MUG))
    assert StepKind.CAP not in {step.kind for step in trace.steps}


def test_a_cap_is_named_in_the_trace() -> None:
    given = rule(PerAmount(amount=100, points=1))
    for cap, caps, buyer in (
        ("ticket", Caps(per_ticket=9), Buyer()),
        ("day", Caps(per_day=20), Buyer(earned_today=11)),
        ("balance", Caps(balance=100), Buyer(balance=91)),
        ("ticket_share", Caps(ticket_share=Decimal(41)), Buyer()),
    ):
        under = program(given, caps=caps, point_value=Decimal(1))
        (entry,) = earn(sale(TEA, MUG), under, zone=PARIS, buyer=buyer)
        assert entry.trace is not None
        assert entry.trace.steps[-1] == Step(StepKind.CAP, cap, 9)


# --- credit notes and openings --------------------------------------------------------------------


def test_the_entries_of_a_credit_note_leave_campaigns_and_caps_aside() -> None:
    """OCT-12."""
    double = Campaign(id=RuleId("x2"), name={}, give=Multiply(by=Decimal(2)))
    under = program(
        rule(PerAmount(amount=100, points=1), until=Validity(days=9), pending=Pending(days=1)),
        rule(Fixed(points=2), "two"),
        campaigns=(double,),
        caps=Caps(per_ticket=1),
    )
    note = credit_note(sale(TEA), under, zone=PARIS)
    assert [(entry.id, entry.points, entry.kind) for entry in note] == [
        (named("credit", "shop", "t-1", "0"), -10, EntryKind.RETURN),
        (named("credit", "shop", "t-1", "1"), -2, EntryKind.RETURN),
    ]
    assert {(entry.deadline, entry.available_from) for entry in note} == {(None, None)}


class Twice:
    """A bespoke rule: two points for each line."""

    version = "1"

    def points(self, lines: tuple[Line, ...], _: int, __: object) -> int:
        return 2 * len(lines)


def test_past_sales_and_notes_know_their_buyers_and_extensions() -> None:
    extensions = {"twice": Twice()}
    club = program(
        rule(Bespoke(name="twice"), only=Criteria(themes=frozenset({"club"}))), counts_from=AT
    )
    in_it, other = Buyer(themes=("club",)), Buyer()
    note = replace(sale(TEA), id=SaleId("n-1"))
    found = opening(
        [(sale(TEA, MUG), in_it), (replace(sale(TEA), id=SaleId("t-2")), other)],
        club,
        zone=PARIS,
        credit_notes=[(note, in_it), (replace(note, id=SaleId("n-2")), other)],
        extensions=extensions,
    )
    assert [(entry.fact, entry.points) for entry in found] == [("t-1", 4), ("n-1", -2)]
    assert found[0].trace is not None
    assert found[0].trace.steps[-1] == Step(StepKind.GIVE, "twice@1", 4)
    assert found[0].trace.factor == 4


def test_what_a_point_is_worth() -> None:
    assert worth_of_a_point(program(point_value=Decimal("0.05"))) == 5
    assert worth_of_a_point(program(point_value=Decimal("0.05"), currency="TND")) == 50
    assert worth_of_a_point(program(point_value=Decimal("0.05"), unit=Unit.MONEY)) == 1
    assert worth_of_a_point(program()) == 1


# --- returns ------------------------------------------------------------------------------------

BACK = Returned(id="r-1", line="1", quantity=1, at=LATER, store=StoreId("nantes"))
EARNED = replace(
    earn(sale(TEA, MUG), program(rule(PerAmount(amount=100, points=1))), zone=PARIS)[0],
    by=MemberId("leo"),
)


def test_the_entry_of_a_return() -> None:
    """LSX-58."""
    assert claw_back(EARNED, EarnedLine("1", 10, 2), BACK) == Entry(
        id=named("return", "r-1", EARNED.id, "1"),
        member=ZOE,
        program=SHOP,
        kind=EntryKind.RETURN,
        points=-5,
        occurred_at=LATER,
        fact="r-1",
        store=StoreId("nantes"),
        about=EARNED.id,
        by=MemberId("leo"),
        trace=Trace(
            rule=RuleId("r"),
            program_version=7,
            basis=10,
            factor=Decimal("0.5"),
            rounding=Rounding.FLOOR,
            points=5,
            steps=(
                Step(StepKind.COUNT, "line_points", 10),
                Step(StepKind.RATE, "returned", 1, 2),
            ),
            lines=(EarnedLine("1", 5, 2),),
        ),
    )


PAID = replace(credit("gift", 1, 1), kind=EntryKind.REDEEM, points=-30, by=MemberId("leo"))


def test_the_entry_of_points_given_back() -> None:
    """P-02."""
    assert give_back(PAID, 10, BACK) == Entry(
        id=named("give-back", "r-1", PAID.id),
        member=PAID.member,
        program=PAID.program,
        kind=EntryKind.RETURN,
        points=10,
        occurred_at=LATER,
        fact="r-1",
        store=StoreId("nantes"),
        about=PAID.id,
        by=MemberId("leo"),
    )


def test_the_entry_of_a_reversal() -> None:
    assert reversal(EARNED, now=LATER, owes=False) == Entry(
        id=named("undo", EARNED.id),
        member=ZOE,
        program=SHOP,
        kind=EntryKind.REVERSAL,
        points=-22,
        occurred_at=LATER,
        fact="t-1",
        store=LYON,
        about=EARNED.id,
        by=MemberId("leo"),
        owes=False,
    )


# --- what points buy ------------------------------------------------------------------------------


def spent_trace(points: int, *steps: Step) -> Trace:
    return Trace(
        rule=RuleId("mug"),
        program_version=7,
        basis=0,
        factor=Decimal(points),
        rounding=Rounding.FLOOR,
        points=points,
        steps=steps,
    )


def test_the_entry_of_a_gift_says_by_which_reward_of_which_version() -> None:
    """F7."""
    mug = Reward(id=RewardId("mug"), name={}, cost=20, article="MUG")
    held = reserve(
        replay([credit("a", 50, 1)]),
        mug,
        program(),
        ZOE,
        redemption=RedemptionId("x-1"),
        code=mint(7),
        store=LYON,
        now=LATER,
        zone=PARIS,
    )
    assert held.entry.trace == spent_trace(20, Step(StepKind.GIVE, "cost", 20))


USE = Use(
    redemption=RedemptionId("x-1"),
    member=ZOE,
    program=SHOP,
    store=LYON,
    at=LATER,
    reward=RewardId("mug"),
    program_version=7,
)
TEN_CENTS = PerPoint(value=Decimal("0.10"))


def seen(balance: int, ticket: int | None = None, currency: str = "EUR") -> Situation:
    return Situation(balance=balance, store=LYON, currency=currency, ticket=ticket)


@pytest.mark.parametrize(
    ("cost", "chosen", "points", "steps"),
    [
        (FixedCost(points=20), None, 20, [Step(StepKind.GIVE, "cost", 20)]),
        (AllPoints(), None, 90, [Step(StepKind.GIVE, "balance", 90)]),
        (AllPoints(), 15, 90, [Step(StepKind.GIVE, "balance", 90)]),
        (ChosenPoints(), 15, 15, [Step(StepKind.GIVE, "chosen", 15)]),
        (ChosenPoints(), None, 90, [Step(StepKind.GIVE, "balance", 90)]),
    ],
)
def test_points_that_are_used_say_where_their_number_comes_from(
    cost: FixedCost | AllPoints | ChosenPoints, chosen: int | None, points: int, steps: list[Step]
) -> None:
    """F7."""
    found = price(RewardTerms(cost=cost, gives=TEN_CENTS), seen(90), chosen)
    (entry,) = spend(found, USE)
    assert entry.trace == spent_trace(points, *steps)
    assert entry.points == -points


def test_points_that_the_ticket_does_not_need_are_capped_in_the_trace() -> None:
    terms = RewardTerms(cost=AllPoints(), gives=TEN_CENTS, usable=Usable(keeps_rest=False))
    gift, rest = spend(price(terms, seen(90, 5_00)), USE)
    assert gift.trace == spent_trace(
        50, Step(StepKind.GIVE, "balance", 90), Step(StepKind.CAP, "needed", 50)
    )
    assert rest.trace == spent_trace(40, Step(StepKind.GIVE, "rest", 40))
    exactly = price(terms, seen(50, 5_00))
    assert exactly.steps == (Step(StepKind.GIVE, "balance", 50),)


def test_a_fixed_cost_is_no_less_on_a_small_ticket() -> None:
    terms = RewardTerms(cost=FixedCost(points=60), gives=TEN_CENTS)
    found = price(terms, seen(90, 5_00))
    assert (found.points, found.money) == (60, 5_00)


def test_points_are_worth_money_in_the_tickets_own_currency() -> None:
    terms = RewardTerms(cost=AllPoints(), gives=TEN_CENTS)
    assert price(terms, seen(90, currency="TND")).money == 9_000
    found = price(terms, seen(90, 5_000, currency="TND"))
    assert (found.points, found.money) == (50, 5_000)


def test_without_a_reward_named_there_is_no_trace() -> None:
    (entry,) = spend(
        price(RewardTerms(cost=AllPoints(), gives=TEN_CENTS), seen(9)), replace(USE, reward=None)
    )
    assert entry.trace is None


def test_a_rule_on_some_advantages_only() -> None:
    paid = (Payment(means=Means.POINTS, amount=10_00), Payment(means=Means.MONEY, amount=12_00))
    given = rule(PerAmount(amount=100, points=1), on=On(reduced_by=frozenset({Advantage.VOUCHER})))
    (trace,) = traced(program(given), sale(TEA, MUG, payments=paid))
    assert trace.points == 22


def test_the_end_of_what_stands_by_a_policy_is_told() -> None:
    """One point missing is missing; a debt older than the return is not counted twice."""
    note = credit_note(sale(MUG), program(rule(PerAmount(amount=100, points=1))), zone=PARIS)
    one_short = replay([credit("a", 11, 1)])
    with pytest.raises(NotEnoughPoints) as refused:
        under_policy(note, Negative.REFUSE, holder=one_short, at=LATER)
    assert refused.value.missing == 1
    owing = replay([replace(credit("a", 1, 1), kind=EntryKind.REDEEM, points=-5)])
    with pytest.raises(NotEnoughPoints) as refused:
        under_policy(note, Negative.REFUSE, holder=owing, at=LATER)
    assert refused.value.missing == 12
    dead = replay([credit("a", 30, 1, until=60)])
    with pytest.raises(NotEnoughPoints):
        under_policy(note, Negative.REFUSE, holder=dead, at=LATER)


def test_a_line_of_one_cent_comes_back_with_the_visit_and_a_free_one_does_not_hold_it() -> None:
    cheap, free = replace(MUG, unit_price=1), replace(MUG, discount=12_00)
    sold = sale(cheap, TEA, free)
    (visit,) = earn(sold, program(rule(Fixed(points=10_01))), zone=PARIS)
    back = replace(BACK, line="1")
    assert [e.points for e in take_back([visit], sold, [back])] == [-1]
    teas = replace(BACK, id="r-2", line="2", quantity=2)
    assert [e.points for e in take_back([visit], sold, [teas], [back])] == [-1000]
    assert take_back([visit], sold, [replace(BACK, id="r-3", line="3")], [back, teas]) == ()


def test_what_paid_a_ticket_with_a_free_line_comes_back_with_the_others() -> None:
    free = replace(MUG, discount=12_00)
    sold = sale(replace(TEA, unit_price=15), free)
    both = replace(BACK, quantity=2)
    found = pay_back(PAID, sold, [both])
    assert found is not None
    assert found.points == 30
    assert pay_back(PAID, sold, [replace(BACK, line="9")]) is None


def test_pieces_of_a_price_that_does_not_divide_bring_the_visit_back_with_the_last() -> None:
    """Three for 10.00: 3.33, 3.33 and 3.34 come back."""
    three = replace(MUG, quantity=3, unit_price=3_34, discount=2)
    (visit,) = earn(sale(three), program(rule(Fixed(points=1))), zone=PARIS)
    acts = [replace(BACK, id=f"r-{number}") for number in range(3)]
    taken = [take_back([visit], sale(three), [acts[n]], acts[:n]) for n in range(3)]
    assert [len(entries) for entries in taken] == [0, 0, 1]


def test_what_is_missing_is_counted_at_the_time_that_is_told() -> None:
    """A lot that dies between the note and its booking is not there any more."""
    dying = replay([credit("a", 12, 1, until=62)])
    note = credit_note(sale(MUG), program(rule(PerAmount(amount=100, points=1))), zone=PARIS)
    assert under_policy(note, Negative.REFUSE, holder=dying, at=AT) == note
    with pytest.raises(NotEnoughPoints):
        under_policy(note, Negative.REFUSE, holder=dying, at=LATER)


def test_a_lot_that_a_snapshot_dropped_was_spent() -> None:
    holder = replay([credit("a", 3, 1)])
    with pytest.raises(NotEnoughPoints) as refused:
        claw_back(EARNED, EarnedLine("1", 10, 2), BACK, holder=holder, negative=Negative.REFUSE)
    assert refused.value.missing == 2


def test_what_is_rounded_up_three_times_is_never_more_than_there_is() -> None:
    paid = (
        Payment(means=Means.VOUCHER, amount=50),
        Payment(means=Means.POINTS, amount=17),
        Payment(means=Means.MONEY, amount=16),
    )
    half = replace(MUG, unit_price=50)
    sold = sale(replace(half, points=3), half, discount=17, total=83, payments=paid)
    (trace,) = traced(program(rule(PerAmount(amount=1, points=1), on=On(own_points=True))), sold)
    deducted = [step.value for step in trace.steps if step.kind is StepKind.DEDUCT]
    assert (deducted, trace.points) == ([1, 2, 0, 9, 25, 9], 7)


def test_a_band_that_is_missed_is_said_beside_own_points() -> None:
    given = rule(BANDS, on=On(own_points=True))
    (trace,) = traced(program(given), sale(replace(TEA, points=5), replace(MUG, unit_price=1)))
    assert trace.steps[-1] == Step(StepKind.GIVE, "no_band", 0)
    assert (trace.points, trace.factor) == (10, Decimal(0))


def test_bands_with_a_campaign_on_a_line_are_shared_to_the_last_point() -> None:
    drinks = LineCriteria(families=frozenset({"drinks"}))
    double = Campaign(id=RuleId("x2"), name={}, give=Multiply(by=Decimal(2)), lines=drinks)
    wide = Bands(bands=(Band(start=0, points=5),))
    (trace,) = traced(program(rule(wide), campaigns=(double,)), sale(TEA, MUG))
    assert trace.points == 10
    assert trace.lines == (EarnedLine("1", 7, 2), EarnedLine("2", 3, 1))


def test_a_part_of_no_ticket_is_nothing() -> None:
    whole = RewardTerms(cost=FixedCost(points=1), gives=PercentOff(percent=Decimal(100)))
    assert price(whole, seen(9)).money == 0
