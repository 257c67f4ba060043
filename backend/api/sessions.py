"""Signing in and out, and what staff does with their own account."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from backend.api.callers import COOKIE, Caller, Configured, Data, StaffCaller
from backend.api.languages import Language
from backend.api.problems import BODY, TOKEN, documented
from backend.db import Database, staff
from backend.db.shops import tenants
from backend.db.staff import Person, Session
from backend.errors import Refused
from backend.rights import RIGHTS_OF
from backend.services.programs.presets import preset_names
from backend.services.shop.companies import FirstRunLink, the_company, waits_for_owner
from backend.services.team import letters
from backend.services.team import staff as people
from backend.services.team.sessions import ABSOLUTE, Opened, csrf_of
from backend.throttle import Throttle
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import (
    Done,
    FirstRun,
    FirstRunAnswer,
    NewToken,
    OpenSession,
    OpenSessions,
    PasswordChange,
    PasswordChoice,
    PasswordForgotten,
    PinChange,
    SessionAnswer,
    SignIn,
    StaffAnswer,
    TokenAnswer,
)
from loyalty.ids import TenantId

_TRIES = 60
_WINDOW = timedelta(minutes=1)


class Door:
    """What this process remembers of those who try to get in."""

    def __init__(self, first_run: str) -> None:
        self.first_run = FirstRunLink(first_run)
        self.strangers = Throttle(people.FAILURES_MAX, people.LOCKED)
        """By address of mail, for those that nobody has."""
        self.comers = Throttle(_TRIES, _WINDOW)
        """By address of the network: each look at a password costs the server 30 ms."""
        self.resets = Throttle(letters.RESETS_MAX, letters.RESETS_EVERY)
        """By address of mail: links for who forgot their password."""

    def slow_down(self, request: Request, database: Database) -> None:
        """Raises Refused when too many tries come from one place."""
        place = request.client.host if request.client else ""
        if wait := self.comers.wait(place, database.clock()):
            raise Refused(ProblemName.LOCKED, "too many tries from here", retry_after_s=wait)


routes = APIRouter(prefix=API, tags=["staff"])


def door_of(request: Request) -> Door:
    """What this process remembers of those who try to get in."""
    door = request.app.state.door
    assert isinstance(door, Door)
    return door


@routes.get("/first-run", responses=documented())
def first_run(database: Data) -> FirstRunAnswer:
    """Whether this server still waits for its owner."""
    with database.across() as connection:
        has_company = bool(tenants(connection))
    return FirstRunAnswer(
        waiting=waits_for_owner(database), company=has_company, programs=preset_names()
    )


@routes.post(
    "/first-run",
    responses=documented(*BODY, ProblemName.LINK, ProblemName.LOCKED, ProblemName.EMAIL_REFUSED),
)
def begin(request: Request, response: Response, database: Data, body: FirstRun) -> SessionAnswer:
    """Become the first owner, with the link that the server printed; once."""
    door = door_of(request)
    door.slow_down(request, database)
    return _signed_in(request, response, database, door.first_run.begin(database, body))


@routes.post(
    "/session",
    responses=documented(
        *BODY,
        ProblemName.SIGN_IN,
        ProblemName.LOCKED,
        ProblemName.EMAIL_REFUSED,
        ProblemName.NOT_FOUND,
    ),
)
def sign_in(request: Request, response: Response, database: Data, body: SignIn) -> SessionAnswer:
    """Sign in with address and password: the session comes as a cookie."""
    door = door_of(request)
    door.slow_down(request, database)
    tenant = the_company(database, body.company)
    opened = people.sign_in(database, tenant, body.email, body.password, door.strangers)
    return _signed_in(request, response, database, opened)


@routes.post("/password", responses=documented(*BODY, ProblemName.LINK, ProblemName.LOCKED))
def choose_password(
    request: Request, response: Response, database: Data, body: PasswordChoice
) -> SessionAnswer:
    """Choose a password with the link of an invitation, or after one was forgotten; once."""
    door_of(request).slow_down(request, database)
    opened = people.choose_password(database, body.link, body.password)
    return _signed_in(request, response, database, opened)


@routes.post(
    "/password/forgotten",
    responses=documented(
        *BODY, ProblemName.LOCKED, ProblemName.EMAIL_REFUSED, ProblemName.NOT_FOUND
    ),
)
def forgot_password(
    request: Request,
    database: Data,
    config: Configured,
    language: Language,
    body: PasswordForgotten,
) -> Done:
    """A link to choose another password goes to the address, if somebody at work has it.

    The answer is the same for everybody; three links an hour are mailed to one address.
    """
    door = door_of(request)
    door.slow_down(request, database)
    tenant = the_company(database, body.company)
    letters.forgotten(database, tenant, body.email, language, config, door.resets)
    return Done()


@routes.get("/session", responses=documented(*TOKEN))
def session(request: Request, database: Data, caller: StaffCaller) -> SessionAnswer:
    """Who is signed in, and the CSRF token of the session."""
    assert caller.session is not None
    with database.read(caller.tenant) as tx:
        person = people.get(tx, _me(caller))
    # A program's token needs no CSRF token: no browser sends it by itself.
    csrf = csrf_of(request.cookies.get(COOKIE, "")) if caller.session.kind == "session" else ""
    return _answer(caller.tenant, person, caller.session, csrf)


@routes.delete("/session", responses=documented(*TOKEN))
def sign_out(response: Response, database: Data, caller: StaffCaller) -> Done:
    """End the session that asks."""
    assert caller.session is not None
    database.run(caller.tenant, people.sign_out, caller.session)
    response.delete_cookie(COOKIE)
    return Done()


@routes.get("/staff/me/sessions", responses=documented(*TOKEN))
def my_sessions(database: Data, caller: StaffCaller) -> OpenSessions:
    """One's own open sessions and tokens, oldest first."""
    with database.read(caller.tenant) as tx:
        found = staff.sessions(tx, _me(caller))
    return OpenSessions(sessions=tuple(_told(each) for each in found))


