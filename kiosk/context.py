"""Kiosk: all that a flow may touch, and how a question waits for a person who may walk away."""

import asyncio
import logging
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from backend_client.rest import TerminalClient
from backend_client.signing import card_key
from devices.readers import CardTap, CardUnreadable
from kiosk.config import Credentials, Session
from kiosk.db import Database
from kiosk.display import Display
from kiosk.hardware import CardSlot, PrinterDesk
from kiosk.health import Health
from kiosk.screens import Screen, StillThere
from kiosk.sync import Sync
from kiosk.words import Words

log = logging.getLogger(__name__)

EXTENSIONS_MAX = 10
"""How often a person may ask for more time (WCAG 2.2.1: at least ten times)."""

Answer = TypeVar("Answer")


class SessionOver(Exception):
    """The person has finished, or walked away."""


class AnotherCard(SessionOver):
    """Another card was presented: its bearer is served now."""

    def __init__(self, tap: CardTap) -> None:
        super().__init__("another card")
        self.tap = tap


@dataclass(slots=True)
class SessionState:
    """What the machine knows of the person in front of it; gone when they leave."""

    card: str | None = None
    asked_at: float = 0.0
    """When the last question was put, by the monotonic clock."""
    extensions: int = 0
    rejects_taps: bool = False
    """A voucher is on its way: a tap waits until it is settled."""


@dataclass(slots=True, kw_only=True)
class Kiosk:
    """All that a flow may touch."""

    display: Display
    db: Database
    slot: CardSlot
    desk: PrinterDesk
    health: Health
    sync: Sync
    client: TerminalClient
    credentials: Credentials
    timing: Session
    session: SessionState
    clock: Callable[[], float] = time.monotonic
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when sync, or a flow's own question to the backend, has learnt something."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> str:
        """A fresh id for something that happens here."""
        return str(uuid.uuid4())

    def draw(self) -> int:
        """A random number for a voucher's code, from the system's own source."""
        return secrets.randbits(64)

    def card_key(self, tap: CardTap) -> str:
        """The card's identifier as it is stored: keyed and hashed."""
        return card_key(bytes.fromhex(self.credentials.card_secret), tap.uid)

    def words(self) -> Words:
        """The customer's language."""
        return Words(self.display.language)

    def tell_news(self) -> None:
        """Something was learnt that a screen may show."""
        self.changed.set()

    async def news(self) -> None:
        """Wait until something is learnt from now on."""
        self.changed.clear()
        await self.changed.wait()

    async def ask(self, screen: Screen[Answer], *, fresh: bool = True) -> Answer:
        """The answer to `screen`; `fresh` unless the same question is only brought up to date.

        Raises SessionOver when the person has left, AnotherCard when somebody else's is presented.
        """
        if fresh:
            self.session.asked_at = self.clock()
        while True:
            try:
                return await self._ask_until_silence(screen)
            except TimeoutError:
                await self._still_there()

    async def _ask_until_silence(self, screen: Screen[Answer]) -> Answer:
        """The answer, or TimeoutError after so many seconds without a touch."""
        question = asyncio.ensure_future(self.display.ask(screen))
        taps = asyncio.ensure_future(self._other_card())
        try:
            while True:
                last = max(self.session.asked_at, self.display.touched_at)
                left = last + self.timing.idle_timeout_s - self.clock()
                if left <= 0:
                    raise TimeoutError
                await asyncio.wait(
                    {question, taps}, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if question.done():
                    return question.result()
                if taps.done():
                    raise AnotherCard(taps.result())
        finally:
            question.cancel()
            taps.cancel()

    async def _still_there(self) -> None:
        """Count down over the screen. Returns when the person wants more time, else SessionOver."""
        if self.session.extensions >= EXTENSIONS_MAX:
            raise SessionOver
        self.session.extensions += 1
        for seconds in range(self.timing.warning_s, 0, -1):
            try:
                more = await asyncio.wait_for(
                    self.display.ask(StillThere(seconds=seconds)), timeout=1.0
                )
            except TimeoutError:
                continue
            if more:
                return
            raise SessionOver
        log.info("session over: nobody answered")
        raise SessionOver

    async def _other_card(self) -> CardTap:
        """The next card that is not the one of this session. The same one again changes nothing."""
        while True:
            tap = await self.slot.next()
            if isinstance(tap, CardUnreadable) or self.session.rejects_taps:
                continue
            if self.card_key(tap) != self.session.card:
                return tap
