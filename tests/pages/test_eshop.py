"""The e-shop's guide: its page and its server, on another origin than the loyalty server."""

import re
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from backend.rights import Right
from backend.services.team import access as entrance
from tests.pages.visit import PHONE, Visit
from tests.support.counter import document
from tests.support.server import Company, company, new_id
from tests.support.staff import AtWork, at_work

GUIDE = Path(__file__).parents[2] / "docs" / "eshop.md"
EXAMPLE = re.compile(r"^```(python|html) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    """A shop where points pay from 200 on."""
    with company(f"sqlite:///{tmp_path}/loyalty.db", program=document()) as made:
        yield made


@pytest.fixture
def owner(shop: Company) -> AtWork:
    return at_work(shop)


def ask(visit: Visit, owner: AtWork, method: str, path: str, body: object) -> dict[str, Any]:
    answer = requests.request(
        method, f"{visit.url}/v1{path}", json=body, headers=owner.headers, timeout=10
    )
    assert answer.ok, answer.text
    told: dict[str, Any] = answer.json()
    return told


def key(shop: Company, *scopes: Right) -> str:
    with shop.database.write(shop.shop.tenant) as tx:
        return entrance.add_till(tx, name="Web", store=shop.shop.store, scopes=scopes)[1]


@pytest.fixture
def member(visit: Visit, owner: AtWork) -> str:
    """Somebody with the 300 points of joining, in a shop with bread and cake."""
    for code, name, price in (("PAIN", "Pain", 4_00), ("GATEAU", "Gâteau", 18_00)):
        ask(visit, owner, "PUT", f"/products/{code}", {"name": name, "price": price})
    body = {"id": new_id(), "first_name": "Inès", "email": "ines@example.org"}
    return str(ask(visit, owner, "POST", "/members", body)["id"])


@pytest.fixture
def elsewhere(visit: Visit, member: str) -> Iterator[str]:
    """The shop of the guide, on an origin of its own."""
    examples = dict(EXAMPLE.findall(GUIDE.read_text("utf-8")))
    blanks = {"URL": visit.url, "SIMULATE_KEY": key(visit.shop, Right.SIMULATE)}
    known: dict[str, Any] = {
        "URL": visit.url,
        "KEY": key(visit.shop, Right.MEMBERS, Right.SALES, Right.GIFTS),
        "MEMBER": member,
        "PAGE": Template(examples["html"]).substitute(blanks),
    }
    exec(compile(examples["python"], str(GUIDE), "exec"), known)  # noqa: S102 - our own guide
    server = known["server"]
    assert isinstance(server, ThreadingHTTPServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(10)
    server.server_close()
    known["till"].close()


def test_the_guides_page_tells_points_and_takes_them_from_the_minimum_on(
    visit: Visit, owner: AtWork, member: str, elsewhere: str
) -> None:
    def adjust(points: int) -> None:
        body = {"id": new_id(), "member": member, "points": points, "nature": "correction"}
        ask(visit, owner, "POST", "/adjustments", body)

    adjust(-150)
    page = visit.page
    page.goto(elsewhere)
    expect(page.locator("#article")).to_have_text("Cet achat rapporte 4 points")
    expect(page.locator("#cart")).to_have_text("Cet achat rapporte 30 points")
    expect(page.locator("#pay")).to_have_text("Encore 50 points pour payer en points")
    adjust(100)
    page.goto(elsewhere)
    page.get_by_role("button", name="Payer 25,00 € avec 250 points").click()
    expect(page.locator("#pay")).to_have_text("Payé en points : 25,00 €")
    record = ask(visit, owner, "GET", f"/members/{member}/record", None)
    assert record["accounts"][0]["balance"] == 0


def test_the_key_in_a_page_opens_nothing_else(visit: Visit, member: str) -> None:
    shown = {"Authorization": f"Bearer {key(visit.shop, Right.SIMULATE)}"}
    for path, body in (("/quotes", {"member": member}), ("/members/find", {"email": "a@b.c"})):
        refused = requests.post(f"{visit.url}/v1{path}", json=body, headers=shown, timeout=10)
        assert refused.status_code == 403


@pytest.mark.usefixtures("member")
def test_the_demo_cart_shows_points_on_each_article_and_in_the_cart(visit: Visit) -> None:
    visit.as_staff()
    wanted = key(visit.shop, Right.SIMULATE)
    page = visit.open("/shop/demo")
    visit.check()
    page.locator("#f-key").fill(wanted)
    page.locator("#f-email").fill("ines@example.org")
    page.locator("form.panel button").click()
    expect(page.locator("article .earns").first).to_have_text("Cet achat rapporte 18 points")
    page.get_by_label("Pain").fill("3")
    page.get_by_label("Pain").blur()
    expect(page.locator("#cart > .earns")).to_have_text("Cet achat rapporte 30 points")
    visit.check()
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    visit.check()
    page.get_by_role("button", name="Payer 30,00 € avec 300 points").click()
    expect(page.locator(".pay")).to_contain_text("Payé en points")
    assert "@" not in page.url, "addresses of people stand in no log"
