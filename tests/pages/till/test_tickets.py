"""Tickets at the loyalty till: rung up, discounted, kept through a reload, on any glass."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from backend.services.programs.presets import preset_document
from tests.pages.till.place import NARROW, RULES, Till
from tests.pages.visit import PHONE


def test_a_sale_is_rung_up_paid_in_part_with_points_returned_and_voided(till: Till) -> None:
    ines = till.member(phone="06 12 34 56 78")
    till.open()
    till.ring("3*PAIN", "noix")
    till.shows("#total", "30,00 €")
    till.shows("#earned", "30 points")
    till.visit.check()
    till.find("0612345678")
    till.shows("#who-name", "Inès Roux")
    till.shows("#balance", "300 points")
    till.shows("#before", "300 points")
    till.page.locator("#part-points").fill("40")
    till.page.get_by_role("button", name="Payer une partie").click()
    till.shows("#total", "26,00 €")
    till.shows("#earned", "26 points")
    assert till.balance(ines) == 260, "set aside at once"
    till.visit.check()
    till.page.keyboard.press("F9")
    said = till.paper()
    assert f"Points gagnés{NARROW}: 26" in said
    assert f"Nouveau solde{NARROW}: 286" in said
    assert "À utiliser jusqu’au " in said
    assert "1 € = 1 point" in said, "the rule in the merchant's words"
    assert "Points de fidélité" not in said, "points pay here, and are no article"
    till.visit.check()
    number = till.page.locator("#paper").inner_text().split("N° ")[1].split()[0]
    assert till.ask("GET", f"/sales/{number}")["stage"] == "settled"
    till.page.get_by_role("button", name="Client suivant").click()
    till.shows("#total", "–")

    till.page.keyboard.press("F8")
    till.page.locator("#return-number").fill(number)
    till.page.keyboard.press("Enter")
    till.page.get_by_label("Pain de campagne").fill("1")
    till.visit.check()
    till.page.get_by_role("button", name="Reprendre ce qui est choisi").click()
    assert "1 × Pain de campagne\n−4,00 €" in till.paper()
    assert till.balance(ines) == 286 - 3 + 5, "its share of what was earned, and of what was spent"
    till.page.get_by_role("button", name="Client suivant").click()
    till.page.keyboard.press("F8")
    till.page.locator("#return-number").fill(number)
    till.page.keyboard.press("Enter")
    till.page.get_by_role("button", name="Annuler tout le ticket").click()
    said = till.paper()
    assert "Ce ticket est annulé.\n−26,00 €" in said, "what was left of the ticket's 30 €"
    assert f"Points gagnés{NARROW}: 12" in said, "35 spent come back, 23 earned go"
    assert till.balance(ines) == 300


LIGHTSPEED = json.loads(preset_document("lightspeed")) | {"id": "counter", "version": 2}


def test_where_loyalty_is_money_a_part_is_typed_as_an_amount_and_a_line_discount_counts(
    till: Till,
) -> None:
    till.rules(LIGHTSPEED)
    ines = till.member()
    till.open()
    till.ring("GATEAU")
    till.find("Roux")
    till.shows("#balance", "5,00 €")
    till.shows("#earned", "1,80 €")
    expect(till.page.locator("#points-title")).to_have_text("Utiliser la cagnotte")
    till.page.get_by_role("button", name="Remise sur Gâteau aux noix").click()
    till.page.get_by_label("Montant retiré de la ligne").fill("3")
    till.visit.check()
    till.page.get_by_role("button", name="Appliquer la remise").click()
    till.shows("#total", "15,00 €")
    till.shows("#earned", "1,50 €")
    till.page.get_by_text("Remise, facture, paiement différé").click()
    till.page.get_by_label("Remise sur le tout").fill("10 %")
    till.page.get_by_label("Remise sur le tout").blur()
    till.shows("#total", "13,50 €")
    till.shows("#earned", "1,50 €")  # nothing of the ticket's discount is the articles' (LSX-22)
    till.page.get_by_label("Remise sur le tout").fill("")
    till.page.get_by_label("Remise sur le tout").blur()
    till.shows("#total", "15,00 €")
    said = till.page.locator("main").inner_text().lower()
    assert "point" not in said
    assert "carte est complète" not in said, "no card is full by what pays from the first cent on"
    amount = till.page.get_by_label("Montant à payer en fidélité")
    amount.fill("5,01")
    till.page.get_by_role("button", name="Payer une partie").click()
    expect(till.page.locator("#trouble")).to_contain_text("0,01 €")
    amount.fill("2,50")
    till.page.get_by_role("button", name="Payer une partie").click()
    till.shows("#total", "12,50 €")
    assert till.balance(ines) == 2_50
    till.shows("#earned", "1,25 €")
    till.page.keyboard.press("F9")
    till.paper()
    # GLO-13: what was taken off stands in a report, with who gave it, on what, and how much.
    till.visit.as_staff()
    page = till.visit.open("/office/reports/discounts?now=1")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="Gâteau aux noix")).to_contain_text("−3,00")
    expect(rows.filter(has_text="par la fidélité")).to_contain_text("−2,50")
    expect(rows.filter(has_text="Inès Roux")).to_have_count(2)
    till.visit.check()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    file = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
    found = [(row["kind"], row["by"], row["amount"], row["of"]) for row in file]
    assert found == [("article", "Alix", "3.00", "18.00"), ("loyalty", "Alix", "2.50", "")]


def test_a_discount_is_never_more_than_its_line(till: Till) -> None:
    till.open()
    till.ring("2*PAIN")
    amount = till.page.get_by_label("Montant retiré de la ligne")
    till.page.get_by_role("button", name="Remise sur Pain de campagne").click()
    amount.fill("8,01")
    amount.press("Enter")
    expect(till.page.locator("#line-off .wrong")).to_contain_text("Au plus 8,00")
    amount.fill("5")
    amount.press("Enter")
    till.shows("#total", "3,00 €")
    till.page.get_by_role("button", name="Un de moins").click()
    till.shows("#total", "0,00 €")
    expect(till.page.locator("#news")).to_contain_text("ramenée à 4,00")


def test_a_reload_loses_no_ticket_and_sells_none_twice(till: Till) -> None:
    ines = till.member()
    till.open()
    till.ring("2*PAIN")
    till.shows("#total", "8,00 €")
    till.open()
    till.shows("#total", "8,00 €")
    till.find("Personne Encore")
    expect(till.page.locator("#found")).to_contain_text("Personne")
    till.page.keyboard.press("F4")
    expect(till.page.locator("#join-last")).to_have_value("Encore")
    till.page.keyboard.press("Escape")
    till.page.locator("#member-find").fill("Roux")
    till.page.locator("#member-find").press("Enter")
    till.shows("#balance", "300 points")
    till.page.keyboard.press("F9")
    till.paper()
    till.open()
    till.shows("#total", "–")
    assert till.balance(ines) == 308


VISITS: dict[str, Any] = {
    "version": 2,
    "unit": "visits",
    "point_value": None,
    "earning": [
        {
            "id": "visit",
            "when": "sale",
            "give": {"amount": 1, "points": 1},
            "on": {"count": "typed_visits"},
        }
    ],
    "rewards": [{"id": "coffee", "name": {"fr": "Un café"}, "cost": 10, "article": "CAFE"}],
    "alerts": [],
}
"""Three typed at the till are three on the card (CLI-15)."""


def test_visits_are_typed_where_the_program_counts_them(till: Till) -> None:
    till.rules(json.loads(RULES) | VISITS)
    ines = till.member()
    till.open()
    till.ring("PAIN")
    till.find("Roux")
    till.shows("#earned", "1 passage")
    till.page.get_by_label("Passages").fill("3")
    till.page.get_by_label("Passages").blur()
    till.shows("#earned", "3 passages")
    till.page.keyboard.press("F9")
    assert f"Passages ajoutés{NARROW}: 3" in till.paper()
    assert till.balance(ines) == 3


def test_loyalty_switched_off_leaves_no_trace_on_the_till(till: Till) -> None:
    till.ask("PUT", "/programs/counter/switch", {"on": False})
    till.open()
    till.ring("PAIN")
    till.shows("#total", "4,00 €")
    assert till.page.locator(".customer").is_hidden()
    assert "oint" not in till.page.locator("main").inner_text()
    till.page.keyboard.press("F9")
    said = till.paper()
    assert "oint" not in said
    assert "idélité" not in said


def test_the_till_fits_a_phone(till: Till) -> None:
    till.member()
    till.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    till.open()
    till.ring("PAIN", "GATEAU")
    till.find("Roux")
    till.shows("#balance", "300 points")
    till.visit.check()
