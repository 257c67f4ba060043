"""Home, reports, imports, messages, machines, approvals, the audit log: as a merchant uses them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import and_, func, select

from backend.db import tables
from backend.rights import Role
from backend_client.rest.terminal import claim
from backend_client.schemas.terminals import ClaimRequest
from tests.pages.visit import DESK, PHONE, Visit
from tests.support.server import Company

PATHS = (
    "/office",
    "/office/reports?now=1&from=2026-06-01",
    "/office/reports/trend?now=1",
    "/office/reports/retention?now=1",
    "/office/reports/gifts?now=1&from=2026-06-01",
    "/office/reports/discounts?now=1&from=2026-06-01",
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


ALL_OF_IT = "now=1&from=2026-01-01"


def test_gifts_and_what_they_bring_are_the_ledgers_figures(visit: Visit) -> None:
    """GLO-13 to GLO-15: what the pages say of gifts is what the books hold, and so is the file."""
    visit.as_staff()
    page = visit.open("/office/reports")
    page.locator(".tabs a[href$='/gifts']").click()
    page = visit.open(f"/office/reports/gifts?{ALL_OF_IT}")
    visit.check()
    points, cost = _figure(page, "Points qu’ils ont coûtés"), _figure(page, "Leur coût")
    spent = -_moved(visit, ("redeem",)) - _undone(visit, "redeem")
    assert points == spent > 0
    assert cost == 5 * spent, "in cents, at five a point"
    rows = page.locator("tbody tr").filter(has_not_text="Repris")
    told = [int(_digits(each)) for each in rows.locator("[data-label=Points]").all_inner_texts()]
    assert sum(told) == points
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    file = csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig")))
    kept = [row for row in file if row["state"] != "voided"]
    assert sum(int(row["points"]) for row in kept) == points
    assert sum(round(float(row["cost"]) * 100) for row in kept) == cost
    assert {(row["unit"], row["currency"]) for row in kept} == {("points", "EUR")}
    page = visit.open(f"/office/reports/uplift?{ALL_OF_IT}")
    cells = page.locator("table").first.locator("tbody tr").first
    earned, lost = _moved(visit, ("earn", "welcome")), -_moved(visit, ("expiry", "forfeit"))
    assert _percent(cells, "Taux d’utilisation") == round(10_000 * spent / earned)
    if lost:
        assert _percent(cells, "Points perdus") == round(10_000 * lost / (lost + spent))
    assert int(_digits(cells.locator("[data-label='Coût des cadeaux']").inner_text())) == cost
    lately = datetime.now(UTC) - timedelta(days=60)
    page = visit.open(f"/office/reports/uplift?now=1&from={lately:%Y-%m-%d}")
    compared = page.locator("[data-label='Combien']").all_inner_texts()
    took, rest = (int(_digits(each)) for each in compared)
    # Of those who had joined before that time, each is on one side.
    assert took > 0
    assert took + rest == _members(visit, before=lately)


def _figure(page: Page, label: str) -> int:
    figure = page.locator(".figure").filter(has=page.get_by_text(label, exact=True))
    return int(_digits(figure.locator(".value").inner_text()))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _percent(row: Locator, label: str) -> int:
    """Basis points, as the page writes them: "12,34 %", or "12,3 %"."""
    said = row.locator(f"[data-label='{label}']").inner_text().split("\u202f")[0]
    return round(float(said.replace(",", ".")) * 100)


def _moved(visit: Visit, kinds: tuple[str, ...]) -> int:
    table = tables.entries
    wanted = select(func.coalesce(func.sum(table.c.points), 0)).where(table.c.kind.in_(kinds))
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        return int(tx.rows(wanted)[0][0])


def _undone(visit: Visit, kind: str) -> int:
    """What came back of that kind: a merge undoes a welcome too."""
    table, about = tables.entries, tables.entries.alias()
    wanted = (
        select(func.coalesce(func.sum(table.c.points), 0))
        .join(about, and_(about.c.tenant == table.c.tenant, about.c.id == table.c.about))
        .where(table.c.kind == "reversal", about.c.kind == kind)
    )
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        return int(tx.rows(wanted)[0][0])


def _members(visit: Visit, before: datetime) -> int:
    table = tables.members
    there = table.c.enrolled_at < before.replace(hour=0), table.c.wallet == 0
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        return int(tx.rows(select(func.count()).select_from(table).where(*there))[0][0])


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
    page.locator("#pages-name").fill("Boutique")
    page.locator("section", has=page.locator("#pages-name")).get_by_role("button").click()
    key = {"Authorization": f"Bearer {page.locator('.code').inner_text()}"}
    may = page.get_by_role("row", name="Boutique").locator("[data-label='Peut']")
    expect(may).to_have_text("Dire ce que rapporterait un panier, pour personne en particulier")
    found = requests.post(f"{visit.url}/v1/members/find", json={}, headers=key, timeout=10)
    assert found.status_code == 403, "whoever reads the page reads the key"


def test_a_mail_is_written_looked_at_and_ours_again(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/messages/welcome/fr")
    page.get_by_label("Objet").fill("Coucou ")
    page.get_by_role("button", name="Insérer\u202f: Prénom du lecteur").click()
    assert page.get_by_label("Objet").input_value() == "Coucou [prénom]"
    page.get_by_role("button", name="Aperçu").click()
    page.get_by_text("Coucou Camille").wait_for()
    sheet = page.frame_locator("iframe.mail").locator("body")
    expect(sheet).to_contain_text("Camille")
    # Its looks are written into it, and the page's policy lets them in and no others.
    assert sheet.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(251, 246, 238)"
    page.get_by_role("radio", name="Texte seul").check()
    expect(page.locator("iframe.mail")).to_be_hidden()
    expect(page.locator("pre.letter")).to_contain_text("Camille")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("vos mots").first.wait_for()
    page.get_by_role("button", name="Revenir à nos mots").click()
    page.get_by_text("Ce sont de nouveau nos mots").wait_for()
    page.get_by_label("Objet").fill("[prenon]")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("[prenon] n’existe pas")
    assert page.get_by_label("Objet").input_value() == "[prenon]"
    page = visit.open("/office/messages/voucher/fr")
    code = page.frame_locator("iframe.mail").get_by_role("img")
    assert code.evaluate("each => each.naturalWidth") > 100, "what a till scans is in the picture"
    page.get_by_label("À cette adresse").fill("essai@mail.example")
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_text("L’essai est en route").wait_for()
    trial = page.locator("tbody tr").filter(has_text="Une adresse").first
    trial.get_by_role("button", name="Arrêter", exact=True).click()
    page.get_by_text("L’envoi est arrêté").wait_for()


def test_what_stores_owe_each_other_sums_to_zero_on_the_page(visit: Visit) -> None:
    """F10: what one gets is what the others pay, to the cent, line by line and in the end."""
    visit.as_staff()
    page = visit.open("/office/stores/clearing")
    owed: dict[str, int] = {}
    for row in page.locator("table").first.locator("tbody tr").all():
        debtor, creditor, _, value = (cell.inner_text() for cell in row.locator("td").all())
        owed[debtor] = owed.get(debtor, 0) - _cents(value)
        owed[creditor] = owed.get(creditor, 0) + _cents(value)
    assert len(owed) > 1, "points were given here and spent there"
    assert sum(owed.values()) == 0
    net = [
        row.locator("td").all_inner_texts()
        for row in page.locator("table").last.locator("tbody tr").all()
    ]
    assert {store: _cents(value) for store, value in net} == owed


def _cents(text: str) -> int:
    sign = -1 if "−" in text or "-" in text else 1
    return sign * int("".join(each for each in text if each.isdigit()))
