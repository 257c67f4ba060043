"""A password by the link of an invitation, and another one for who forgot theirs."""

from fastapi.responses import Response

from backend.api.callers import Configured
from backend.api.sessions import door_of, let_in
from backend.config import Config
from backend.services.shop.companies import the_company
from backend.services.team import letters
from backend.services.team import staff as people
from backend.web.forms import Form
from backend.web.page import AnyForm, AnyPage, Page
from backend.web.routes import page_routes
from backend_client.schemas.staff import PasswordChoice

routes = page_routes()


@routes.get("/password")
def ask(page: AnyPage) -> Response:
    """Which password will it be?"""
    return page.show("office/password.html", form=None)


@routes.post("/password")
def choose(page: AnyPage, form: AnyForm) -> Response:
    """The password is chosen, and its owner signed in."""
    with form.attempt():
        door_of(page.request).slow_down(page.request, page.database)
        body = PasswordChoice(link=form.secret("link"), password=form.secret("password"))
        opened = people.choose_password(page.database, body.link, body.password)
        answer = page.go("/office", page.words.t("Your password is kept."))
        let_in(page.request, answer, opened)
        return answer
    return page.show("office/password.html", status=422, form=form)


@routes.get("/password/forgotten")
def forgotten(page: AnyPage, config: Configured) -> Response:
    """Whose password?"""
    return _forgotten(page, config, None)


@routes.post("/password/forgotten")
def send_link(page: AnyPage, form: AnyForm, config: Configured) -> Response:
    """A link leaves by mail where somebody has the address; the page says the same either way."""
    with form.attempt():
        door = door_of(page.request)
        door.slow_down(page.request, page.database)
        tenant = the_company(page.database, form.text("company"))
        address, language = form.text("email"), page.words.language
        letters.forgotten(page.database, tenant, address, language, config, door.resets)
        return _forgotten(page, config, None, sent=True)
    return _forgotten(page, config, form)


def _forgotten(page: Page, config: Config, form: Form | None, *, sent: bool = False) -> Response:
    return page.show(
        "office/forgotten.html",
        status=422 if form else 200,
        form=form,
        sent=sent,
        can_write=letters.can_write(config),
    )
