"""Noticing what other processes commit: another server's sale, a card blocked at the command line.

PostgreSQL tells at once. On every database we also look, once a second and only while somebody
waits: SQLite has no way to tell, and a notification may be lost.
"""

import logging
import threading

from backend.bell import Bell
from backend.db import Database
from backend.db.listener import Listener
from backend.errors import DatabaseBusy

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""A card that is blocked must be refused soon; one row for each company that waits is cheap."""
_STOP_S = 10


class Watch:
    """Rings the bell for changes that were committed elsewhere."""

    def __init__(self, database: Database, bell: Bell, listen: str | None = None) -> None:
        self._database, self._bell = database, bell
        self._seen: dict[str, int] = {}
        """How far each company's feed was, the last time that somebody waited."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.listener: Listener | None = None
        if database.is_server:
            self.listener = Listener(listen or database.url, bell.ring)

    def start(self) -> None:
        """Begin to look and to listen."""
        self._thread.start()
        if self.listener is not None:
            self.listener.start()

    def close(self) -> None:
        """Stop both."""
        self._stop.set()
        if self.listener is not None:
            self.listener.close()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self._look()
            except DatabaseBusy:
                log.info("too busy to look for changes")
            except Exception:
                log.exception("looking for changes failed")

    def _look(self) -> None:
        waiting = self._bell.tenants()
        if not waiting:
            return
        # Companies first seen are rung too: what they wait for may have come just before.
        for tenant, head in self._database.heads(waiting).items():
            if self._seen.get(tenant) != head:
                self._seen[tenant] = head
                self._bell.ring(tenant)
