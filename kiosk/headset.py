"""Headphones that are plugged in: their arrival switches speech on (EN 301 549, 5.1.3.9).

A Raspberry Pi 5 has no jack; a USB headset or audio keypad is a sound card of its own, and the
kernel lists it. Looking once a second costs less than a watcher that may die unseen.
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

CARDS = Path("/proc/asound/cards")
LOOK_EVERY_S = 1.0

_CARD = re.compile(r"^\s*\d+\s+\[(?P<id>\S+)\s*\]:\s*(?P<driver>\S+)")


def plugged_in(driver: str, cards: Path = CARDS) -> str:
    """The sound output of the first card of that driver, for `kiosk.voice`; "" without one."""
    try:
        lines = cards.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    found = (match for line in lines if (match := _CARD.match(line)))
    ours = next((match["id"] for match in found if match["driver"] == driver), "")
    return f"alsa:plughw:CARD={ours}" if ours else ""


async def watch(driver: str, changed: Callable[[str], None], cards: Path = CARDS) -> None:
    """Tell the output whenever headphones come or go; "" when they are gone."""
    there = ""
    while True:
        now = plugged_in(driver, cards)
        if now != there:
            there = now
            changed(now)
        await asyncio.sleep(LOOK_EVERY_S)
