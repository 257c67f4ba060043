"""Who stands at the loyalty till: somebody who joins, somebody to be told, a stranger."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from backend.web.words import words_in
from tests.pages.till.place import NARROW, RULES, Till


def test_a_member_joins_at_the_till_with_a_paid_card_and_gets_a_gift(till: Till) -> None:
    till.open()
    till.page.keyboard.press("F4")
    form = till.page.locator("#join")
    expect(form.get_by_label("Gagne des points")).to_be_checked()
    form.get_by_label("Prénom").fill("Malo")
    form.get_by_label("Type").select_option("Carte bois")
    form.get_by_label("Numéro, lu par un lecteur").fill("04A1B2C3D4E5F6")
    till.visit.check()
    form.get_by_role("button", name="Ajouter le membre").click()
    till.shows("#who-name", "Malo")
    expect(till.page.locator("#lines")).to_contain_text("Carte bois")
    till.shows("#total", "2,00 €")
    till.page.get_by_role("button", name="Une tasse, offert").click()
    expect(till.page.locator("#lines")).to_contain_text("Offert")
    till.page.get_by_role("button", name="Un café, pour 100 points").click()
    expect(till.page.locator("#lines")).to_contain_text("Points de fidélité")
    till.shows("#balance", "200 points")
    till.page.keyboard.press("F9")
    said = till.paper()
    assert "Un café (Points de fidélité)" in said
    assert "/join/lkl_" in said, "whom we cannot write to is invited"
    assert str(till.page.locator("#paper img").get_attribute("alt")) in said
    till.page.get_by_role("button", name="Client suivant").click()
    till.find("04A1B2C3D4E5F6")
    till.shows("#who-name", "Malo")
    malo = till.ask("POST", "/members/find", {"card_uid": "04A1B2C3D4E5F6"})["id"]
    till.visit.as_staff()
    till.visit.open(f"/office/members/{malo}/cards")
    # CLI-08: of 365 days, the day of joining is the first.
    last = words_in("fr").short_day(datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=364))
    till.page.get_by_text(f"jusqu’au {last}").wait_for()


CHOICE = [
    {
        "id": "coffee",
        "name": {"fr": "Un café"},
        "cost": 100,
        "article": "CAFE",
        "gives": {"articles": ["PAIN", "GATEAU"]},
    },
    {
        "id": "basket",
        "name": {"fr": "Un panier"},
        "cost": 330,
        "article": "PANIER",
        "usable": {"when": "same_ticket"},
    },
]
"""One of two articles (CLI-26); and what the ticket itself may bring (GLO-10)."""


def test_a_full_card_is_told_and_its_gift_taken_now_or_later(till: Till) -> None:
    till.rules(json.loads(RULES) | {"version": 2, "rewards": CHOICE})
    ines = till.member(note="Allergique aux noix", note_alert=True)
    till.open()
    till.find("Roux")
    till.page.locator("#alert[open]").get_by_text("Allergique aux noix").wait_for()
    till.page.get_by_role("button", name="C’est lu").click()
    till.ring("2*GATEAU")
    expect(till.page.locator("#messages")).to_contain_text("Carte complète")
    till.shows("#soon", f"Une fois cette vente enregistrée{NARROW}: Un panier")
    expect(till.page.locator("#gifts")).not_to_contain_text("Un panier")
    till.page.locator("#record").click()
    assert till.paper().count("Carte complète") == 1, "printed too, where the merchant wants it"
    expect(till.page.locator("#done-messages")).to_contain_text("Carte complète")
    take = till.page.locator("#take-list")
    expect(take.get_by_role("button", name="Un panier")).to_be_visible()
    take.get_by_role("button", name="Un café · Gâteau aux noix").click()
    expect(till.page.locator("#done-messages")).to_contain_text("Un café · Gâteau aux noix")
    assert till.balance(ines) == 336 - 100


def test_a_stranger_is_invited_and_nothing_is_written_down(till: Till) -> None:
    till.open()
    till.page.get_by_text("Ligne libre").first.click()
    till.page.get_by_label("Désignation").fill("Boîte")
    till.page.locator("#free-price").fill("7,50")
    till.page.locator("#free-price").press("Enter")
    till.shows("#total", "7,50 €")
    till.page.locator("#record").click()
    assert "/join/lkl_" in till.paper()
    assert "300" in till.paper()
