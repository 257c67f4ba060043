"""One page for one reader: what it shows, in which language, with whose rights."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from backend.api.callers import COOKIE, Caller, Data, staff_of_cookie
from backend.db import Database, shops
from backend.errors import Refused
from backend.rights import Right
from backend.services.team.sessions import csrf_of
from backend.web import birthdays, look
from backend.web.forms import CSRF_FIELD, Form, Sent
from backend.web.refusals import of_answer
from backend.web.words import LANGUAGES, NAMES, PageWords, language_for, later, words_in
from backend_client.schemas.problems import ProblemName

LANGUAGE_COOKIE = "loyalty_language"
_SAID_COOKIE = "loyalty_said"
_STRANGER_COOKIE = "loyalty_form"
_A_YEAR = timedelta(days=365)
_SAFE = ("GET", "HEAD")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""Nothing but our own files, and no script or style written into a page."""


NOT_YOURS = later("This is not part of your work here. Whoever owns the shop can change that.")


class OldForm(Refused):
    """A form that another session was shown, or another site made."""

    def __init__(self) -> None:
        """Nothing of it was read."""
        super().__init__(ProblemName.NOT_ALLOWED, _OLD_FORM)


_OLD_FORM = later(
    "It was shown before somebody signed in or out here: open it again, then send it."
)


class SignInFirst(Exception):
    """Nobody is signed in; the page comes back to where they wanted to go."""

    def __init__(self, door: str = "/sign-in", home: str = "/office") -> None:
        """`door` is where they sign in, and `home` where they come to after a form."""
        super().__init__(door)
        self.door, self.home = door, home


def phone(number: str | None) -> str:
    """A number as people read it: "+33 6 12 34 56 78"."""
    try:
        return str(format_number(parse(number or ""), PhoneNumberFormat.INTERNATIONAL))
    except NumberParseException:
        return number or ""


