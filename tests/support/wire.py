"""A web server that answers whatever a test wants: wrong, late, or not at all."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Web:
    """A server under way: what it was asked, in order."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def web(
    answer: Callable[[int], Reply | None], context: ssl.SSLContext | None = None
) -> Iterator[Web]:
    """A server that gives `answer(n)` to its n-th request; None breaks the connection off."""
    found = Web()

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.close_connection = True
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                return
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.asked.append(
                Asked(method=self.command, path=self.path, headers=dict(self.headers))
            )
            reply = answer(len(found.asked))
            if reply is None:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is there
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """The client went away: that is what the test is about."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    found.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
