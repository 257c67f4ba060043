"""A merchant without code changes the rules: edited in words, tried on the past, published."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from backend.db import shops, tables
from backend.rights import Role
from backend.services.keeping import demo
from tests.pages.visit import Visit
from tests.support.server import Company, company, serving

PROGRAM = "/office/programs/maison-lise"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A shop with some months of purchases; what a test leaves behind is no other's business."""
    folder = tmp_path_factory.mktemp("shop")
    with company(f"sqlite:///{folder}/loyalty.db") as made, pytest.MonkeyPatch.context() as few:
        few.setattr(demo, "MEMBERS", 12)
        demo.fill(made.database, made.shop.tenant)
        yield made


@pytest.fixture(scope="module")
def address(shop: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where its server answers."""
    with serving(shop.app, tmp_path_factory.mktemp("server") / "address.json") as url:
        yield url


@pytest.fixture
def lively(visit: Visit) -> Visit:
    """Its owner is signed in."""
    visit.as_staff()
    return visit


def test_a_rule_is_edited_tried_on_the_past_and_published(lively: Visit) -> None:
    page = lively.open(PROGRAM)
    page.get_by_role("link", name="Achat 1 point pour chaque 1,00 € dépensé").click()
    # What a ticket would earn follows what is typed, before anything is kept.
    expect(page.locator("#tried .earned")).to_contain_text("42")
    page.get_by_label("ce nombre de points").fill("deux")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez un nombre entier")
    assert page.get_by_label("ce nombre de points").input_value() == "deux"
    page.get_by_label("ce nombre de points").fill("2")
    expect(page.locator("#tried .earned")).to_contain_text("84")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_text("Gardé dans le brouillon").wait_for()
    page.get_by_text("2 points pour chaque 1,00 € dépensé").wait_for()
    page.get_by_role("link", name="Machine à remonter le temps").click()
    page.get_by_label("Ce qu’un point vous coûte").fill("0,02")
    page.get_by_role("button", name="Rejouer le passé").click()
    # Twice the points for the same purchases; of each odd 50 cents, one more than that.
    given, books = (
        _number(page, label) for label in ("donnés au total", "par rapport aux comptes")
    )
    assert given > books > 0
    assert 0 <= given - 2 * (given - books) <= given // 10
    assert _number(page, "ce qu’ils coûtent") == 2 * given, "in cents"
    stores = page.get_by_role("table").first.locator("[data-label='Donnés']").all_inner_texts()
    assert sum(int(re.sub(r"\D", "", each)) for each in stores) == given
    page.get_by_role("link", name="Publier").click()
    page.get_by_text("Règles de gain › 2 › Donner › ce nombre de points").wait_for()
    page.get_by_text("Les tickets diront toujours « 1 € = 1 point »").wait_for()
    page.get_by_role("button", name="Publier").click()
    page.get_by_text("La version 2 est en vigueur").wait_for()
    with lively.shop.database.read(lively.shop.shop.tenant) as tx:
        program = shops.program(tx, lively.shop.shop.program)
        assert program is not None
        assert program.version == 2
        assert "points=2" in str(program.earning[1].give)


def _number(page: Page, label: str) -> int:
    figure = page.locator(".figure", has_text=label).locator(".value").inner_text()
    return int("".join(letter for letter in figure if letter.isdigit()))


def _points_for_a_euro(lively: Visit) -> int:
    """One, or two where the test above has published that."""
    page = lively.open(PROGRAM)
    page.get_by_text("pour chaque 1,00 € dépensé").wait_for()
    return 2 if page.get_by_text("2 points pour chaque 1,00 € dépensé").count() else 1


def test_every_kind_of_field_is_read_back_as_it_was_written(lively: Visit) -> None:
    each = _points_for_a_euro(lively)
    page = lively.open(f"{PROGRAM}/rules/campaigns/new")
    page.get_by_label("Français").first.fill("Les jeudis doubles")
    page.get_by_label("Les points sont multipliés par").fill("1,5")
    page.get_by_label("Premier jour").fill("2026-12-03")
    page.get_by_label("Jeudi").check()
    page.get_by_role("button", name="Ajouter une ligne").click()
    page.locator("[name$='hours.0.start']").fill("09:00")
    page.locator("[name$='hours.0.end']").fill("12:00")
    # What is written beside is tried, kept or not: in its hours, at their end, on another day.
    page.get_by_text("Plus sur le ticket").click()
    for at, earned in (("03T11:59", 63), ("03T12:00", 42), ("04T10:00", 42)):
        page.get_by_label("Jour et heure").fill(f"2026-12-{at}")
        expect(page.locator("#tried .earned")).to_contain_text(str(earned * each))
    page.get_by_text("Pour ces articles").click()
    page.get_by_label("Familles").fill("Maison, Fleurs")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_role("link", name="Les jeudis doubles points × 1,5").click()
    assert page.get_by_label("Les points sont multipliés par").input_value() == "1,5"
    assert page.get_by_label("Jeudi").is_checked()
    assert page.locator("[name$='hours.0.end']").input_value().startswith("12:00")
    assert page.get_by_label("Familles").input_value() == "Maison, Fleurs"
    page = lively.open(f"{PROGRAM}/rules/tiers")
    page.get_by_label("Niveaux", exact=True).check()
    page.get_by_role("button", name="Ajouter une ligne").click()
    page.get_by_label("Français").fill("Or")
    page.get_by_label("Commence à").fill("500")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_text("Gardé dans le brouillon").wait_for()
    page = lively.open(f"{PROGRAM}/rules/campaigns/0")
    page.get_by_text("Pour qui et où").click()
    assert page.get_by_label("Or", exact=True).is_visible()
    assert page.get_by_label("Maison Lise", exact=True).is_visible()
    page = lively.open(f"{PROGRAM}/rules/earning/1")
    page.get_by_text("Sur quoi", exact=True).click()
    unit = page.locator("[name$='give!amount.amount'] + .unit")
    expect(unit).to_be_visible()
    page.get_by_label("Ce qui est compté").select_option("Des passages")
    expect(unit).to_be_hidden()
    page.get_by_label("Par tranche de").fill("1")
    page.get_by_label("ce nombre de points").fill("1")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_text("1 point pour 1 passage").wait_for()
    page.get_by_role("link", name="Achat 1 point pour 1 passage").click()
    expect(page.locator("#tried .why")).to_contain_text("1 point pour 1 passage")
    assert page.get_by_label("Par tranche de").input_value() == "1"
    _only_adds_up(lively.open(f"{PROGRAM}/rules/rewards/new"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Jeter le brouillon").click()
    page.get_by_text("Le brouillon est jeté").wait_for()
    expect(page.get_by_role("link", name="Les jeudis doubles")).to_have_count(0)


def _only_adds_up(page: Page) -> None:
    """CLI-23: a reward of the kind "nothing"; what is missing is named, and no article is."""
    page.get_by_label("Français").first.fill("Rien du tout")
    page.get_by_label("Ce qu’elle donne").select_option("Un bon à vous, ou rien")
    page.get_by_label("Ce que c’est").select_option("Rien\u202f: les points s’additionnent")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    mistakes = page.get_by_role("alert").get_by_role("link").all_inner_texts()
    assert mistakes == ["Points nécessaires\u202f: À remplir"]
    page.get_by_label("Points nécessaires").fill("1")
    page.get_by_role("button", name="Garder dans le brouillon").last.click()
    page.get_by_role("link", name="Rien du tout").wait_for()


def test_a_program_starts_from_a_ready_one_and_can_be_switched_off(lively: Visit) -> None:
    page = lively.open("/office/programs/new")
    page.get_by_label("Le nom pour les clients").fill("Café du mardi")
    page.get_by_label("Des points contre des cadeaux").check()
    page.get_by_role("button", name="Créer un brouillon").click()
    page.get_by_role("heading", name="Café du mardi").wait_for()
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Publier").click()
    page.get_by_text("La version 1 est en vigueur").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Couper la fidélité").click()
    page.get_by_text("La fidélité est coupée").wait_for()
    page.get_by_role("button", name="Activer la fidélité").click()
    page.get_by_role("link", name="Regarder d’abord").click()
    page.get_by_role("button", name="Les compter").first.click()
    page.get_by_text("12 clients auraient un compte").wait_for()
    assert accounts(lively) == 0, "counting gives nothing"
    page.get_by_role("button", name="Leur ouvrir un compte").click()
    page.get_by_text("12 clients ont maintenant un compte").wait_for()
    assert accounts(lively) == 12
    page.get_by_role("button", name="Les compter").first.click()
    page.get_by_text("0 client aurait un compte").wait_for()
    with_the_program(lively, "Café du mardi")
    page = lively.open(f"{NEW}/start")
    page.get_by_label("Achats depuis").fill("2025-01-01")
    page.get_by_role("button", name="Les compter").last.click()
    said = page.get_by_text("gagneraient").inner_text()
    assert points(lively) == 0
    page.get_by_role("button", name="Les faire compter").click()
    page.get_by_text("maintenant un solde d’ouverture").wait_for()
    assert points(lively) == int("".join(re.findall(r"\d", said.split("gagneraient")[1]))) > 0
    with_the_program(lively, "Carte Maison Lise")


NEW = "/office/programs/cafe-du-mardi"


def with_the_program(visit: Visit, name: str) -> None:
    """The store works with that program from now on."""
    page = visit.open(f"/office/stores/{visit.shop.shop.store}")
    page.get_by_label("Programme de ses caisses et bornes").select_option(name)
    page.get_by_role("button", name="Garder").click()
    page.get_by_text("Maison Lise est gardé").wait_for()


def accounts(visit: Visit) -> int:
    """How many have an account in the new program."""
    table = tables.accounts
    mine = select(func.count()).where(table.c.program == "cafe-du-mardi")
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        return int(tx.rows(mine)[0][0])


def points(visit: Visit) -> int:
    """What the ledger holds in the new program."""
    table = tables.entries
    mine = select(func.coalesce(func.sum(table.c.points), 0))
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        return int(tx.rows(mine.where(table.c.program == "cafe-du-mardi"))[0][0])


def test_who_may_draft_may_not_publish(visit: Visit) -> None:
    visit.as_staff(Role.MANAGER)
    visit.open(PROGRAM)
    visit.open(f"{PROGRAM}/publish", status=403)
    visit.as_staff(Role.CASHIER)
    visit.open("/office/programs", status=403)


PAGES = (
    *("/office/programs", "/office/programs/new", PROGRAM, f"{PROGRAM}/rules/earning/1"),
    *(f"{PROGRAM}/rules/{part}" for part in ("about", "who", "limits", "returns", "joining")),
    *(f"{PROGRAM}/rules/{part}" for part in ("cards", "tiers", "households", "reminders")),
    *(f"{PROGRAM}/rules/{part}" for part in ("stores", "offline", "rewards/0", "alerts/new")),
    *(f"{PROGRAM}/rules/{part}" for part in ("campaigns/new", "price_books/new")),
    *(f"{PROGRAM}/{page}" for page in ("expert", "publish", "versions", "versions/1", "start")),
    f"{PROGRAM}/past?since=2026-01-01",
)


def test_every_page_of_programs_is_accessible_and_fits(lively: Visit) -> None:
    for path in PAGES:
        lively.check_both(path)
