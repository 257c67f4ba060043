"""Home, reports, imports, messages, machines, approvals, the audit log: as a merchant uses them."""

import pytest
from playwright.sync_api import Browser, expect

from backend.rights import Role
from backend_client.rest import claim
from backend_client.schemas import ClaimRequest
from tests.pages.visit import DESK, PHONE, Visit
from tests.support.server import Company

PATHS = (
    "/office",
    "/office/reports?now=1&from=2026-06-01",
    "/office/reports/trend?now=1",
    "/office/reports/retention?now=1",
    "/office/reports/gifts?now=1&from=2026-06-01",
    "/office/reports/campaigns?now=1",
    "/office/reports/uplift?now=1",
    "/office/reports/liability?now=1",
    "/office/reports/accounting?now=1",
    "/office/imports",
    "/office/messages",
    "/office/messages/welcome/fr",
    "/office/messages/outbox",
    "/office/terminals",
    "/office/waiting",
    "/office/audit",
)


@pytest.fixture
def shop(lived_in: Company) -> Company:
    """For all of these: no test counts on what another did."""
    return lived_in


@pytest.fixture
def address(lived_in_address: str) -> str:
    """Where its server answers."""
    return lived_in_address


def test_every_page_of_figures_is_a_good_one_at_both_sizes(
    chromium: Browser, shop: Company, address: str
) -> None:
    for size in (DESK, PHONE):
        with Visit.begin(chromium, shop, address, size) as visit:
            visit.as_staff()
            for path in PATHS:
                visit.open(path)
                visit.check() if size is DESK else visit.fits()


def test_a_second_person_decides_and_nobody_decides_on_what_they_asked(visit: Visit) -> None:
    visit.as_staff(Role.MANAGER)
    page = visit.open("/office/members/member-007")
    page.get_by_label("Points", exact=True).fill("900")
    page.get_by_role("button", name="Enregistrer les points").click()
    page.get_by_text("Une deuxième personne doit encore être d’accord").wait_for()
    page = visit.open("/office/waiting")
    page.get_by_text("Quelqu’un d’autre décide").wait_for()
    visit.as_staff()
    page = visit.open("/office/waiting")
    page.locator(".task", has_text="+900").get_by_role("button", name="Accepter").click()
    page.get_by_text("Accepté, et fait").wait_for()
    page = visit.open("/office/members/member-007/points")
    page.get_by_text("+900").wait_for()


def test_a_kiosk_gets_its_code_and_a_till_its_key_once(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/terminals")
    page.locator("#kiosk-name").fill("Borne du fond")
    page.get_by_role("button", name="Ajouter, et montrer son code").click()
    page.get_by_role("heading", name="Tapez ce code sur la borne").wait_for()
    code = page.locator(".code").inner_text()
    assert visit.url in page.get_by_role("status").inner_text()
    assert claim(visit.url, ClaimRequest(code=code)).name == "Borne du fond"
    page = visit.open("/office/terminals")
    assert page.locator(".code").count() == 0
    page.get_by_role("heading", name="Borne du fond").wait_for()


def test_a_mail_is_written_looked_at_and_ours_again(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/messages/welcome/fr")
    page.get_by_label("Objet").fill("Coucou ")
    page.get_by_role("button", name="Insérer\u202f: Prénom du lecteur").click()
    assert page.get_by_label("Objet").input_value() == "Coucou [prénom]"
    page.get_by_role("button", name="Aperçu").click()
    page.get_by_text("Coucou Camille").wait_for()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("vos mots").first.wait_for()
    page.get_by_role("button", name="Revenir à nos mots").click()
    page.get_by_text("Ce sont de nouveau nos mots").wait_for()
    page.get_by_label("Objet").fill("[prenon]")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("[prenon] n’existe pas")
    assert page.get_by_label("Objet").input_value() == "[prenon]"
