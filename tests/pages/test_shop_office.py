"""What a shop sells and gives, where and by whom: products, gifts, campaigns, stores, staff."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from backend.api.callers import COOKIE
from backend.db import catalogue, gifts, programs, shops
from backend.db.programs import Message
from backend.rights import Role
from backend.services.programs.presets import preset_document
from backend.services.programs.programs import publish, put_draft
from backend.services.shop import catalogue as catalogue_of
from backend.services.shop import stores
from backend.services.shop.gifts import put_gift
from backend_client.schemas.catalogue import GiftBody, PriceBookBody
from backend_client.schemas.programs import Publication
from backend_client.schemas.stores import StoreSettings
from tests.pages.visit import DESK, PHONE, Visit
from tests.support.members import join
from tests.support.merchant import png
from tests.support.server import PROGRAM


def _press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def _with_campaign(visit: Visit) -> None:
    """A version with a campaign on Thursdays is in force."""
    document = json.loads(PROGRAM)
    weekly = {"id": "thursdays", "name": {"fr": "Jeudis doubles"}, "give": {"times": "2"}}
    document["campaigns"] = [weekly | {"weekdays": ["thursday"]}]
    _publish(visit, document)


def _publish(visit: Visit, document: dict[str, Any]) -> None:
    tenant, program = visit.shop.shop.tenant, visit.shop.shop.program
    document = document | {"id": program}
    visit.shop.database.run(tenant, put_draft, program, document, actor="system")
    visit.shop.database.run(tenant, publish, program, Publication(version=2), actor="system")


def test_products_are_added_found_excluded_and_come_from_files(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/products/new")
    page.get_by_label("Code", exact=True).fill("SAVON")
    page.get_by_label("Nom", exact=True).fill("Savon artisanal")
    page.get_by_label("Prix TTC").fill("7,90")
    page.get_by_label("Son propre nombre de points").check()
    _press(page, "Garder")
    expect(page.get_by_role("alert")).to_contain_text("À remplir")
    page.get_by_role("textbox", name="Points par pièce").fill("15")
    page.get_by_label("Points pour en avoir un").fill("300")
    _press(page, "Garder")
    page.get_by_text("Savon artisanal est gardé").wait_for()
    _press(page, "Ajouter ces articles")
    page.get_by_text("5 articles ajoutés").wait_for()
    page.get_by_label("Code ou nom").fill("artisan")
    expect(page.get_by_role("link", name="Frais de port")).to_have_count(0)
    expect(page.get_by_text("15 chacun")).to_be_visible()
    _come_from_a_file(visit)
    _leave_out_a_pack(visit, "MIEL", "SAVON × 2")
    page = visit.open("/office/price-codes")
    page.get_by_label("Code", exact=True).fill("PRO")
    page.get_by_label("Nom", exact=True).fill("Professionnels")
    page.get_by_label("Les ventes à ce tarif donnent des points").uncheck()
    _press(page, "Ajouter")
    page.get_by_label("Code article").fill("SAVON")
    page.get_by_label("Prix (EUR)").fill("5")
    _press(page, "Garder")
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        soap = catalogue.product(tx, "SAVON")
        assert soap is not None
        assert (soap.name, soap.price, soap.points) == ("Savon de Marseille", 850, 15)
        assert soap.gift_points == 300
        (book,) = catalogue.books(tx)
        assert (book.id, book.earns) == ("PRO", False)
        (line,) = catalogue.lines_after(tx, "PRO", None, 10)
        assert (line.product, line.price) == ("SAVON", 500)


def _come_from_a_file(visit: Visit) -> None:
    """Written as the reader's spreadsheet does, tried first, then taken."""
    page = visit.open("/office/products/import")
    with page.expect_download() as saved:
        page.get_by_role("main").get_by_role("link", name="Exporter").click()
    written = Path(saved.value.path()).read_text("utf-8-sig")
    assert "SAVON;Savon artisanal;article;7,90;" in written, "as a French spreadsheet reads it"
    assert _tried(page, written.encode()) == ["6", "0", "0", "6"], "read back, it changes nothing"
    _tried(page, b"id;name;price\nMIEL;Miel;8,905\n")
    page.get_by_text("écrivez un montant, comme 12,50, ou rien").wait_for()
    rows = b"id;name;price\nSAVON;Savon de Marseille;8,50\nMIEL;Miel;1 008,9\n"
    sent = {"name": "products.csv", "mimeType": "text/csv", "buffer": rows}
    assert _tried(page, rows) == ["2", "1", "1", "0"]
    page.get_by_text("Le fichier convient").wait_for()
    expect(page.get_by_role("row", name="Miel")).to_contain_text("1\u202f008,90")
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        assert catalogue.product(tx, "MIEL") is None
    page.get_by_label("Fichier").set_input_files(sent)  # type: ignore[arg-type] # as above
    _press(page, "Importer pour de bon")
    page.get_by_text("Ajoutés\u202f: 1. Modifiés\u202f: 1.").wait_for()


