"""My account: password, PIN for kiosks, where I am signed in, tokens for programs of mine."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from backend.api import sessions
from backend.api.callers import COOKIE
from backend.api.sessions import let_in
from backend.backoffice.office import show
from backend.services.team import staff as people
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, StaffPage
from backend.web.routes import page_routes
from backend_client.schemas.base import Id
from backend_client.schemas.staff import NewToken, PasswordChange, PinChange

routes = page_routes("/office/me")


@routes.get("")
def me(page: StaffPage) -> Response:
    """Who I am here, and my ways in."""
    return _show(page, None)


@routes.post("/password")
def password(page: StaffPage, form: StaffForm) -> Response:
    """Another password; every other session and token of mine ends."""
    with form.attempt():
        body = PasswordChange(old=form.secret("old"), new=form.secret("new"))
        opened = people.change_own_password(
            page.database, page.caller.tenant, _my_id(page), old=body.old, new=body.new
        )
        answer = page.go("/office/me", page.words.t("Your password is changed."))
        let_in(page.request, answer, opened)
        return answer
    return _show(page, form)


@routes.post("/pin")
def pin(page: StaffPage, form: StaffForm) -> Response:
    """The PIN that I type on a kiosk; an empty field takes it away."""
    with form.attempt():
        sessions.change_pin(page.database, page.caller, PinChange(pin=form.secret("pin") or None))
        return page.go("/office/me", page.words.t("Your PIN is kept; kiosks know it at once."))
    return _show(page, form)


@routes.post("/tokens")
def token(page: StaffPage, form: StaffForm) -> Response:
    """A token for a program of mine, shown this once."""
    with form.attempt():
        body = form.into(NewToken, days=form.whole("days") or 90)
        made = sessions.new_token(page.database, page.caller, body)
        return _show(page, None, token=made.token)
    return _show(page, form)


@routes.post("/sessions/{session}/end")
def end(page: StaffPage, form: StaffForm, session: Annotated[Id, Path()]) -> Response:
    """One session or token of mine ends."""
    del form
    sessions.end_session(page.database, page.caller, session)
    return page.go("/office/me", page.words.t("That way in is closed."))


@routes.post("/sessions/end")
def end_all(page: StaffPage, form: StaffForm) -> Response:
    """All of them end, this one too."""
    del form
    people_out = people.sign_out_everywhere
    page.database.run(page.caller.tenant, people_out, _my_id(page), actor=page.caller.actor)
    answer = page.go("/sign-in", page.words.t("You are signed out everywhere"))
    answer.delete_cookie(COOKIE)
    return answer


def _my_id(page: Page) -> str:
    assert page.caller.staff is not None, "only people have a session"
    return page.caller.staff


def _show(page: Page, form: Form | None, *, token: str = "") -> Response:
    with page.database.read(page.caller.tenant) as tx:
        person = people.get(tx, _my_id(page))
    assert page.caller.session is not None
    return show(
        page,
        "me.html",
        status=422 if form else 200,
        form=form,
        person=sessions.told(person),
        sessions=sessions.my_sessions(page.database, page.caller).sessions,
        this=page.caller.session.id,
        token=token,
    )
