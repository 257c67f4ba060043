"""At the door: how large a body may be, what it must be, and one line of log for each request."""

import logging
from time import monotonic

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
        self._replaced = False

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
            # Whatever the application makes of a body cut off here, the answer is ours.
            self._replaced = True
            return {"type": "http.request", "body": b"", "more_body": False}
        return message

    async def send(self, message: Message) -> None:
        if self._replaced:
            if message["type"] == "http.response.start":
                self._status = 413
                await problem(ProblemName.TOO_LARGE)(self._scope, self._receive, self._send)
            return
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
