"""How often one key may ask: a bucket for each, that fills as time passes.

A till that runs wild, or a key that was stolen, slows itself down and nobody else. Each process
counts for itself: with several behind one address, a key has that many times as much.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api.problems import Refusing, refuse
from backend_client.schemas.problems import ProblemName

_KEYS_MAX = 10_000
"""Buckets that are remembered; who did not ask for longest is forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests a second, and so many at once after a rest."""

    per_second: float = 200
    """A busy shop's till asks a few times a minute; a batch of an e-shop needs some more."""
    burst: int = 2_000


class Limits:
    """ASGI middleware: refuses, with Retry-After, what comes too fast under one key."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        rate: Rate,
        clock: Callable[[], float] = monotonic,
        refusing: Refusing = refuse,
    ) -> None:
        self._app, self._rate, self._clock, self._refusing = app, rate, clock, refusing
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        wait_s = self._wait_s(scope) if scope["type"] == "http" else 0
        if wait_s:
            headers = {"Retry-After": str(wait_s)}
            told = self._refusing(scope, ProblemName.TOO_MANY, f"wait {wait_s} s", headers)
            await told(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wait_s(self, scope: Scope) -> int:
        """Seconds to wait; 0 where the request may pass, and is counted."""
        headers = dict(scope["headers"])
        # A browser shows a cookie instead: its session is counted like any key.
        shown = headers.get(b"authorization") or headers.get(b"cookie")
        if not shown:
            return 0
        # Not the key itself: what is in memory may be dumped.
        who, now = sha256(shown).digest(), self._clock()
        left, at = self._buckets.pop(who, (float(self._rate.burst), now))
        left = min(left + (now - at) * self._rate.per_second, self._rate.burst)
        passes = left >= 1
        self._buckets[who] = (left - 1 if passes else left, now)
        if len(self._buckets) > _KEYS_MAX:
            self._buckets.popitem(last=False)
        return 0 if passes else ceil((1 - left) / self._rate.per_second)
