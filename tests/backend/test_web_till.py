"""Somebody of the staff at the web till of their store: the same routes as any till's."""

from typing import Any

import pytest
import requests

from backend.db import audit
from backend.db.audit import Wanted
from backend.rights import Role
from backend.services.team import access as entrance
from backend_client.schemas.catalogue import ProductBody
from loyalty.program import InvitationRules
from loyalty.sales import LineKind
from tests.support.desk import Desk
from tests.support.facts import now
from tests.support.server import NOWHERE, Company, Connected, new_id
from tests.support.staff import AtWork, at_work

WELCOME = 50


@pytest.fixture
def cashier(shop: Company) -> AtWork:
    return at_work(shop, Role.CASHIER)


def asks(
    who: AtWork, session: requests.Session, method: str, path: str, body: object = None, **more: str
) -> requests.Response:
    """An answer to the browser of a cashier."""
    return session.request(
        method, f"{NOWHERE}/v1{path}", json=body, headers=who.browser | more, timeout=30
    )


def sale(member: str, total: int = 25_00) -> dict[str, Any]:
    return {
        "id": new_id(),
        "member": member,
        "total": total,
        "currency": "EUR",
        "closed_at": now().isoformat(),
    }


def test_a_cashier_sells_through_the_routes_of_any_till_and_the_log_says_who(
    shop: Company, session: requests.Session, counter: Desk, cashier: AtWork
) -> None:
    member = str(counter.add()["id"])
    set_up = asks(cashier, session, "GET", "/till").json()
    assert (set_up["store"], set_up["currency"], set_up["loyalty"]) == (
        shop.shop.store,
        "EUR",
        True,
    )
    wanted = sale(member)
    sold = asks(cashier, session, "POST", "/sales", wanted)
    assert (sold.status_code, sold.json()["earned"]) == (200, 25)
    act = {"id": new_id(), "at": now().isoformat()}
    voided = asks(cashier, session, "POST", f"/sales/{wanted['id']}/void", act)
    assert voided.json()["points"] == -25
    with shop.database.read(shop.shop.tenant) as tx:
        lines = audit.lines(tx, Wanted(actor=f"staff:{cashier.person.id}"), 10)
    assert [(line.action, line.about) for line in lines] == [
        ("sale.void", wanted["id"]),
        ("sale.record", wanted["id"]),
    ]
    assert [till.id for till in shop.tills()] == [set_up["till"]], "one till, however many sales"


def test_a_browser_without_its_csrf_token_rings_up_nothing(
    session: requests.Session, counter: Desk, cashier: AtWork
) -> None:
    member = str(counter.add()["id"])
    refused = asks(cashier, session, "POST", "/sales", sale(member), **{"X-CSRF-Token": "x"})
    assert refused.status_code == 403
    assert counter.balance(member) == WELCOME


def test_a_closed_web_till_sells_nothing(
    shop: Company, session: requests.Session, cashier: AtWork
) -> None:
    till = asks(cashier, session, "GET", "/till").json()["till"]
    with shop.database.write(shop.shop.tenant) as tx:
        entrance.revoke(tx, till)
    refused = asks(cashier, session, "GET", "/till")
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "the web till of this store is closed",
    )


def test_who_works_everywhere_says_in_which_store_they_stand(
    shop: Company, session: requests.Session, counter: Desk, cashier: AtWork
) -> None:
    second = counter.ask(
        "PUT",
        f"/stores/{new_id()}",
        {
            "name": "Angers",
            "address": "1 rue",
            "time_zone": "Europe/Paris",
            "program": shop.shop.program,
        },
    )
    assert asks(cashier, session, "GET", "/till").status_code == 422
    there = {"Loyalty-Store": second["id"]}
    assert asks(cashier, session, "GET", "/till", **there).json()["store_name"] == "Angers"
    nowhere = asks(cashier, session, "GET", "/till", **{"Loyalty-Store": "nowhere"})
    assert nowhere.status_code == 404


def test_a_cashier_finds_what_is_for_sale_by_code_or_by_words(
    session: requests.Session, counter: Desk, cashier: AtWork
) -> None:
    for code, name, family in (
        ("3560070", "Tarte aux pommes", "patisserie"),
        ("3560071", "Tarte au citron", "patisserie"),
        ("PAIN", "Pain de campagne", "pain"),
    ):
        body = ProductBody(name=name, price=12_00, family=family).model_dump(mode="json")
        counter.ask("PUT", f"/products/{code}", body)
    off = ProductBody(name="Remise fidélité tarte", kind=LineKind.REWARD, price=-500).model_dump(
        mode="json"
    )
    counter.ask("PUT", "/products/REMISE", off)

    def found(**asked: str) -> list[str]:
        answer = session.get(
            f"{NOWHERE}/v1/articles", params=asked, headers=cashier.browser, timeout=30
        )
        return [each["id"] for each in answer.json()["products"]]

    assert found(search="3560071") == ["3560071"]
    assert found(search="pommes TARTE") == ["3560070"]
    assert found(search="tarte") == ["3560070", "3560071"]
    assert found(search="100%") == []
    assert found(family="pain") == ["PAIN"]
    assert asks(cashier, session, "GET", "/till").json()["families"] == ["pain", "patisserie"]


def test_a_quote_tells_the_prices_that_the_customer_pays(
    session: requests.Session, counter: Desk, cashier: AtWork
) -> None:
    body = ProductBody(name="Pain", price=4_00).model_dump(mode="json")
    counter.ask("PUT", "/products/PAIN", body)
    lines = [{"article": "PAIN", "quantity": 3, "discount": 1_00}]
    told = asks(cashier, session, "POST", "/quotes", {"lines": lines}).json()
    assert told["total"] == 11_00
    assert (told["lines"][0]["unit_price"], told["lines"][0]["net"]) == (4_00, 11_00)


def test_loyalty_switched_off_leaves_no_trace_at_the_till(
    session: requests.Session, counter: Desk, cashier: AtWork, line: Connected
) -> None:
    counter.rule(invitations=InvitationRules(active=True))
    member = str(counter.add()["id"])
    counter.ask("PUT", f"/programs/{line.claimed.program}/switch", {"on": False})
    assert asks(cashier, session, "GET", "/till").json()["loyalty"] is False
    sold = asks(cashier, session, "POST", "/sales", sale(member)).json()
    assert (sold["ticket"], sold["messages"], sold["invitation"]) == ([], [], None)
    stranger = asks(cashier, session, "POST", "/invitations", {"id": new_id()}).json()
    assert stranger == {"invitation": None}
