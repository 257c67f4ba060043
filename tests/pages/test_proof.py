"""The whole of it: from an empty server to books that add up, as a merchant goes that way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from backend.app import create_app
from backend.db import Database, shops, tables
from backend.db.migrations import migrate
from backend.keys import new_keyring
from backend.rights import Role
from backend.services.keeping import demo
from backend.services.shop.companies import the_company
from backend.services.shop.shops import Shop
from loyalty.ids import ProgramId, StoreId, TenantId
from tests.pages.visit import Visit
from tests.support.server import Company, serving

SECRET, PASSWORD = "printed-secret", "correct horse battery"
ROWS = 1_000
SLOW_MS = 240_000


@contextmanager
def new_server(chromium: Browser, folder: Path) -> Iterator[Visit]:
    """A server that nobody has used, and its owner's browser."""
    database = Database(f"sqlite:///{folder}/new.db", new_keyring())
    try:
        migrate(database.engine)
        app = create_app(database, first_run=SECRET)
        nothing = Shop(tenant=TenantId(""), store=StoreId(""), program=ProgramId(""))
        empty = Company(database=database, app=app, shop=nothing)
        with (
            serving(app, folder / "first.json") as url,
            Visit.begin(chromium, empty, url) as visit,
        ):
            visit.page.set_default_timeout(SLOW_MS)
            yield visit
    finally:
        database.close()


