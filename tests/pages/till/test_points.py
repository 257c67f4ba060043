"""Points and vouchers at the loyalty till: what they take off a ticket, and when they may."""

from playwright.sync_api import expect

from loyalty.document import read_program
from tests.pages.till.place import NARROW, RULES, Till
from tests.support.facts import Kiosk
from tests.support.server import connected


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
