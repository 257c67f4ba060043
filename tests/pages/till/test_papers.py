"""Invoices, credit notes and what is paid in parts, at the loyalty till."""

from playwright.sync_api import expect

from tests.pages.till.place import NARROW, Till

FOUR_LINES = ("Points gagnés", "À utiliser jusqu’au", "Nouveau solde", "1 € = 1 point")
"""On every ticket, invoice and credit note (OCT-24 to OCT-27)."""


def test_what_is_kept_and_paid_in_parts_earns_when_the_rest_is_paid(till: Till) -> None:
    page, ines = till.page, till.member()
    till.open()
    till.sell_to("Roux", "GATEAU", "3*PAIN")
    page.get_by_text("Remise, facture, paiement différé").click()
    page.get_by_label("Paiement").select_option("layby")
    page.get_by_label("Reçu maintenant").fill("10")
    till.visit.check()
    page.get_by_role("button", name="Garder le ticket").click()
    number = till.paper().split("N° ")[1].split()[0]
    expect(page.locator("#done-title")).to_contain_text("20,00 €")
    assert till.balance(ines) == 300, "nothing before it is paid"
    page.get_by_role("button", name="Client suivant").click()
    page.keyboard.press("F8")
    page.locator("#return-number").fill(number)
    page.keyboard.press("Enter")
    expect(page.locator("#return-about")).to_contain_text("20,00 €")
    page.get_by_role("button", name="Le reste est payé").click()
    till.paper()
    assert till.balance(ines) == 330


def test_invoices_and_credit_notes_have_their_lines_and_the_invitation(till: Till) -> None:
    page, ines = till.page, till.member()
    till.open()
    page.get_by_text("Remise, facture, paiement différé").click()
    till.sell_to("Roux", "GATEAU")
    page.get_by_label("Papier").select_option("invoice")
    page.get_by_label("Paiement").select_option("on_account")
    page.get_by_role("button", name="Garder le ticket").click()
    unpaid = till.paper()
    assert "FACTURE" in unpaid
    assert "Reste à payer" in unpaid
    assert till.balance(ines) == 300, "taken, and not paid yet"
    page.get_by_role("button", name="Client suivant").click()
    till.sell_to("Roux", "GATEAU")
    page.get_by_label("Papier").select_option("invoice")
    page.get_by_role("button", name="Enregistrer la vente").click()
    invoice = till.paper()
    for said in ("FACTURE", *FOUR_LINES, "/join/lkl_", "valable jusqu’au"):
        assert said in invoice, f"{said} is not on {invoice}"
    page.get_by_role("button", name="Client suivant").click()
    till.find("Roux")
    till.shows("#balance", "318 points")
    page.keyboard.press("F8")
    page.get_by_text("Avoir sans ticket").click()
    page.locator("#note-amount").fill("18")
    page.get_by_role("button", name="Faire l’avoir").click()
    note = till.paper()
    for said in ("AVOIR", "Points déduits", "Nouveau solde"):
        assert said in note, f"{said} is not on {note}"
    assert till.balance(ines) == 300


def test_an_invoice_that_is_kept_earns_once_its_rest_is_paid(till: Till) -> None:
    ines = till.member()
    till.open()
    till.ring("GATEAU")
    till.find("Roux")
    till.page.get_by_role("button", name="Remise points").click()
    till.page.get_by_text("Remise, facture").click()
    till.page.get_by_label("Papier").select_option("Facture")
    till.page.get_by_label("Paiement").select_option("Mis de côté, payé en plusieurs fois")
    till.page.get_by_label("Reçu maintenant").fill("3")
    till.shows("#total", "13,00 €")
    till.page.locator("#record").click()
    said = till.paper()
    expect(till.page.locator("#done-title")).to_contain_text("reste 10,00")
    assert "FACTURE" in said
    assert "Remise fidélité de 5 €" in said, "points are used on invoices by the same rules"
    number = said.split("N° ")[1].split()[0]
    assert till.ask("GET", f"/sales/{number}")["sale"]["channel"] == "invoice"
    assert till.balance(ines) == 0
    till.page.get_by_role("button", name="Client suivant").click()
    till.page.keyboard.press("F8")
    till.page.locator("#return-number").fill(number)
    till.page.keyboard.press("Enter")
    till.page.get_by_role("button", name="Le reste est payé").click()
    assert f"Points gagnés{NARROW}: 13" in till.paper()
    assert till.balance(ines) == 13