def open_the_shop(visit: Visit) -> None:
    """First run, with a ready program and demo data; from then on the visit is to that shop."""
    page = visit.open(f"/first-run#{SECRET}")
    page.get_by_label("Votre nom").fill("Lise")
    page.get_by_label("E-mail").fill("lise@shop.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_label("Nom du magasin").fill("Maison Lise")
    page.get_by_label("Fuseau horaire").fill("Europe/Paris")
    page.get_by_label("Remplir le magasin").check()
    page.get_by_role("button", name="Ouvrir le magasin").click()
    page.get_by_text("Votre magasin est prêt").wait_for()
    tenant = the_company(visit.shop.database, "")
    with visit.shop.database.read(tenant) as tx:
        (store,) = shops.stores(tx)
    made = Shop(tenant=tenant, store=store.id, program=store.program)
    visit.shop = replace(visit.shop, shop=made)


def double_the_points(visit: Visit) -> None:
    """A rule edited in words, tried on the past sales, and published."""
    page = visit.open(f"/office/programs/{visit.shop.shop.program}")
    page.get_by_role("link", name="Achat 1 point pour chaque 1,00 € dépensé").click()
    page.get_by_label("ce nombre de points").fill("2")
    expect(page.locator("#tried .earned")).to_contain_text("84")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_text("Gardé dans le brouillon").wait_for()
    page.get_by_role("link", name="Machine à remonter le temps").click()
    page.get_by_role("button", name="Rejouer le passé").click()
    page.locator(".figure", has_text="donnés au total").wait_for()
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Publier").click()
    page.get_by_text("La version 2 est en vigueur").wait_for()


def ring_up(visit: Visit) -> str:
    """Somebody joins at the till and buys for 42 €: the points of the new rule; their id."""
    page = visit.open("/till")
    page.wait_for_selector("body[data-ready]")
    page.keyboard.press("F4")
    page.locator("#join").get_by_label("Prénom").fill("Malo")
    page.get_by_role("button", name="Ajouter le membre").click()
    expect(page.locator("#balance")).to_have_text("50 points")
    page.get_by_text("Ligne libre").first.click()
    page.get_by_label("Désignation").fill("Panier")
    page.locator("#free-price").fill("42")
    page.locator("#free-price").press("Enter")
    expect(page.locator("#earned")).to_have_text("84 points")
    page.keyboard.press("F9")
    expect(page.locator("#done[open] #paper")).to_contain_text("134")
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        mine = select(tables.members.c.id).where(tables.members.c.first_name == "Malo")
        row = tx.first(mine.order_by(tables.members.c.recorded_at.desc()).limit(1))
    assert row is not None
    return str(row.id)


def adjust(visit: Visit, member: str) -> None:
    """Fifteen points by hand, seen in the account at once."""
    page = visit.open(f"/office/members/{member}")
    page.get_by_label("Points", exact=True).fill("15")
    page.get_by_label("Motif").fill("Geste commercial")
    page.get_by_role("button", name="Enregistrer les points").click()
    page.get_by_text("Les points sont enregistrés").wait_for()
    expect(page.locator("main")).to_contain_text("149")


def balances(folder: Path, rows: int, points: int) -> Path:
    """The books of another system: so many customers, and two lines that name nobody."""
    lines = ["Courriel;Prénom;Solde"]
    lines += [f"ancien{number}@mail.example;Ada;{points}" for number in range(rows)]
    lines += [";Ada;12", "pas une adresse;Ada;13"]
    file = folder / "soldes.csv"
    file.write_text("\n".join(lines), "cp1252")
    return file


def bring_in(visit: Visit, file: Path, rows: int) -> None:
    """Send the file, say what its columns mean, try it, and do it: only then points move."""
    before = ledger(visit)
    page = visit.open("/office/imports")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Envoyer le fichier").click()
    page.get_by_role("heading", name="Ce que signifient les colonnes").wait_for()
    visit.check()
    assert page.get_by_label("Adresse e-mail").input_value() == "Courriel"
    assert page.get_by_label("Solde").input_value() == "Solde"
    page.get_by_label("Qui n’est pas encore là").select_option("add")
    page.get_by_role("button", name="Essayer").click()
    page.get_by_role("heading", name="Ce que ferait le fichier").wait_for()
    page.get_by_text("pas encore fait", exact=False).first.wait_for(state="detached")
    assert page.get_by_role("row").count() == 1 + 2, "the two bad rows, with their reasons"
    visit.check()
    assert ledger(visit) == before, "a trial does nothing"
    page.get_by_role("button", name="Importer").click()
    page.get_by_text("Le fichier est importé").wait_for()
    assert shown(visit) == ledger(visit) == before + 7 * rows


def take_back(visit: Visit) -> None:
    """The import undone, from its own page."""
    page = visit.open("/office/imports")
    page.locator("tbody a").first.click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Annuler l’import").click()
    page.get_by_text("L’import est annulé").wait_for()


def ledger(visit: Visit) -> int:
    """The sum of all entries, each counted."""
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        row = tx.first(select(func.sum(tables.entries.c.points).label("points")))
    assert row is not None
    return int(row.points)


def shown(visit: Visit) -> int:
    """What the report says of all that time."""
    since = datetime.now(UTC) - timedelta(days=800)
    page = visit.open(f"/office/reports?from={since:%Y-%m-%d}")
    total = page.locator("[data-total]").inner_text()
    return int("".join(sign for sign in total if sign.isdigit() or sign == "-"))


def refused_to_a_cashier(visit: Visit) -> None:
    """Who sells sees no figures, and cannot go round the page either."""
    visit.page.context.clear_cookies()
    person = visit.as_staff(Role.CASHIER)
    page = visit.open("/office")
    for room in ("Rapports", "Imports", "Bornes et caisses", "Journal d’audit"):
        assert page.get_by_role("link", name=room, exact=True).count() == 0
    for path in ("reports", "imports", "messages", "terminals", "waiting", "audit", "programs"):
        visit.open(f"/office/{path}", status=403)
    answer = requests.get(f"{visit.url}/v1/imports", headers=person.headers, timeout=10)
    assert answer.status_code == 403


def prove(chromium: Browser, folder: Path, rows: int) -> None:
    """All of it, one after the other; the report is the ledger at each step."""
    with new_server(chromium, folder) as visit:
        open_the_shop(visit)
        double_the_points(visit)
        adjust(visit, ring_up(visit))
        before = ledger(visit)
        assert shown(visit) == before
        bring_in(visit, balances(folder, rows, 7), rows)
        take_back(visit)
        assert shown(visit) == ledger(visit) == before
        refused_to_a_cashier(visit)


def test_from_an_empty_server_to_reports_that_equal_the_ledger(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "MEMBERS", 12)
    prove(chromium, tmp_path, ROWS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_same_with_ten_thousand_rows(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "MEMBERS", 12)
    prove(chromium, tmp_path, 10 * ROWS)
