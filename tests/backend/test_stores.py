"""Stores, signs and groups; pool or silo; kiosks hear what changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from backend.db import access
from backend.services.team import access as entrance
from backend_client.rest.till import TillClient
from backend_client.schemas.changes import ProgramChanged, StoreChanged
from backend_client.schemas.sales import SaleBody
from backend_client.schemas.uses import UseBody
from loyalty.ids import StoreId
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.merchant import Merchant
from tests.support.server import NOWHERE, PROGRAM, Company, Connected, new_id
from tests.support.staff import at_work

BORDEAUX = "bordeaux"


@pytest.fixture
def owner(shop: Company, session: requests.Session) -> Merchant:
    return Merchant(person=at_work(shop), session=session)


@pytest.fixture
def bordeaux(
    shop: Company, owner: Merchant, line: Connected, session: requests.Session
) -> Iterator[TillClient]:
    """A till in a second store."""
    owner.puts(f"/v1/stores/{BORDEAUX}", **settings(line, name="Bordeaux"))
    with shop.database.write(shop.shop.tenant) as tx:
        till, key = entrance.add_till(tx, name="Till", store=StoreId(BORDEAUX))
        assert till in {each.id for each in access.tills(tx)}
    with TillClient(NOWHERE, key, session=session) as made:
        yield made


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    return joined.member


def settings(line: Connected, **other: object) -> dict[str, object]:
    program = line.claimed.program.partition("--")[0]
    return {"name": "Angers", "time_zone": "Europe/Paris", "program": program, **other}


def publishes(owner: Merchant, program: str, version: int, **other: Any) -> None:
    document = {**json.loads(PROGRAM), **other}
    owner.puts(f"/v1/programs/{program}/draft", document=document)
    owner.posts(f"/v1/programs/{program}/publication", version=version)


def test_what_is_set_on_a_store_reaches_its_kiosk(owner: Merchant, line: Connected) -> None:
    owner.puts("/v1/brands/lise", name="Maison Lise")
    owner.puts("/v1/store-groups/west", name="Ouest")
    here = f"/v1/stores/{line.claimed.store.id}"
    body = settings(line, address="1 rue\nAngers", brand="lise", group="west")
    assert owner.puts(here, **body) == owner.gets(here)
    (told,) = [each for each in line.terminal.changes("").changes if isinstance(each, StoreChanged)]
    assert (told.store.name, told.store.address) == ("Angers", "1 rue\nAngers")
    owner.puts("/v1/brands/lise", name="Chez Lise")
    owner.puts("/v1/store-groups/west", name="Grand Ouest")
    assert owner.gets("/v1/brands")["brands"] == [{"id": "lise", "name": "Chez Lise"}]
    assert owner.gets("/v1/store-groups")["groups"] == [{"id": "west", "name": "Grand Ouest"}]
    assert owner.gets(here)["brand"] == "lise"


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../../etc/passwd"},
        {"program": "nothing"},
        {"brand": "nobody"},
        {"group": "nowhere"},
        {"name": ""},
        {"address": "a\u0000b"},
    ],
)
def test_a_store_that_cannot_be_is_refused(
    owner: Merchant, line: Connected, wrong: dict[str, object]
) -> None:
    refused = owner.refused("PUT", f"/v1/stores/{new_id()}", settings(line, **wrong))
    assert refused == (422, "invalid")
    assert len(owner.gets("/v1/stores")["stores"]) == 1


def buys(angers: TillClient, bordeaux: TillClient, member: str) -> None:
    """For 130 € in Angers and 40 € in Bordeaux."""
    angers.record_sale(sale_of(member, 13000))
    bordeaux.record_sale(sale_of(member, 4000))


def test_in_a_pool_the_points_of_all_stores_are_good_in_all(
    line: Connected, bordeaux: TillClient, member: str
) -> None:
    buys(line.till, bordeaux, member)
    assert (line.till.account(member).balance, bordeaux.account(member).balance) == (170, 170)


def test_in_silos_the_points_of_each_store_are_good_there_alone(
    owner: Merchant, line: Connected, bordeaux: TillClient, member: str
) -> None:
    publishes(owner, line.claimed.program, 2, stores={"sharing": "silo"})
    buys(line.till, bordeaux, member)
    assert (line.till.account(member).balance, bordeaux.account(member).balance) == (130, 40)
    told = line.terminal.changes("").changes
    (store,) = [each.store for each in told if isinstance(each, StoreChanged)]
    programs = [json.loads(each.document) for each in told if isinstance(each, ProgramChanged)]
    assert [each["id"] for each in programs] == [store.program]
    assert store.program != line.claimed.program


def test_stores_of_a_group_share_a_silo(
    owner: Merchant, line: Connected, bordeaux: TillClient, member: str
) -> None:
    publishes(owner, line.claimed.program, 2, stores={"sharing": "silo"})
    owner.puts("/v1/store-groups/west", name="Ouest")
    for store, name in ((line.claimed.store.id, "Angers"), (BORDEAUX, "Bordeaux")):
        owner.puts(f"/v1/stores/{store}", **settings(line, name=name, group="west"))
    buys(line.till, bordeaux, member)
    assert (line.till.account(member).balance, bordeaux.account(member).balance) == (170, 170)


def test_two_programs_run_at_once_and_never_meet(
    owner: Merchant, line: Connected, bordeaux: TillClient, member: str
) -> None:
    double = [{"id": "purchase", "when": "sale", "give": {"amount": 100, "points": 2}}]
    publishes(owner, "second", 1, id="second", earning=double, rewards=[])
    owner.puts(f"/v1/stores/{BORDEAUX}", **settings(line, name="Bordeaux", program="second"))
    buys(line.till, bordeaux, member)
    assert (line.till.account(member).balance, bordeaux.account(member).balance) == (130, 80)


def test_a_loyalty_discount_is_a_product_whose_price_is_below_zero_in_a_price_list(
    owner: Merchant, line: Connected, member: str
) -> None:
    owner.puts("/v1/products/REMISE", name="Remise fidélité", kind="reward", price=-300)
    owner.puts("/v1/price-books/PART", name="Particuliers", tax_included=True)
    owner.puts("/v1/price-books/PART/products/REMISE", price=-500)
    five = {"id": "five", "name": {"fr": "5 €"}, "cost": 300, "gives": {"amount": 500}}
    publishes(owner, line.claimed.program, 2, rewards=[{**five, "article": "REMISE"}])
    line.till.record_sale(sale_of(member, 300_00))
    used = line.till.use(
        UseBody(id=new_id(), member=member, reward="five", at=now(), ticket=25_00, currency="EUR")
    )
    sold = {
        **json.loads(sale_of(member, 2000).model_dump_json()),
        "price_code": "PART",
        "lines": [{"article": "SOIN", "unit_price": 2500}, {"article": used.line.article}],
        "uses": [used.id],
        "closed_at": now().isoformat(),
    }
    SaleBody.model_validate(sold)
    answer = line.raw("POST", "/v1/sales", sold, till=True)
    assert (answer.status_code, answer.json()["earned"]) == (200, 20), answer.text
    kept = line.raw("GET", f"/v1/sales/{sold['id']}", till=True).json()["sale"]["lines"]
    assert [(each["article"], each["kind"], each["unit_price"]) for each in kept] == [
        ("SOIN", "article", 2500),
        ("REMISE", "reward", -500),
    ]


def test_a_discount_with_a_cost_in_points_takes_off_what_the_price_code_says(
    owner: Merchant, line: Connected, member: str
) -> None:
    """INV-07 to INV-10, by the product's record alone: 200 points are never taken for nothing."""
    owner.puts("/v1/products/REMISE", name="Remise fidélité", kind="reward", gift_points=200)
    line.till.record_sale(sale_of(member, 500_00))

    def offered(code: str) -> list[int]:
        asked = {"member": member, "total": 50_00, "price_code": code}
        told = line.raw("POST", "/v1/quotes", asked, till=True).json()["options"]
        return [each["money"] for each in told if each["name"] == "Remise fidélité"]

    assert offered("") == [], "nobody has said what it takes off"
    owner.puts("/v1/price-books/PART", name="Particuliers")
    owner.puts("/v1/price-books/PART/products/REMISE", price=-500)
    assert [offered(code) for code in ("PART", "")] == [[500], [0]]
    owner.puts(
        "/v1/products/REMISE", name="Remise fidélité", kind="reward", gift_points=200, price=-300
    )
    usable = {code: max(offered(code)) for code in ("PART", "")}
    assert usable == {"PART": 500, "": 300}
    reward = next(
        each["reward"]
        for each in line.raw(
            "POST",
            "/v1/quotes",
            {"member": member, "total": 50_00, "price_code": "PART"},
            till=True,
        ).json()["options"]
        if each["money"] == 500
    )
    used = line.till.use(
        UseBody(
            id=new_id(),
            member=member,
            reward=reward,
            at=now(),
            ticket=50_00,
            currency="EUR",
            price_code="PART",
        )
    )
    assert (used.points, used.money, used.line.article) == (200, 500, "REMISE")


