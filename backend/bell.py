"""Waking the long polls: a ring reaches every terminal of the company that is waiting."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from loyalty.ids import TenantId

WAITING_MAX = 1000
"""Long polls that wait at once; those beyond are answered without waiting."""


@dataclass(frozen=True, slots=True, eq=False)
class Ear:
    """One long poll that listens."""

    loop: asyncio.AbstractEventLoop
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Wake it, from any thread."""
        self.loop.call_soon_threadsafe(self._rung.set)

    def forget(self) -> None:
        """Listen for what comes from now on."""
        self._rung.clear()

    async def wait(self, seconds: float) -> bool:
        """Whether it rang within that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True


class Bell:
    """Rung after a commit, in any thread; heard by the waiting long polls of that company."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ears: dict[TenantId, set[Ear]] = {}
        self.waiting = 0
        """How many listen now."""
        self._closed = False

    @property
    def open(self) -> bool:
        """Whether waiting makes sense: not when the server stops or too many wait."""
        return not self._closed and self.waiting <= WAITING_MAX

    @contextmanager
    def listening(self, tenant: TenantId) -> Iterator[Ear]:
        """An ear that hears every ring from now until the end of the block."""
        ear = Ear(loop=asyncio.get_running_loop())
        with self._lock:
            self._ears.setdefault(tenant, set()).add(ear)
            self.waiting += 1
        try:
            yield ear
        finally:
            with self._lock:
                self.waiting -= 1
                self._ears[tenant].discard(ear)
                if not self._ears[tenant]:
                    del self._ears[tenant]

    def tenants(self) -> tuple[TenantId, ...]:
        """The companies of which somebody waits."""
        with self._lock:
            return tuple(self._ears)

    def ring(self, tenant: TenantId) -> None:
        """Wake the company's long polls."""
        with self._lock:
            for ear in self._ears.get(tenant, ()):
                ear.ring()

    def close(self) -> None:
        """Wake everybody, for good: the server stops."""
        with self._lock:
            self._closed = True
            for ears in self._ears.values():
                for ear in ears:
                    ear.ring()
