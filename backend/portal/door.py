"""Into one's own account: by a code from the mail, or by a link; and out of it."""

from typing import Annotated
from uuid import uuid4

from fastapi import Path
from fastapi.responses import Response

from backend.api import me_sessions
from backend.api.own import COOKIE
from backend.portal.own import DOOR, HOME, Own, OwnForm
from backend.services.people import own_sessions
from backend.web.page import AnyForm, AnyPage, local
from backend.web.routes import page_routes
from backend_client.schemas.me import MyCodeRequest, MySignIn

_Token = Annotated[str, Path(max_length=200, pattern=r"^lkl_[A-Za-z0-9_-]+$")]

routes = page_routes(HOME)


@routes.get("/sign-in")
def ask(page: AnyPage, back: str = HOME, company: str = "") -> Response:
    """By which address does the shop know you?"""
    return page.show("portal/sign-in.html", form=None, back=local(back, HOME), company=company)


@routes.post("/sign-in")
def send_code(page: AnyPage, form: AnyForm) -> Response:
    """A code is on its way, if the address is a member's; nobody is told whether it is."""
    back, company = local(form.text("back"), HOME), form.text("company")
    with form.attempt():
        typed = form.text("contact")
        whose = {"email": typed} if "@" in typed else {"phone": typed}
        body = MyCodeRequest.model_validate({"id": str(uuid4()), "company": company, **whose})
        asked = me_sessions.ask_code(page.request, page.database, body)
        return page.show("portal/code.html", form=None, asked=asked, back=back, company=company)
    return page.show("portal/sign-in.html", status=422, form=form, back=back, company=company)


@routes.post("/code")
def sign_in(page: AnyPage, form: AnyForm) -> Response:
    """In, with the six digits."""
    back, company = local(form.text("back"), HOME), form.text("company")
    with form.attempt():
        body = MySignIn.model_validate(
            {
                "code": form.text("code"),
                "digits": form.text("digits").replace(" ", ""),
                "company": company,
            }
        )
        answer = page.go(back)
        me_sessions.sign_in(page.request, answer, page.database, body)
        return answer
    again = {"id": form.text("code")}
    return page.show(
        "portal/code.html", status=422, form=form, asked=again, back=back, company=company
    )


@routes.post("/sign-out")
def sign_out(page: Own, form: OwnForm) -> Response:
    """Out, on this phone or on every one."""
    member = page.member
    if form.flag("everywhere"):
        page.database.run(member.tenant, own_sessions.sign_out_everywhere, member.id)
    else:
        page.database.run(member.tenant, own_sessions.sign_out, member.session)
    answer = page.go(DOOR, page.words.t("You are signed out"))
    answer.delete_cookie(COOKIE)
    return answer


@routes.get("/{token}")
def by_link(page: AnyPage, token: _Token) -> Response:
    """One button: a link is good once, and mail programs open links too."""
    return page.show("portal/link.html", form=None, token=token)


@routes.post("/{token}")
def open_link(page: AnyPage, token: _Token, form: AnyForm) -> Response:
    """In, by the link."""
    with form.attempt():
        answer = page.go(HOME)
        body = MySignIn(link=token, company="")
        me_sessions.sign_in(page.request, answer, page.database, body)
        return answer
    return page.show("portal/link.html", status=403, form=form, token=token)
