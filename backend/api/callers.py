"""Who calls: a route names the one kind of caller it is for, and nobody else gets in.

That is the allow-list: a terminal's token opens the routes that ask for a `TerminalCaller` and no
other; a till's key those that ask for a scope it has. Staff come with the session of a browser (a
cookie, and a CSRF token for what changes something) or with a token for a program of theirs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from backend.config import Config
from backend.db import Database, Transaction
from backend.db.access import Terminal, Till
from backend.db.shops import Store
from backend.db.staff import Person, Session
from backend.errors import Refused
from backend.rights import AT_A_KIOSK, FOR_PEOPLE, RIGHTS_OF, Right, Role
from backend.services.people import own_sessions
from backend.services.team import audit, sessions
from backend.services.team.access import terminal_of, till_of
from backend.services.team.web_till import web_till
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, TenantId

COOKIE = "loyalty_session"
CSRF_HEADER = "X-CSRF-Token"
STORE_HEADER = "Loyalty-Store"
SAFE = ("GET", "HEAD", "OPTIONS")

_terminal_token = HTTPBearer(
    scheme_name="terminal", description="The token from /v1/terminals/claim.", auto_error=False
)
_till_key = HTTPBearer(
    scheme_name="till", description="The key from `backend till add`.", auto_error=False
)
_staff_token = HTTPBearer(
    scheme_name="staff",
    description="A token of somebody of the staff, from POST /v1/staff/me/tokens.",
    auto_error=False,
)
_staff_cookie = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    description=f"From POST /v1/session. What changes something also sends {CSRF_HEADER}.",
    auto_error=False,
)
_Shown = HTTPAuthorizationCredentials | None


async def database_of(request: Request) -> Database:
    """The database of this application."""
    database = request.app.state.database
    assert isinstance(database, Database)
    return database


Data = Annotated[Database, Depends(database_of)]


async def config_of(request: Request) -> Config:
    """The settings of this server."""
    config = request.app.state.config
    assert isinstance(config, Config)
    return config


Configured = Annotated[Config, Depends(config_of)]


def address_of(request: Request) -> str:
    """How others reach this server: as its settings say, else as it was called."""
    config = request.app.state.config
    assert isinstance(config, Config)
    return config.public_url or str(request.base_url).rstrip("/")


async def _address(request: Request) -> str:
    return address_of(request)


Address = Annotated[str, Depends(_address)]
"""Where customers reach this server, for links."""


def _terminal(database: Data, shown: Annotated[_Shown, Depends(_terminal_token)]) -> Terminal:
    text = _text(shown)
    terminal = terminal_of(database, text)
    if terminal is None:
        raise stranger(database, text)
    return terminal


TerminalCaller = Annotated[Terminal, Depends(_terminal)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever works with the company's data: a till or an e-shop by its key, staff by a session."""

    tenant: TenantId
    actor: str
    """Goes into entries and the audit log: `till:ID` or `staff:ID`."""
    name: str
    store: Store | None
    """Where it stands; None when it stands for the whole company."""
    rights: frozenset[Right]
    staff: str | None = None
    """The id of the person; None for a key."""
    member: MemberId | None = None
    """Who the person is as a customer: nobody gives points to themselves."""
    role: Role | None = None
    session: Session | None = None
    at_kiosk: bool = False
    """Let in by a PIN, at a kiosk: for the counter only."""


def allowed(right: Right) -> Callable[..., Caller]:
    """A dependency that lets in whoever has the right."""
    return _people_with(right) if right in FOR_PEOPLE else _anybody_with(right)


def _anybody_with(right: Right) -> Callable[..., Caller]:
    def _caller(
        request: Request,
        database: Data,
        key: Annotated[_Shown, Depends(_till_key)],
        _: Annotated[_Shown, Depends(_staff_token)],
        cookie: Annotated[str | None, Depends(_staff_cookie)],
    ) -> Caller:
        caller = _shown(request, database, key, cookie)
        _refuse_without(right, caller)
        return caller

    _caller.__dict__["right"] = right
    return _caller


def _people_with(right: Right) -> Callable[..., Caller]:
    def _caller(
        request: Request,
        database: Data,
        token: Annotated[_Shown, Depends(_staff_token)],
        cookie: Annotated[str | None, Depends(_staff_cookie)],
    ) -> Caller:
        caller = _shown(request, database, token, cookie)
        _refuse_keys(caller)
        _refuse_without(right, caller)
        return caller

    _caller.__dict__["right"] = right
    return _caller


def _anyone_of_the_staff(
    request: Request,
    database: Data,
    token: Annotated[_Shown, Depends(_staff_token)],
    cookie: Annotated[str | None, Depends(_staff_cookie)],
) -> Caller:
    caller = _shown(request, database, token, cookie)
    _refuse_keys(caller)
    if caller.at_kiosk:
        # Else six digits would be enough to make a token that is good for a year.
        raise Refused(ProblemName.NOT_ALLOWED, "this is not done at a kiosk: sign in")
    return caller


StaffCaller = Annotated[Caller, Depends(_anyone_of_the_staff)]
"""Whoever of the staff: for what concerns only themselves."""


@contextmanager
def looking_at(
    database: Database, caller: Caller, action: str, about: str
) -> Iterator[Transaction]:
    """A transaction to read somebody's data in; when staff looks, the audit log says so.

    A till looks members up with every sale, and the sale tells: only people are written down.
    """
    if caller.staff is None:
        with database.read(caller.tenant) as tx:
            yield tx
        return
    with database.write(caller.tenant) as tx:
        yield tx
        audit.note(tx, caller.actor, action, about)


