"""A backend for tests: the real application, in this process or behind a real socket.

`company` makes one on a database of its own. `in_process` reaches it through `requests` without a
socket; `serving` runs the real server on a free port in a thread of this process.
"""

import asyncio
import atexit
import contextlib
import io
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import requests
from fastapi import FastAPI
from requests.adapters import BaseAdapter
from starlette.types import Message, Scope
from urllib3 import HTTPResponse

from backend.app import create_app
from backend.db import Database, access
from backend.db.access import Terminal, Till
from backend.db.migrations import is_ready, migrate
from backend.keys import Keyring, new_keyring
from backend.serve import Server, listen
from backend.services.shop.shops import Shop, add_shop
from backend.services.team import access as entrance
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient
from backend_client.schemas.terminals import ClaimAnswer, ClaimRequest

PROGRAM = (
    Path(__file__).parents[2].joinpath("assets/programs/one-euro-one-point.json").read_text("utf-8")
)
NOWHERE = "http://backend.test"
"""The address under which an application in this process is reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A shop with its backend."""

    database: Database
    app: FastAPI
    shop: Shop

    def add_shop(self) -> "Company":
        """Another company on the same backend."""
        return Company(database=self.database, app=self.app, shop=_shop(self.database))

    def claim_code(self) -> str:
        """The code to type on a new terminal."""
        with self.database.write(self.shop.tenant) as tx:
            return entrance.add_terminal(tx, name="Kiosk", store=self.shop.store)[1]

    def till_key(self) -> str:
        """The key of a new till."""
        with self.database.write(self.shop.tenant) as tx:
            return entrance.add_till(tx, name="Till", store=self.shop.store)[1]

    def terminals(self) -> tuple[Terminal, ...]:
        """What the backend has of the shop's terminals."""
        with self.database.read(self.shop.tenant) as tx:
            return access.terminals(tx)

    def tills(self) -> tuple[Till, ...]:
        """What the backend has of the shop's tills."""
        with self.database.read(self.shop.tenant) as tx:
            return access.tills(tx)


@contextmanager
def company(
    url: str = "sqlite://",
    *,
    keyring: Keyring | None = None,
    program: str = PROGRAM,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Company]:
    """A company with one store, on a new database; in memory unless a URL says otherwise.

    Tables that are there already, as in a copy of a template, are not made again.
    """
    database = Database(url, keyring or new_keyring(), clock=clock)
    try:
        if not is_ready(database.engine):
            _make_tables(database)
        shop = _shop(database, program)
        yield Company(database=database, app=create_app(database), shop=shop)
    finally:
        database.close()


def _make_tables(database: Database) -> None:
    """The tables of today: on SQLite a copy of those that were made once in this process."""
    if database.engine.dialect.name != "sqlite":
        migrate(database.engine)
        return
    with contextlib.closing(database.engine.raw_connection()) as connection:
        into = connection.driver_connection
        assert isinstance(into, sqlite3.Connection)
        _template().backup(into)


@lru_cache(maxsize=1)
def _template() -> sqlite3.Connection:
    """Empty tables in memory. All migrations together take a third of a second: too long for each
    of a thousand tests."""
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    database = Database("sqlite://", new_keyring())
    try:
        migrate(database.engine)
        with contextlib.closing(database.engine.raw_connection()) as connection:
            made = connection.driver_connection
            assert isinstance(made, sqlite3.Connection)
            made.backup(kept)
    finally:
        database.close()
    atexit.register(kept.close)
    return kept


def _shop(database: Database, program: str = PROGRAM) -> Shop:
    return add_shop(
        database,
        name="Maison Lise",
        address="3 rue des Tests",
        time_zone="Europe/Paris",
        document=program,
    )


