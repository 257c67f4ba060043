"""Hearing at once, on PostgreSQL, what other processes committed."""

import logging
import select
import socket
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import make_url

from backend.db.engine import CHANNEL
from loyalty.ids import TenantId

log = logging.getLogger(__name__)

_RETRY_S = 5
_CONNECT_S = 5
_STOP_S = 10


class Listener:
    """A connection of its own, in a thread of its own; found again after the server was away.

    It cannot go through a pooler in transaction mode, which gives the next transaction to another
    connection than the one that listens. Nothing depends on it but the speed.
    """

    def __init__(self, url: str, heard: Callable[[TenantId], None]) -> None:
        parsed = make_url(url).set(drivername="postgresql")
        self._where = parsed.render_as_string(hide_password=False)
        self._heard = heard
        self.listening = threading.Event()
        """Set while changes are heard."""
        self.connected = 0
        """How often it began to listen."""
        self._stop = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._wake.send(b"x")
        self._thread.join(_STOP_S)
        self._wake.close()
        self._woken.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("changes of other processes are looked for, not heard: %s", error)
            except Exception:
                log.exception("the listener failed")
            self.listening.clear()
            self._stop.wait(_RETRY_S)

    def _listen(self) -> None:
        with psycopg.connect(
            self._where, autocommit=True, connect_timeout=_CONNECT_S, prepare_threshold=None
        ) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.connected += 1
            self.listening.set()
            while not self._stop.is_set():
                select.select([connection.fileno(), self._woken.fileno()], [], [])
                for note in connection.notifies(timeout=0):
                    self._heard(TenantId(note.payload))
