"""Joining on one's own phone: by the link of a ticket, or by the code that a kiosk shows."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from backend.api import links
from backend.db import shops
from backend.portal.own import CONSENT_TEXT, HOME
from backend.services.people import links as link_desk
from backend.services.selling.tickets import counted
from backend.web.forms import Form
from backend.web.page import AnyForm, AnyPage, Page
from backend.web.routes import page_routes
from backend.words import Words
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.kiosks import JoinBody, JoinForm
from loyalty.program import Unit, in_language

_Token = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]

routes = page_routes("/join")


@routes.get("/{token}")
def ask(page: AnyPage, token: _Token) -> Response:
    """What the shop would like to know, and what joining gives."""
    return _show(page, token, links.form(page.database, token), form=None)


@routes.post("/{token}")
def join(page: AnyPage, token: _Token, form: AnyForm) -> Response:
    """A member, signed in on this phone; the kiosk that waits hears of it at once."""
    with form.attempt():
        consents = (_answer("program", given=True), _answer("news", given=form.flag("news")))
        body = JoinBody(
            first_name=form.text("first_name"),
            last_name=form.text("last_name"),
            email=form.text("email") or None,
            phone=form.text("phone") or None,
            birthday=_birthday(form),
            language=page.words.language,
            consents=consents,
        )
        welcome = page.go(f"{HOME}?welcome=1")
        links.join(page.request, welcome, page.database, token, body)
        return welcome
    return _show(page, token, links.form(page.database, token), form=form, status=422)


def _show(
    page: Page, token: str, told: JoinForm, *, form: Form | None, status: int = 200
) -> Response:
    with page.database.read(link_desk.tenant_of(token)) as tx:
        company = shops.company_name(tx)
        program = shops.program(tx, link_desk.opened(tx, token, "invite", "handoff").program)
    assert program is not None, "a link is to a program"
    return page.show(
        "portal/join.html",
        status=status,
        form=form,
        told=told,
        company=company,
        program=in_language(told.program, page.words.language),
        welcome=counted(Words(page.words.language), program, told.welcome),
        counts_points=program.unit is Unit.POINTS,
        # It is not asked for what nobody needs: only where a birthday earns something.
        birthday=any(campaign.birthday for campaign in program.campaigns),
    )


def _birthday(form: Form) -> str | None:
    """A day as the browser writes it; the year is not kept: nobody asked for an age."""
    return form.text("birthday")[5:] or None


def _answer(purpose: str, *, given: bool) -> ConsentBody:
    return ConsentBody.model_validate(
        {"purpose": purpose, "given": given, "text_version": CONSENT_TEXT}
    )
