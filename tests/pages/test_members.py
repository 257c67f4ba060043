"""The members' pages: found as one types, adjusted down the list, looked after one by one."""

import csv
import io
import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

from backend.db import members
from backend.db.members import Member
from backend.rights import Role
from loyalty.ids import MemberId
from tests.pages.visit import DESK, PHONE, Visit
from tests.support.facts import now
from tests.support.server import Company, new_id

TABS = ("", "/points", "/cards", "/household", "/record", "/data")
MEMBER, OTHER = "member-001", "member-004"


@pytest.fixture
def shop(lived_in: Company) -> Company:
    """For all of these: no test counts on what another did."""
    return lived_in


@pytest.fixture
def address(lived_in_address: str) -> str:
    """Where its server answers."""
    return lived_in_address


def test_every_page_about_members_is_a_good_one_at_both_sizes(
    chromium: Browser, shop: Company, address: str
) -> None:
    paths = ("", "?hand=1", "/new", "/changes", "/duplicates?now=1", "/card-types", "/links")
    person = f"/{MEMBER}"
    for size in (DESK, PHONE):
        with Visit.begin(chromium, shop, address, size) as visit:
            visit.as_staff()
            for path in (*paths, *(person + tab for tab in TABS)):
                visit.open("/office/members" + path)
                visit.check() if size is DESK else visit.fits()


