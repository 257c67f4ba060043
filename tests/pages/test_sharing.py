"""Points that stores share, and what they owe each other for it; or that each keeps (F10)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from loyalty.entries import EntryKind
from tests.pages.visit import Visit
from tests.support.books import Books
from tests.support.server import PROGRAM, Company, company

RULES = json.dumps(json.loads(PROGRAM) | {"point_value": "0.02"})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    """A company where a point is worth two cents."""
    with company(f"sqlite:///{tmp_path}/loyalty.db", program=RULES) as made:
        yield made


def test_stores_owe_each_other_or_keep_their_points_apart(visit: Visit) -> None:
    books = Books(visit.shop)
    angers, bordeaux = books.store("Angers"), books.store("Bordeaux")
    bertrand = books.member()
    for store, points in ((angers, 130), (bordeaux, 40)):
        books.book(bertrand, EntryKind.EARN, points, store)
    books.book(bertrand, EntryKind.REDEEM, -150, bordeaux)
    visit.as_staff()
    page = visit.open("/office/stores")
    page.get_by_role("link", name="Relevé de compensation").click()
    # 150 are spent at Bordeaux: first the 130 of Angers, then 20 of its own.
    expect(page.locator("tbody tr").first).to_have_text("AngersBordeaux1302,60\u00a0€")
    net = page.locator("tbody").last
    expect(net.get_by_role("row", name="Angers")).to_contain_text("−2,60\u00a0€")
    expect(net.get_by_role("row", name="Bordeaux")).to_contain_text(" 2,60\u00a0€")
    page = visit.open("/office/programs/maison-lise/rules/stores")
    page.get_by_label("Les points sont valables").select_option(
        "dans les magasins du groupe qui les a donnés"
    )
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_role("link", name="Publier").click()
    page.get_by_text("chaque compte commence vide").wait_for()
    page.get_by_role("button", name="Publier").click()
    page.get_by_text("La version 2 est en vigueur").wait_for()
    page = at_the_till(visit, "angers")
    page.keyboard.press("F4")
    page.locator("#join").get_by_label("Prénom").fill("Inès")
    page.get_by_role("button", name="Ajouter le membre").click()
    expect(page.locator("#balance")).to_have_text("50 points")
    sell(page, "130")
    page = at_the_till(visit, "bordeaux")
    find(page, "Inès")
    expect(page.locator("#balance")).to_have_text("0 point")
    sell(page, "40")
    # OCT-41: in Angers 130 and the welcome can be used, in Bordeaux 40.
    for place, usable in (("angers", "180 points"), ("bordeaux", "40 points")):
        page = at_the_till(visit, place)
        find(page, "Inès")
        expect(page.locator("#balance")).to_have_text(usable)
    visit.open("/office/members?q=Inès").get_by_role("link", name="Inès").click()
    apart = page.get_by_role("group", name="Programme").get_by_role("link").all_inner_texts()
    assert {"Carte Maison Lise · Angers", "Carte Maison Lise · Bordeaux"} <= set(apart)


def at_the_till(visit: Visit, store: str) -> Page:
    """The loyalty till of that store, ready."""
    page = visit.open(f"/till?store={store}")
    page.wait_for_selector("body[data-ready]")
    return page


def find(page: Page, name: str) -> None:
    """The customer, by name."""
    page.keyboard.press("F3")
    page.locator("#member-find").fill(name)
    page.keyboard.press("Enter")


def sell(page: Page, price: str) -> None:
    """Something at that price, recorded."""
    page.locator("summary", has_text="Ligne libre").click()
    page.locator("#free-price").fill(price)
    page.locator("#free-price").press("Enter")
    expect(page.locator("#earned")).to_have_text(f"{price} points")
    page.keyboard.press("F9")
    page.locator("#done[open] #paper .loyalty").wait_for()
    page.get_by_role("button", name="Client suivant").click()
