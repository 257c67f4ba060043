"""Routes of pages: what goes wrong in one is told by a page, not by a message for programs."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from backend.api.callers import COOKIE
from backend.api.problems import OF_HTTP, of_http, problem_of
from backend.errors import STATUS, DatabaseBusy, Refused
from backend.logs import request_id
from backend.web import look
from backend.web.page import LANGUAGE_COOKIE, AnyPage, Page, SignInFirst, anybody, local
from backend.web.refusals import why
from backend.web.words import LANGUAGES
from backend_client.schemas.base import API
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
                said = problem_of(error)
                return _error(request, said.status, said.title, error)
            except RequestValidationError:
                status, title = STATUS[ProblemName.INVALID]
                return _error(request, status, title)
            except DatabaseBusy:
                status, title = STATUS[ProblemName.BUSY]
                return _error(request, status, title)

        return handled


def page_routes(prefix: str = "") -> APIRouter:
    """A router for pages under an address."""
    return APIRouter(prefix=prefix, route_class=PageRoute, include_in_schema=False)


routes = page_routes()


def tell_missing(app: FastAPI) -> None:
    """Answer a browser that asks for a page which does not exist with one that says so."""

    async def told(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("Accept", "")
        if request.url.path.startswith(API) or not wants_page:
            return await of_http(request, error)
        name = OF_HTTP.get(getattr(error, "status_code", 0), ProblemName.MALFORMED)
        return _error(request, *STATUS[name])

    app.add_exception_handler(HTTPException, told)


@routes.post("/language/{language}")
def choose_language(page: AnyPage, language: str, back: str = "/") -> Response:
    """Read on in another language. It is kept for a year, in the browser only."""
    answer = page.go(local(back, "/"))
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_A_YEAR_S, httponly=True, samesite="lax", path="/"
        )
    return answer


_OF_THE_STAFF = ("/office", "/till", "/shop", "/sign-in", "/password", "/first-run")
"""Pages whose readers work here; everybody else is a customer, whose own account is home."""


def _to_sign_in(request: Request, first: SignInFirst) -> Response:
    wanted = request.url.path
    if request.method == "GET" and request.url.query:
        wanted += f"?{request.url.query}"
    back = wanted if request.method == "GET" else first.home
    where = f"{first.door}?" + urlencode({"back": back})
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": where})
    return RedirectResponse(where, status_code=HTTPStatus.SEE_OTHER)


def _error(
    request: Request, status: int, title: str, error: Refused | LoyaltyError | None = None
) -> Response:
    page: Page = anybody(request, request.app.state.database)
    detail = why(error, page.words, title=title) if error else ""
    ours = request.url.path.startswith(_OF_THE_STAFF) or COOKIE in request.cookies
    return page.show(
        "web/error.html",
        status=status,
        title=title,
        detail=detail[:1].upper() + detail[1:],
        # What broke may be the database: its name for the company is not asked for then.
        company=look.brand() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "",
        is_missing=status == HTTPStatus.NOT_FOUND,
        home="/office" if ours else "/account",
        support=request_id.get() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "",
    )
