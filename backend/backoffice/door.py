"""Signing in to the back office, and out of it."""

from fastapi.responses import Response

from backend.api.callers import COOKIE
from backend.api.sessions import door_of, let_in
from backend.services.shop.companies import the_company
from backend.services.team import staff as people
from backend.web.page import AnyForm, AnyPage, StaffForm, StaffPage, local
from backend.web.routes import page_routes

routes = page_routes()


@routes.get("/sign-in")
def ask(page: AnyPage, back: str = "/office") -> Response:
    """Who is there?"""
    return page.show("office/sign-in.html", form=None, back=local(back, "/office"))


@routes.post("/sign-in")
def sign_in(page: AnyPage, form: AnyForm) -> Response:
    """In, with address and password; back to the page that was wanted."""
    back = local(form.text("back"), "/office")
    with form.attempt():
        door = door_of(page.request)
        door.slow_down(page.request, page.database)
        tenant = the_company(page.database, form.text("company"))
        email, password = form.text("email"), form.secret("password")
        opened = people.sign_in(page.database, tenant, email, password, door.strangers)
        answer = page.go(back)
        let_in(page.request, answer, opened)
        return answer
    return page.show("office/sign-in.html", status=401, form=form, back=back)


@routes.post("/sign-out")
def sign_out(page: StaffPage, form: StaffForm) -> Response:
    """Out: the session ends here and on the server."""
    del form
    assert page.caller.session is not None
    page.database.run(page.caller.tenant, people.sign_out, page.caller.session)
    answer = page.go("/sign-in", page.words.t("You are signed out"))
    answer.delete_cookie(COOKIE)
    return answer
