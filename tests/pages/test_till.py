"""The loyalty till in a real browser: a client of the public API, and of nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from backend.rights import Role
from backend.services.programs.presets import preset_document
from loyalty.document import read_program
from tests.pages.visit import PHONE, Visit
from tests.support.counter import document
from tests.support.facts import Kiosk
from tests.support.server import Company, company, connected, new_id
from tests.support.staff import AtWork, at_work

FULL = {"fr": "Carte complète", "en": "Card complete"}
BELL = {"id": "full", "points": 330, "message": FULL, "on_receipt": True}
RULES = document(invitations={"active": True}, alerts=[BELL])
NARROW = "\u202f"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """The till of a baker's shop, with a cashier at it, and the owner's own way to the API."""

    visit: Visit
    owner: AtWork

    @property
    def page(self) -> Page:
        return self.visit.page

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """What the API answers the owner; it must be done."""
        answer = requests.request(
            method,
            f"{self.visit.url}/v1{path}",
            json=body,
            headers=self.owner.headers,
            timeout=10,
        )
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def member(self, **said: object) -> str:
        """Somebody with the 300 points that joining gives."""
        told = {"id": new_id(), "first_name": "Inès", "last_name": "Roux"} | said
        return str(self.ask("POST", "/members", told)["id"])

    def balance(self, member: str) -> int:
        return int(self.ask("GET", f"/members/{member}/record")["accounts"][0]["balance"])

    def adjust(self, member: str, points: int) -> None:
        body = {"id": new_id(), "member": member, "points": points, "nature": "correction"}
        self.ask("POST", "/adjustments", body)

    def rules(self, document: dict[str, Any]) -> None:
        """Another version of the program is in force."""
        self.ask("PUT", "/programs/counter/draft", {"document": document})
        self.ask("POST", "/programs/counter/publication", {"version": document["version"]})

    def open(self) -> None:
        """The page, ready for the first customer."""
        self.visit.open("/till")
        self.page.wait_for_selector("body[data-ready]")

    def ring(self, *typed: str) -> None:
        """Articles as they are typed or scanned."""
        for each in typed:
            self.page.locator("#find").fill(each)
            self.page.locator("#find").press("Enter")
            expect(self.page.locator("#find")).to_have_value("")

    def sell_to(self, typed: str, *articles: str) -> None:
        """Articles, for a customer who is known."""
        self.ring(*articles)
        self.find(typed)
        expect(self.page.locator("#balance")).not_to_have_text("–")

    def find(self, typed: str) -> None:
        """A customer, by whatever they show or say."""
        self.page.keyboard.press("F3")
        self.page.locator("#member-find").fill(typed)
        self.page.keyboard.press("Enter")

    def shows(self, place: str, text: str) -> None:
        """That place of the page says that, as soon as the server has answered."""
        expect(self.page.locator(place)).to_have_text(text)

    def paper(self) -> str:
        """What is printed, once it is there."""
        self.page.locator("#done[open] #paper .loyalty").wait_for()
        return self.page.locator("#paper").inner_text().replace("\u00a0", " ")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    """A shop where points pay, under the program of the tests of the counter."""
    with company(f"sqlite:///{tmp_path}/loyalty.db", program=RULES) as made:
        yield made


@pytest.fixture
def till(visit: Visit) -> Till:
    """A cashier at the till of a shop that sells bread, cake, and a card that costs two euros."""
    made = Till(visit=visit, owner=at_work(visit.shop))
    for code, name, price, family in (
        ("PAIN", "Pain de campagne", 4_00, "Pains"),
        ("GATEAU", "Gâteau aux noix", 18_00, "Pâtisserie"),
        ("CARTE", "Carte en bois", 2_00, "Divers"),
    ):
        body = {"name": name, "price": price, "family": family, "earns": code != "CARTE"}
        made.ask("PUT", f"/products/{code}", body)
    made.ask("PUT", "/card-types/wood", {"name": "Carte bois", "paid": True, "article": "CARTE"})
    visit.as_staff(Role.CASHIER)
    return made


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
    assert "1 × Pain de campagne" in till.paper()
    assert till.balance(ines) == 286 - 3 + 5, "its share of what was earned, and of what was spent"
    till.page.get_by_role("button", name="Client suivant").click()
    till.page.keyboard.press("F8")
    till.page.locator("#return-number").fill(number)
    till.page.keyboard.press("Enter")
    till.page.get_by_role("button", name="Annuler tout le ticket").click()
    assert "Ce ticket est annulé" in till.paper()
    assert till.balance(ines) == 300


def test_the_points_discount_is_hidden_at_299_and_shown_at_300(till: Till) -> None:
    ines = till.member()
    till.adjust(ines, -1)
    till.open()
    till.ring("GATEAU")
    till.find("roux")
    till.shows("#balance", "299 points")
    remise = till.page.get_by_role("button", name="Remise points")
    expect(till.page.locator("#nearest")).to_contain_text("1 point pour")
    assert remise.count() == 0
    till.adjust(ines, 400)
    till.ring("PAIN")
    remise.dblclick()
    till.shows("#total", "17,00 €")
    assert till.balance(ines) == 399, "a double click is one wish"
    till.open()
    expect(till.page.locator("#lines")).to_contain_text("Remise fidélité de 5 €")
    till.shows("#total", "17,00 €")
    till.ring("PAIN")
    expect(till.page.locator("#news")).to_contain_text("ses points sont rendus")
    till.shows("#total", "26,00 €")
    assert till.balance(ines) == 699


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


def test_paying_all_with_points_is_grey_while_the_balance_is_short(till: Till) -> None:
    till.member()
    till.open()
    till.ring("GATEAU", "PAIN", "PAIN", "PAIN")
    till.find("Inès")
    everything = till.page.get_by_role("button", name="Tout payer en points")
    expect(everything).to_be_enabled()
    till.ring("PAIN")
    expect(everything).to_be_disabled()
    till.page.get_by_role("button", name="Un de moins").last.click()
    expect(everything).to_be_enabled()
    everything.click()
    till.shows("#total", "0,00 €")
    till.page.keyboard.press("F9")
    assert "Payé en points" in till.paper()


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


def test_a_full_card_is_told_and_its_gift_taken_now_or_later(till: Till) -> None:
    ines = till.member(note="Allergique aux noix", note_alert=True)
    till.open()
    till.find("Roux")
    till.page.locator("#alert[open]").get_by_text("Allergique aux noix").wait_for()
    till.page.get_by_role("button", name="C’est lu").click()
    till.ring("2*GATEAU")
    expect(till.page.locator("#messages")).to_contain_text("Carte complète")
    till.page.locator("#record").click()
    assert till.paper().count("Carte complète") == 1, "printed too, where the merchant wants it"
    expect(till.page.locator("#done-messages")).to_contain_text("Carte complète")
    till.page.locator("#take-list").get_by_role("button", name="Un café").click()
    expect(till.page.locator("#done-messages")).to_contain_text("Un café")
    assert till.balance(ines) == 336 - 100


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


def test_loyalty_switched_off_leaves_no_trace_on_the_till(till: Till) -> None:
    till.ask("PUT", "/programs/counter/switch", {"on": False})
    till.open()
    till.ring("PAIN")
    till.shows("#total", "4,00 €")
    assert till.page.locator(".customer").is_hidden()
    till.page.keyboard.press("F9")
    assert "oint" not in till.paper()


def test_a_voucher_of_the_kiosk_is_looked_at_and_taken_once(till: Till) -> None:
    ines = till.member()
    with connected(till.visit.shop, till.visit.url) as line:
        kiosk = Kiosk(claimed=line.claimed, program=read_program(RULES))
        asked = kiosk.request(ines).model_copy(update={"reward": "coffee"})
        code = line.terminal.hold(asked, 5).voucher.code
    till.open()
    till.page.keyboard.press("F6")
    dialog = till.page.locator("#voucher")
    dialog.get_by_label("Code").fill(code.lower())
    till.page.keyboard.press("Enter")
    expect(dialog.locator("#voucher-gift")).to_have_text("Un café")
    till.visit.check()
    dialog.get_by_role("button", name="Le prendre").click()
    expect(till.page.locator("#news")).to_contain_text("Un café")
    till.page.keyboard.press("F6")
    dialog.get_by_label("Code").fill(code)
    till.page.keyboard.press("Enter")
    refused = dialog.get_by_role("alert")
    expect(refused).to_contain_text("Ce bon a déjà été utilisé")
    expect(refused).to_contain_text("Maison Lise")
    expect(dialog.get_by_role("button", name="Le prendre")).to_be_hidden()


def test_a_voucher_worth_money_pays_a_part_of_the_ticket_and_reduces_what_it_earns(
    till: Till,
) -> None:
    ines = till.member()
    with connected(till.visit.shop, till.visit.url) as line:
        kiosk = Kiosk(claimed=line.claimed, program=read_program(RULES))
        asked = kiosk.request(ines).model_copy(update={"reward": "five"})
        code = line.terminal.hold(asked, 5).voucher.code
    till.open()
    till.ring("GATEAU")
    till.find("Roux")
    till.page.keyboard.press("F6")
    dialog = till.page.locator("#voucher")
    dialog.get_by_label("Code").fill(code)
    till.page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Le mettre sur le ticket").click()
    till.shows("#total", "13,00 €")
    till.shows("#earned", "13 points")
    till.visit.check()
    till.page.keyboard.press("F9")
    said = till.paper()
    assert "Payé en bons" in said
    assert f"Points gagnés{NARROW}: 13" in said
    number = said.split("N° ")[1].split()[0]
    paid = till.ask("GET", f"/sales/{number}")["sale"]["payments"]
    assert [(each["means"], each["amount"]) for each in paid] == [("voucher", 500), ("money", 1300)]
    till.page.get_by_role("button", name="Client suivant").click()
    till.page.keyboard.press("F6")
    dialog.get_by_label("Code").fill(code)
    till.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Ce bon a déjà été utilisé")


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


def test_the_till_fits_a_phone(till: Till) -> None:
    till.member()
    till.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    till.open()
    till.ring("PAIN", "GATEAU")
    till.find("Roux")
    till.shows("#balance", "300 points")
    till.visit.check()