def _tried(page: Page, file: bytes) -> list[str]:
    """What the file would do: rows, new, changed, as they are."""
    sent = {"name": "products.csv", "mimeType": "text/csv", "buffer": file}
    page.get_by_label("Fichier").set_input_files(sent)  # type: ignore[arg-type] # Playwright's FilePayload
    _press(page, "Essayer d’abord")
    return page.locator(".figure .value").all_inner_texts()


def _leave_out_a_pack(visit: Visit, product: str, holds: str) -> None:
    page = visit.open(f"/office/products/{product}")
    page.get_by_label("Rien").check()
    page.get_by_label("Un lot de").fill(holds)
    _press(page, "Garder")
    page.get_by_text("est gardé").wait_for()
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        pack = catalogue.product(tx, product)
        assert pack is not None
        assert (pack.earns, len(pack.components)) == (False, 1)


def test_where_loyalty_is_money_every_form_takes_amounts(visit: Visit) -> None:
    visit.as_staff()
    _publish(visit, json.loads(preset_document("lightspeed")))
    tenant = visit.shop.shop.tenant
    page = visit.open("/office/products/new")
    page.get_by_label("Code", exact=True).fill("SAVON")
    page.get_by_label("Nom", exact=True).fill("Savon")
    page.get_by_label("Son propre nombre de points").check()
    page.get_by_role("textbox", name="Montant de fidélité par pièce (EUR)").fill("1,50")
    _press(page, "Garder")
    page.get_by_role("link", name="Savon").click()
    amount = page.get_by_role("textbox", name="Montant de fidélité par pièce (EUR)")
    assert amount.input_value() == "1,50"
    with visit.shop.database.read(tenant) as tx:
        soap = catalogue.product(tx, "SAVON")
        assert soap is not None
        assert soap.points == 150
    visit.shop.database.run(tenant, catalogue_of.put_book, "PRO", PriceBookBody(name="Pro"))
    page = visit.open("/office/price-codes/PRO")
    page.get_by_label("Code article").fill("SAVON")
    page.get_by_label("Montant de fidélité par pièce (EUR)").fill("0,75")
    page.get_by_label("Prix (EUR)").fill("-5")
    page.get_by_role("button", name="Garder", exact=True).first.click()
    expect(page.get_by_role("row", name="SAVON")).to_contain_text("0,75")
    page = visit.open("/office/gifts/new")
    page.get_by_label("Nom (Français)").fill("Une tasse")
    page.get_by_label("Montant de fidélité qu’il coûte (EUR)").fill("12,50")
    _press(page, "Garder")
    page.get_by_text("Le cadeau est gardé").wait_for()
    with visit.shop.database.write(tenant) as tx:
        somebody = join(tx)
        (line,) = catalogue.lines_after(tx, "PRO", None, 10)
        assert (line.points, line.price) == (75, -5_00), "a discount is a price below zero"
        (gift,) = gifts.gifts_after(tx, None, 10)
        assert gift.points == 12_50
    page = visit.open(f"/office/members/{somebody}")
    page.get_by_label("Montant de fidélité (EUR)").fill("2,50")
    page.get_by_label("Motif").fill("Geste")
    page.get_by_role("button", name="Enregistrer les points").click()
    expect(page.locator(".figure.strong")).to_contain_text("2,50\u00a0€")
    page = visit.open("/office/members?hand=1&points_from=2,5")
    page.get_by_label("Points pour Camille").fill("-0,50")
    page.get_by_label("Motif").fill("Erreur")
    page.get_by_role("button", name="Enregistrer les points").click()
    page.get_by_text("1 compte est corrigé").wait_for()
    _old_points_become_money(visit)
    page = visit.open("/office/members?points_from=2,01")
    expect(page.get_by_role("link", name="Camille")).to_have_count(0)
    page = visit.open("/office/members?points_from=2")
    expect(page.get_by_role("link", name="Camille")).to_have_count(1)


