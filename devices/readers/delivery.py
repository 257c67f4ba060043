"""Hands a reader's events to its listener until the reader is stopped, and never afterwards."""

import threading
from collections.abc import Callable

from devices.readers import ReaderEvent


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
        """Deliver `event`, unless closed."""
        with self._busy:
            if not self.closed:
                self._deliver(event)

    def wait_closed(self, timeout_s: float) -> bool:
        """Sleep, at most `timeout_s`; says whether it was closed."""
        return self._closed.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Deliver nothing more. An event on its way arrives first, if it is taken in time."""
        self._closed.set()
        if self._busy.acquire(timeout=timeout_s):
            self._busy.release()
