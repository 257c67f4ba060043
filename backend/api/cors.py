"""Which routes a browser may call from another site's page: one, that tells what a cart earns.

All others are for tills, kiosks, servers and our own pages. An e-shop's pages ask its own server,
which has the key; a key with more than the scope `simulate` has no place in a page.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend_client.schemas.base import API

OPEN = f"{API}/simulations"
_ANY = {"access-control-allow-origin": "*"}
# No cookies: a session of the staff must not be of use to a page that its browser happens to show.
_PREFLIGHT = _ANY | {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, accept-language",
    "access-control-max-age": "86400",
}


class Cors:
    """ASGI middleware: answers the browser's question before the request (Fetch, 4.8)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != OPEN:
            await self._app(scope, receive, send)
            return

        async def with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ANY.items():
                    headers[name] = value
            await send(message)

        if scope["method"] == "OPTIONS":
            headers = [(name.encode(), value.encode()) for name, value in _PREFLIGHT.items()]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, with_origin)