def _old_points_become_money(visit: Visit) -> None:
    """LSX-49: a thousand points of another system, at a cent each, are ten euros."""
    old = b"Courriel;Solde\nancienne@mail.example;1000\n"
    page = visit.open("/office/imports")
    sent = {"name": "soldes.csv", "mimeType": "text/csv", "buffer": old}
    page.get_by_label("Fichier").set_input_files(sent)  # type: ignore[arg-type] # Playwright's FilePayload
    page.get_by_role("button", name="Envoyer le fichier").click()
    page.get_by_label("Un des leurs vaut tant des nôtres").fill("0,01")
    page.get_by_label("Qui n’est pas encore là").select_option("add")
    page.get_by_role("button", name="Essayer").click()
    expect(page.locator(".figure.strong")).to_contain_text("10,00\u00a0€")


def test_a_gift_has_its_picture_and_its_stock(visit: Visit, tmp_path: Path) -> None:
    visit.as_staff()
    picture = tmp_path / "mug.png"
    picture.write_bytes(png(64, 64))
    page = visit.open("/office/gifts/new")
    page.get_by_label("Nom (Français)").fill("Une tasse")
    page.get_by_label("Image").set_input_files(picture)
    page.get_by_label("Points qu’il coûte").fill("250")
    page.get_by_label("Article remis").fill("TASSE")
    page.get_by_label("Seulement ce qui est en stock").check()
    _press(page, "Garder")
    # The article is none of the catalogue: said once above, and nothing typed is lost.
    expect(page.get_by_role("alert").get_by_text("ce produit n’existe pas")).to_have_count(1)
    page.get_by_label("Article remis").fill("")
    expect(page.get_by_alt_text("L’image actuelle")).to_be_visible()
    _press(page, "Garder")
    page.get_by_text("Le cadeau est gardé").wait_for()
    page.get_by_label("Pièces").fill("3")
    _press(page, "Noter")
    page.get_by_text("Le stock est noté").wait_for()
    page = visit.open("/office/gifts")
    shown = page.get_by_role("link", name="Une tasse")
    expect(shown).to_contain_text("250")
    expect(shown).to_contain_text("plus que 3")
    assert page.evaluate("document.querySelector('.gift img').naturalWidth") == 64
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        (gift,) = gifts.gifts_after(tx, None, 10)
        assert (gift.points, gift.stocked, bool(gift.picture)) == (250, True, True)
    _another_store_counts_euros(visit)
    page = visit.open("/office/gifts")
    expect(shown).to_contain_text("250 points")
    expect(shown).to_contain_text("pas dans Cagnotte Nantes")
    shown.click()
    expect(page.get_by_text("Cagnotte Nantes compte autrement")).to_be_visible()
    page = visit.open("/office/gifts/new")
    page.get_by_label("Nom (Français)").fill("Un plaid")
    page.get_by_label("Proposé par").select_option("tous les programmes qui comptent de l’argent")
    page.get_by_label("Son prix, dans leur unité").fill("12,50")
    _press(page, "Garder")
    page.get_by_text("Le cadeau est gardé").wait_for()
    page = visit.open("/office/gifts")
    shown = page.get_by_role("link", name="Un plaid")
    expect(shown).to_contain_text("12,50\u00a0€")
    expect(shown).to_contain_text("pas dans Carte Maison Lise")


