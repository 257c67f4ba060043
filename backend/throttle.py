"""How often somebody may try: counted in this process, for as long as a window lasts."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

_KEYS_MAX = 10_000
"""Whoever comes from more places at once is forgotten at the oldest: memory has a bound."""


class Throttle:
    """So many tries of a key in each window of time."""

    def __init__(self, tries: int, window: timedelta) -> None:
        self._tries, self._window = tries, window
        self._counts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, now: datetime) -> int:
        """Count a try: 0 when it may go on, else the seconds to wait."""
        with self._lock:
            began, count = self._counts.get(key, (now, 0))
            if now - began >= self._window:
                began, count = now, 0
            self._counts[key] = (began, count + 1)
            self._counts.move_to_end(key)
            while len(self._counts) > _KEYS_MAX:
                self._counts.popitem(last=False)
        if count < self._tries:
            return 0
        return max(1, round((began + self._window - now).total_seconds()))

    def forget(self, key: str) -> None:
        """It went well: begin anew."""
        with self._lock:
            self._counts.pop(key, None)