@routes.delete("/staff/me/sessions", responses=documented(*TOKEN))
def sign_out_everywhere(response: Response, database: Data, caller: StaffCaller) -> Done:
    """End every session and token of one's own, this one too."""
    database.run(caller.tenant, people.sign_out_everywhere, _me(caller), actor=caller.actor)
    response.delete_cookie(COOKIE)
    return Done()


@routes.delete(
    "/staff/me/sessions/{session}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def end_session(database: Data, caller: StaffCaller, session: Annotated[Id, Path()]) -> Done:
    """End one of one's own sessions or tokens."""
    database.run(caller.tenant, people.end_session, _me(caller), session)
    return Done()


@routes.post("/staff/me/tokens", responses=documented(*BODY, *TOKEN))
def new_token(database: Data, caller: StaffCaller, body: NewToken) -> TokenAnswer:
    """A token for a program that works in one's own name, with one's own rights."""
    opened = database.run(
        caller.tenant, people.new_token, _me(caller), name=body.name, days=body.days
    )
    return TokenAnswer(session=_told(opened.session), token=opened.token.text)


@routes.put(
    "/staff/me/password",
    responses=documented(*BODY, *TOKEN, ProblemName.SIGN_IN, ProblemName.LOCKED),
)
def change_password(
    request: Request, response: Response, database: Data, caller: StaffCaller, body: PasswordChange
) -> SessionAnswer:
    """Another password; every other session and token of one's own ends."""
    opened = people.change_own_password(
        database, caller.tenant, _me(caller), old=body.old, new=body.new
    )
    return _signed_in(request, response, database, opened)


@routes.put("/staff/me/pin", responses=documented(*BODY, *TOKEN))
def change_pin(database: Data, caller: StaffCaller, body: PinChange) -> Done:
    """The PIN that one types on a kiosk; kiosks check it without a network."""
    database.run(caller.tenant, people.set_pin, _me(caller), body.pin, actor=caller.actor)
    return Done()


def _me(caller: Caller) -> str:
    assert caller.staff is not None, "StaffCaller lets in nobody else"
    return caller.staff


def _signed_in(
    request: Request, response: Response, database: Database, opened: Opened
) -> SessionAnswer:
    tenant = opened.token.tenant
    with database.read(tenant) as tx:
        person = people.get(tx, opened.session.staff)
    let_in(request, response, opened)
    return _answer(tenant, person, opened.session, opened.csrf)


def let_in(request: Request, response: Response, opened: Opened) -> None:
    """Give the browser its session, where scripts cannot reach it."""
    response.set_cookie(
        COOKIE,
        opened.token.text,
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _answer(tenant: TenantId, person: Person, session: Session, csrf: str) -> SessionAnswer:
    return SessionAnswer(
        staff=told(person),
        company=tenant,
        rights=tuple(sorted(RIGHTS_OF[person.role])),
        csrf=csrf,
        ends_at=session.ends_at,
    )


def told(person: Person) -> StaffAnswer:
    """The message for somebody of the staff."""
    return StaffAnswer(
        id=person.id,
        name=person.name,
        email=person.email,
        role=person.role.value,
        store=person.store.id if person.store else None,
        member=person.member,
        active=person.disabled_at is None,
        invited=person.password is None,
        has_pin=person.pin is not None,
        locked_until=person.locked_until,
        created_at=person.created_at,
    )


def _told(session: Session) -> OpenSession:
    return OpenSession(
        id=session.id,
        kind="token" if session.kind == "token" else "session",
        name=session.name,
        created_at=session.created_at,
        seen_at=session.seen_at,
        ends_at=session.ends_at,
    )
