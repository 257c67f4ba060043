"""Who calls: a route names the one kind of caller it is for, and nobody else gets in.

That is the allow-list: a terminal's token opens the routes that ask for a `TerminalCaller` and no
other; a till's key those that ask for a till with the scope it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backend.db import Database
from backend.db.access import Terminal, Till
from backend.db.shops import Store
from backend.errors import Refused
from backend.rights import Right
from backend.services.access import terminal_of, till_of
from backend_client.schemas import ProblemName
from loyalty.ids import TenantId

_terminal_token = HTTPBearer(
    scheme_name="terminal", description="The token from /v1/terminals/claim.", auto_error=False
)
_till_key = HTTPBearer(
    scheme_name="till", description="The key from `backend till add`.", auto_error=False
)
_Shown = HTTPAuthorizationCredentials | None


def database_of(request: Request) -> Database:
    """The database of this application."""
    database = request.app.state.database
    assert isinstance(database, Database)
    return database


Data = Annotated[Database, Depends(database_of)]


def _terminal(database: Data, shown: Annotated[_Shown, Depends(_terminal_token)]) -> Terminal:
    text = _text(shown)
    terminal = terminal_of(database, text)
    if terminal is None:
        raise _stranger(known=till_of(database, text) is not None)
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


def allowed(right: Right) -> Callable[..., Caller]:
    """A dependency that lets in whoever has the right."""

    def _caller(database: Data, shown: Annotated[_Shown, Depends(_till_key)]) -> Caller:
        till = _till_shown(database, shown)
        caller = Caller(
            tenant=till.tenant,
            actor=f"till:{till.id}",
            name=till.name,
            store=till.store,
            rights=frozenset(Right(scope) for scope in till.scopes),
        )
        if right not in caller.rights:
            raise Refused(ProblemName.NOT_ALLOWED, f"the key lacks the scope {right}")
        return caller

    return _caller


def till_with(scope: str) -> Callable[..., Till]:
    """A dependency that lets tills in whose key has the scope."""

    def _till(database: Data, shown: Annotated[_Shown, Depends(_till_key)]) -> Till:
        till = _till_shown(database, shown)
        if scope not in till.scopes:
            raise Refused(ProblemName.NOT_ALLOWED, f"the key lacks the scope {scope}")
        return till

    return _till


def _till_shown(database: Database, shown: _Shown) -> Till:
    text = _text(shown)
    till = till_of(database, text)
    if till is None:
        raise _stranger(known=terminal_of(database, text) is not None)
    return till


def _text(shown: _Shown) -> str:
    if shown is None:
        raise Refused(ProblemName.NOT_AUTHORISED, "send the header Authorization: Bearer TOKEN")
    return shown.credentials


def _stranger(*, known: bool) -> Refused:
    if known:
        return Refused(ProblemName.NOT_ALLOWED, "this token is for other routes")
    return Refused(ProblemName.NOT_AUTHORISED, "the token is unknown or revoked")
