"""What went wrong, as a page in the reader's language: what it is, and the way on.

A program is told the same as a problem (`backend.api.problems`): whoever asks under /v1, or for
anything but a page.
"""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from backend.api.callers import COOKIE
from backend.api.headers import HEADERS
from backend.api.problems import OF_HTTP, of_http, our_mistake, problem, problem_of
from backend.errors import STATUS, Refused
from backend.logs import request_id
from backend.web import look
from backend.web.page import OldForm, Page, anybody
from backend.web.refusals import why
from backend.web.words import later
from backend_client.schemas.base import API
from backend_client.schemas.problems import PROBLEM, ProblemName
from loyalty.errors import LoyaltyError

_GONE = (
    later("There is no such page"),
    later("The address is mistyped, or what stood here is gone."),
)
_PAGES: Mapping[ProblemName, tuple[str, str]] = {
    ProblemName.NOT_FOUND: _GONE,
    ProblemName.METHOD: _GONE,
    ProblemName.INVALID: _GONE,
    ProblemName.MALFORMED: (
        later("This could not be read"),
        later("Something was lost on the way. Open the page again."),
    ),
    ProblemName.NOT_ALLOWED: (later("You may not do this"), ""),
    ProblemName.TOO_LARGE: (
        later("This is too large"),
        later("A file may have 16 MB, a picture 1 MB. Choose a smaller one."),
    ),
    ProblemName.TOO_MANY: (
        later("That was too fast"),
        later("Too much was asked for in a short time. Wait a moment, then try again."),
    ),
    ProblemName.HOST: (
        later("The shop is not at this address"),
        later("Open the address that whoever runs the server gave you."),
    ),
    ProblemName.BUSY: (
        later("The server is busy"),
        later("Somebody else’s work takes longer than usual. Try again in a moment."),
    ),
    ProblemName.INTERNAL: (
        later("Something went wrong here"),
        later("It is our mistake and was written down. Try again; if it stays, call support."),
    ),
}
"""Title and sentence where the words for programs would puzzle who reads a page."""
_OLD_FORM = later("This form is too old")
_INVALID = later("Something is missing or mistyped")
_OF_THE_STAFF = ("/office", "/till", "/shop", "/sign-in", "/password", "/first-run")
"""Pages whose readers work here; everybody else is a customer, whose own account is home."""
_AGAIN = (ProblemName.BUSY, ProblemName.INTERNAL, ProblemName.TOO_MANY)
"""What passes: the same page may be asked for again."""


def tell_browsers(app: FastAPI) -> None:
    """Make the application tell a browser of what no page's route could tell."""

    async def outside(request: Request, error: Exception) -> Response:
        if not _wants_page(request):
            return await of_http(request, error)
        return page_of(
            request, OF_HTTP.get(getattr(error, "status_code", 0), ProblemName.MALFORMED)
        )

    async def mistake(request: Request, error: Exception) -> Response:
        # The server logs it, with its trace, after this answer; which does not pass the door.
        if not _wants_page(request):
            return await our_mistake(request, error)
        answer = page_of(request, ProblemName.INTERNAL)
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer

    app.add_exception_handler(HTTPException, outside)
    app.add_exception_handler(Exception, mistake)


def at_the_door(
    scope: Scope, name: ProblemName, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """What is refused before any route is asked."""
    request = Request(scope)
    if not _wants_page(request):
        return problem(name, detail, headers=headers)
    answer = page_of(request, name)
    answer.headers.update(headers or {})
    return answer


def refused(request: Request, error: Refused | LoyaltyError) -> Response:
    """A rule's or a right's no."""
    page: Page = anybody(request, request.app.state.database)
    said = problem_of(error)
    name = ProblemName(said.type.removeprefix(PROBLEM))
    title, sentence = _PAGES.get(name, (said.title, ""))
    if isinstance(error, OldForm):
        title = _OLD_FORM
    elif name is ProblemName.INVALID:
        title, sentence = _INVALID, ""
    detail = page.words.t(sentence) if sentence else why(error, page.words, title=title)
    return _told(page, said.status, name, title, detail)


def page_of(request: Request, name: ProblemName) -> Response:
    """What went wrong with the request itself, or with us."""
    page: Page = anybody(request, request.app.state.database)
    title, sentence = _PAGES.get(name, (STATUS[name][1], ""))
    detail = page.words.t(sentence) if sentence else ""
    return _told(page, STATUS[name][0], name, title, detail)


def _told(page: Page, status: int, name: ProblemName, title: str, detail: str) -> Response:
    request, ours = page.request, status >= HTTPStatus.INTERNAL_SERVER_ERROR
    looked = request.method in ("GET", "HEAD")
    of_staff = request.url.path.startswith(_OF_THE_STAFF) or COOKIE in request.cookies
    return page.show(
        "web/error.html",
        status=status,
        title=title,
        detail=detail[:1].upper() + detail[1:],
        # What broke may be the database, and a stranger's name for us earns no answer: neither
        # is told the company's name.
        company=look.brand() if ours or name is ProblemName.HOST else "",
        done="" if looked else "perhaps" if name is ProblemName.INTERNAL else "nothing",
        again=page.here() if looked and name in _AGAIN else "",
        home="/office" if of_staff else "/account",
        support=request_id.get() if ours else "",
    )


def _wants_page(request: Request) -> bool:
    wants = "text/html" in request.headers.get("Accept", "")
    return wants and not request.url.path.startswith(API)
