"""Hours in which the glass is dimmed while nobody is there: for the eyes of the street, and power.

A touch or a card lights it up at once; that does not wait for this.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

from kiosk.config import Night
from kiosk.display import Display
from kiosk.screens import Attract, OutOfService

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
LEFT_ALONE_S = 60.0
"""So long after the last touch."""


def is_night(night: Night, local: time) -> bool:
    """Whether `local` lies in the hours to dim, which may go over midnight."""
    begin, end = night.dim_from, night.dim_until
    if begin is None or end is None or begin == end:
        return False
    if begin < end:
        return begin <= local < end
    return local >= begin or local < end


async def watch(
    night: Night,
    display: Display,
    *,
    local: Callable[[], datetime],
    clock: Callable[[], float],
) -> None:
    """Dim and light up as the hours and the people want it, for ever."""
    light = Backlight(night.backlight)
    try:
        while True:
            alone = clock() - display.touched_at > LEFT_ALONE_S
            idle = isinstance(display.showing, Attract | OutOfService)
            dark = is_night(night, local().time()) and alone and idle
            percent = night.dim_percent if dark else 100
            display.dim(percent)
            light.set(percent)
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        display.dim(100)
        light.set(100)


class Backlight:
    """The panel's own light, where the kernel lets us set it (`/sys/class/backlight/NAME`)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._percent = 100

    def set(self, percent: int) -> None:
        """So bright from now on. A light that cannot be set is told once, and left alone."""
        if self._folder is None or percent == self._percent:
            return
        try:
            most = int((self._folder / "max_brightness").read_text("ascii"))
            (self._folder / "brightness").write_text(str(max(1, most * percent // 100)), "ascii")
        except (OSError, ValueError) as error:
            log.warning("the backlight cannot be set: %s", error)
            self._folder = None
            return
        self._percent = percent
