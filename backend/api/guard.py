"""At the door: how large a body may be, what it must be, and one line of log for each request."""

import logging
from http import HTTPStatus
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.problems import problem
from backend.logs import facts
from backend_client.schemas import ProblemName

log = logging.getLogger(__name__)

BODY_MAX = 1024 * 1024
"""Bytes. The largest message of the contract, 500 events, is far below."""


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send)
        refusal = visit.refusal()
        try:
            if refusal is None:
                await self._app(scope, visit.receive, visit.send)
            else:
                await problem(refusal)(scope, receive, visit.send)
        finally:
            visit.write_down()


class _Visit:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._headers = dict(scope["headers"])
        self._received = 0
        self._began = monotonic()
        self._status = 500

    def refusal(self) -> ProblemName | None:
        announced = self._headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > BODY_MAX:
            return ProblemName.TOO_LARGE
        has_body = announced != b"0" or b"transfer-encoding" in self._headers
        kind = self._headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if has_body and kind != b"application/json":
            return ProblemName.MEDIA_TYPE
        return None

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > BODY_MAX:
            # Raised where the route reads its body, so that it never runs on a part of one.
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        await self._send(message)

    def write_down(self) -> None:
        # The route's pattern, never the path: that holds members' ids and vouchers' codes.
        route = getattr(self._scope.get("route"), "path", "-")
        log.info(
            "request",
            extra=facts(
                method=self._scope["method"],
                route=route,
                status=self._status,
                ms=round((monotonic() - self._began) * 1000),
            ),
        )