def test_whoever_joins_is_at_the_price_code_that_the_rules_ask_for(
    owner: Merchant, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    """INV-03: else whoever says none would earn nothing, and never know why."""
    only = {"price_codes": ["PART"]}
    rule = {"id": "part", "when": "sale", "only": only, "give": {"amount": 200, "points": 1}}
    publishes(owner, line.claimed.program, 2, earning=[rule])
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    assert line.till.record_sale(sale_of(joined.member, 601_00)).earned == 300
    for said, earned in (({}, 300), ({"price_code": "PRO"}, 0), ({"price_code": ""}, 0)):
        added = owner.posts("/v1/members", id=new_id(), first_name="Ada", **said)["id"]
        assert line.till.record_sale(sale_of(added, 601_00)).earned == earned
    quoted = line.raw("POST", "/v1/quotes", {"total": 601_00}, till=True)
    assert quoted.json()["earned"] == 300, "a stranger is told what they would get"


def test_the_company_is_called_otherwise(owner: Merchant) -> None:
    assert owner.gets("/v1/settings/company") == {"name": "Maison Lise"}
    owner.puts("/v1/settings/company", name="Chez Lise")
    assert owner.gets("/v1/settings/company") == {"name": "Chez Lise"}
    assert owner.refused("PUT", "/v1/settings/company", {"name": "two\nlines"})[0] == 422


# --- what was made by mistake goes again, and what worked is closed -------------------------------


def test_a_sign_a_group_and_a_store_go_when_nothing_needs_them(
    owner: Merchant, line: Connected
) -> None:
    owner.puts("/v1/brands/lise", name="Maison Lise")
    owner.puts("/v1/store-groups/west", name="Ouest")
    here = f"/v1/stores/{line.claimed.store.id}"
    owner.puts(here, **settings(line, brand="lise", group="west"))
    refused = {path: owner.asks("DELETE", path) for path in ("/v1/brands/lise", WEST, here)}
    assert [(each.status_code, each.json()["detail"]) for each in refused.values()] == [
        (409, "the stores Angers have it: change that first"),
        (409, "the stores Angers have it: change that first"),
        (409, "it is the only store"),
    ]
    owner.puts(here, **settings(line))
    only = {"only": {"brands": ["lise"], "stores": ["typo"]}}
    rule = {"id": "purchase", "when": "sale", "give": {"amount": 100, "points": 1}, **only}
    publishes(owner, line.claimed.program, 2, earning=[rule])
    owner.puts("/v1/stores/typo", **settings(line, name="Typo"))
    for path in ("/v1/brands/lise", "/v1/stores/typo"):
        said = owner.asks("DELETE", path).json()["detail"]
        assert said.startswith(f"the program {line.claimed.program} names it"), said
    publishes(owner, line.claimed.program, 3)
    for path in ("/v1/brands/lise", WEST, "/v1/stores/typo"):
        for _ in range(2):
            assert owner.asks("DELETE", path).status_code == 204
    assert (owner.gets("/v1/brands")["brands"], owner.gets("/v1/store-groups")["groups"]) == (
        [],
        [],
    )
    assert [each["name"] for each in owner.gets("/v1/stores")["stores"]] == ["Angers"]
    noted = {each["action"] for each in owner.gets("/v1/audit")["lines"]}
    assert noted >= {"brand.remove", "group.remove", "store.remove"}


WEST = "/v1/store-groups/west"


def test_a_store_that_worked_is_closed_and_stays_in_the_books(
    owner: Merchant, line: Connected, bordeaux: TillClient, member: str
) -> None:
    bordeaux.record_sale(sale_of(member, 4000))
    there, closed = f"/v1/stores/{BORDEAUX}", settings(line, name="Bordeaux", closed=True)
    assert owner.refused("DELETE", there) == (409, "in-use")
    (wrong,) = owner.asks("PUT", there, closed).json()["errors"]
    assert (wrong["field"], wrong["message"]) == ("closed", "Till still work in it: end them first")
    (till,) = [each for each in owner.gets("/v1/tills")["tills"] if each["store"] == BORDEAUX]
    assert owner.asks("DELETE", f"/v1/tills/{till['id']}").status_code in (200, 204)
    assert owner.puts(there, **closed)["closed"] is True
    new = {"id": new_id(), "name": "Till 2", "store": BORDEAUX}
    assert owner.refused("POST", "/v1/tills", new) == (422, "invalid")
    assert owner.refused("POST", "/v1/terminals", new) == (422, "invalid")
    assert line.till.account(member).balance == 40
    last = settings(line, closed=True)
    assert owner.refused("PUT", f"/v1/stores/{line.claimed.store.id}", last) == (422, "invalid")
    owner.puts(there, **settings(line, name="Bordeaux"))
    owner.posts("/v1/tills", **new)
