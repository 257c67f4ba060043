"""No more reminders: the page behind the link at the foot of each mail."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from backend.services.mailing import stopping
from backend.web.page import AnyForm, AnyPage
from backend.web.routes import page_routes

_Token = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")]

routes = page_routes("/unsubscribe")


@routes.get("/{token}")
def ask(page: AnyPage, token: _Token) -> Response:
    """One button. Opening it changes nothing: mail programs open links too."""
    stopping.check(page.database, token)
    return page.show("portal/unsubscribe.html", done=False)


@routes.post("/{token}")
def stop(page: AnyPage, token: _Token, form: AnyForm) -> Response:
    """No more, from now on."""
    del form
    stopping.stop(page.database, token)
    return page.show("portal/unsubscribe.html", done=True)