def test_members_are_found_as_one_types_and_listed_as_one_likes(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/members")
    page.get_by_label("Nom, téléphone, e-mail ou carte").type("jean")
    page.get_by_role("link", name="Jeanne Martin").wait_for()
    page.get_by_role("link", name="Camille Roux").wait_for(state="detached")
    for typed in ("06 12 34 00 01", "jeanne.martin@mail.example", "04000000000001"):
        page = visit.open(f"/office/members?q={typed}")
        assert names_in(page) == ["Jeanne Martin"], typed
    page = visit.open("/office/members?town=Angers&points_from=300")
    page.get_by_text("Garder ce filtre comme segment").click()
    page.get_by_label("Nom du segment").fill("Fidèles d’Angers")
    page.get_by_role("button", name="Garder", exact=True).click()
    page.get_by_role("link", name="Fidèles d’Angers").wait_for()
    page.get_by_text("Colonnes").first.click()
    page.get_by_role("checkbox", name="Pays").check()
    page.get_by_role("button", name="Montrer celles-ci").click()
    page.get_by_role("columnheader", name="Pays").wait_for()
    page.get_by_role("link", name="Points", exact=True).click()
    page.get_by_role("link", name="Points", exact=False).first.wait_for()
    points = [int(each) for each in column(page, "Points")]
    assert points == sorted(points)
    assert min(points) >= 300
    with page.expect_download() as saved:
        page.get_by_role("checkbox", name="Tous ceux qui sont trouvés").check()
        page.get_by_role("button", name="CSV").click()
    text = Path(saved.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(int(row["points"]) for row in rows) == sorted(points)
    assert {row["country"] for row in rows} == {"FR"}


def names_in(page: Page) -> list[str]:
    """The names of the list, from the top."""
    return page.locator("#list tbody td.name a").all_inner_texts()


def column(page: Page, label: str) -> list[str]:
    """The cells of a column."""
    cells = page.locator(f"#list td[data-label='{label}']").all_inner_texts()
    return [cell.replace("\u202f", "").strip() for cell in cells]


def test_points_are_adjusted_down_the_list_and_a_large_gift_waits_for_a_second_person(
    visit: Visit,
) -> None:
    visit.as_staff()
    page = visit.open("/office/members?hand=1&q=04000000000004")
    before = int(column(page, "Points")[0])
    page.get_by_label("Commentaire").fill("Colis perdu")
    page.get_by_label("Points pour Gabriel Durand").fill("25")
    page.get_by_role("button", name="Enregistrer les points").click()
    page.get_by_text("1 compte est corrigé").wait_for()
    assert int(column(page, "Points")[0]) == before + 25
    page.get_by_role("link", name="Gabriel Durand").click()
    page.locator(".movement", has_text="+25").get_by_text("« Colis perdu »").wait_for()
    page = visit.open(f"/office/members/{MEMBER}/points")
    page.get_by_role("listitem").filter(has_text="ticket de").first.get_by_text("Pourquoi").click()
    page.get_by_text(re.compile(r"^Ticket [0-9a-f-]{36}$")).first.wait_for()
    page = visit.open(f"/office/members/{OTHER}")
    page.get_by_text("Modifiés par le magasin").first.wait_for()
    page.get_by_label("Points", exact=True).fill("501")
    page.get_by_role("button", name="Enregistrer les points").click()
    page.get_by_text("Une deuxième personne doit encore être d’accord").wait_for()
    page.get_by_text("501 attendent une deuxième personne").wait_for()


def test_a_table_changes_many_and_is_tried_first(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/members/changes")
    lines = page.get_by_label("Ou écrivez les lignes ici")
    lines.fill("member,loyalty\nmember-011,no\nnobody,no")
    page.get_by_role("button", name="Essayer").click()
    page.get_by_role("cell", name="3").wait_for()
    lines.fill("member,loyalty\nmember-011,no")
    page.get_by_role("button", name="Essayer").click()
    page.get_by_role("button", name="Faire", exact=True).click()
    page.get_by_text("1 ligne est faite").wait_for()
    assert not kept(visit, "member-011").loyalty
    before = points_of(visit, "member-012")
    page = visit.open("/office/members/changes")
    page.get_by_label("Ce que change le tableau").select_option("points")
    lines.fill("member,points\nmember-012,-7")
    page.locator("#f-nature").select_option("Réclamation")
    page.get_by_role("button", name="Essayer").click()
    page.get_by_role("button", name="Faire", exact=True).click()
    page.get_by_text("1 ligne est faite").wait_for()
    assert points_of(visit, "member-012") == before - 7


def kept(visit: Visit, member: str) -> Member:
    """That member as the books have them."""
    with visit.shop.database.read(visit.shop.shop.tenant) as tx:
        found = members.member(tx, MemberId(member))
    assert found is not None
    return found


def points_of(visit: Visit, member: str) -> int:
    """The balance that the member's own page shows."""
    page = visit.open(f"/office/members/{member}")
    shown = page.locator(".figure.strong .value").inner_text()
    return int("".join(sign for sign in shown if sign.isdigit() or sign == "-"))


def test_what_is_missing_and_every_lot_stand_on_a_members_pages(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open(f"/office/members/{MEMBER}")
    total = points_of(visit, MEMBER)
    page = visit.open(f"/office/members/{MEMBER}/points?state=active")
    left = [int(each) for each in column_of(page, "Reste")]
    assert sum(left) == total
    page = visit.open(f"/office/members/{MEMBER}/points")
    assert len(column_of(page, "Reste")) >= len(left)
    page = visit.open("/office/members?points_to=400&sort=points&descending=1")
    page.locator("#list tbody td.name a").first.click()
    page.get_by_text("manquent pour").wait_for()


def column_of(page: Page, label: str) -> list[str]:
    """The cells of a column of the lots."""
    cells = page.locator(f"td[data-label='{label}']").all_inner_texts()
    return [cell.replace("\u202f", "").strip() for cell in cells]


def test_two_records_become_one_and_two_again(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open(f"/office/members/{MEMBER}/data")
    page.get_by_label("L’autre fiche").fill("Hugo Laurent")
    page.get_by_role("button", name="Voir ce que fait la fusion").click()
    page.get_by_role("heading", name="Ce que fait la fusion").wait_for()
    visit.check()
    page.get_by_role("button", name="Fusionner").click()
    page.get_by_text("Les deux fiches n’en font plus qu’une").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Annuler la fusion").click()
    page.get_by_text("Les deux ont de nouveau ce qu’ils avaient").wait_for()
    assert page.get_by_role("button", name="Annuler la fusion").count() == 0


PAUL, ANNA = "member-020", "member-021"


def test_a_household_is_made_shared_limited_and_left_and_no_point_is_lost(visit: Visit) -> None:
    """F11, as a merchant does it."""
    owner = visit.as_staff()
    page = visit.open(f"/office/members/{PAUL}/household")
    page.get_by_role("button", name="Créer un foyer").click()
    who = page.get_by_label("Qui rejoint")
    who.fill("Personne de ce nom")
    page.get_by_role("button", name="Rejoint").click()
    page.get_by_role("alert").wait_for()
    assert who.input_value() == "Personne de ce nom", "nothing typed is lost"
    who.fill("Anna Dupont")
    page.get_by_role("button", name="Rejoint").click()
    page.get_by_text("Les points sont partagés maintenant").wait_for()
    shared = points_of(visit, PAUL)
    assert shared == points_of(visit, ANNA) > 0
    page = visit.open(f"/office/members/{PAUL}/household")
    anna = page.get_by_role("listitem").filter(has_text="Anna Dupont")
    anna.get_by_text("Modifier").click()
    anna.get_by_label("Peut").select_option(label="Gagne seulement")
    anna.get_by_role("button", name="Enregistrer").click()
    anna.get_by_text("Gagne seulement").first.wait_for()
    body = {"id": new_id(), "member": ANNA, "reward": "coffee", "at": now().isoformat()}
    told = requests.post(
        f"{visit.url}/v1/uses",
        json=body,
        headers=owner.headers | {"Loyalty-Store": visit.shop.shop.store},
        timeout=10,
    )
    assert told.json()["type"].endswith(":earn-only"), told.text
    anna.get_by_text("Modifier").click()
    page.on("dialog", lambda dialog: dialog.accept())
    anna.get_by_role("button", name="Quitte le foyer").click()
    page.get_by_text("a son propre compte").wait_for()
    left = points_of(visit, ANNA)
    assert 0 < left < shared
    assert points_of(visit, PAUL) + left == shared


def test_a_cashier_adds_members_and_moves_no_points(visit: Visit) -> None:
    visit.as_staff(Role.CASHIER)
    page = visit.open("/office/members/new")
    page.get_by_label("Prénom").fill("Nora")
    page.get_by_label("S’inscrit au magasin").select_option(label="Rennes Halles")
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_text("Le membre est ajouté").wait_for()
    page.get_by_role("heading", name="Nora").wait_for()
    page = visit.open(f"/office/members/{MEMBER}")
    assert page.get_by_role("button", name="Enregistrer les points").count() == 0
    visit.open("/office/members/changes", status=403)


def test_a_type_of_card_is_made_listed_and_changed(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/members/card-types")
    page.get_by_label("Comment il s’appelle").fill("Carte Or")
    page.get_by_label("Le client la paie").check()
    page.locator("section[aria-labelledby=one]").get_by_role("button", name="Enregistrer").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Comment il s’appelle").input_value() == "Carte Or"
    page.get_by_label("Article d’une carte payante").fill("SAC-TOI")
    page.get_by_label("Jours de validité").fill("365")
    page.locator("section[aria-labelledby=one]").get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Payante : article SAC-TOI".replace(" :", "\u202f:")).wait_for()
    visit.check()
    page.get_by_role("link", name="Carte Or").click()
    page.get_by_label("Jours de validité").fill("730")
    page.locator("section[aria-labelledby=one]").get_by_role("button", name="Enregistrer").click()
    page.get_by_text("bonne 730 jours").wait_for()


def test_a_note_shows_on_the_record_and_alerts_only_where_it_is_asked(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/members/member-009/record")
    page.get_by_label("Note pour l’équipe").fill("Aime le thé vert")
    page.get_by_role("button", name="Enregistrer").click()
    page.locator(".note-card").get_by_text("Aime le thé vert").wait_for()
    assert page.get_by_role("note").count() == 0
    page.get_by_label("Montrer la note quand on les sert").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("note").wait_for()


def test_loyalty_is_switched_off_for_one_customer(visit: Visit) -> None:
    visit.as_staff()
    before = names_in(visit.open("/office/members?loyalty=no"))
    page = visit.open("/office/members/member-010/record")
    page.get_by_label("La fidélité est active").uncheck()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Fidélité désactivée").wait_for()
    page = visit.open("/office/members?loyalty=no")
    assert sorted(names_in(page)) == sorted([*before, "Arthur Michel"])


def test_who_has_points_to_use_is_written_to(visit: Visit) -> None:
    visit.as_staff()
    page = visit.open("/office/members?points_from=200&agrees_to=news")
    page.get_by_role("checkbox", name="Tous ceux qui sont trouvés").check()
    page.get_by_role("button", name="Leur écrire").click()
    page.get_by_label("Objet").fill("Vos points vous attendent")
    page.get_by_label("Ce que vous voulez dire").fill("Passez nous voir dimanche.")
    visit.check()
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_role("heading", name="Boîte d’envoi").wait_for()
    page.get_by_text("Nouvelles", exact=False).first.wait_for()
