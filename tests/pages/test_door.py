"""The door of the back office: who has no session signs in, and comes to the page they wanted."""

import requests

from backend.rights import Role
from backend.services.team import staff as people
from tests.pages.visit import Visit

PASSWORD = "correct horse battery"


def test_who_is_not_signed_in_signs_in_and_goes_on(visit: Visit) -> None:
    person = visit.as_staff()
    visit.page.context.clear_cookies()
    link = visit.shop.database.run(
        visit.shop.shop.tenant, people.invite, person.person.id, actor="system"
    )
    people.choose_password(visit.shop.database, link, PASSWORD)
    page = visit.open("/office")
    assert page.url.endswith("/sign-in?back=%2Foffice")
    visit.check()
    page.get_by_label("E-mail").fill(person.person.email)
    page.get_by_label("Mot de passe").fill("wrong wrong wrong")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("alert").get_by_text("L’adresse ou le mot de passe est faux").wait_for()
    assert page.get_by_label("E-mail").input_value() == person.person.email
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="Bonjour Alix").wait_for()
    visit.check()
    page.get_by_text("Alix", exact=True).click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_text("Vous êtes déconnecté").wait_for()
    assert visit.open("/office").url.endswith("/sign-in?back=%2Foffice")


def test_the_language_is_chosen_and_kept(visit: Visit) -> None:
    page = visit.open("/sign-in")
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert visit.open("/sign-in").get_by_role("heading", name="Sign in").is_visible()


def test_a_form_of_another_site_does_nothing(visit: Visit) -> None:
    person = visit.as_staff(Role.CASHIER)
    answer = requests.post(
        f"{visit.url}/sign-out", cookies={"loyalty_session": person.cookie}, data={}, timeout=10
    )
    assert answer.status_code == 403
    assert visit.open("/office").get_by_role("heading", name="Bonjour Alix").is_visible()


def test_a_way_back_leads_to_our_own_pages_only(visit: Visit) -> None:
    page = visit.open("/sign-in?back=https://elsewhere.example/")
    assert page.locator("[name=back]").first.input_value() == "/office"
