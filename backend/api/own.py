"""Members who call for themselves: a session opens one member's account and nothing else."""

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from backend.api.callers import CSRF_HEADER, SAFE, Data, stranger, unknown_token
from backend.db import Database
from backend.db.member_sessions import MemberSession
from backend.db.members import Member
from backend.errors import Refused
from backend.services.people import own_sessions
from backend.services.people.own_sessions import ABSOLUTE, OpenedByMember
from backend.services.team.sessions import csrf_fits, csrf_of
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, TenantId

COOKIE = "loyalty_member"

_token = HTTPBearer(
    scheme_name="member",
    description="The token from POST /v1/me/session, for an app.",
    auto_error=False,
)
_cookie = APIKeyCookie(
    name=COOKIE,
    scheme_name="account",
    description=f"From POST /v1/me/session. What changes something also sends {CSRF_HEADER}.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A member who is signed in."""

    tenant: TenantId
    person: Member
    """The record to use: the one that took theirs in, where two were merged."""
    session: MemberSession
    csrf: str

    @property
    def id(self) -> MemberId:
        """Who it is."""
        return self.person.id

    @property
    def actor(self) -> str:
        """Goes into the audit log."""
        return f"member:{self.person.id}"


def visitor_of(database: Database, cookie: str) -> Visitor | None:
    """Who shows that cookie: for pages, which ask nobody for a password when it is None.

    A page's form sends `csrf` back in a field; compare it with `csrf_is`.
    """
    return _found(database, cookie, "cookie")


def csrf_is(visitor: Visitor, shown: str) -> bool:
    """Whether a form was one of ours, made for this session."""
    return bool(visitor.csrf) and hmac.compare_digest(visitor.csrf.encode(), shown.encode())


def _visitor(
    request: Request,
    database: Data,
    token: Annotated[HTTPAuthorizationCredentials | None, Depends(_token)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Visitor:
    if token is not None:
        found = _found(database, token.credentials, "token")
        if found is None:
            raise _stranger(database, token.credentials)
    else:
        found = _found(database, cookie or "", "cookie")
        if found is not None and request.method not in SAFE:
            _refuse_other_sites(request, cookie or "")
    if found is None:
        raise Refused(ProblemName.NOT_AUTHORISED, "sign in, with a code or a link")
    return found


MemberCaller = Annotated[Visitor, Depends(_visitor)]
"""A member, for what is their own."""


def keep(request: Request, response: Response, opened: OpenedByMember) -> None:
    """Give the browser the session: for us alone, out of reach of scripts."""
    response.set_cookie(
        COOKIE,
        opened.token.text,
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        # Not strict: who follows a link from a mail to their account must arrive signed in.
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _found(database: Database, text: str, kind: str) -> Visitor | None:
    found = own_sessions.session_of(database, text)
    if found is None or found[1].kind != kind:
        return None
    token, session, person = found
    csrf = csrf_of(text) if kind == "cookie" else ""
    return Visitor(tenant=token.tenant, person=person, session=session, csrf=csrf)


def _stranger(database: Database, text: str) -> Refused:
    # A browser's session is good in its cookie only, where scripts cannot reach it.
    if text.startswith(own_sessions.PREFIX):
        return unknown_token()
    return stranger(database, text)


def _refuse_other_sites(request: Request, cookie: str) -> None:
    if not csrf_fits(cookie, request.headers.get(CSRF_HEADER, "")):
        raise Refused(ProblemName.NOT_ALLOWED, f"send the session's token in {CSRF_HEADER}")