def _another_store_counts_euros(visit: Visit) -> None:
    """What the page that publishes its program says of the gifts there are."""
    tenant, name = visit.shop.shop.tenant, {"fr": "Cagnotte Nantes"}
    document = json.loads(preset_document("lightspeed")) | {"id": "cash", "name": name}
    visit.shop.database.run(tenant, put_draft, "cash", document, actor="system")
    page = visit.open("/office/programs/cash/publish")
    expect(page.locator(".notice").first).to_contain_text(
        "il n’est pas proposé ici\u202f: Une tasse"
    )
    _press(page, "Publier")
    page.get_by_text("La version 1 est en vigueur").wait_for()
    settings = StoreSettings(name="Nantes", time_zone="Europe/Paris", program="cash")
    visit.shop.database.run(tenant, stores.put_store, "nantes", settings)


def test_a_campaign_stands_on_the_calendar_and_speaks_on_kiosks(
    visit: Visit, tmp_path: Path
) -> None:
    picture = tmp_path / "tea.png"
    picture.write_bytes(png(64, 48))
    visit.as_staff()
    _with_campaign(visit)
    page = visit.open("/office/campaigns?month=2026-12")
    assert page.locator(".calendar .runs").count() == 5
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    days = page.get_by_role("list", name="décembre 2026").get_by_role("link")
    expect(days).to_have_count(5)
    expect(days.first).to_contain_text("jeu. 3")
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    page.locator(".calendar .runs").first.click()
    page.get_by_label("Image").set_input_files(picture)
    _press(page, "Garder")
    page.get_by_role("link", name="Une image seule n’est pas lue").wait_for()
    expect(page.get_by_alt_text("L’image actuelle")).to_be_visible()  # not to be chosen twice
    page.get_by_label("Français").fill("Ce jeudi, vos points comptent double")
    _press(page, "Garder")
    page.get_by_text("Les bornes le disent").wait_for()
    expect(page.get_by_text("annoncée")).to_be_visible()
    (said,) = _said_on_kiosks(visit)
    assert said.picture == sha256(picture.read_bytes()).hexdigest()
    page = visit.open(f"/office/campaigns/{visit.shop.shop.program}/thursdays")
    page.get_by_label("Ne plus la montrer").check()
    _press(page, "Garder")
    page.get_by_text("Les bornes le disent").wait_for()
    (said,) = _said_on_kiosks(visit)
    assert (said.picture, said.message) == (None, {"fr": "Ce jeudi, vos points comptent double"})


def _said_on_kiosks(visit: Visit) -> tuple[Message, ...]:
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        return tuple(programs.messages(tx, visit.shop.shop.program).values())


def _signs_and_groups(visit: Visit) -> Page:
    """A sign, and a group that gets another name."""
    page = visit.open("/office/stores")
    page.get_by_label("Une autre enseigne").fill("Lise & Fils")
    page.locator("form[action$=brands]").get_by_role("button", name="Ajouter").click()
    page.get_by_label("Un autre groupe").fill("Ouest")
    page.locator("form[action$=groups]").get_by_role("button", name="Ajouter").click()
    page.get_by_text("Ouest Renommer").click()
    page.get_by_label("Autre nom").locator("visible=true").fill("Grand Ouest")
    page.get_by_role("button", name="Renommer").locator("visible=true").click()
    page.get_by_text("Grand Ouest est gardé").wait_for()
    return page


def _takes_the_sign_out(page: Page) -> None:
    """Refused while the new store has it, and gone when it has not."""
    for answer in ("les magasins Lise Nantes l’ont", "C’est retiré."):
        page.once("dialog", lambda asked: asked.accept())
        page.get_by_text("Lise & Fils Renommer ou retirer").click()
        page.get_by_role("button", name="Ôter").locator("visible=true").click()
        page.get_by_text(answer).wait_for()
        if answer.startswith("les magasins"):
            page.get_by_role("link", name="Lise Nantes").click()
            page.get_by_label("Enseigne").select_option("sans")
            _press(page, "Garder")


