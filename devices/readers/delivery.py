"""Hands a reader's events to its listener until the reader is stopped, and never afterwards."""

import logging
import threading
from collections.abc import Callable

from devices.readers import ReaderEvent

log = logging.getLogger(__name__)


class Delivery:
    """The way from a reader's thread to its listener; closed once, for good."""

    def __init__(self, deliver: Callable[[ReaderEvent], None]) -> None:
        self._deliver = deliver
        self._closed = threading.Event()
        self._busy = threading.RLock()  # the listener itself may close

    @property
    def closed(self) -> bool:
        """Whether nothing is delivered any more."""
        return self._closed.is_set()

    def tell(self, event: ReaderEvent) -> None:
        """Deliver `event`, unless closed. A listener that raises misses it; the log tells.

        It runs in the reader's thread, which must not end by it: the kiosk would be blind.
        """
        with self._busy:
            if self.closed:
                return
            try:
                self._deliver(event)
            except Exception:
                log.exception("the listener of the card reader failed")

    def wait_closed(self, timeout_s: float) -> bool:
        """Sleep, at most `timeout_s`; says whether it was closed."""
        return self._closed.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Deliver nothing more. An event on its way arrives first, if it is taken in time."""
        self._closed.set()
        if self._busy.acquire(timeout=timeout_s):
            self._busy.release()
