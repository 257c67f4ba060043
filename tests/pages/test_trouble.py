"""When something goes wrong: it is said in words, there is a way on, and nothing typed is lost."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import text

from backend.api.callers import COOKIE
from backend.rights import Role
from backend.services.team import sessions
from backend.services.team import staff as people
from tests.pages.visit import PHONE, Visit
from tests.support.staff import AtWork

PASSWORD = "correct horse battery"
SILENT = "Le serveur ne répond pas"


def _good_at_both(visit: Visit) -> None:
    visit.check()
    wide = visit.page.viewport_size
    visit.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    visit.fits()
    assert wide is not None
    visit.page.set_viewport_size(wide)


def test_every_kind_of_trouble_is_a_page_with_a_way_on(visit: Visit) -> None:
    person = visit.as_staff()
    page = visit.open("/office/members/nobody", status=404)
    page.get_by_role("heading", name="Cette page n’existe pas").wait_for()
    _good_at_both(visit)
    # An address that only takes forms, opened by hand; and a number that is none.
    visit.open("/sign-out", status=405).get_by_text("L’adresse est mal écrite").wait_for()
    visit.open("/office/programs/x/versions/last", status=422)
    page.get_by_role("heading", name="Cette page n’existe pas").wait_for()
    with visit.shop.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE approvals RENAME TO gone"))
    visit.open("/office/waiting", status=500)
    page.get_by_role("heading", name="Un problème est survenu chez nous").wait_for()
    expect(page.get_by_text(re.compile("Numéro pour l’assistance.*[0-9a-f]{32}"))).to_be_visible()
    _good_at_both(visit)
    assert [each for each in visit.failed if not each.startswith("500 ")] == []
    visit.failed.clear()
    with visit.shop.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO approvals"))
    page.get_by_role("link", name="Réessayer").click()
    page.get_by_role("heading", name="À décider").wait_for()
    visit.as_staff(Role.CASHIER)
    visit.open("/office/settings", status=403).get_by_text("Cela ne fait pas partie").wait_for()
    _good_at_both(visit)
    page.get_by_role("link", name="Retour à l’accueil").click()
    page.get_by_role("heading", name=f"Bonjour {person.person.name}").wait_for()


def _typed(visit: Visit) -> Page:
    """Somebody new is half written down."""
    page = visit.open("/office/members/new")
    page.locator("#f-first_name").fill("Inès")
    page.locator("#f-last_name").fill("Moreau")
    return page


def _send(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Ajouter").last.click()


def _is_there_again(page: Page) -> None:
    page.get_by_text("Voici de nouveau ce que vous aviez saisi").wait_for()
    assert page.locator("#f-first_name").input_value() == "Inès"
    assert page.locator("#f-last_name").input_value() == "Moreau"


def _with_password(visit: Visit) -> AtWork:
    """Somebody who is signed in and can sign in again."""
    person = visit.as_staff()
    tenant = visit.shop.shop.tenant
    link = visit.shop.database.run(tenant, people.invite, person.person.id, actor="system")
    people.choose_password(visit.shop.database, link, PASSWORD)
    _signed_in_again(visit, person)
    return person


def test_what_was_typed_comes_back_to_who_was_signed_out_and_to_nobody_else(visit: Visit) -> None:
    person = _with_password(visit)
    page = _typed(visit)
    visit.page.context.clear_cookies()
    _send(page)
    page.get_by_text("Vous avez été déconnecté entre-temps").wait_for()
    expect(page.get_by_text("Ce que vous avez saisi est gardé")).to_be_visible()
    _good_at_both(visit)
    page.get_by_label("E-mail").fill(person.person.email)
    page.get_by_label("Mot de passe").fill("wrong wrong wrong")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    _is_there_again(page)
    # A form that another session was shown: refused, and the way back brings all of it.
    _signed_in_again(visit, person)
    _send(page)
    page.get_by_role("heading", name="Ce formulaire est trop ancien").wait_for()
    _good_at_both(visit)
    page.get_by_role("link", name="Retour au formulaire").click()
    _is_there_again(page)
    _signed_in_again(visit, person)
    _send(page)
    page.get_by_role("heading", name="Ce formulaire est trop ancien").wait_for()
    visit.as_staff()
    page.get_by_role("link", name="Retour au formulaire").click()
    page.locator("#f-first_name").wait_for()
    assert page.locator("#f-first_name").input_value() == "", "somebody else stands here now"


def _signed_in_again(visit: Visit, person: AtWork) -> None:
    """The same person with another session, as from another window."""
    with visit.shop.database.write(visit.shop.shop.tenant) as tx:
        opened = sessions.open_session(tx, person.person)
    cookie = {"name": COOKIE, "value": opened.token.text, "url": visit.url}
    visit.page.context.add_cookies([cookie])  # type: ignore[list-item] # Playwright's SetCookieParam


def test_without_a_network_nothing_is_sent_and_nothing_is_lost(visit: Visit) -> None:
    visit.as_staff()
    page = _typed(visit)
    page.context.set_offline(True)
    _send(page)
    page.get_by_role("alert").get_by_text(SILENT).wait_for()
    assert page.locator("#f-first_name").input_value() == "Inès"
    page.context.set_offline(False)
    _send(page)
    page.get_by_role("heading", name="Inès Moreau").wait_for()
    assert page.get_by_text("Voici de nouveau").count() == 0
    # A list that a script fetches says so too, instead of staying as it was.
    page = visit.open("/office/members")
    page.context.set_offline(True)
    page.locator("#q").fill("moreau")
    page.get_by_role("alert").get_by_text(SILENT).wait_for()
    page.context.set_offline(False)
    page.locator("#q").fill("more")
    expect(page.get_by_role("alert")).to_have_count(0)
    visit.failed.clear()


def test_a_till_whose_server_is_gone_keeps_the_ticket_and_goes_on(visit: Visit) -> None:
    person = _with_password(visit)
    page = visit.open("/till")
    page.wait_for_selector("body[data-ready]")
    page.context.set_offline(True)
    page.locator("summary", has_text="Ligne libre").click()
    page.locator("#free-price").fill("12,50")
    page.locator("#free-price").press("Enter")
    expect(page.locator("#trouble")).to_contain_text(SILENT)
    expect(page.locator("#lines .line")).to_have_count(1)
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.locator("#visits, #discount").last.evaluate(
        "each => each.dispatchEvent(new Event('change'))"
    )
    page.locator("#trouble").get_by_role("link", name="Se connecter").click()
    page.get_by_label("E-mail").fill(person.person.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#lines .line")).to_have_count(1)
    expect(page.locator("#total")).to_have_text("12,50\u00a0€")
    visit.failed.clear()
