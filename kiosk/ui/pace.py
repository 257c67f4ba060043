"""How often Kivy looks for input and draws: often while somebody is here, seldom while nobody is.

Under asyncio Kivy's clock ticks at `maxfps` whether or not anything changes, and that tick alone
is nearly all that a still screen costs. So the clock's sleep is replaced by one that is longer
when nothing happens and that anybody can cut short. (Kivy's own "interrupt" clock would do, but
its asyncio form raises TimeoutError at the end of every sleep in 2.3.1.)
"""

import asyncio
from typing import Any

LIVELY_FPS = 60
CALM_FPS = 30
"""A finger on the sleeping glass is seen after 33 ms at most: pressed is shown within 50."""

CALM_AFTER_S = 2.0


class Pace:
    """The sleep between two frames; `wake` ends it at once and keeps things lively for a while."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._sleeper: asyncio.Future[None] | None = None
        self._lively_until = 0.0
        self._due = False
        clock.async_idle = self._idle

    def wake(self) -> None:
        """Draw now, and be quick for the next seconds."""
        self._lively_until = self._clock.time() + CALM_AFTER_S
        self._due = True
        self._end_sleep()

    def lively(self) -> None:
        """Be quick for the next seconds, without a frame out of turn."""
        self._lively_until = self._clock.time() + CALM_AFTER_S

    async def _idle(self) -> float:
        """Sleep until the next frame is due; the time of the new frame, as Kivy wants it."""
        clock = self._clock
        fps = LIVELY_FPS if clock.time() < self._lively_until else CALM_FPS
        left = 1 / fps - (clock.time() - clock.get_time())
        if left > 0 and not self._due:
            loop = asyncio.get_running_loop()
            self._sleeper = loop.create_future()
            alarm = loop.call_later(left, self._end_sleep)
            try:
                await self._sleeper
            finally:
                alarm.cancel()
                self._sleeper = None
        else:
            await asyncio.sleep(0)
        self._due = False
        now = float(clock.time())
        clock._dt = now - clock._last_tick  # noqa: SLF001 — what ClockBaseBehavior.async_idle sets
        clock._last_tick = now  # noqa: SLF001 — the same
        return now

    def _end_sleep(self) -> None:
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)
