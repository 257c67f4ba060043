"""A sale goes on: it earns once, when it is closed and paid; what is undone is undone once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from backend_client.errors import BackendRefused
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.quotes import QuoteBody
from backend_client.schemas.sales import (
    CreditNoteBody,
    LineBody,
    PaymentBody,
    ReturnBody,
    ReturnLine,
    SaleAct,
    SaleBody,
    SaleStage,
    TicketState,
)
from backend_client.schemas.uses import UseBody
from loyalty.errors import NotEnoughPoints
from loyalty.sales import Channel, LineKind, Means
from tests.support.books import assert_sound
from tests.support.counter import POINTS_PAY, counter, document, ticket
from tests.support.facts import now, sale_of
from tests.support.server import Connected

pytestmark = pytest.mark.thorough

BREAD = LineBody(id="bread", article="PAIN", quantity=3, unit_price=4_00)
CAKE = LineBody(article="GATEAU", unit_price=18_00)


@pytest.fixture
def shop_program() -> str:
    return document()


@pytest.fixture
def opened(shop_program: str, url: str) -> Iterator[tuple[Connected, str]]:
    with counter(shop_program, url) as made:
        yield made
        assert_sound(made[0].company)


@pytest.fixture
def line(opened: tuple[Connected, str]) -> Connected:
    return opened[0]


@pytest.fixture
def member(opened: tuple[Connected, str]) -> str:
    return opened[1]


def act() -> SaleAct:
    return SaleAct(id=str(uuid4()), at=now())


def back(*lines: ReturnLine) -> ReturnBody:
    return ReturnBody(id=str(uuid4()), at=now(), lines=lines)


def refused(name: ProblemName) -> "pytest.RaisesExc[BackendRefused]":
    return pytest.raises(
        BackendRefused, check=lambda error: error.problem.type.endswith(f":{name}")
    )


def balance(line: Connected, member: str) -> int:
    return line.till.account(member).balance


@pytest.mark.parametrize("state", [TicketState.OPEN, TicketState.LAYBY, TicketState.ON_ACCOUNT])
def test_a_sale_earns_when_it_is_closed_and_paid_and_not_before(
    line: Connected, member: str, state: TicketState
) -> None:
    opened = sale_of(member, 100_00).model_copy(update={"state": state})
    waiting = line.till.record_sale(opened)
    assert (waiting.stage, waiting.due, waiting.earned) == (SaleStage.OPEN, 100_00, 0)
    deposit = (PaymentBody(means=Means.MONEY, amount=30_00),)
    part = opened.model_copy(update={"payments": deposit})
    assert line.till.record_sale(part).stage is SaleStage.PART_PAID
    assert balance(line, member) == 300
    paid = (*deposit, PaymentBody(means=Means.MONEY, amount=70_00))
    closed = part.model_copy(update={"payments": paid, "state": TicketState.CLOSED})
    settled = line.till.record_sale(closed)
    assert (settled.stage, settled.due, settled.earned) == (SaleStage.SETTLED, 0, 100)
    assert balance(line, member) == 400


def test_what_was_sent_before_is_known_and_settling_never_earns_twice(
    line: Connected, member: str
) -> None:
    opened = sale_of(member, 20_00).model_copy(update={"state": TicketState.ON_ACCOUNT})
    closed = opened.model_copy(update={"state": TicketState.CLOSED})
    line.till.record_sale(opened)
    line.till.record_sale(closed)
    for again in (opened, closed, opened):
        answer = line.till.record_sale(again)
        assert (answer.known, answer.stage) == (True, SaleStage.SETTLED)
    with refused(ProblemName.ID_REUSED):
        line.till.record_sale(closed.model_copy(update={"total": 40_00}))
    assert balance(line, member) == 320


def test_a_sale_that_stands_again_takes_no_points_that_were_given_back_before(
    line: Connected, member: str
) -> None:
    sale = sale_of(member, 20_00)
    left_out = [
        line.till.use(
            UseBody(id=str(uuid4()), member=member, reward="coffee", at=now(), sale=sale.id)
        )
        for _ in range(2)
    ]
    line.till.void_use(left_out[0].id)
    line.till.record_sale(sale)
    line.till.void_sale(sale.id, act())
    assert balance(line, member) == 300
    line.till.restore_sale(sale.id, act())
    assert balance(line, member) == 320
    assert line.till.void_use(left_out[1].id).state == "voided"


@pytest.mark.parametrize("channel", list(Channel))
def test_every_channel_earns(line: Connected, member: str, channel: Channel) -> None:
    sale = sale_of(member, 20_00).model_copy(update={"channel": channel})
    assert line.till.record_sale(sale).earned == 20


def test_points_of_a_layby_live_from_the_day_it_is_settled(line: Connected, member: str) -> None:
    first = now() - timedelta(days=30)
    sale = sale_of(member, 50_00).model_copy(
        update={
            "state": TicketState.LAYBY,
            "closed_at": first,
            "payments": (PaymentBody(means=Means.MONEY, amount=5_00),),
        }
    )
    line.till.record_sale(sale)
    paid = (PaymentBody(means=Means.MONEY, amount=50_00),)
    last = {"state": TicketState.CLOSED, "closed_at": now(), "payments": paid}
    answer = line.till.record_sale(sale.model_copy(update=last))
    assert answer.earned == 50
    assert answer.entries[0].entry.occurred_at > first + timedelta(days=29)


def test_a_voided_sale_leaves_the_balance_as_it_was(line: Connected, member: str) -> None:
    sale = sale_of(member, 45_00)
    line.till.record_sale(sale)
    undo = act()
    gone = line.till.void_sale(sale.id, undo)
    assert (gone.points, gone.balance, gone.stage) == (-45, 300, SaleStage.VOIDED)
    again = line.till.void_sale(sale.id, undo)
    assert (again.known, again.points) == (True, -45)
    with refused(ProblemName.TOO_LATE):
        line.till.void_sale(sale.id, act())
    with refused(ProblemName.TOO_LATE):
        line.till.return_goods(sale.id, back(ReturnLine(line="#1", amount=1)))
    assert balance(line, member) == 300


def test_a_sale_that_goes_back_and_forth_counts_once(line: Connected, member: str) -> None:
    sale = sale_of(member, 45_00)
    line.till.record_sale(sale)
    for _ in range(3):
        line.till.void_sale(sale.id, act())
        assert balance(line, member) == 300
        assert line.till.record_sale(sale).stage is SaleStage.VOIDED
        assert balance(line, member) == 300
        line.till.restore_sale(sale.id, act())
        assert balance(line, member) == 345
    with refused(ProblemName.TOO_LATE):
        line.till.restore_sale(sale.id, act())


def test_an_open_sale_can_be_voided_and_taken_up_again(line: Connected, member: str) -> None:
    sale = sale_of(member, 45_00).model_copy(update={"state": TicketState.OPEN})
    line.till.record_sale(sale)
    assert line.till.void_sale(sale.id, act()).points == 0
    with refused(ProblemName.ID_REUSED):
        line.till.record_sale(sale.model_copy(update={"state": TicketState.CLOSED}))
    assert line.till.restore_sale(sale.id, act()).stage is SaleStage.OPEN
    closed = sale.model_copy(update={"state": TicketState.CLOSED})
    assert line.till.record_sale(closed).earned == 45


def test_a_return_takes_what_its_own_line_earned_by_pieces(line: Connected, member: str) -> None:
    sale = ticket(member, BREAD, CAKE)
    assert line.till.record_sale(sale).earned == 30
    assert line.till.return_goods(sale.id, back(ReturnLine(line="bread", quantity=1))).points == -4
    assert line.till.return_goods(sale.id, back(ReturnLine(line="#2", quantity=1))).points == -18
    two = back(ReturnLine(line="bread", quantity=2))
    assert line.till.return_goods(sale.id, two).points == -8
    assert line.till.return_goods(sale.id, two).known
    with refused(ProblemName.INVALID):
        line.till.return_goods(sale.id, back(ReturnLine(line="bread", quantity=1)))
    assert balance(line, member) == 300
    assert [each.line for each in line.till.sale(sale.id).returned] == ["bread", "#2", "bread"]


def test_a_part_of_a_price_can_come_back_to_the_last_cent(line: Connected, member: str) -> None:
    sale = sale_of(member, 10_00)
    line.till.record_sale(sale)
    points = [
        line.till.return_goods(sale.id, back(ReturnLine(line="#1", amount=amount))).points
        for amount in (99, 1, 1, 8_99)
    ]
    assert points == [0, -1, 0, -9]
    with refused(ProblemName.INVALID):
        line.till.return_goods(sale.id, back(ReturnLine(line="#1", amount=1)))
    assert balance(line, member) == 300


@pytest.mark.parametrize("name", ["a/b", "ligne n° 1", "é"])
def test_a_line_may_have_any_name(line: Connected, member: str, name: str) -> None:
    sale = ticket(member, LineBody(id=name, unit_price=10_00))
    line.till.record_sale(sale)
    assert line.till.return_goods(sale.id, back(ReturnLine(line=name, quantity=1))).points == -10


def test_a_line_that_earned_nothing_takes_nothing_back(line: Connected, member: str) -> None:
    card = LineBody(id="card", kind=LineKind.GIFT_CARD, unit_price=50_00)
    sale = ticket(member, card, CAKE)
    assert line.till.record_sale(sale).earned == 18
    assert line.till.return_goods(sale.id, back(ReturnLine(line="card", quantity=1))).points == 0
    assert balance(line, member) == 318


def test_points_spent_on_a_voided_sale_come_back_once_with_their_deadlines(
    line: Connected, member: str
) -> None:
    before = line.till.account(member).account.lots
    used = line.till.use(
        UseBody(
            id=str(uuid4()),
            member=member,
            reward="pay",
            at=now(),
            ticket=50_00,
            currency="EUR",
            points=200,
        )
    )
    assert (used.money, used.balance) == (20_00, 100)
    paid = (
        PaymentBody(means=Means.POINTS, amount=20_00),
        PaymentBody(means=Means.MONEY, amount=30_00),
    )
    sale = sale_of(member, 50_00).model_copy(update={"payments": paid, "uses": (used.id,)})
    assert line.till.record_sale(sale).earned == 30
    assert balance(line, member) == 130
    gone = line.till.void_sale(sale.id, act())
    assert (gone.points, gone.balance) == (170, 300)
    assert line.till.account(member).account.lots == before
    line.till.restore_sale(sale.id, act())
    assert balance(line, member) == 130
    line.till.void_sale(sale.id, act())
    assert balance(line, member) == 300


def test_goods_paid_in_part_with_points_give_that_part_back(line: Connected, member: str) -> None:
    used = line.till.use(
        UseBody(
            id=str(uuid4()),
            member=member,
            reward="pay",
            at=now(),
            ticket=30_00,
            currency="EUR",
            points=200,
        )
    )
    paid = (
        PaymentBody(means=Means.POINTS, amount=20_00),
        PaymentBody(means=Means.MONEY, amount=10_00),
    )
    sale = ticket(member, BREAD, CAKE, payments=paid, uses=(used.id,))
    assert line.till.record_sale(sale).earned == 10
    # The cake is 18 € of 30 €: 120 of 200 points, and 6 of the 10 that were earned.
    returned = line.till.return_goods(sale.id, back(ReturnLine(line="#2", quantity=1)))
    assert sorted(each.entry.points for each in returned.entries) == [-6, 120]
    rest = line.till.return_goods(sale.id, back(ReturnLine(line="bread", quantity=3)))
    assert sorted(each.entry.points for each in rest.entries) == [-4, 80]
    assert balance(line, member) == 300


def test_a_credit_note_takes_the_points_of_its_amount(line: Connected, member: str) -> None:
    note = CreditNoteBody(
        id=str(uuid4()), member=member, total=20_00, currency="EUR", closed_at=now()
    )
    answer = line.till.credit_note(note)
    assert (answer.points, answer.balance, answer.sale) == (-20, 280, None)
    assert line.till.credit_note(note).known
    assert balance(line, member) == 280


class TestPolicy:
    """What happens when points that are taken back were spent (SW-10)."""

    def sold_and_spent(self, line: Connected, member: str) -> SaleBody:
        sale = sale_of(member, 100_00)
        line.till.record_sale(sale)
        for _ in range(4):
            line.till.use(UseBody(id=str(uuid4()), member=member, reward="coffee", at=now()))
        assert balance(line, member) == 0
        return sale

    def test_the_member_owes_them(self, line: Connected, member: str) -> None:
        sale = self.sold_and_spent(line, member)
        assert line.till.void_sale(sale.id, act()).balance == -100

    @pytest.mark.parametrize("shop_program", [document(negative="clamp")])
    def test_or_the_shop_bears_it(self, line: Connected, member: str) -> None:
        sale = self.sold_and_spent(line, member)
        assert line.till.void_sale(sale.id, act()).balance == 0

    @pytest.mark.parametrize("shop_program", [document(negative="refuse")])
    def test_or_it_is_refused(self, line: Connected, member: str) -> None:
        sale = self.sold_and_spent(line, member)
        with pytest.raises(NotEnoughPoints) as no:
            line.till.return_goods(sale.id, back(ReturnLine(line="#1", amount=30_00)))
        assert no.value.missing == 30
        assert balance(line, member) == 0
        assert line.till.sale(sale.id).returned == ()


@pytest.mark.parametrize("shop_program", [document(credit_notes=False)])
def test_credit_notes_can_be_left_alone(line: Connected, member: str) -> None:
    note = CreditNoteBody(
        id=str(uuid4()), member=member, total=20_00, currency="EUR", closed_at=now()
    )
    assert line.till.credit_note(note).points == 0


VISITS = document(
    earning=[
        {
            "id": "visit",
            "when": "sale",
            "on": {"count": "visits"},
            "give": {"amount": 1, "points": 1},
        }
    ],
    unit="visits",
)


@pytest.mark.parametrize("shop_program", [VISITS])
def test_a_visit_goes_when_everything_came_back(line: Connected, member: str) -> None:
    sale = ticket(member, BREAD, CAKE)
    assert line.till.record_sale(sale).earned == 1
    assert line.till.return_goods(sale.id, back(ReturnLine(line="#2", quantity=1))).points == 0
    assert line.till.return_goods(sale.id, back(ReturnLine(line="bread", quantity=3))).points == -1


OWN = document(
    earning=[
        {
            "id": "own",
            "when": "sale",
            "on": {"count": "ttc", "own_points": True},
            "give": {"amount": 100, "points": 1},
        }
    ]
)


@pytest.mark.parametrize("shop_program", [OWN])
def test_an_article_with_its_own_points_takes_those_back(line: Connected, member: str) -> None:
    soap = LineBody(id="soap", unit_price=1_00, quantity=2, points=50)
    sale = ticket(member, soap, CAKE)
    assert line.till.record_sale(sale).earned == 118
    assert line.till.return_goods(sale.id, back(ReturnLine(line="#2", quantity=1))).points == -18
    assert line.till.return_goods(sale.id, back(ReturnLine(line="soap", quantity=1))).points == -50


def test_a_sale_nobody_knows_and_another_acts_id_are_refused(line: Connected, member: str) -> None:
    with refused(ProblemName.NOT_FOUND):
        line.till.void_sale("nobody", act())
    sale, other, undo = sale_of(member, 1_00), sale_of(member, 2_00), act()
    line.till.record_sale(sale)
    line.till.record_sale(other)
    line.till.void_sale(sale.id, undo)
    with refused(ProblemName.ID_REUSED):
        line.till.void_sale(other.id, undo)
    assert balance(line, member) == 302


def test_two_lines_of_one_name_are_refused(line: Connected, member: str) -> None:
    with refused(ProblemName.INVALID):
        line.till.record_sale(ticket(member, LineBody(id="#2", unit_price=1_00), CAKE))


def plain(lines: tuple[str, ...]) -> list[str]:
    """Without the spaces that French typography has."""
    return [line.replace("\u202f", " ").replace("\xa0", " ") for line in lines]


def test_the_ticket_and_the_credit_note_say_points_deadline_balance_and_rule(
    line: Connected, member: str
) -> None:
    sold = line.till.record_sale(sale_of(member, 45_00))
    earned, until, new, rule = plain(sold.ticket)
    assert (earned, new, rule) == ("Points gagnés : 45", "Nouveau solde : 345", "1 € = 1 point")
    assert sold.deadline is not None
    assert until.startswith("À utiliser jusqu’au ")
    assert str(sold.deadline.year) in until
    undone = line.till.void_sale(sold.sale, act())
    assert plain(undone.ticket) == ["Points déduits : 45", "Nouveau solde : 300", "1 € = 1 point"]


@pytest.mark.parametrize("shop_program", [document(rule_in_words={})])
def test_without_words_of_the_merchant_the_rule_is_what_the_cheapest_reward_costs(
    line: Connected, member: str
) -> None:
    ticket_ = line.till.record_sale(sale_of(member, 1_00)).ticket
    assert plain(ticket_)[-1] == "100 points = Un café"


def earning_on(*reduced_by: str) -> str:
    """The rules of the counter, where these means of payment reduce what is earned."""
    welcome, ratio = POINTS_PAY["earning"]
    return document(earning=[welcome, ratio | {"on": {"reduced_by": reduced_by}}])


@pytest.mark.parametrize(
    ("shop_program", "earned"),
    [(document(), 15), (earning_on("voucher", "points"), 15), (earning_on(), 50)],
)
def test_a_voucher_and_points_reduce_what_a_ticket_earns_where_the_program_says_so(
    line: Connected, member: str, earned: int
) -> None:
    """OCT-13 and OCT-14: 50 € less a voucher of 5 € and 300 points at 0,10 €."""
    asked = UseBody(id=str(uuid4()), member=member, reward="pay", at=now(), points=300)
    used = line.till.use(asked.model_copy(update={"ticket": 50_00, "currency": "EUR"}))
    paid = (
        PaymentBody(means=Means.VOUCHER, amount=5_00),
        PaymentBody(means=Means.POINTS, amount=used.money),
        PaymentBody(means=Means.MONEY, amount=15_00),
    )
    sale = sale_of(member, 50_00).model_copy(update={"payments": paid, "uses": (used.id,)})
    assert (used.money, line.till.record_sale(sale).earned) == (30_00, earned)


GLOBALPOS = Path(__file__).parents[2].joinpath("assets/programs/globalpos.json").read_text("utf-8")


@pytest.mark.parametrize("shop_program", [GLOBALPOS])
def test_the_card_is_complete_is_said_once_and_nothing_is_lost_by_waiting(
    line: Connected, member: str
) -> None:
    assert line.till.record_sale(sale_of(member, 499_99)).messages == ()
    complete = line.till.record_sale(sale_of(member, 1))
    assert complete.messages == ("Le client a terminé sa carte de fidélité",)
    assert complete.ticket[-1] == complete.messages[0], "this program prints it too"
    assert line.till.record_sale(sale_of(member, 10_00)).messages == ()
    goal = line.till.summary(member).goals[0]
    assert (goal.missing, goal.complete) == (0, 1)
    taken = UseBody(id=str(uuid4()), member=member, reward="article", at=now(), article="TASSE")
    assert line.till.use(taken).line.article == "TASSE"
    assert balance(line, member) == 10_00


BELLS = [
    {"id": "said", "message": {"fr": "Dites-le"}, "points": 310},
    {"id": "printed", "message": {"fr": "Imprimé"}, "points": 310, "on_receipt": True},
]


@pytest.mark.parametrize("shop_program", [document(alerts=BELLS)])
def test_an_alert_is_on_the_receipt_only_where_the_merchant_wants_it(
    line: Connected, member: str
) -> None:
    quoted = line.till.quote(QuoteBody(member=member, total=10_00))
    sold = line.till.record_sale(sale_of(member, 10_00))
    for told in (quoted, sold):
        assert told.messages == ("Dites-le", "Imprimé")
        assert [line for line in told.ticket if line in told.messages] == ["Imprimé"]


def test_a_sale_is_told_as_it_was_sold_with_every_discount(line: Connected, member: str) -> None:
    off = LineBody(article="PAIN", quantity=3, unit_price=4_00, discount=2_00)
    sale = ticket(member, off, CAKE, total=27_00, discount=1_00)
    line.till.record_sale(sale)
    found = line.till.sale(sale.id)
    assert (found.sale.discount, found.sale.lines[0].discount) == (1_00, 2_00)
    assert (found.stage, found.due, found.earned) == (SaleStage.SETTLED, 0, 27)


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.INVOICE])
def test_points_of_the_shop_are_spent_elsewhere(
    line: Connected, member: str, channel: Channel
) -> None:
    line.till.record_sale(sale_of(member, 45_00))
    used = line.till.use(
        UseBody(
            id=str(uuid4()), member=member, reward="pay", at=now(), ticket=34_50, currency="EUR"
        )
    )
    paid = (PaymentBody(means=Means.POINTS, amount=used.money),)
    order = sale_of(member, 34_50).model_copy(
        update={"channel": channel, "payments": paid, "uses": (used.id,)}
    )
    assert (line.till.record_sale(order).earned, balance(line, member)) == (0, 0)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/sales/{sale}/returns", {"lines": [{"line": "#1", "quantity": -1}]}, "quantity"),
        ("/v1/sales/{sale}/returns", {"lines": [{"line": "#1", "quantity": "1"}]}, "quantity"),
        ("/v1/sales/{sale}/returns", {"lines": [{"line": "#1", "amount": 1.5}]}, "amount"),
        ("/v1/sales/{sale}/returns", {"lines": [{"line": "#1"}]}, "lines.0"),
        ("/v1/sales/{sale}/returns", {"lines": []}, "lines"),
        ("/v1/sales/{sale}/void", {"at": "yesterday"}, "at"),
        ("/v1/uses", {"member": "m", "reward": "pay", "points": 0}, "points"),
        ("/v1/uses", {"member": "m", "reward": "pay", "points": 1e400}, "points"),
        ("/v1/uses", {"member": "m", "reward": "pay", "ticket": "12,50"}, "ticket"),
        ("/v1/uses", {"member": "m", "reward": "pay", "ticket": 1250}, "currency"),
        ("/v1/quotes", {"total": float("nan")}, "total"),
        ("/v1/quotes", {"lines": [{"quantity": -3}]}, "quantity"),
        ("/v1/quotes", {"discount": -1}, "discount"),
        ("/v1/credit-notes", {"member": "m", "total": "20,00", "currency": "EUR"}, "total"),
        ("/v1/credit-notes", {"member": "m", "total": 1, "currency": "euro"}, "currency"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_nothing_is_written(
    line: Connected, member: str, path: str, body: dict[str, object], field: str
) -> None:
    sale = sale_of(member, 45_00)
    line.till.record_sale(sale)
    when = "closed_at" if path == "/v1/credit-notes" else "at"
    told = {"id": str(uuid4()), when: now().isoformat()} | body
    if path == "/v1/quotes":
        del told["id"]
    answer = line.raw("POST", path.format(sale=sale.id), told, till=True)
    assert (answer.status_code, answer.json()["type"][-8:]) == (422, ":invalid")
    error = answer.json()["errors"][0]
    assert field in error["field"] + error["message"]
    assert balance(line, member) == 345


@pytest.mark.parametrize("path", ["/v1/sales/x/void", "/v1/uses", "/v1/credit-notes"])
def test_a_till_whose_clock_is_years_off_is_told_so(
    line: Connected, member: str, path: str
) -> None:
    at = (now() + timedelta(days=3650)).isoformat()
    bodies: dict[str, dict[str, object]] = {
        "/v1/sales/x/void": {"at": at},
        "/v1/uses": {"at": at, "member": member, "reward": "pay"},
        "/v1/credit-notes": {"closed_at": at, "member": member, "total": 1, "currency": "EUR"},
    }
    answer = line.raw("POST", path, {"id": str(uuid4()), **bodies[path]}, till=True)
    assert answer.json()["type"].endswith(":clock-off")
