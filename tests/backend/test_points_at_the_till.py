"""Points at the till: by rank, so often in a time, of a household, by a rule of one's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend_client.errors import BackendRefused
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.quotes import OptionBody, QuoteBody
from backend_client.schemas.sales import PaymentBody, SaleAct
from backend_client.schemas.uses import UseAnswer, UseBody, UseIssue
from loyalty.entries import EntryKind
from loyalty.errors import MemberLimit
from loyalty.extensions import Settings
from loyalty.ids import Points
from loyalty.program import Assurance, AssuranceLimit, Caps, Guard, HouseholdRules
from loyalty.sales import Means
from tests.support.chips import chip_of, said
from tests.support.counter import POINTS_PAY, counter, document
from tests.support.desk import Clock, Desk, desk
from tests.support.facts import now, sale_of
from tests.support.server import Connected, new_id


@pytest.fixture
def shop_program() -> str:
    return document()


@pytest.fixture
def opened(shop_program: str) -> Iterator[tuple[Connected, str]]:
    """A till, and a member with 300 points."""
    with counter(shop_program) as made:
        yield made


def staff_of(line: Connected) -> Desk:
    return desk(line.company, line.session)


def use(line: Connected, member: str, reward: str, **more: Any) -> UseAnswer:
    body = UseBody(id=new_id(), member=member, reward=reward, at=now(), **more)
    return line.till.use(body)


def refused(line: Connected, member: str, reward: str, **more: Any) -> dict[str, Any]:
    body = UseBody(id=new_id(), member=member, reward=reward, at=now(), **more)
    answer = line.raw("POST", "/v1/uses", body.model_dump(mode="json"), till=True)
    problem: dict[str, Any] = answer.json()
    return problem | {"name": problem["type"].rpartition(":")[2]}


def options(line: Connected, member: str) -> dict[str, OptionBody]:
    quote = line.till.quote(QuoteBody(member=member, total=50_00))
    return {option.reward: option for option in quote.options}


# --- ranks ------------------------------------------------------------------------------------

COFFEE = {"id": "coffee", "name": {"fr": "Cadeau"}, "cost": 10, "article": "CAFE"}
GOLD: dict[str, Any] = {
    "earning": POINTS_PAY["earning"],
    "campaigns": [
        {
            "id": "gold",
            "name": {"fr": "Cadeau"},
            "only": {"tiers": ["gold"]},
            "give": {"times": "2"},
        },
    ],
    "rewards": [
        COFFEE,
        {
            "id": "cake",
            "name": {"fr": "Cadeau"},
            "cost": 10,
            "article": "GATEAU",
            "usable": {"tiers": ["gold"]},
        },
    ],
}
BY_POINTS = GOLD | {"tiers": {"levels": [{"id": "gold", "start": 60}]}}
BY_MONEY = GOLD | {"tiers": {"metric": "spent", "levels": [{"id": "gold", "start": 60_00}]}}


@pytest.mark.parametrize("shop_program", [document(**BY_POINTS), document(**BY_MONEY)])
def test_a_rank_counts_from_the_sale_after_the_one_that_reached_it(
    opened: tuple[Connected, str],
) -> None:
    line, member = opened
    assert (options(line, member)["cake"].usable, options(line, member)["coffee"].usable) == (
        False,
        True,
    )
    assert options(line, member)["cake"].refusal == "tier"
    assert refused(line, member, "cake")["name"] == ProblemName.REWARD_UNAVAILABLE
    first = sale_of(member, 60_00)
    assert line.till.record_sale(first).earned == 60
    quote = line.till.quote(QuoteBody(member=member, total=10_00))
    assert quote.earned == 20
    assert options(line, member)["cake"].usable
    assert line.till.record_sale(sale_of(member, 10_00)).earned == 20
    assert use(line, member, "cake").points == 10
    line.till.void_sale(first.id, SaleAct(id=new_id(), at=now()))
    assert line.till.record_sale(sale_of(member, 10_00)).earned == 10
    assert refused(line, member, "cake")["name"] == ProblemName.REWARD_UNAVAILABLE


@pytest.mark.parametrize("shop_program", [document(**BY_POINTS), document(**BY_MONEY)])
def test_who_was_two_records_has_the_rank_of_both(opened: tuple[Connected, str]) -> None:
    """P-18, P-20."""
    line, kept = opened
    staff = staff_of(line)
    absorbed = staff.add()["id"]
    for member in (kept, absorbed):
        line.till.record_sale(sale_of(member, 30_00))
    assert line.till.record_sale(sale_of(kept, 10_00)).earned == 10
    staff.ask("POST", "/merges", {"id": new_id(), "kept": kept, "absorbed": absorbed})
    assert line.till.record_sale(sale_of(kept, 10_00)).earned == 20


@pytest.mark.parametrize("shop_program", [document(**BY_POINTS)])
def test_a_gift_for_a_rank_is_not_handed_out_below_it(opened: tuple[Connected, str]) -> None:
    line, member = opened
    body = {"id": new_id(), "member": member}
    answer = line.raw("POST", "/v1/gifts/cake/redemptions", body, till=True)
    assert answer.json()["type"].endswith(ProblemName.REWARD_UNAVAILABLE)
    line.till.record_sale(sale_of(member, 60_00))
    answer = line.raw("POST", "/v1/gifts/cake/redemptions", body, till=True)
    assert answer.status_code == 200, answer.text


# --- so often in a time -----------------------------------------------------------------------

ONCE_A_DAY = document(
    rewards=[{**COFFEE, "usable": {"per_member": 1, "per": "day"}}],
    guard={"rewards_per_day": 5},
)


@pytest.mark.parametrize("shop_program", [ONCE_A_DAY])
def test_a_limit_of_the_day_is_over_the_next_day_at_till_and_kiosk(
    opened: tuple[Connected, str],
) -> None:
    line, member = opened
    clock = Clock(line.company.database)

    def at_the_kiosk() -> int:
        body = {"id": new_id(), "member": member}
        return line.raw("POST", "/v1/gifts/coffee/redemptions", body, till=True).status_code

    def at_the_till() -> None:
        line.till.use(UseBody(id=new_id(), member=member, reward="coffee", at=clock.now()))

    at_the_till()
    assert options(line, member)["coffee"].refusal == "member_limit"
    with pytest.raises(MemberLimit):
        at_the_till()
    assert at_the_kiosk() == 409
    clock.later(days=1)
    assert at_the_kiosk() == 200
    with pytest.raises(MemberLimit):
        at_the_till()
    clock.later(days=1)
    at_the_till()


@pytest.mark.parametrize("shop_program", [document(rewards=[COFFEE], guard={"rewards_per_day": 2})])
def test_the_guard_counts_rewards_of_the_till_and_of_the_kiosk_together(
    opened: tuple[Connected, str],
) -> None:
    """F16."""
    line, member = opened
    use(line, member, "coffee")
    body = {"id": new_id(), "member": member}
    assert line.raw("POST", "/v1/gifts/coffee/redemptions", body, till=True).status_code == 200
    with pytest.raises(MemberLimit):
        use(line, member, "coffee")
    body["id"] = new_id()
    assert line.raw("POST", "/v1/gifts/coffee/redemptions", body, till=True).status_code == 409


# --- whose points, and on the word of which card ----------------------------------------------


@pytest.fixture
def family(opened: tuple[Connected, str]) -> tuple[Connected, str, str, dict[str, Any]]:
    """A wallet of 300 + 20: its parent may spend, its child may not."""
    line, parent = opened
    staff = staff_of(line)
    staff.rule(households=HouseholdRules(active=True))
    child = staff.add(first_name="Child", card_uid="04a1b2c3d4e5f1")["id"]
    line.till.record_sale(sale_of(child, 20_00))
    made = staff.ask("POST", "/households", {"id": new_id()})
    path = f"/households/{made['id']}/members"
    staff.ask("POST", path, {"id": new_id(), "member": parent})
    joining = {"id": new_id(), "member": child, "role": "earns_only"}
    return line, parent, child, staff.ask("POST", path, joining)


def test_a_household_pays_from_its_wallet_and_has_the_points_back_there(
    family: tuple[Connected, str, str, dict[str, Any]],
) -> None:
    """F11."""
    line, parent, child, made = family
    assert made["balance"] == 320
    assert line.till.summary(parent).balance == line.till.summary(child).balance == 320
    assert line.till.quote(QuoteBody(member=parent, total=50_00)).balance_before == 320
    used = use(line, parent, "pay", ticket=50_00, currency="EUR", points=310)
    assert (used.balance, used.entries[0].entry.by) == (10, parent)
    assert refused(line, child, "coffee")["name"] == ProblemName.NOT_ENOUGH_POINTS
    assert line.till.void_use(used.id).balance == 320
    assert refused(line, child, "coffee")["name"] == ProblemName.EARN_ONLY
    again = use(line, parent, "pay", ticket=50_00, currency="EUR", points=310)
    assert line.till.issue_use(again.id, UseIssue()).state == "issued"
    (movement,) = [
        each for each in line.till.movements(parent, EntryKind.REDEEM).movements if each.points
    ][:1]
    assert (movement.points, movement.by) == (-310, parent)


def test_a_cap_of_the_day_and_the_guard_count_each_person_of_a_household(
    family: tuple[Connected, str, str, dict[str, Any]],
) -> None:
    """What they earn goes into the wallet, and is theirs all the same."""
    line, parent, child, _ = family
    staff_of(line).rule(caps=Caps(per_day=30))

    def earned(*totals: int, member: str) -> list[int]:
        bodies = [sale_of(member, total) for total in totals]
        results = line.till.record_sales(bodies).results
        return [each.answer.earned for each in results if each.answer]

    assert earned(20_00, 20_00, member=parent) == [20, 10]
    assert line.till.record_sale(sale_of(parent, 20_00)).earned == 0
    assert earned(5_00, 20_00, member=child) == [5, 5], "20 before, in their own account"
    staff_of(line).rule(caps=Caps(), guard=Guard(tickets_per_day=4))
    assert [line.till.record_sale(sale_of(child, 1_00)).earned for _ in range(2)] == [1, 0]
    assert earned(1_00, 1_00, 1_00, member=parent) == [1, 1, 0]


def test_a_card_that_is_trusted_little_pays_little_at_the_till(
    opened: tuple[Connected, str],
) -> None:
    """F5."""
    line, member = opened
    staff = staff_of(line)
    staff.rule(
        assurance={
            Assurance.UID: AssuranceLimit(at_once=200),
            Assurance.CHIP: AssuranceLimit(at_once=300),
        }
    )
    paying = {"ticket": 50_00, "currency": "EUR", "points": 250}
    problem = refused(line, member, "pay", **paying)
    assert (problem["name"], problem["allowed"]) == (ProblemName.ASSURANCE, 200)
    uid = bytes.fromhex("04a1b2c3d4e5f7")
    linked = {"card_uid": uid.hex(), "assurance": "chip"}
    card = staff.ask("POST", f"/members/{member}/cards", linked)
    chip = chip_of(line.claimed.card_secret, uid)
    shown = {"card": card["card"], "proof": said(chip)}
    assert use(line, member, "pay", **shown, **paying).points == 250


# --- points that wait, and who comes in -------------------------------------------------------

WAITS = document(
    earning=[
        {
            "id": "visit",
            "when": "sale",
            "give": {"points": 40},
            "pending": {"until_released": True},
        },
        {"id": "ratio", "when": "sale", "give": {"amount": 100, "points": 1}},
    ]
)


@pytest.mark.parametrize("shop_program", [WAITS])
def test_points_that_wait_for_an_action_are_free_once_it_has_happened(
    opened: tuple[Connected, str],
) -> None:
    """P-13."""
    line, member = opened
    sale = sale_of(member, 10_00)
    assert line.till.record_sale(sale).earned == 50
    waiting = line.till.summary(member)
    assert (waiting.balance, [each.points for each in waiting.pending]) == (10, [40])
    happened = SaleAct(id=new_id(), at=now())
    freed = line.till.release_sale(sale.id, happened)
    assert (freed.points, freed.balance, len(freed.entries)) == (0, 50, 1)
    assert line.till.release_sale(sale.id, happened).known
    assert line.till.release_sale(sale.id, SaleAct(id=new_id(), at=now())).balance == 50
    assert line.till.summary(member).pending == ()
    line.till.void_sale(sale.id, SaleAct(id=new_id(), at=now()))
    with pytest.raises(BackendRefused, match="nothing was earned"):
        line.till.release_sale(sale.id, SaleAct(id=new_id(), at=now()))
    plain = sale_of(member, 0)
    line.till.record_sale(plain)
    assert line.till.release_sale(plain.id, SaleAct(id=new_id(), at=now())).entries == ()


@pytest.mark.parametrize(
    ("shop_program", "unasked"),
    [(document(), True), (document(enrolment={"at_till": False}), False)],
)
def test_who_is_added_at_the_till_comes_in_as_the_program_says(
    opened: tuple[Connected, str], unasked: bool
) -> None:
    """LSX-51."""
    staff = staff_of(opened[0])
    for told, comes in (({}, unasked), ({"loyalty": True}, True), ({"loyalty": False}, False)):
        member = staff.add(**told)["id"]
        earned = opened[0].till.record_sale(sale_of(member, 10_00)).earned
        assert (staff.record(member)["loyalty"], earned) == (comes, 10 * comes), told


# --- told, and by rules of one's own ----------------------------------------------------------


def test_what_a_till_used_is_explained(opened: tuple[Connected, str]) -> None:
    """F7: so many points were chosen, under this version of that reward."""
    line, member = opened
    used = use(line, member, "pay", ticket=50_00, currency="EUR", points=250)
    trace = used.entries[0].entry.trace
    assert trace is not None
    assert (trace.rule, trace.program_version, trace.points) == ("pay", 1, 250)
    movement = line.till.movements(member, EntryKind.REDEEM).movements[0]
    assert len(movement.why) > 1, movement.why
    assert "250" in " ".join(movement.why)


class Jars:
    """One euro for every 50 points."""

    version = "1"

    def worth(self, balance: Points, settings: Settings) -> int:
        """Cents."""
        return balance // int(settings["jars"]) * 1_00


JARS = document(
    rewards=[
        {
            "id": "refill",
            "name": {"fr": "Cadeau"},
            "cost": 50,
            "takes": "all",
            "article": "REFILL",
            "gives": {"extension": "jars", "settings": {"jars": 50}},
        }
    ]
)


@pytest.mark.parametrize("shop_program", [JARS])
def test_a_reward_of_the_merchants_own_is_used_at_the_till(opened: tuple[Connected, str]) -> None:
    """GLO-16."""
    line, member = opened
    missing = line.raw("POST", "/v1/quotes", {"member": member, "total": 50_00}, till=True)
    assert missing.json()["type"].endswith("extension-missing")
    line.company.database.extensions = {"jars": Jars()}
    found = options(line, member)["refill"]
    assert (found.usable, found.money, found.cost) == (True, 6_00, 300)
    used = use(line, member, "refill", ticket=50_00, currency="EUR")
    assert (used.money, used.points) == (6_00, 300)
    paid = (
        PaymentBody(means=Means.POINTS, amount=6_00),
        PaymentBody(means=Means.MONEY, amount=44_00),
    )
    sale = sale_of(member, 50_00).model_copy(update={"payments": paid, "uses": (used.id,)})
    assert line.till.record_sale(sale).earned == 44