def test_stores_staff_and_settings(visit: Visit) -> None:
    owner = visit.as_staff()
    page = _signs_and_groups(visit)
    page.get_by_role("link", name="Ajouter un magasin").click()
    page.get_by_label("Nom", exact=True).fill("Lise Nantes")
    page.get_by_label("Enseigne").select_option("Lise & Fils")
    page.get_by_label("Groupe").select_option("Grand Ouest")
    _press(page, "Garder")
    page.get_by_text("Lise Nantes est gardé").wait_for()
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        added = next(store for store in shops.stores(tx) if store.name == "Lise Nantes")
        assert (added.brand, added.group) == ("lise-fils", "ouest")
    _takes_the_sign_out(page)
    page = visit.open("/office/staff/new")
    page.get_by_label("Nom", exact=True).fill("Sam")
    page.get_by_label("E-mail").fill("sam@shop.example")
    page.get_by_label("Travaille dans").select_option("Lise Nantes")
    _press(page, "Inviter")
    link = page.locator("code.secret").inner_text()
    assert link.startswith(f"{visit.url}/password#")
    page.get_by_role("main").get_by_role("link", name="Équipe").click()
    page.get_by_role("link", name="Sam").click()
    page.get_by_label("Responsable").check()
    _press(page, "Garder")
    expect(page.get_by_role("row", name="Sam")).to_contain_text("Responsable")
    # Nobody shuts the last owner out, themselves neither.
    page = visit.open(f"/office/staff/{owner.person.id}")
    page.get_by_label("Peut entrer").uncheck()
    _press(page, "Garder")
    page.get_by_role("alert").wait_for()
    page = visit.open("/office/settings")
    page.get_by_label("Nom", exact=True).fill("Maison Lise & Fils")
    _press(page, "Garder")
    expect(page.get_by_role("banner")).to_contain_text("Maison Lise & Fils")
    page.get_by_label("Le coût des points donnés").fill("623400")
    page.get_by_role("button", name="Les enregistrer").click()
    page.get_by_text("Les comptes sont enregistrés").wait_for()
    assert page.get_by_label("Le coût des points donnés").input_value() == "623400"
    page = visit.open("/office/settings/webhooks/new")
    page.get_by_label("Adresse").fill("http://127.0.0.1/hook")
    _press(page, "Garder")
    page.get_by_role("alert").wait_for()
    page.get_by_label("Adresse").fill("https://hooks.example/loyalty")
    _press(page, "Garder")
    page.get_by_text("L’abonnement est gardé").wait_for()
    _press(page, "Montrer le secret")
    assert page.locator("code.secret").inner_text()
    _press(page, "Envoyer un essai")
    expect(page.get_by_role("row", name="webhook.test")).to_contain_text("en attente")


def test_a_cashier_is_refused_what_is_not_the_counters(visit: Visit) -> None:
    visit.as_staff(Role.CASHIER)
    for path in ("products", "gifts", "campaigns", "stores", "staff", "settings"):
        visit.open(f"/office/{path}", status=403)


def test_every_page_of_the_shop_is_accessible_and_fits(visit: Visit) -> None:
    owner = visit.as_staff()
    _with_campaign(visit)
    tenant, store = visit.shop.shop.tenant, visit.shop.shop.store
    visit.shop.database.run(tenant, put_gift, "mug", GiftBody(name={"fr": "Tasse"}, points=100))
    assert COOKIE in {cookie["name"] for cookie in visit.page.context.cookies()}
    paths = (
        *("products", "products/new", "products/import", "price-codes", "gifts", "gifts/new"),
        *(
            "gifts/mug",
            "gifts/coffee",
            "campaigns",
            f"campaigns/{visit.shop.shop.program}/thursdays",
        ),
        *("stores", "stores/new", f"stores/{store}", "stores/clearing", "staff", "staff/new"),
        *(f"staff/{owner.person.id}", "settings", "settings/webhooks/new"),
    )
    for path in paths:
        visit.check_both(f"/office/{path}")