@contextmanager
def in_process(app: FastAPI) -> Iterator[requests.Session]:
    """A session of `requests` that reaches the application under NOWHERE without a socket."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="application")
    thread.start()
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.mount(NOWHERE, _Straight(app, loop))
            yield session
    finally:
        app.state.bell.close()
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _Straight(BaseAdapter):
    """Hands a prepared request to the application as the server would, and its answer back."""

    def __init__(self, app: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._app, self._loop = app, loop

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The application's answer; a `requests` Timeout when it takes longer than asked."""
        del stream, verify, cert, proxies  # there is no wire they could be about
        seconds = timeout[1] if isinstance(timeout, tuple) else timeout
        answering = asyncio.run_coroutine_threadsafe(_answer(self._app, request), self._loop)
        try:
            status, headers, body = answering.result(seconds)
        except TimeoutError as error:
            answering.cancel()
            raise requests.ReadTimeout from error
        response = requests.Response()
        response.status_code = status
        response.headers.update(headers)
        response.raw = HTTPResponse(
            body=io.BytesIO(body), headers=headers, status=status, preload_content=False
        )
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        """Nothing to close: the loop is its maker's."""


_PIECE = 64 * 1024
"""Bytes of a body that the application is given at once, as a socket would."""


async def _answer(
    app: FastAPI, request: requests.PreparedRequest
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(str(request.url))
    sent = request.body or b""
    body = sent.encode() if isinstance(sent, str) else bytes(sent)
    told = [
        {"type": "http.request", "body": body[start : start + _PIECE], "more_body": True}
        for start in range(0, len(body), _PIECE)
    ]
    told.append({"type": "http.request", "body": b"", "more_body": False})
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    if "transfer-encoding" in headers:
        headers.pop("content-length", None)
    said: list[Message] = []

    async def receive() -> Message:
        return told.pop(0) if told else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": (parts.hostname, 80),
        "client": ("127.0.0.1", 1),
    }
    try:
        await app(scope, receive, send)
    except Exception:
        # The application tells its own mistakes twice: as an answer, and to the server, which logs.
        logging.getLogger(__name__).exception("the application failed")
    start = said[0]
    return (
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in said[1:]),
    )


@contextmanager
def serving(app: FastAPI, announce: Path) -> Iterator[str]:
    """The address of the real server, on a free port, in a thread that is stopped at the end."""
    with running(app, announce) as (url, _):
        yield url


@contextmanager
def running(
    app: FastAPI, announce: Path, listen_url: str | None = None
) -> Iterator[tuple[str, Server]]:
    """The same, with the server itself."""
    listening = listen("127.0.0.1", 0)
    server = Server(app, announce, listen_url)
    thread = threading.Thread(target=server.run, args=([listening],), name="backend")
    thread.start()
    try:
        server.listening.wait(10)
        yield str(json.loads(announce.read_text())["url"]), server
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        assert not thread.is_alive()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A terminal and a till that speak with a company's backend."""

    company: Company
    url: str
    session: requests.Session | None
    claimed: ClaimAnswer
    terminal: TerminalClient
    till: TillClient
    till_key: str

    def raw(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        till: bool = False,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """An answer as it is on the wire, to a body as it is written here."""
        token = self.till_key if till else self.claimed.token
        text = json.dumps(body).encode() if body is not None else data
        given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        session = self.session or requests
        return session.request(
            method, self.url + path, data=text, headers=given | dict(headers or {}), timeout=30
        )


@contextmanager
def connected(
    shop: Company, url: str = NOWHERE, session: requests.Session | None = None
) -> Iterator[Connected]:
    """A newly claimed terminal and a new till."""
    claimed = claim(url, ClaimRequest(code=shop.claim_code(), software="test"), session=session)
    key = shop.till_key()
    with (
        TerminalClient(url, claimed.token, session=session) as terminal,
        TillClient(url, key, session=session) as till,
    ):
        yield Connected(
            company=shop,
            url=url,
            session=session,
            claimed=claimed,
            terminal=terminal,
            till=till,
            till_key=key,
        )


def new_id() -> str:
    """An id that a client makes."""
    return str(uuid4())


def until(true: Callable[[], bool], within_s: float = 10) -> None:
    """Wait for something that another thread is about to do."""
    end = monotonic() + within_s
    while not true():
        assert monotonic() < end
        threading.Event().wait(0.005)
