"""What a program's document says is what the till is told: every kind of reward, and for whom."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from backend_client.schemas.quotes import OptionBody, QuoteBody
from backend_client.schemas.uses import UseBody
from tests.support.counter import POINTS_PAY, counter, document
from tests.support.desk import desk
from tests.support.facts import now, sale_of
from tests.support.server import Connected

pytestmark = pytest.mark.thorough


def reward(name: str, cost: int, **other: object) -> dict[str, object]:
    return {"id": name, "name": {"fr": name}, "cost": cost, "article": name.upper(), **other}


REWARDS = [
    reward("computed", 300, takes="all", gives={"per_point": "0.02"}),
    reward("equivalent", 1, takes="all", gives={"per_point": "1"}),
    reward("percent", 10, gives={"percent": "10"}, usable={"how": "automatic"}),
    reward("step-10", 10, gives={"amount": 15_00}),
    reward("step-30", 30, gives={"amount": 60_00}),
    reward("passed", 300, gives={"amount": 5_00}, usable={"reached": "more_than"}),
    reward("out-of-reach", 301, gives={"articles": ["ECHARPE", "SAC"]}),
    reward("resets", 250, gives={"amount": 25_00}, usable={"keeps_rest": False}),
    reward("pro", 10, gives={"amount": 1_00}, price_codes=["PRO"]),
]


@pytest.fixture
def shop_program() -> str:
    return document(rewards=REWARDS)


@pytest.fixture
def opened(shop_program: str) -> Iterator[tuple[Connected, str]]:
    with counter(shop_program) as made:
        yield made


def options(line: Connected, member: str, total: int, **more: Any) -> dict[str, OptionBody]:
    quote = line.till.quote(QuoteBody(member=member, total=total, **more))
    return {option.reward: option for option in quote.options}


def test_every_kind_of_reward_is_worth_at_the_till_what_the_document_says(
    opened: tuple[Connected, str],
) -> None:
    line, member = opened  # 300 points
    found = options(line, member, 80_00)
    assert (found["computed"].money, found["computed"].cost) == (6_00, 300)
    assert found["equivalent"].money == 80_00
    assert found["percent"].money == 8_00
    assert (found["step-10"].money, found["step-30"].money) == (15_00, 60_00)
    assert (found["passed"].usable, found["passed"].missing) == (False, 1)
    assert (found["out-of-reach"].usable, found["out-of-reach"].missing) == (False, 1)
    assert (found["pro"].usable, found["pro"].refusal) == (False, "price_code")
    assert options(line, member, 80_00, price_code="PRO")["pro"].usable


def test_where_no_rest_may_stand_it_falls_away(opened: tuple[Connected, str]) -> None:
    line, member = opened
    used = line.till.use(
        UseBody(
            id=str(uuid4()), member=member, reward="resets", at=now(), ticket=25_00, currency="EUR"
        )
    )
    assert (used.points, used.money, used.balance) == (250, 25_00, 0)


VISITS_AND_POINTS = document(
    earning=[
        *POINTS_PAY["earning"],
        {
            "id": "visit",
            "when": "sale",
            "on": {"count": "visits"},
            "give": {"amount": 1, "points": 5},
        },
    ],
    alerts=[
        {"id": "both", "message": {"fr": "Les deux"}, "points": 320, "visits": 2, "both": True},
        {"id": "either", "message": {"fr": "Une visite"}, "points": 900, "visits": 1},
    ],
)


@pytest.mark.parametrize("shop_program", [VISITS_AND_POINTS])
def test_visits_and_points_count_side_by_side_and_alerts_combine_them(
    opened: tuple[Connected, str],
) -> None:
    line, member = opened
    first = line.till.record_sale(sale_of(member, 10_00))
    assert (first.earned, first.balance, first.messages) == (15, 315, ("Une visite",))
    second = line.till.record_sale(sale_of(member, 10_00))
    assert (second.earned, second.balance, second.messages) == (15, 330, ("Les deux",))
    assert line.till.record_sale(sale_of(member, 10_00)).messages == ()


def campaign(name: str, **of: object) -> dict[str, object]:
    return {"id": name, "name": {"fr": name}, **of}


CUSTOMERS = document(
    earning=POINTS_PAY["earning"][1:],
    only={"record_types": ["private"]},
    combine="multiply",
    campaigns=[
        campaign("angers", only={"towns": ["Angers"]}, give={"times": "2"}),
        campaign("wine", only={"themes": ["wine"]}, give={"times": "3"}),
        campaign("pro", only={"price_codes": ["PRO"]}, give={"times": "5"}),
        campaign("birthday", birthday="month", give={"times": "7"}),
    ],
)


PERSONS: list[tuple[dict[str, object], int]] = [
    ({}, 0),
    ({"record_type": "company"}, 0),
    ({"record_type": "private"}, 1),
    ({"record_type": "private", "town": "Angers"}, 2),
    ({"record_type": "private", "town": "Brest"}, 1),
    ({"record_type": "private", "town": "Angers", "themes": ["wine", "garden"]}, 6),
    ({"record_type": "private", "price_code": "PRO"}, 5),
    ({"record_type": "private", "birthday": "this month"}, 7),
    ({"record_type": "private", "birthday": "another month"}, 1),
]


@pytest.mark.parametrize("shop_program", [CUSTOMERS])
def test_whom_a_program_and_its_campaigns_are_for_is_read_from_the_members_record(
    opened: tuple[Connected, str],
) -> None:
    line, _ = opened
    assert line.session is not None
    staff = desk(line.company, line.session)
    today = now().astimezone(ZoneInfo(line.claimed.store.time_zone))
    months = {"this month": today.month, "another month": today.month % 12 + 1}
    for person, factor in PERSONS:
        born = months.get(str(person.get("birthday")))
        member = staff.add(**person | ({"birthday": f"{born:02}-15"} if born else {}))["id"]
        assert line.till.record_sale(sale_of(member, 10_00)).earned == 10 * factor, person
