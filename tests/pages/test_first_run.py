"""The first two minutes: an owner, a shop from a ready program, and the ways to a password."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from backend.app import create_app
from backend.db import Database, shops, tables
from backend.db.migrations import migrate
from backend.keys import new_keyring
from backend.services.keeping import demo
from backend.services.shop.companies import the_company
from backend.services.team import staff as people
from tests.pages.visit import PHONE, Visit
from tests.support.server import Company, serving
from tests.support.staff import at_work

PASSWORD = "correct horse battery"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/new.db", new_keyring())
    migrate(made.engine)
    yield made
    made.close()


def test_the_first_owner_opens_a_shop_with_demo_data(
    database: Database, chromium: Browser, shop: Company, tmp_path: Path
) -> None:
    app = create_app(database, first_run="printed-secret")
    with (
        serving(app, tmp_path / "first.json") as url,
        Visit.begin(chromium, shop, url, PHONE) as visit,
    ):
        page = visit.open("/first-run#printed-secret")
        assert "printed-secret" not in page.url
        assert page.get_by_label("Fuseau horaire").input_value() != ""
        visit.check()
        page.get_by_label("Votre nom").fill("Lise")
        page.get_by_label("E-mail").fill("lise@shop.example")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_label("Nom du magasin").fill("Maison Lise")
        page.get_by_label("Fuseau horaire").fill("Nowhere/Else")
        page.get_by_label("Carte à tampons").check()
        page.get_by_label("Remplir le magasin").check()
        page.get_by_role("button", name="Ouvrir le magasin").click()
        page.get_by_role("alert").wait_for()
        assert page.get_by_label("Nom du magasin").input_value() == "Maison Lise"
        assert page.get_by_label("Carte à tampons").is_checked()
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_label("Fuseau horaire").fill("Europe/Paris")
        page.get_by_role("button", name="Ouvrir le magasin").click()
        page.get_by_text("Votre magasin est prêt").wait_for()
        with database.read(the_company(database, "")) as tx:
            assert len(tx.rows(select(tables.members.c.id))) == demo.MEMBERS
            (store,) = shops.stores(tx)
            program = shops.program(tx, store.program)
            assert program is not None
            assert (program.id, program.name["fr"]) == ("cafe-stamp-card", "Carte Maison Lise")
        again = visit.open("/first-run#printed-secret")
        again.get_by_role("heading", name="Ce serveur a déjà son propriétaire").wait_for()
        visit.check()


def test_an_invited_person_chooses_a_password_once_and_looks_after_it(visit: Visit) -> None:
    invited = at_work(visit.shop).person
    tenant = visit.shop.shop.tenant
    link = visit.shop.database.run(tenant, people.invite, invited.id, actor="system")
    page = visit.open(f"/password#{link}")
    visit.check()
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Garder ce mot de passe").click()
    page.get_by_text("Votre mot de passe est gardé").wait_for()
    page.goto("about:blank")  # the same page with another # would not be loaded anew
    page = visit.open(f"/password#{link}")
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Garder ce mot de passe").click()
    page.get_by_role("alert").wait_for()
    page = visit.open("/office/me")
    visit.check()
    page.get_by_label("Nouveau code").fill("123456")
    page.get_by_role("button", name="Garder ce code").click()
    page.get_by_text("les bornes le connaissent").wait_for()
    page.get_by_label("À quoi il sert").fill("Comptabilité")
    page.get_by_role("button", name="Créer un jeton").click()
    assert page.locator("code.secret").inner_text().startswith("lk")
    page.get_by_role("row", name="Comptabilité").get_by_role("button", name="Fermer").click()
    page.get_by_text("Cet accès est fermé").wait_for()
    page.get_by_label("Mot de passe actuel").fill("not that one at all")
    page.get_by_label("Nouveau mot de passe").fill("another horse battery")
    page.get_by_role("button", name="Changer le mot de passe").click()
    page.get_by_role("alert").wait_for()


def test_a_forgotten_password_is_asked_for_without_telling_who_works_here(visit: Visit) -> None:
    page = visit.open("/sign-in")
    page.get_by_role("link", name="Mot de passe oublié").click()
    # This server has no mail: whoever forgot theirs asks an owner.
    page.get_by_text("Ce serveur n’envoie pas de courrier").wait_for()
    visit.check()
