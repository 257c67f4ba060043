"""An account as people read it: what there is, what was, and why; a page at a time."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from backend_client.schemas.accounts import LotState, PointsMovement
from backend_client.schemas.quotes import QuoteBody
from backend_client.schemas.sales import LineBody, PaymentBody, SaleAct
from backend_client.schemas.uses import UseBody
from loyalty.ledger import EntryKind
from loyalty.sales import Means
from tests.support.counter import counter, document, ticket
from tests.support.facts import now, sale_of
from tests.support.server import Connected, new_id

pytestmark = pytest.mark.thorough


@pytest.fixture
def shop_program() -> str:
    return document()


@pytest.fixture
def opened(shop_program: str, url: str) -> Iterator[tuple[Connected, str]]:
    with counter(shop_program, url) as made:
        yield made


@pytest.fixture
def line(opened: tuple[Connected, str]) -> Connected:
    return opened[0]


@pytest.fixture
def member(opened: tuple[Connected, str]) -> str:
    return opened[1]


def use(line: Connected, member: str, reward: str, **other: Any) -> Any:
    told = {"id": new_id(), "member": member, "reward": reward, "at": now()} | other
    return line.till.use(UseBody.model_validate(told))


def test_the_summary_says_what_is_missing_before_the_next_reward(
    line: Connected, member: str
) -> None:
    use(line, member, "pay", ticket=50_00, currency="EUR", points=170)
    found = line.till.summary(member)
    assert (found.balance, found.worth, found.debt) == (130, 13_00, 0)
    goals = {goal.reward: goal.missing for goal in found.goals}
    assert goals == {"coffee": 0, "pay": 70, "offered": 120, "five": 170}
    assert found.missing == 70
    assert found.text == "Solde\u202f: 130. Encore 70 pour\u202f: Payer en points"
    assert found.tier is None


WAITS = document(
    earning=[
        {
            "id": "ratio",
            "when": "sale",
            "give": {"amount": 100, "points": 1},
            "until": {"months": 12},
            "pending": {"days": 14},
        }
    ]
)


@pytest.mark.parametrize("shop_program", [WAITS])
def test_points_that_wait_are_told_with_their_day(line: Connected, member: str) -> None:
    sold = line.till.record_sale(sale_of(member, 45_00))
    found = line.till.summary(member)
    assert (found.balance, [each.points for each in found.pending]) == (0, [45])
    earned, later, _, balance, _ = sold.ticket
    assert (earned, balance) == ("Points gagnés\u202f: 45", "Nouveau solde\u202f: 0")
    assert re.fullmatch(r"Dont utilisables à partir du .* 20\d\d\u202f: 45 points", later)
    quoted = line.till.quote(QuoteBody(member=member, total=45_00))
    assert (quoted.earned, quoted.balance_after) == (45, 0)
    day = found.pending[0].available_from
    assert day is not None
    assert timedelta(days=14) < day - now() <= timedelta(days=15)
    assert [lot.state for lot in line.till.lots(member).lots] == [LotState.PENDING]


TIERS = document(
    tiers={
        "levels": [
            {"id": "bronze", "name": {"fr": "Bronze"}, "start": 0},
            {"id": "silver", "name": {"fr": "Argent"}, "start": 100},
        ]
    }
)


@pytest.mark.parametrize("shop_program", [TIERS])
def test_the_tier_and_what_is_missing_for_the_next(line: Connected, member: str) -> None:
    line.till.record_sale(sale_of(member, 60_00))
    tier = line.till.summary(member).tier
    assert tier is not None
    assert (tier.tier, tier.next_tier, tier.missing) == ("bronze", "silver", 40)
    line.till.record_sale(sale_of(member, 40_00))
    tier = line.till.summary(member).tier
    assert tier is not None
    assert (tier.tier, tier.name, tier.next_tier) == ("silver", "Argent", None)


def test_lots_active_and_all_with_what_is_left(line: Connected, member: str) -> None:
    earlier = {"closed_at": now() - timedelta(days=2)}
    sale = line.till.record_sale(sale_of(member, 45_00).model_copy(update=earlier))
    for _ in range(3):
        use(line, member, "coffee")
    every = line.till.lots(member).lots
    assert [(lot.kind, lot.points, lot.left, lot.state) for lot in every] == [
        (EntryKind.EARN, 45, 0, LotState.SPENT),
        (EntryKind.WELCOME, 300, 45, LotState.ACTIVE),
    ]
    assert every[0].sale == sale.sale
    active = line.till.lots(member, LotState.ACTIVE).lots
    assert [lot.left for lot in active] == [45]


def test_used_points_tell_how_many_when_and_on_which_sale(line: Connected, member: str) -> None:
    used = use(line, member, "pay", ticket=50_00, currency="EUR", points=200)
    paid = (
        PaymentBody(means=Means.POINTS, amount=20_00),
        PaymentBody(means=Means.MONEY, amount=30_00),
    )
    sale = sale_of(member, 50_00).model_copy(update={"payments": paid, "uses": (used.id,)})
    line.till.record_sale(sale)
    (movement,) = line.till.movements(member, EntryKind.REDEEM).movements
    assert (movement.points, movement.used_for) == (-200, "Payer en points")
    assert movement.ticket is not None
    assert (movement.ticket.sale, movement.ticket.total) == (sale.id, 50_00)


WHY_SPENT = ["Utilisés", "Selon le choix du client : 300", "= 300 points"]


def test_why_is_told_in_the_members_words_as_it_was_computed(line: Connected, member: str) -> None:
    used = use(line, member, "pay", ticket=45_00, currency="EUR", points=300)
    paid = (
        PaymentBody(means=Means.VOUCHER, amount=5_00),
        PaymentBody(means=Means.POINTS, amount=30_00),
        PaymentBody(means=Means.MONEY, amount=15_00),
    )
    told = {"payments": paid, "uses": (used.id,)}
    line.till.record_sale(sale_of(member, 50_00).model_copy(update=told))
    spent = line.till.movements(member, EntryKind.REDEEM).movements[0].why
    assert [part.replace("\u202f", " ").replace("\xa0", " ") for part in spent] == WHY_SPENT
    why = line.till.movements(member, EntryKind.EARN).movements[0].why
    assert [part.replace("\u202f", " ").replace("\xa0", " ") for part in why] == [
        "Gagnés avec un achat",
        "Achat : 50,00 €",
        "− 5,00 € payés par bon",
        "− 30,00 € payés en points",
        "= 15,00 € qui comptent",
        "1,00 € = 1 point",
        "= 15 points",
    ]


def test_a_void_tells_its_ticket_and_every_movement_is_told_once_page_by_page(
    line: Connected, member: str
) -> None:
    sale = ticket(member, LineBody(unit_price=18_00))
    line.till.record_sale(sale)
    line.till.void_sale(sale.id, SaleAct(id=new_id(), at=now()))
    told: list[PointsMovement] = []
    cursor: str | None = ""
    while cursor is not None:
        found = line.till.movements(member, cursor=cursor, limit=1)
        told += found.movements
        cursor = found.next
    assert [(each.kind, each.points) for each in told] == [
        (EntryKind.REVERSAL, -18),
        (EntryKind.EARN, 18),
        (EntryKind.WELCOME, 300),
    ]
    assert [each.ticket.sale if each.ticket else None for each in told] == [sale.id, sale.id, None]


@pytest.mark.parametrize("path", ["summary", "lots", "movements"])
def test_nobody_is_nobody_and_a_cursor_that_is_not_ours_is_refused(
    line: Connected, member: str, path: str
) -> None:
    assert line.raw("GET", f"/v1/accounts/nobody/{path}", till=True).status_code == 404
    if path != "summary":
        answer = line.raw("GET", f"/v1/accounts/{member}/{path}?cursor=x", till=True)
        assert (answer.status_code, answer.json()["type"][-8:]) == (422, ":invalid")
