"""Home, reports, imports, messages, machines, approvals, the audit log: as a merchant uses them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from backend.db.daily import Period
from backend.rights import Role
from backend.services.figures import reports
from tests.pages.shop import furnished
from tests.pages.visit import DESK, PHONE, Visit
from tests.support.server import Company, company, serving

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
ROWS = 1_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """One shop that looks lived in, for all of these: no test counts on what another did."""
    folder = tmp_path_factory.mktemp("shop")
    with company(f"sqlite:///{folder}/loyalty.db") as made:
        furnished(made)
        yield made


@pytest.fixture(scope="module")
def address(shop: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where its server answers."""
    with serving(shop.app, tmp_path_factory.mktemp("server") / "address.json") as url:
        yield url


def test_every_page_of_figures_is_a_good_one_at_both_sizes(
    chromium: Browser, shop: Company, address: str
) -> None:
    for size in (DESK, PHONE):
        with Visit.begin(chromium, shop, address, size) as visit:
            visit.as_staff()
            for path in PATHS:
                visit.open(path)
                visit.check() if size is DESK else visit.fits()


def balances(tmp_path: Path, rows: int, points: int) -> Path:
    """The books of another system: so many customers, and two lines that name nobody."""
    lines = ["Courriel;Prénom;Solde"]
    lines += [f"ancien{number}@mail.example;Ada;{points}" for number in range(rows)]
    lines += [";Ada;12", "pas une adresse;Ada;13"]
    file = tmp_path / "soldes.csv"
    file.write_text("\n".join(lines), "cp1252")
    return file


def ledger(shop: Company) -> int:
    """The sum of all entries."""
    now = datetime.now(UTC)
    period = Period(since=now - timedelta(days=400), until=now + timedelta(days=1))
    with shop.database.read(shop.shop.tenant) as tx:
        return sum(program.net for program in reports.activity(tx, period).programs)


def shown(visit: Visit) -> int:
    """What the report says of the same time."""
    page = visit.open(f"/office/reports?from={datetime.now(UTC) - timedelta(days=400):%Y-%m-%d}")
    total = page.locator("[data-total]").inner_text()
    return int("".join(sign for sign in total if sign.isdigit() or sign == "-"))


def bring_in(visit: Visit, file: Path) -> None:
    """Send the file, say what its columns mean, and look at the trial."""
    page = visit.open("/office/imports")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Envoyer le fichier").click()
    page.get_by_role("heading", name="Ce que signifient les colonnes").wait_for()
    visit.check()
    assert page.get_by_label("Adresse e-mail").input_value() == "Courriel"
    assert page.get_by_label("Solde").input_value() == "Solde"
    page.get_by_label("À qui sont ces points").select_option(label="Rennes Halles")
    page.get_by_label("Qui n’est pas encore là").select_option("add")
    page.get_by_role("button", name="Essayer").click()


def journey(visit: Visit, tmp_path: Path, rows: int) -> None:
    """Adjust, bring balances in with a trial, undo them: at each step the report is the ledger."""
    visit.as_staff()
    visit.page.set_default_timeout(120_000)
    page = visit.open("/office/members/member-006")
    page.get_by_label("Points", exact=True).fill("15")
    page.get_by_role("button", name="Enregistrer les points").click()
    page.get_by_text("Les points sont enregistrés").wait_for()
    before = ledger(visit.shop)
    assert shown(visit) == before
    bring_in(visit, balances(tmp_path, rows, 7))
    page.get_by_role("heading", name="Ce que ferait le fichier").wait_for()
    page.get_by_text("pas encore fait", exact=False).first.wait_for(state="detached")
    assert page.get_by_role("row").count() == 1 + 2, "the two bad rows, with their reasons"
    page.get_by_text("ce n’est pas une adresse").wait_for()
    page.get_by_text("elle ne désigne personne").wait_for()
    visit.check()
    assert ledger(visit.shop) == before, "a trial does nothing"
    page.get_by_role("button", name="Importer").click()
    page.get_by_text("Le fichier est importé").wait_for()
    assert ledger(visit.shop) == before + 7 * rows
    assert shown(visit) == before + 7 * rows
    visit.open("/office/imports").locator("tbody a").first.click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Annuler l’import").click()
    page.get_by_text("L’import est annulé").wait_for()
    assert shown(visit) == ledger(visit.shop) == before


def test_balances_are_adjusted_brought_in_and_undone_and_reports_equal_the_ledger(
    visit: Visit, tmp_path: Path
) -> None:
    journey(visit, tmp_path, ROWS)


@pytest.mark.slow
def test_ten_thousand_balances_are_brought_in_and_undone(visit: Visit, tmp_path: Path) -> None:
    journey(visit, tmp_path, 10 * ROWS)


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


def test_a_cashier_is_refused_what_is_not_for_them(visit: Visit) -> None:
    visit.as_staff(Role.CASHIER)
    page = visit.open("/office")
    for room in ("Rapports", "Imports", "Bornes et caisses", "Journal d’audit"):
        assert page.get_by_role("link", name=room, exact=True).count() == 0
    for path in ("reports", "imports", "messages", "terminals", "waiting", "audit"):
        visit.open(f"/office/{path}", status=403)


def test_a_kiosk_gets_its_code_and_a_till_its_key_once(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/terminals")
    page.locator("#kiosk-name").fill("Borne du fond")
    page.get_by_role("button", name="Ajouter, et montrer son code").click()
    page.get_by_role("heading", name="Tapez ce code sur la borne").wait_for()
    assert page.locator(".code").inner_text().strip()
    page = visit.open("/office/terminals")
    assert page.locator(".code").count() == 0
    page.get_by_role("heading", name="Borne du fond").wait_for()


def test_a_mail_is_written_looked_at_and_ours_again(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/messages/welcome/fr")
    page.get_by_label("Objet").fill("Coucou {{ first_name }}")
    page.get_by_role("button", name="Aperçu").click()
    page.get_by_text("Coucou Camille").wait_for()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("vos mots").first.wait_for()
    page.get_by_role("button", name="Revenir à nos mots").click()
    page.get_by_text("Ce sont de nouveau nos mots").wait_for()
    page.get_by_label("Objet").fill("{{ nothing }}")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Objet").input_value() == "{{ nothing }}"