def _shown(request: Request, database: Database, shown: _Shown, cookie: str | None) -> Caller:
    """Who shows a key, a token or a cookie. What is in the header counts before a cookie."""
    if shown is None and cookie:
        return _by_cookie(request, database, cookie)
    text = _text(shown)
    at_kiosk = sessions.is_at_kiosk(text)
    if at_kiosk or text.startswith(sessions.PREFIX):
        found = sessions.session_of(database, text)
        # A browser's session is good in its cookie only, where scripts cannot reach it.
        if found is None or found[1].kind != "token":
            raise unknown_token()
        caller = _of_staff(found[0].tenant, found[2], found[1])
        if at_kiosk:
            return replace(caller, rights=caller.rights & AT_A_KIOSK, at_kiosk=True)
        return caller
    return _of_till(_till_shown(database, shown))


def _by_cookie(request: Request, database: Database, cookie: str) -> Caller:
    caller = staff_of_cookie(database, cookie)
    if request.method not in SAFE and not sessions.csrf_fits(
        cookie, request.headers.get(CSRF_HEADER, "")
    ):
        raise Refused(ProblemName.NOT_ALLOWED, f"send the session's token in {CSRF_HEADER}")
    return caller


def staff_of_cookie(database: Database, cookie: str) -> Caller:
    """Whose session of a browser it is. Raises Refused when there is none any more.

    Whoever lets them change something looks at the session's CSRF token first.
    """
    found = sessions.session_of(database, cookie)
    if found is None or found[1].kind != "session":
        raise Refused(ProblemName.NOT_AUTHORISED, "the session has ended: sign in again")
    return _of_staff(found[0].tenant, found[2], found[1])


def _of_staff(tenant: TenantId, person: Person, session: Session) -> Caller:
    return Caller(
        tenant=tenant,
        actor=f"staff:{person.id}",
        name=person.name,
        store=person.store,
        rights=RIGHTS_OF[person.role],
        staff=person.id,
        member=person.member,
        role=person.role,
        session=session,
    )


def _of_till(till: Till) -> Caller:
    return Caller(
        tenant=till.tenant,
        actor=f"till:{till.id}",
        name=till.name,
        store=till.store,
        rights=frozenset(Right(scope) for scope in till.scopes),
    )


def _refuse_keys(caller: Caller) -> None:
    if caller.staff is None:
        raise Refused(ProblemName.NOT_ALLOWED, "this is for people, not for keys")


def _refuse_without(right: Right, caller: Caller) -> None:
    if right not in caller.rights:
        whose = "the key lacks the scope" if caller.staff is None else "your role lacks the right"
        raise Refused(ProblemName.NOT_ALLOWED, f"{whose} {right}")


def _of_the_company(
    request: Request,
    database: Data,
    token: Annotated[_Shown, Depends(_terminal_token)],
    _: Annotated[_Shown, Depends(_till_key)],
    __: Annotated[_Shown, Depends(_staff_token)],
    cookie: Annotated[str | None, Depends(_staff_cookie)],
) -> TenantId:
    terminal = None if token is None else terminal_of(database, token.credentials)
    if terminal is not None:
        return terminal.tenant
    return _shown(request, database, token, cookie).tenant


OfTheCompany = Annotated[TenantId, Depends(_of_the_company)]
"""Whoever shows any good token of the company, whatever its rights: for what every part of it may
see, such as pictures of gifts."""


StoreNamed = Annotated[
    str,
    Header(
        alias=STORE_HEADER,
        pattern=r"^([A-Za-z0-9_-]{1,64})?$",
        description="For staff of several stores: in which of them they stand.",
    ),
]
"""The store that staff of several name; empty where none is named."""


def at_till(right: Right) -> Callable[..., Till]:
    """A dependency: a till whose key has that scope, or somebody of the staff at the web till.

    Staff stand at the web till of their own store, or of the one they name.
    """

    def _till(
        request: Request,
        database: Data,
        key: Annotated[_Shown, Depends(_till_key)],
        _: Annotated[_Shown, Depends(_staff_token)],
        cookie: Annotated[str | None, Depends(_staff_cookie)],
        store: StoreNamed = "",
    ) -> Till:
        if (key is None and cookie) or (key and key.credentials.startswith(sessions.PREFIX)):
            caller = _shown(request, database, key, cookie)
            _refuse_without(right, caller)
            return web_till(database, caller.tenant, caller.store, store, caller.actor)
        return _with_scope(right, _till_shown(database, key))

    _till.__dict__["right"] = right
    return _till


def till_with(scope: str) -> Callable[..., Till]:
    """A dependency that lets tills in whose key has the scope, and nobody of the staff."""

    def _till(database: Data, shown: Annotated[_Shown, Depends(_till_key)]) -> Till:
        return _with_scope(scope, _till_shown(database, shown))

    return _till


def _with_scope(scope: str, till: Till) -> Till:
    if scope not in till.scopes:
        raise Refused(ProblemName.NOT_ALLOWED, f"the key lacks the scope {scope}")
    return till


def _till_shown(database: Database, shown: _Shown) -> Till:
    text = _text(shown)
    till = till_of(database, text)
    if till is None:
        raise stranger(database, text)
    return till


def _text(shown: _Shown) -> str:
    if shown is None:
        raise Refused(ProblemName.NOT_AUTHORISED, "send the header Authorization: Bearer TOKEN")
    return shown.credentials


def stranger(database: Database, text: str) -> Refused:
    """Why a token does not open a route: it is good for others, or for none."""
    kinds = (terminal_of, till_of, sessions.session_of, own_sessions.session_of)
    if any(kind(database, text) is not None for kind in kinds):
        return Refused(ProblemName.NOT_ALLOWED, "this token is for other routes")
    return unknown_token()


def unknown_token() -> Refused:
    """For a token that is nobody's."""
    return Refused(ProblemName.NOT_AUTHORISED, "the token is unknown or revoked")
