"""What the shop knows of a member, what they agree to, and how they are forgotten."""

from typing import Annotated
from uuid import uuid4

from fastapi import Path
from fastapi.responses import Response

from backend.api import links, me
from backend.api.own import COOKIE
from backend.portal.own import CONSENT_TEXT, DOOR, HOME, Own, OwnForm
from backend.web.forms import Form
from backend.web.page import AnyPage
from backend.web.routes import page_routes
from backend_client.schemas.me import MyChange, MyErasure
from backend_client.schemas.members import ConsentsBody

_MINE = f"{HOME}/data"
_Token = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]

routes = page_routes()


@routes.get(_MINE)
def mine(page: Own) -> Response:
    """Profile, consents, a copy of everything, and the way out."""
    return _show(page)


@routes.post(_MINE)
def change(page: Own, form: OwnForm) -> Response:
    """The profile as it was typed."""
    with form.attempt():
        body = form.into(MyChange, version=form.whole("version"), phone=form.text("phone") or None)
        me.change(page.database, page.member, body)
        return page.go(_MINE, page.words.t("Saved"))
    return _show(page, form=form, status=422)


@routes.post(f"{_MINE}/consents")
def agree(page: Own, form: OwnForm) -> Response:
    """Yes or no to news, from now on."""
    answer = {"purpose": "news", "given": form.flag("news"), "text_version": CONSENT_TEXT}
    body = ConsentsBody.model_validate({"id": form.text("id"), "consents": [answer]})
    me.agree(page.database, page.member, body)
    return page.go(_MINE, page.words.t("Saved"))


@routes.post(f"{_MINE}/erase")
def erase(page: Own, form: OwnForm) -> Response:
    """Forgotten, once they have said that they are sure."""
    with form.attempt():
        if not form.flag("sure"):
            raise form.mistake("sure", "Tick that you are sure")
        answer = page.go(DOOR, page.words.t("Your data is erased"))
        body = MyErasure(id=form.text("id"), sure=True)
        me.erase(answer, page.database, page.member, body)
        answer.delete_cookie(COOKIE)
        return answer
    return _show(page, form=form, status=422)


@routes.get("/my-data/{token}")
def by_link(page: AnyPage, token: _Token) -> Response:
    """The page behind the code that a kiosk showed: all that is kept, to keep oneself."""
    told = links.my_data(page.database, token)
    return page.show("portal/my-data.html", told=told, token=token)


def _show(page: Own, *, form: Form | None = None, status: int = 200) -> Response:
    language = page.words.language
    return page.own(
        "data.html",
        status=status,
        form=form,
        mine=me.account(page.database, page.member, language, language),
        consents=me.consents(page.database, page.member),
        fresh=str(uuid4()),
    )