@dataclass(slots=True)
class Page:
    """Who looks at which page, and the means to answer."""

    request: Request
    database: Database
    words: PageWords
    visitor: Caller | None
    """Whoever of the staff is signed in; None where nobody needs to be."""
    csrf: str
    """What the page's forms carry."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """In which its times are told: that of the visitor's store."""
    policy: str = POLICY
    """What a browser may load and show for it."""
    _cookies: list[Callable[[Response], None]] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        """Who is signed in, for what the API's routes do."""
        assert self.visitor is not None, "only pages behind a right ask for it"
        return self.visitor

    @property
    def reader(self) -> str:
        """Who reads it, where they are signed in: what was typed comes back to nobody else."""
        return self.visitor.actor if self.visitor else ""

    def may(self, right: Right) -> bool:
        """Whether the visitor has the right."""
        return self.visitor is not None and right in self.visitor.rights

    @property
    def is_part(self) -> bool:
        """Whether the page's own script asks for a part of it only."""
        return self.request.headers.get("HX-Request") == "true"

    def show(self, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """The page, written by its template in the reader's language."""
        house = values.get("company") or values.get("shop") or self._house()
        tools = self._tools() | {"brand": house}
        text = _environment().get_template(template).render(page=self, **tools, **values)
        answer = HTMLResponse(
            text, status_code=status, headers={"Content-Security-Policy": self.policy}
        )
        if self.request.cookies.get(_SAID_COOKIE):
            answer.delete_cookie(_SAID_COOKIE)
        return self._finished(answer)

    def go(self, where: str, said: str = "") -> Response:
        """To another page, which tells `said` once; after a form, so that no reload resends it."""
        if self.is_part:
            answer = Response(headers={"HX-Redirect": where})
        else:
            answer = RedirectResponse(where, status_code=HTTPStatus.SEE_OTHER)
        if said:
            answer.set_cookie(_SAID_COOKIE, quote(said), max_age=60, **self._kept_by_us())
        return self._finished(answer)

    def also(self, cookie: Callable[[Response], None]) -> None:
        """Something more for the answer, such as a cookie."""
        self._cookies.append(cookie)

    @property
    def said(self) -> str:
        """What the page before wanted told here."""
        return unquote(self.request.cookies.get(_SAID_COOKIE, ""))

    def here(self, **changed: object) -> str:
        """This page's address with other parameters; one that is None is left out."""
        asked = {**dict(self.request.query_params), **changed}
        kept = {name: str(value) for name, value in asked.items() if value not in (None, "")}
        return self.request.url.path + (f"?{urlencode(kept)}" if kept else "")

    def _house(self) -> str:
        """The name above the door: the reader's company, else the only one, else the look's own."""
        tenant = self.visitor.tenant if self.visitor else None
        if tenant is None:
            with self.database.across() as connection:
                companies = tuple(shops.tenants(connection))
            if len(companies) != 1:
                return look.brand()
            tenant = companies[0]
        with self.database.read(tenant) as tx:
            return shops.company_name(tx)

    def _kept_by_us(self) -> dict[str, Any]:
        secure = self.request.url.scheme == "https"
        return {"httponly": True, "samesite": "lax", "secure": secure, "path": "/"}

    def _tools(self) -> dict[str, object]:
        words = self.words
        return {
            "t": words.t,
            "tn": words.tn,
            "number": words.number,
            "money": words.money,
            "day": lambda at: words.day(self._local(at)),
            "short_day": lambda at: words.short_day(self._local(at)),
            "before": lambda at: at - timedelta(seconds=1),
            "moment": lambda at: words.moment(self._local(at)),
            "phone": phone,
            "birthday_typed": birthdays.typed,
            "birthday_told": words.birthday,
            "because": lambda told, english: of_answer(told, english, words),
            "may": lambda right: self.may(Right(right)),
            "address": look.address,
            "languages": [(each, NAMES[each]) for each in LANGUAGES],
        }

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def _finished(self, answer: Response) -> Response:
        for cookie in self._cookies:
            cookie(answer)
        return answer


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parents[1] / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def words_for(request: Request) -> PageWords:
    """The words in the language that a browser's reader wants."""
    kept = request.cookies.get(LANGUAGE_COOKIE)
    return words_in(language_for(kept, request.headers.get("Accept-Language", "")))


def anybody(request: Request, database: Data) -> Page:
    """A page for whoever comes; its forms are tied to the browser by a cookie of their own."""
    shown = request.cookies.get(_STRANGER_COOKIE, "")
    secret = shown or token_urlsafe(24)
    page = Page(
        request=request,
        database=database,
        words=words_for(request),
        visitor=None,
        csrf=csrf_of(secret),
    )
    if not shown:
        kept = page._kept_by_us()  # noqa: SLF001 - this makes it
        page.also(lambda answer: answer.set_cookie(_STRANGER_COOKIE, secret, **kept))
    return page


AnyPage = Annotated[Page, Depends(anybody)]


def signed_in(request: Request, database: Data) -> Page:
    """A page for whoever of the staff is signed in. Raises SignInFirst."""
    cookie = request.cookies.get(COOKIE, "")
    try:
        caller = staff_of_cookie(database, cookie)
    except Refused as refused:
        raise SignInFirst from refused
    return Page(
        request=request,
        database=database,
        words=words_for(request),
        visitor=caller,
        csrf=csrf_of(cookie),
        zone=_zone(database, caller),
    )


StaffPage = Annotated[Page, Depends(signed_in)]


def page_with(right: Right) -> Callable[..., Page]:
    """A dependency: a page for those of the staff who have the right, and for nobody else."""

    def _page(page: StaffPage) -> Page:
        if not page.may(right):
            raise Refused(ProblemName.NOT_ALLOWED, NOT_YOURS)
        return page

    return _page


def form_of(page: Page, sent: Sent) -> Form:
    """What was sent from a page that the same browser was given. Raises OldForm."""
    shown = sent.get(CSRF_FIELD)
    if not isinstance(shown, str) or not hmac.compare_digest(page.csrf.encode(), shown.encode()):
        raise OldForm
    return Form(sent, page.words)


def _staff_form(page: StaffPage, sent: Sent) -> Form:
    return form_of(page, sent)


def _strangers_form(page: AnyPage, sent: Sent) -> Form:
    return form_of(page, sent)


StaffForm = Annotated[Form, Depends(_staff_form)]
"""What somebody of the staff sent; refused when it is not from a page of theirs."""
AnyForm = Annotated[Form, Depends(_strangers_form)]
"""What a stranger sent, from a page that this browser was given."""


def _zone(database: Database, caller: Caller) -> ZoneInfo:
    if caller.store is not None:
        return caller.store.zone
    with database.read(caller.tenant) as tx:
        found = shops.stores(tx)
    return found[0].zone if found else ZoneInfo("UTC")


def local(path: str, otherwise: str) -> str:
    """A path of ours that was asked for; else the other, so that no link leads elsewhere."""
    parts = urlsplit(path)
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and not parts.netloc and "\\" not in path else otherwise
