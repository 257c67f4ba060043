"""Taking a gift: what is offered, what is held, and what a kiosk may do on its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalty.errors import NotEnoughPoints, OfflineLimit, RewardUnavailable, VoucherRedeemed
from loyalty.ids import MemberId, ProgramId, RedemptionId, RewardId, StoreId, derived_entry
from loyalty.ledger import EntryKind, replay
from loyalty.paper import Consequence, JobState, after_power_cut, consequence
from loyalty.program import Assurance, OfflineLimits, Program, Reward, Takes, Validity, in_language
from loyalty.redemption import (
    OfflineUse,
    Reservation,
    as_taken,
    assured,
    check_offline,
    most_offline,
    reservation_entry,
    reserve,
    void,
)
from loyalty.rewards import next_goal, offers
from loyalty.terms import AmountOff, Nothing, PerPoint, Reached, Usable, Voucher
from loyalty.vouchers import VoucherState, mint, redeem
from tests.loyalty.cases import day, earn, open_lots, take

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


def reward(name: str, cost: int) -> Reward:
    return Reward(id=RewardId(name), name={"fr": name}, cost=cost, article=name.upper())


COFFEE, TOTE, SOAP = reward("coffee", 200), reward("tote", 350), reward("soap", 350)
LIMITS = OfflineLimits(per_card=600, per_terminal=6000, snapshot_age_h=168)
PROGRAM = Program(
    id=ProgramId("shop"),
    version=1,
    name={"fr": "Carte", "en": "Card"},
    currency="EUR",
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    earning=(),
    rewards=(TOTE, SOAP, COFFEE),
    offline=LIMITS,
)


def held(points: int, what: Reward = COFFEE, chosen: int | None = None) -> Reservation:
    return reserve(
        replay([earn("sale", points, 1, until=90)]),
        what,
        PROGRAM,
        MemberId("zoe"),
        redemption=RedemptionId("r-1"),
        code=mint(7),
        store=StoreId("lyon"),
        now=NOW,
        zone=PARIS,
        chosen=chosen,
    )


# --- what is offered --------------------------------------------------------------------------


def test_what_can_be_taken_comes_first_then_what_is_nearest() -> None:
    seen = offers(PROGRAM, replay([earn("sale", 340, 1)]), now=NOW)
    assert [(o.reward.id, o.missing, o.affordable) for o in seen] == [
        ("coffee", 0, True),
        ("soap", 10, False),
        ("tote", 10, False),
    ]
    goal = next_goal(seen)
    assert goal is not None
    assert goal.reward is SOAP


def test_thirteen_points_to_go() -> None:
    goal = next_goal(offers(PROGRAM, replay([earn("sale", 187, 1)]), now=NOW))
    assert goal is not None
    assert (goal.reward, goal.missing) == (COFFEE, 13)


def test_who_can_have_everything_has_no_goal_left() -> None:
    assert next_goal(offers(PROGRAM, replay([earn("sale", 350, 1)]), now=NOW)) is None


MONEY_OFF = Reward(
    id=RewardId("pay"),
    name={"fr": "Payer"},
    cost=200,
    article="PAY",
    takes=Takes.CHOSEN,
    gives=PerPoint(value=Decimal("0.10")),
)


@pytest.mark.parametrize(
    ("what", "on_paper"),
    [
        (COFFEE, True),
        (replace(COFFEE, gives=AmountOff(amount=500)), True),
        (replace(COFFEE, gives=Voucher()), True),
        (replace(MONEY_OFF, usable=Usable(keeps_rest=False)), False),
        (replace(MONEY_OFF, usable=Usable(ticket_share=Decimal(50))), False),
        (replace(MONEY_OFF, gives=Nothing()), False),
        (replace(COFFEE, gives=PerPoint(value=Decimal(1))), False),
        (replace(COFFEE, gives=Nothing()), False),
        (replace(COFFEE, takes=Takes.ALL), False),
        (replace(COFFEE, takes=Takes.NOTHING), False),
        (replace(COFFEE, usable=Usable(keeps_rest=False)), False),
    ],
)
def test_what_depends_on_the_ticket_is_for_the_till_alone(what: Reward, *, on_paper: bool) -> None:
    assert what.on_paper is on_paper
    program, account = replace(PROGRAM, rewards=(what,)), replay([earn("sale", 500, 1)])
    assert len(offers(program, account, now=NOW)) == int(on_paper)
    assert len(offers(program, account, now=NOW, at_till=True)) == 1
    if not on_paper:
        with pytest.raises(RewardUnavailable):
            held(500, what)


def test_as_many_points_as_one_chooses_are_held_for_as_much_money() -> None:
    (offer,) = offers(
        replace(PROGRAM, rewards=(MONEY_OFF,)), replay([earn("sale", 500, 1)]), now=NOW
    )
    assert offer.affordable
    taken = held(500, MONEY_OFF, chosen=125)
    assert (taken.entry.points, taken.voucher.points, taken.voucher.money) == (-125, 125, 12_50)
    assert [(step.what, step.value) for step in taken.entry.trace.steps] == [("chosen", 125)]  # type: ignore[union-attr]  # a reservation has a trace
    fixed = as_taken(MONEY_OFF, taken.voucher)
    assert (fixed.cost, fixed.gives, fixed.on_paper) == (125, AmountOff(amount=12_50), True)
    assert as_taken(COFFEE, held(200).voucher) is COFFEE
    assert (held(200).voucher.points, held(200).voucher.money) == (0, 0)


def test_what_takes_all_takes_all_on_paper_too() -> None:
    everything = replace(MONEY_OFF, takes=Takes.ALL)
    assert held(321, everything, chosen=321).voucher.money == 32_10
    with pytest.raises(RewardUnavailable):
        held(321, everything, chosen=320)  # a sale came between


@pytest.mark.parametrize(
    ("points", "chosen", "why"),
    [
        (500, None, RewardUnavailable),
        (500, 0, RewardUnavailable),
        (500, -5, RewardUnavailable),
        (500, 501, NotEnoughPoints),
        (199, 10, NotEnoughPoints),
    ],
)
def test_no_more_is_held_than_there_is_and_nothing_for_nothing(
    points: int, chosen: int | None, why: type[Exception]
) -> None:
    with pytest.raises(why):
        held(points, MONEY_OFF, chosen)


def test_a_gift_with_a_price_is_not_had_for_another() -> None:
    with pytest.raises(RewardUnavailable):
        held(500, COFFEE, chosen=1)


def test_a_point_that_is_worth_less_than_a_cent_buys_nothing() -> None:
    tiny = replace(MONEY_OFF, gives=PerPoint(value=Decimal("0.003")))
    assert held(500, tiny, chosen=7).voucher.money == 2
    with pytest.raises(RewardUnavailable):
        held(500, tiny, chosen=3)


def test_a_threshold_above_the_cost_is_what_is_missing() -> None:
    eager = replace(COFFEE, usable=Usable(from_points=300, reached=Reached.MORE_THAN))
    account = replay([earn("sale", 300, 1)])
    (offer,) = offers(replace(PROGRAM, rewards=(eager,)), account, now=NOW)
    assert offer.missing == 1
    with pytest.raises(NotEnoughPoints):
        held(300, eager)
    assert held(301, eager).entry.points == -200


def test_debt_is_still_to_earn_too() -> None:
    (first, *_) = offers(PROGRAM, replay([take("offline", 50, 1)]), now=NOW)
    assert first.missing == 250


def test_a_program_knows_its_rewards_by_id() -> None:
    assert PROGRAM.reward(RewardId("tote")) is TOTE
    assert PROGRAM.reward(RewardId("gone")) is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({"fr": "Carte", "en": "Card"}, "Card"),
        ({"fr": "Carte"}, "Carte"),
        ({"fr": "Carte", "en": ""}, "Carte"),
        ({}, ""),
    ],
)
def test_a_text_falls_back_on_the_merchants_first_language(
    words: dict[str, str], shown: str
) -> None:
    assert in_language(words, "en") == shown


# --- reserve ----------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [200, 201])
def test_enough_points_are_held(points: int) -> None:
    reservation = held(points)
    entry, voucher = reservation.entry, reservation.voucher
    assert (entry.kind, entry.points, entry.fact) == (EntryKind.REDEEM, -200, "r-1")
    assert entry.id == reservation_entry(RedemptionId("r-1"))
    assert (voucher.state, voucher.code, voucher.reward) == (
        VoucherState.RESERVED,
        mint(7),
        "coffee",
    )
    assert voucher.deadline == datetime(2026, 5, 2, tzinfo=PARIS)


def test_one_point_short_holds_nothing() -> None:
    with pytest.raises(NotEnoughPoints) as refusal:
        held(199)
    assert refusal.value.missing == 1


def test_asking_twice_holds_once() -> None:
    assert held(300) == held(300)


def test_a_voucher_lives_as_long_as_its_reward_says() -> None:
    short = replace(COFFEE, voucher=Validity(days=1))
    assert held(200, short).voucher.deadline == datetime(2026, 2, 3, tzinfo=PARIS)


# --- void -------------------------------------------------------------------------------------


def test_a_void_gives_the_points_back_as_they_were() -> None:
    sale, reservation = earn("sale", 200, 1, until=90), held(200)
    cancellation = void(reservation.voucher, reservation.entry, now=NOW + timedelta(hours=1))
    assert cancellation.voucher.state is VoucherState.VOIDED
    account = replay([sale, reservation.entry, cancellation.entry])
    assert open_lots(account) == {"sale": (200, day(90))}


def test_voiding_twice_is_the_same_entry() -> None:
    reservation = held(200)
    once = void(reservation.voucher, reservation.entry, now=NOW)
    twice = void(once.voucher, reservation.entry, now=NOW + timedelta(hours=1))
    assert twice.entry.id == once.entry.id


def test_a_void_is_never_dated_before_what_it_undoes() -> None:
    reservation = held(200)
    early = void(reservation.voucher, reservation.entry, now=NOW - timedelta(hours=1))
    assert early.entry.occurred_at == reservation.entry.occurred_at


def test_a_gift_that_was_handed_out_keeps_its_points() -> None:
    reservation = held(200)
    taken = redeem(reservation.voucher, now=NOW, store=StoreId("lyon"), place="Lyon")
    with pytest.raises(VoucherRedeemed):
        void(taken, reservation.entry, now=NOW)


# --- without the network ----------------------------------------------------------------------


def use(member: int = 0, terminal: int = 0, age: timedelta = timedelta()) -> OfflineUse:
    return OfflineUse(by_member=member, by_terminal=terminal, snapshot_at=NOW - age)


@pytest.mark.parametrize(
    ("cost", "given"),
    [
        (600, use()),
        (200, use(member=400)),
        (200, use(member=400, terminal=5800)),
        (200, use(age=timedelta(hours=168))),
        (200, use(age=timedelta(minutes=-5))),  # the clock was set back a little
    ],
)
def test_up_to_its_limits_a_kiosk_gives_on_its_own(cost: int, given: OfflineUse) -> None:
    check_offline(cost, given, LIMITS, now=NOW)
    assert cost <= most_offline(given, LIMITS, now=NOW)


@pytest.mark.parametrize(
    ("cost", "given", "why"),
    [
        (601, use(), "600 points per card"),
        (200, use(member=401), "600 points per card"),
        (200, use(terminal=5801), "6000 points per kiosk"),
        (200, use(age=timedelta(hours=168, microseconds=1)), "older than 168 h"),
        (
            200,
            OfflineUse(by_member=0, by_terminal=0, snapshot_at=datetime.min.replace(tzinfo=UTC)),
            "older than 168 h",
        ),
    ],
)
def test_one_step_beyond_a_limit_the_kiosk_asks_to_wait(
    cost: int, given: OfflineUse, why: str
) -> None:
    with pytest.raises(OfflineLimit, match=why):
        check_offline(cost, given, LIMITS, now=NOW)
    assert cost > most_offline(given, LIMITS, now=NOW) >= 0


@pytest.mark.parametrize(("today", "may"), [(800, True), (801, False)])
def test_a_day_has_a_limit_of_its_own_that_no_contact_resets(today: int, *, may: bool) -> None:
    limits = replace(LIMITS, per_day=1000)
    given = replace(use(), today=today)
    assert (most_offline(given, limits, now=NOW) >= 200) is may
    if may:
        check_offline(200, given, limits, now=NOW)
        return
    with pytest.raises(OfflineLimit, match="1000 points per kiosk and day"):
        check_offline(200, given, limits, now=NOW)


# --- paper ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (JobState.WAITING, Consequence.VOID),
        (JobState.SENDING, Consequence.HOLD),
        (JobState.PRINTED, Consequence.ISSUE),
        (JobState.NOT_PRINTED, Consequence.VOID),
        (JobState.UNKNOWN, Consequence.HOLD),
    ],
)
def test_points_follow_the_paper(state: JobState, expected: Consequence) -> None:
    assert consequence(state) is expected


@pytest.mark.parametrize("state", JobState)
def test_after_a_power_cut_only_what_was_being_sent_is_in_doubt(state: JobState) -> None:
    expected = JobState.UNKNOWN if state is JobState.SENDING else state
    assert after_power_cut(state) is expected


# --- ids --------------------------------------------------------------------------------------


def test_a_fact_has_one_entry_id_and_no_two_facts_share_it() -> None:
    assert derived_entry("earn", "shop", "s-1") == derived_entry("earn", "shop", "s-1")
    assert derived_entry("earn", "shop", "s-1") != derived_entry("earn", "shop-s", "1")
    with pytest.raises(AssertionError):
        derived_entry("earn", "shop/s", "1")


@pytest.mark.parametrize(
    ("registered", "chip", "code", "trusted"),
    [
        (Assurance.UID, False, False, Assurance.UID),
        (Assurance.UID, True, False, Assurance.UID),  # written down as a mere number, it stays one
        (Assurance.UID, False, True, Assurance.UID_AND_CODE),
        (Assurance.UID, True, True, Assurance.UID_AND_CODE),
        (Assurance.CHIP, False, False, Assurance.UID),  # the number without its chip: a copy
        (Assurance.CHIP, False, True, Assurance.UID_AND_CODE),
        (Assurance.CHIP, True, False, Assurance.CHIP),
        (Assurance.CHIP, True, True, Assurance.CHIP),
        (Assurance.UID_AND_CODE, False, False, Assurance.UID),
    ],
)
def test_what_may_be_spent_goes_by_what_was_shown(
    registered: Assurance, chip: bool, code: bool, trusted: Assurance
) -> None:
    """F5."""
    assert assured(registered, chip=chip, code=code) is trusted
