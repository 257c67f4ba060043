"""Every route there is, from the OpenAPI document: for promises that hold on all of them.

Whoever adds a route adds nothing here, unless its path names a thing that has no factory yet, or
it is open to everybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

PUBLIC = {
    ("POST", "/v1/terminals/claim"),
    ("GET", "/v1/first-run"),
    ("POST", "/v1/first-run"),
    ("POST", "/v1/session"),
    ("POST", "/v1/password"),
    ("POST", "/v1/password/forgotten"),
    ("GET", "/v1/unsubscribe/{token}"),
    ("POST", "/v1/unsubscribe/{token}"),
    ("GET", "/v1/join/{token}"),
    ("POST", "/v1/join/{token}"),
    ("GET", "/v1/my-data/{token}"),
    ("GET", "/v1/my-data/{token}/file"),
    ("POST", "/v1/me/codes"),
    ("POST", "/v1/me/session"),
    ("GET", "/healthz"),
}
"""Open to whoever reaches the server: all other routes ask who calls."""

OWN = {
    ("GET", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/staff/me/sessions"),
    ("DELETE", "/v1/staff/me/sessions"),
    ("DELETE", "/v1/staff/me/sessions/{session}"),
    ("POST", "/v1/staff/me/tokens"),
    ("PUT", "/v1/staff/me/password"),
    ("PUT", "/v1/staff/me/pin"),
}
"""What staff does with their own account: no right is asked, only that they are staff."""

TERMINAL, TILL = frozenset({"terminal"}), frozenset({"till"})
PEOPLE = frozenset({"staff", "session"})
MEMBER = frozenset({"member", "account"})
"""Members for themselves: a bearer of an app, or a browser's cookie."""
EVERYBODY = TERMINAL | TILL | PEOPLE
"""Every part of the company: for what all of them may see, as pictures of gifts."""
KINDS = (TERMINAL, TILL, PEOPLE, PEOPLE | TILL, EVERYBODY, MEMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation of the API."""

    method: str
    path: str
    callers: frozenset[str]
    """Names of the security schemes of which one opens it; none for everybody."""
    right: str | None
    body: dict[str, Any] | None
    """The schema of what it takes."""

    @property
    def key(self) -> tuple[str, str]:
        """What it is declared by."""
        return self.method, self.path

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of its path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def place(self) -> str:
        """An address of it, with ids that mean nothing."""
        return self.path.replace("{", "").replace("}", "")


def routes(app: FastAPI) -> Iterator[Route]:
    """Every operation of the OpenAPI document."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            yield Route(
                method=method.upper(),
                path=path,
                callers=frozenset(kind for each in operation.get("security", ()) for kind in each),
                right=operation.get("x-right"),
                body=content.get("application/json", {}).get("schema"),
            )
