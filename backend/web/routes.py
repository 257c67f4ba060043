"""Routes of pages; what goes wrong in one is told by a page (`backend.web.trouble`)."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from backend.errors import DatabaseBusy, Refused
from backend.web import trouble
from backend.web.page import LANGUAGE_COOKIE, AnyPage, SignInFirst, local
from backend.web.words import LANGUAGES
from backend_client.schemas.problems import ProblemName
from loyalty.errors import LoyaltyError

_A_YEAR_S = 365 * 24 * 3600


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals answered in the reader's language."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInFirst as first:
                return _to_sign_in(request, first)
            except (Refused, LoyaltyError) as error:
                return trouble.refused(request, error)
            except RequestValidationError:
                return trouble.page_of(request, ProblemName.INVALID)
            except DatabaseBusy:
                return trouble.page_of(request, ProblemName.BUSY)

        return handled


def page_routes(prefix: str = "") -> APIRouter:
    """A router for pages under an address."""
    return APIRouter(prefix=prefix, route_class=PageRoute, include_in_schema=False)


routes = page_routes()


@routes.post("/language/{language}")
def choose_language(page: AnyPage, language: str, back: str = "/") -> Response:
    """Read on in another language. It is kept for a year, in the browser only."""
    answer = page.go(local(back, "/"))
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_A_YEAR_S, httponly=True, samesite="lax", path="/"
        )
    return answer


def _to_sign_in(request: Request, first: SignInFirst) -> Response:
    wanted = request.url.path
    if request.method == "GET" and request.url.query:
        wanted += f"?{request.url.query}"
    back = wanted if request.method == "GET" else first.home
    ended = {} if request.method == "GET" else {"ended": "1"}
    where = f"{first.door}?" + urlencode({"back": back, **ended})
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": where})
    return RedirectResponse(where, status_code=HTTPStatus.SEE_OTHER)
