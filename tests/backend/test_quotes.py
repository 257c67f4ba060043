"""Before a sale is closed: what it would earn, what the member may have; nothing is written."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import requests

from backend.rights import Right
from backend.services.team import access as entrance
from backend_client.errors import BackendRefused, NotAuthorised
from backend_client.rest.till import TillClient
from backend_client.schemas.quotes import CartBody, OptionBody, QuoteBody
from backend_client.schemas.sales import LineBody, PaymentBody, SaleAct
from backend_client.schemas.uses import UseBody, UseIssue
from loyalty.errors import MemberLimit, NotEnoughPoints, RewardUnavailable
from loyalty.sales import LineKind, Means
from tests.support.counter import POINTS_PAY, counter, document, ticket
from tests.support.facts import now, sale_of
from tests.support.server import NOWHERE, Connected

pytestmark = pytest.mark.thorough

BREAD = LineBody(article="PAIN", quantity=3, unit_price=4_00)
CAKE = LineBody(article="GATEAU", unit_price=18_00)


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


def option(line: Connected, member: str, reward: str, total: int = 50_00) -> OptionBody:
    found = line.till.quote(QuoteBody(member=member, total=total)).options
    return next(each for each in found if each.reward == reward)


def use(member: str, reward: str, **other: object) -> UseBody:
    told = {"id": str(uuid4()), "member": member, "reward": reward, "at": now()}
    return UseBody.model_validate(told | other)


def test_a_quote_says_what_the_purchase_earns_and_the_balance_before(
    line: Connected, member: str
) -> None:
    before = line.till.account(member)
    quote = line.till.quote(QuoteBody(member=member, lines=(BREAD, CAKE)))
    assert (quote.earned, quote.balance_before, quote.balance_after) == (30, 300, 330)
    assert [(each.article, each.points) for each in quote.lines] == [("PAIN", 12), ("GATEAU", 18)]
    assert (quote.worth, quote.deadline is not None) == (30_00, True)
    assert quote.ticket[0] == "Points gagnés\u202f: 30"
    assert line.till.account(member) == before


def test_without_a_ticket_a_quote_tells_the_gifts_that_can_be_had(
    line: Connected, member: str
) -> None:
    found = line.till.quote(QuoteBody(member=member)).options
    assert next(each for each in found if each.reward == "coffee").usable
    assert line.till.use(use(member, "coffee")).points == 100


def test_what_is_left_to_pay_is_quoted_as_money(line: Connected, member: str) -> None:
    points = (PaymentBody(means=Means.POINTS, amount=20_00),)
    assert line.till.quote(QuoteBody(member=member, total=50_00, payments=points)).earned == 30


def test_a_discount_button_shows_from_its_threshold_on(line: Connected, member: str) -> None:
    five = option(line, member, "five")
    assert (five.usable, five.missing, five.money, five.cost) == (True, 0, 5_00, 300)
    line.till.use(use(member, "coffee"))
    five = option(line, member, "five")
    assert (five.usable, five.missing, five.refusal) == (False, 100, "threshold")


def test_the_whole_ticket_can_be_paid_to_the_last_cent_and_not_one_more(
    line: Connected, member: str
) -> None:
    assert option(line, member, "pay", 30_00).pays_all
    assert not option(line, member, "pay", 30_01).pays_all
    assert option(line, member, "pay", 50_00).money == 30_00


def test_the_customer_chooses_how_much_to_pay_up_to_the_balance(
    line: Connected, member: str
) -> None:
    part = line.till.use(use(member, "pay", ticket=50_00, currency="EUR", points=40))
    assert (part.points, part.money, part.balance) == (40, 4_00, 260)
    with pytest.raises(NotEnoughPoints) as no:
        line.till.use(use(member, "pay", ticket=50_00, currency="EUR", points=261))
    assert no.value.missing == 1
    rest = line.till.use(use(member, "pay", ticket=50_00, currency="EUR", points=260))
    assert (rest.money, rest.balance) == (26_00, 0)


def test_a_discount_is_a_line_of_the_ticket_that_earns_nothing(
    line: Connected, member: str
) -> None:
    used = line.till.use(use(member, "five", ticket=30_00, currency="EUR"))
    assert (used.line.unit_price, used.line.article) == (-5_00, "REMISE-5")
    off = LineBody(kind=used.line.kind, article=used.line.article, unit_price=used.line.unit_price)
    sold = line.till.record_sale(ticket(member, BREAD, CAKE, off, uses=(used.id,)))
    assert sold.earned == 25
    assert line.till.void_sale(sold.sale, _act()).points == 275


def _act() -> SaleAct:
    return SaleAct(id=str(uuid4()), at=now())


def test_a_ticket_cannot_take_more_off_than_its_points_gave(line: Connected, member: str) -> None:
    used = line.till.use(use(member, "pay", ticket=50_00, currency="EUR", points=40))
    paid = (
        PaymentBody(means=Means.POINTS, amount=20_00),
        PaymentBody(means=Means.MONEY, amount=30_00),
    )
    sale = sale_of(member, 50_00).model_copy(update={"payments": paid, "uses": (used.id,)})
    with pytest.raises(BackendRefused, match="they give 400, and the ticket takes 2000"):
        line.till.record_sale(sale)


def test_a_gift_is_bought_with_points_or_offered(line: Connected, member: str) -> None:
    bought = line.till.use(use(member, "coffee"))
    assert bought.line.kind is LineKind.BOUGHT_WITH_POINTS
    assert (bought.line.mention, bought.line.name) == ("Points de fidélité", "Un café")
    assert (bought.points, bought.balance) == (100, 200)
    line.till.record_sale(sale_of(member, 50_00))
    offered = line.till.use(use(member, "offered"))
    assert (offered.line.kind, offered.line.mention) == (LineKind.REWARD, "Offert")
    assert (offered.points, offered.entries, offered.balance) == (0, (), 250)
    with pytest.raises(MemberLimit):
        line.till.use(use(member, "offered"))


def test_points_set_aside_come_back_once(line: Connected, member: str) -> None:
    asked = use(member, "coffee")
    assert line.till.use(asked) == line.till.use(asked)
    assert [line.till.void_use(asked.id).balance for _ in range(2)] == [300, 300]
    assert line.till.void_use(asked.id).state == "voided"
    with pytest.raises(BackendRefused, match="given back"):
        line.till.issue_use(asked.id, _issue())


def _issue() -> UseIssue:
    return UseIssue()


def test_points_of_a_settled_sale_come_back_with_the_sale_only(
    line: Connected, member: str
) -> None:
    used = line.till.use(use(member, "coffee"))
    sale = sale_of(member, 10_00).model_copy(update={"uses": (used.id,)})
    line.till.record_sale(sale)
    with pytest.raises(BackendRefused, match="void the sale"):
        line.till.void_use(used.id)


NEXT = document(
    earning=[{"id": "ratio", "when": "sale", "give": {"amount": 100, "points": 1}}],
    rewards=[
        {
            "id": "ten",
            "name": {"fr": "10 € de remise"},
            "cost": 500,
            "article": "R10",
            "gives": {"amount": 1000},
            "usable": {"how": "automatic"},
        }
    ],
)


@pytest.mark.parametrize("shop_program", [NEXT])
def test_a_reward_never_applies_on_the_ticket_that_crosses_the_threshold(
    line: Connected, member: str
) -> None:
    line.till.record_sale(sale_of(member, 490_00))
    crossing = sale_of(member, 20_00)
    quote = line.till.quote(QuoteBody(member=member, total=20_00))
    assert (quote.balance_after, quote.automatic, quote.options[0].missing) == (510, None, 10)
    sold = line.till.record_sale(crossing)
    assert sold.balance == 510
    assert len(sold.messages) == 1
    with pytest.raises(NotEnoughPoints):
        line.till.use(use(member, "ten", ticket=20_00, currency="EUR", sale=crossing.id))
    following = line.till.quote(QuoteBody(member=member, total=80_00))
    assert following.automatic == "ten"
    assert line.till.use(use(member, "ten", ticket=80_00, currency="EUR")).money == 10_00


@pytest.mark.parametrize(
    "shop_program",
    [document(rewards=[{**POINTS_PAY["rewards"][2], "gives": {"other": "nothing"}}])],
)
def test_a_program_may_give_nothing_but_points(line: Connected, member: str) -> None:
    only = option(line, member, "coffee")
    assert (only.usable, only.refusal) == (False, "nothing")
    with pytest.raises(RewardUnavailable):
        line.till.use(use(member, "coffee"))


@pytest.fixture
def page(line: Connected) -> Iterator[TillClient]:
    """The page of an e-shop, with the key that may be in a page."""
    shop = line.company.shop
    with line.company.database.write(shop.tenant) as tx:
        key = entrance.add_till(tx, name="Web", store=shop.store, scopes=[Right.SIMULATE.value])[1]
    with TillClient(NOWHERE, key, session=line.session) as client:
        yield client


def test_an_article_page_tells_what_it_earns_to_whoever_looks(
    line: Connected, page: TillClient
) -> None:
    found = page.simulate(CartBody(lines=(BREAD, CAKE)))
    assert (found.earned, found.worth) == (30, 3_00)
    assert found.text == "This purchase earns 30 points"
    with pytest.raises(NotAuthorised):
        page.quote(QuoteBody(total=10_00))
    with pytest.raises(NotAuthorised):
        line.till.simulate(CartBody(total=10_00))


def test_a_browser_may_ask_from_any_page_and_nothing_else(
    session_of: requests.Session,
) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    open_ = session_of.options(f"{NOWHERE}/v1/simulations", headers=asked)
    assert (open_.status_code, open_.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "authorization" in open_.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in open_.headers
    refused = session_of.post(f"{NOWHERE}/v1/simulations", json={}, headers=asked)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "*")
    for path in ("/v1/quotes", "/v1/sales", "/v1/members/find"):
        closed = session_of.options(NOWHERE + path, headers=asked)
        assert "Access-Control-Allow-Origin" not in closed.headers


@pytest.fixture
def session_of(line: Connected) -> requests.Session:
    assert line.session is not None
    return line.session
