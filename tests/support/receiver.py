"""A system that takes news: a real HTTP server on loopback that says what a test wants."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from backend.config import Config, Webhooks

REACHABLE = Config(webhooks=Webhooks(allow=("127.0.0.0/8",), allow_http=True, timeout_s=2))
"""Settings with which a receiver on loopback may be reached."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and what is answered next: a status, or 0 for silence."""

    url: str = ""
    says: deque[int] = field(default_factory=deque)
    taken: list[Taken] = field(default_factory=list)
    location: str = ""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port."""
    found, ended = Receiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.taken.append(Taken(headers=headers, body=body))
            status = found.says.popleft() if found.says else 204
            if status == 0:
                ended.wait(10)
                return
            self.send_response(status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}/news"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield found
        finally:
            ended.set()
            server.shutdown()
            thread.join(10)
