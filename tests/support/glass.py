"""A display without pixels: it answers from a script and keeps what it was shown."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

from kiosk.screens import Attract, Mode, Screen, StillThere
from kiosk.words import Measure

Answer = TypeVar("Answer")


class WalksAway:
    """As a scripted answer: the person says nothing any more."""


class Glass:
    """The display port, scripted: each step is a screen type and its answer.

    An answer may be a function of the screen. A screen that is not next in the script waits, as a
    glass nobody touches does, so a wrong turn shows up as a time-out with the screen's name.
    """

    def __init__(self) -> None:
        self.shown: list[Screen[Any]] = []
        self.language = "fr"
        self.offered = tuple(Mode)
        self.modes: frozenset[Mode] = frozenset()
        self.headphones = False
        self.measure = Measure()
        self.modes_at: dict[type[Screen[Any]], frozenset[Mode]] = {}
        """The modes in which each kind of screen was last shown."""
        self.touched_at = time.monotonic()
        self.showing: Screen[Any] | None = None
        self.forgotten = 0
        self.bright = 100
        self._script: deque[tuple[type[Screen[Any]], Any]] = deque()
        self._new = asyncio.Event()
        self._waiting: asyncio.Future[Any] | None = None

    def script(self, *steps: tuple[type[Screen[Any]], Any]) -> "Glass":
        """Add steps to be answered in order."""
        self._script.extend(steps)
        return self

    async def ask(self, screen: Screen[Answer]) -> Answer:
        self._show(screen)
        if self._script and isinstance(screen, self._script[0][0]):
            answer = self._script.popleft()[1]
            if not isinstance(answer, WalksAway):
                self.touched_at = time.monotonic()
                await asyncio.sleep(0)
                return cast("Answer", answer(screen) if callable(answer) else answer)
        self._waiting = asyncio.get_running_loop().create_future()
        return cast("Answer", await self._waiting)

    def touch(self, answer: Any) -> None:
        """Answer the question that waits on the glass."""
        assert self._waiting is not None
        self.touched_at = time.monotonic()
        self._waiting.set_result(answer)

    def tell(self, screen: Screen[Any]) -> None:
        self._show(screen)

    def dim(self, percent: int) -> None:
        self.bright = percent

    def forget(self) -> None:
        self.forgotten += 1
        self.language = "fr"
        self.modes = frozenset()

    def _show(self, screen: Screen[Any]) -> None:
        self.showing = screen
        self.modes_at[type(screen)] = self.modes
        self.shown.append(screen)
        self._new.set()

    async def until(self, wanted: Callable[[Screen[Any]], bool], within_s: float = 10.0) -> Any:
        """The first screen from now on for which `wanted` holds; what is showing counts."""
        async with asyncio.timeout(within_s):
            while self.showing is None or not wanted(self.showing):
                self._new.clear()
                await self._new.wait()
        return self.showing

    async def until_type(self, kind: type[Screen[Any]], within_s: float = 10.0) -> Any:
        """The screen, once one of that type shows."""
        return await self.until(lambda screen: isinstance(screen, kind), within_s)

    def types(self) -> list[str]:
        """The names of what was shown, without repeats, invitation and countdown."""
        names: list[str] = []
        for screen in self.shown:
            name = type(screen).__name__
            if not isinstance(screen, Attract | StillThere) and (not names or names[-1] != name):
                names.append(name)
        return names

    @property
    def left(self) -> list[str]:
        """The steps of the script that were never reached."""
        return [kind.__name__ for kind, _ in self._script]
