"""The first run: who owns the server, and a shop from a ready program, on one page.

The secret of the link stands after the # of its address, which browsers send to nobody: the page's
own script moves it into the form.
"""

from fastapi.responses import Response

from backend.api.sessions import door_of, let_in
from backend.backoffice.ready import FIRST, ready_programs
from backend.db.shops import tenants
from backend.services.keeping import demo
from backend.services.shop.companies import waits_for_owner
from backend.web.forms import Form
from backend.web.page import AnyForm, AnyPage, Page
from backend.web.routes import page_routes
from backend_client.schemas.staff import FirstRun

routes = page_routes()


@routes.get("/first-run")
def ask(page: AnyPage) -> Response:
    """Who owns this server, and which shop is it for?"""
    return _show(page, None)


@routes.post("/first-run")
def begin(page: AnyPage, form: AnyForm) -> Response:
    """The owner, the shop and its program; then straight into the back office."""
    with form.attempt():
        door = door_of(page.request)
        door.slow_down(page.request, page.database)
        body = _read(form)
        opened = door.first_run.begin(page.database, body)
        if form.flag("demo"):
            demo.fill(page.database, opened.token.tenant)
        answer = page.go("/office", page.words.t("Welcome! Your shop is ready."))
        let_in(page.request, answer, opened)
        return answer
    return _show(page, form)


def _read(form: Form) -> FirstRun:
    """What was filled in. Raises ValidationError."""
    company = {
        name: form.text(f"company.{name}")
        for name in ("name", "address", "time_zone", "program")
        if f"company.{name}" in form.names()
    }
    owner = {
        "name": form.text("owner.name"),
        "email": form.text("owner.email"),
        "password": form.secret("owner.password"),
    }
    return FirstRun.model_validate(
        {"token": form.text("token"), "company": company or None, "owner": owner}
    )


def _show(page: Page, form: Form | None) -> Response:
    with page.database.across() as connection:
        has_company = bool(tenants(connection))
    return page.show(
        "office/first-run.html",
        status=422 if form else 200,
        form=form,
        waiting=waits_for_owner(page.database),
        has_company=has_company,
        ready=ready_programs(page.words),
        chosen=form.text("company.program", FIRST) if form else FIRST,
    )
