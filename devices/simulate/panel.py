"""The simulator's web page and its control API, on the loopback interface only.

``GET /`` is the page · ``GET /state`` how everything stands ·
``POST /act {"words": ["tap", "known"]}`` does something and answers like /state ·
``GET /paper/3.png`` is a piece of paper.
"""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from devices.simulate.bench import Bench, BenchError
from devices.simulate.pcscd import PcscdUnavailable

log = logging.getLogger(__name__)

BODY_MAX = 4_096
_HERE = Path(__file__).resolve().parent
_FONTS = _HERE.parents[1] / "assets" / "fonts"
_FONT_NAMES = frozenset(("Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-ExtraBold.otf"))


@contextmanager
def control_panel(bench: Bench, port: int = 0) -> Iterator[str]:
    """Serve the panel in a thread; gives its URL. Raises OSError when the port is taken."""
    server = _Server(bench, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="panel", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, bench: Bench, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self.bench = bench


class _Request(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        match self.path.strip("/").split("/"):
            case [""]:
                self._send((_HERE / "page.html").read_bytes(), "text/html; charset=utf-8")
            case ["state"]:
                self._send(self.server.bench.state().to_json().encode(), "application/json")
            case ["paper", name]:
                self._send_paper(name.removesuffix(".png"))
            case ["fonts", name] if name in _FONT_NAMES:
                self._send((_FONTS / name).read_bytes(), "font/otf")
            case _:
                self._refuse(HTTPStatus.NOT_FOUND, "no such page")

    def do_POST(self) -> None:
        # A page of another site may post here, but not as JSON without asking first.
        if self.path != "/act" or self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.BAD_REQUEST, 'POST JSON to /act: {"words": ["tap", "known"]}')
            return
        try:
            state = self.server.bench.act(self._words())
        except (BenchError, ValueError, PcscdUnavailable, OSError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
            return
        self._send(state.to_json().encode(), "application/json")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        log.debug(format, *args)

    def _words(self) -> list[str]:
        length = int(self.headers.get("Content-Length", "0"))
        if not 0 < length <= BODY_MAX:
            raise ValueError(f"a body has 1 to {BODY_MAX} bytes")
        body = json.loads(self.rfile.read(length))
        words = body.get("words") if isinstance(body, dict) else None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError("words is a list of words")
        return words

    def _send_paper(self, number: str) -> None:
        for cut in self.server.bench.printer.cuts:
            if str(cut.index) == number:
                self._send(cut.path.read_bytes(), "image/png")
                return
        self._refuse(HTTPStatus.NOT_FOUND, f"no piece of paper {number}")

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self._send(reason.encode(), "text/plain; charset=utf-8", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
