"""A ticket with its lines and payments, as a till sends it: it earns by what was really paid."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests

from backend.db import shops
from backend.services.shop.shops import add_shop
from backend_client.errors import BackendRefused
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import (
    ArticleBody,
    LineBody,
    PaymentBody,
    SaleBody,
    SaleStage,
    TicketState,
)
from loyalty.document import read_program
from loyalty.ledger import StepKind
from loyalty.sales import LineKind, Means
from loyalty.vectors.plain import PROGRAM as PLAIN
from loyalty.vectors.run import HERE, cases
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.members import join
from tests.support.server import PROGRAM, Company, Connected, company, connected, in_process


@pytest.fixture
def member(line: Connected) -> str:
    kiosk, journal = Kiosk(claimed=line.claimed, program=read_program(PROGRAM)), Journal()
    joined = kiosk.enrolled(uid=bytes.fromhex("04a1b2c3d4e5f6"), email="camille@example.org")
    line.terminal.push(journal.write(joined))
    return joined.member


def detailed(member: str, total: int, **fields: object) -> SaleBody:
    return sale_of(member, total).model_copy(update=fields)


PAID = (
    PaymentBody(means=Means.VOUCHER, amount=5_00),
    PaymentBody(means=Means.MONEY, amount=45_00),
)


def test_points_that_pay_were_set_aside_before_or_the_ticket_is_refused(
    line: Connected, member: str
) -> None:
    """P-08: a discount is never given for points that nobody took."""
    paid = (
        PaymentBody(means=Means.POINTS, amount=30_00),
        PaymentBody(means=Means.MONEY, amount=20_00),
    )
    off = (LineBody(unit_price=50_00), LineBody(kind=LineKind.REWARD, unit_price=-5_00))
    for believed in (detailed(member, 50_00, payments=paid), detailed(member, 45_00, lines=off)):
        for state in (TicketState.CLOSED, TicketState.OPEN):
            with pytest.raises(BackendRefused, match="set them aside first, and name the use"):
                line.till.record_sale(believed.model_copy(update={"state": state}))
    assert line.till.account(member).entries == ()


def test_what_vouchers_paid_earns_nothing(line: Connected, member: str) -> None:
    answer = line.till.record_sale(detailed(member, 50_00, payments=PAID))
    assert answer.earned == 45
    trace = answer.entries[0].entry.trace
    assert trace is not None
    assert [(step.kind, step.value) for step in trace.steps] == [
        (StepKind.COUNT, 50_00),
        (StepKind.DEDUCT, 5_00),
        (StepKind.RATE, 1),
    ]
    kept = line.till.account(member).entries[-1].entry.trace
    assert kept == trace


def test_a_gift_card_earns_nothing_and_a_pack_only_on_what_is_not_left_out(
    line: Connected, member: str
) -> None:
    lines = (
        LineBody(kind=LineKind.GIFT_CARD, unit_price=20_00),
        LineBody(
            unit_price=30_00,
            components=(
                ArticleBody(article="A", unit_price=10_00),
                ArticleBody(article="B", unit_price=20_00, earns=False),
            ),
        ),
    )
    assert line.till.record_sale(detailed(member, 50_00, lines=lines)).earned == 10


def test_the_same_ticket_again_is_the_same_sale_and_another_line_is_another(
    line: Connected, member: str
) -> None:
    sale = detailed(member, 10_00, lines=(LineBody(unit_price=10_00),))
    first, again = line.till.record_sale(sale), line.till.record_sale(sale)
    assert (again.known, again.earned) == (True, first.earned)
    other = sale.model_copy(update={"lines": (LineBody(unit_price=5_00, quantity=2),)})
    with pytest.raises(BackendRefused) as refused:
        line.till.record_sale(other)
    assert refused.value.problem.type.endswith(ProblemName.ID_REUSED)


def test_a_sale_that_is_part_paid_earns_once_the_rest_is_paid(line: Connected, member: str) -> None:
    part = (PaymentBody(means=Means.MONEY, amount=9_99),)
    sale = detailed(member, 10_00, payments=part)
    waiting = line.till.record_sale(sale)
    assert (waiting.stage, waiting.due, waiting.earned) == (SaleStage.PART_PAID, 1, 0)
    rest = (*part, PaymentBody(means=Means.MONEY, amount=1))
    assert line.till.record_sale(sale.model_copy(update={"payments": rest})).earned == 10


def test_lines_that_do_not_make_the_total_are_refused_by_name(line: Connected, member: str) -> None:
    sale = detailed(member, 10_00, lines=(LineBody(unit_price=9_00),))
    with pytest.raises(BackendRefused, match="total: the lines less the discount make 900"):
        line.till.record_sale(sale)
    assert line.till.account(member).balance == 0


def test_what_a_till_leaves_out_says_nothing() -> None:
    """So that a till of before the lines, which sends a sale again, is still understood."""
    plain = sale_of("zoe", 10_00)
    assert set(json.loads(plain.content())) == {
        "id",
        "member",
        "total",
        "currency",
        "channel",
        "closed_at",
    }
    assert plain.detail() is None
    lines = (LineBody(unit_price=10_00, family="bread"),)
    told = plain.model_copy(update={"lines": lines, "discount": 0})
    assert json.loads(told.detail() or "") == {"lines": [{"unit_price": 1000, "family": "bread"}]}
    assert "lines" in json.loads(told.content())


def test_the_first_purchase_and_the_day_are_known_from_the_books(
    shop: Company, session: requests.Session
) -> None:
    document = json.loads(PROGRAM)
    document["caps"] = {"per_day": 50}
    document["campaigns"] = [
        {
            "id": "first",
            "name": {"fr": "Bienvenue"},
            "first_purchase": True,
            "give": {"times": "2"},
        }
    ]
    opened = add_shop(
        shop.database,
        name="Chez Zoé",
        address="5 rue des Tests",
        time_zone="Europe/Paris",
        document=json.dumps(document),
    )
    other = Company(database=shop.database, app=shop.app, shop=opened)
    with connected(other, session=session) as line:
        kiosk = Kiosk(claimed=line.claimed, program=read_program(json.dumps(document)))
        joined = kiosk.enrolled(uid=bytes.fromhex("04a1b2c3d4e5f6"), email="zoe@example.org")
        line.terminal.push(Journal().write(joined))
        earned = [line.till.record_sale(sale_of(joined.member, 15_00)).earned for _ in range(3)]
    assert earned == [30, 15, 5]


# --- the conformance vectors, sent as a till sends them ---------------------------------------


def sendable() -> Iterator[dict[str, Any]]:
    """The vectors of a sale whose points hang neither on the day nor on who buys."""
    for path in sorted(HERE.glob("*.json")):
        for case in cases(path):
            plain = case.get("do", "earn") == "earn" and "buyer" not in case
            sale = case.get("sale", {})
            # What points pay is set aside first, in a program that has such a reward.
            by_points = any(part["means"] == "points" for part in sale.get("payments", ()))
            by_points |= any(part.get("unit_price", 0) < 0 for part in sale.get("lines", ()))
            told = {"closed_at", "state"} & set(sale)
            if not plain or "points" not in case["expect"] or told or by_points:
                continue
            body = body_of(case, "nobody")
            # What is paid in part is sent again later.
            if sum(part.amount for part in body.payments) not in range(1, body.total):
                yield case


def body_of(case: dict[str, Any], member: str) -> SaleBody:
    written = dict(case["sale"])
    lines = written.get("lines", ())
    paid = sum(
        line.get("quantity", 1) * line.get("unit_price", 0) - line.get("discount", 0)
        for line in lines
    )
    total = written.pop("total", paid - written.get("discount", 0))
    currency = written.pop("currency", "EUR")
    return SaleBody(
        id=str(uuid4()), member=member, total=total, currency=currency, closed_at=now(), **written
    )


def test_of_every_row_the_first_and_the_last_vector_earn_at_the_till_what_they_say() -> None:
    by_row: dict[str, list[dict[str, Any]]] = {}
    for case in sendable():
        for row in case["rows"]:
            by_row.setdefault(row, []).append(case)
    chosen = {case["name"]: case for found in by_row.values() for case in (found[0], found[-1])}
    assert len(by_row) > 50
    assert told_otherwise(chosen.values()) == []


@pytest.mark.slow
def test_every_vector_that_a_till_can_send_earns_what_it_says() -> None:
    assert told_otherwise(sendable()) == []


def told_otherwise(wanted: Iterable[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """The vectors that earn something else when a till sends them: name, earned, to be earned."""
    wrong = []
    with (
        company("sqlite://", program=json.dumps(PLAIN)) as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as line,
    ):
        for version, case in enumerate(wanted, start=2):
            document = json.dumps({**PLAIN, **case.get("program", {}), "version": version})
            with shop.database.write(shop.shop.tenant) as tx:
                shops.add_program(tx, read_program(document), document)
                somebody = join(tx)
            earned = line.till.record_sale(body_of(case, somebody)).earned
            if earned != case["expect"]["points"]:
                wrong.append((case["name"], earned, case["expect"]["points"]))
    return wrong
