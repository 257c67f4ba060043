"""Running the application: one process, a clean stop, and a file that tells where it listens."""

import asyncio
import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from backend.errors import CannotStart
from backend.watch import Watch

_GRACE_S = 1
"""How long requests may take to finish when the server is told to stop."""


class Server(uvicorn.Server):
    """Tells where it listens once it does, and wakes the long polls before it waits for them."""

    def __init__(
        self,
        app: FastAPI,
        announce: Path | None,
        listen: str | None = None,
        listens: Callable[[str], None] = lambda _: None,
    ) -> None:
        # Without a log configuration of its own, uvicorn logs through ours.
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._bell = app.state.bell
        self._announce, self._listens = announce, listens
        self.watch = Watch(app.state.database, app.state.bell, listen)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.watch.start()
        if self._announce is not None and sockets:
            announce(self._announce, sockets[0])
        if sockets:
            self._listens(address_of(sockets[0]))
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._bell.close()
        await super().shutdown(sockets)
        await asyncio.to_thread(self.watch.close)


def serve(
    app: FastAPI,
    *,
    host: str,
    port: int,
    announce: Path | None,
    listen_url: str | None = None,
    listens: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). Raises CannotStart when the port is taken.

    `listen_url` reaches the same PostgreSQL without a pooler; `listens` is told the address once it
    answers.
    """
    listening = listen(host, port)
    # uvicorn stops, then raises the signal again for whoever had the handler before: that is us.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        Server(app, announce, listen_url, listens).run([listening])
    finally:
        listening.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any free one. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sends what it has at once (TCP_NODELAY); without, each answer
    # waits 40 ms for the client's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotStart(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listening


def announce(path: Path, listening: socket.socket) -> None:
    """Write where the server listens, whole or not at all."""
    host, port = listening.getsockname()[:2]
    where = {"url": address_of(listening), "host": host, "port": port, "pid": os.getpid()}
    written = path.with_name(f".{path.name}.{os.getpid()}")
    written.write_text(json.dumps(where) + "\n")
    written.replace(path)


def address_of(listening: socket.socket) -> str:
    """Where it can be reached."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
