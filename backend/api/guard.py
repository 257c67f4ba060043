"""At the door: how large a body may be, what it must be, under which name we are called.

Every answer tells browsers what they may do with it, and every request leaves one line of log.
"""

import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.headers import HEADERS, HTTPS_ONLY
from backend.api.problems import Refusing, refuse
from backend.logs import facts, request_id
from backend.metrics import Metrics
from backend_client.schemas.problems import ProblemName

log = logging.getLogger(__name__)

BODY_MAX = 1024 * 1024
"""Bytes. The largest message of the contract, 500 events, is far below."""
REQUEST_ID = "X-Request-Id"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.-]{8,64}")
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_ESCAPE_LENGTH = 6
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Bodies that are files, under one address; the route looks at their type."""

    under: str
    bytes_max: int


FILES = (
    Files(under="/v1/pictures/", bytes_max=1024 * 1024),
    Files(under="/v1/import-files/", bytes_max=16 * 1024 * 1024),
    # What a mail program sends for its reader is a form (RFC 8058).
    Files(under="/v1/unsubscribe/", bytes_max=1024),
    Files(under="/v1/products/import", bytes_max=16 * 1024 * 1024),
    # Pages send forms; those of the back office carry pictures and tables.
    Files(under="/office/", bytes_max=16 * 1024 * 1024),
    *(
        Files(under=under, bytes_max=64 * 1024)
        for under in ("/sign-in", "/sign-out", "/first-run", "/password", "/language/")
    ),
    *(
        Files(under=under, bytes_max=64 * 1024)
        for under in ("/till/", "/account/", "/join/", "/unsubscribe/", "/shop/")
    ),
)
"""Everywhere else, a body is JSON."""


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        hosts: Collection[str] = (),
        refusing: Refusing = refuse,
    ) -> None:
        """`hosts`: the only names under which we answer; empty for any."""
        self._app, self._metrics, self._refusing = app, metrics, refusing
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send)
        # Not taken back at the end: our own mistakes are answered and logged after this.
        request_id.set(visit.id)
        refusal = visit.refusal(self._hosts)
        self._metrics.begin()
        try:
            if refusal is None:
                await self._app(scope, visit.receive, visit.send)
            else:
                await self._refusing(scope, refusal)(scope, receive, visit.send)
        finally:
            visit.write_down(self._metrics)


class _Visit:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._headers = dict(scope["headers"])
        path = str(scope["path"])
        self._file = next((each for each in FILES if path.startswith(each.under)), None)
        self._bytes_max = BODY_MAX if self._file is None else self._file.bytes_max
        self._received = 0
        self._end = b""
        """Of what came so far: the next part may begin within an escape."""
        self._began = monotonic()
        self._status = 500
        shown = self._headers.get(REQUEST_ID.lower().encode(), b"")
        # A proxy's number is kept, so that its log and ours can be read together.
        self.id = shown.decode() if _REQUEST_ID.fullmatch(shown) else uuid4().hex

    def refusal(self, hosts: frozenset[str]) -> ProblemName | None:
        if hosts and _host(self._headers.get(b"host", b"")) not in hosts:
            return ProblemName.HOST
        announced = self._headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._bytes_max:
            return ProblemName.TOO_LARGE
        has_body = announced != b"0" or b"transfer-encoding" in self._headers
        kind = self._headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if has_body and self._file is None and kind != b"application/json":
            return ProblemName.MEDIA_TYPE
        return None

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._bytes_max:
            # Raised where the route reads its body, so that it never runs on a part of one.
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self._file is None and self._holds_zero_bytes(message.get("body", b"")):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
        return message

    def _holds_zero_bytes(self, part: bytes) -> bool:
        """Whether a text of the JSON holds U+0000, which no database keeps, and nobody types."""
        text = self._end + part
        self._end = text[-_ESCAPE_LENGTH:]
        return rb"\u0000" in text and _ZERO.search(text) is not None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
        await self._send(message)

    def write_down(self, metrics: Metrics) -> None:
        # The route's pattern, never the path: that holds members' ids and vouchers' codes.
        route = getattr(self._scope.get("route"), "path", "-")
        seconds = monotonic() - self._began
        method = self._scope["method"] if self._scope["method"] in _METHODS else "OTHER"
        metrics.end(method, route, self._status, seconds)
        log.info(
            "request",
            extra=facts(
                id=self.id,
                method=self._scope["method"],
                route=route,
                status=self._status,
                ms=round(seconds * 1000),
            ),
        )


def _host(header: bytes) -> str:
    """The name without its port."""
    text = header.decode("latin-1").lower()
    return text.rpartition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
