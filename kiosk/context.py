"""Kiosk: all that a flow may touch, and how a question waits for a person who may walk away."""

import asyncio
import logging
import math
import secrets
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from backend_client import chips
from backend_client.chips import Reading
from backend_client.rest.terminal import TerminalClient
from backend_client.schemas.kiosks import StandingBody
from backend_client.seals import qr_text, snapshot_key, voucher_key
from backend_client.signing import card_key
from devices.readers import CardTap, CardUnreadable, Medium
from kiosk.config import Credentials, Session
from kiosk.db import Database
from kiosk.display import Display
from kiosk.hardware import CardSlot, PrinterDesk
from kiosk.health import Health
from kiosk.screens import Screen, StillThere
from kiosk.services.trust import Shown
from kiosk.sync import Sync
from kiosk.words import Words
from loyalty.program import Reward
from loyalty.vouchers import Voucher

log = logging.getLogger(__name__)

EXTENSIONS_MAX = 10
"""How often a person may ask for more time (WCAG 2.2.1: at least ten times)."""

CLOCK_TOLERANCE = timedelta(hours=1)
"""The clock may be so far behind the last contact. After a power cut a Pi goes on from the time
that was last saved, which the system does now and then; offline limits count in hours."""
EPOCH = datetime.min.replace(tzinfo=UTC)

Answer = TypeVar("Answer")


class SessionOver(Exception):
    """The person has finished, or walked away."""


class AnotherCard(SessionOver):
    """Another card was presented: its bearer is served now."""

    def __init__(self, tap: CardTap) -> None:
        super().__init__("another card")
        self.tap = tap


class CardShown(Exception):
    """A card was presented where one was asked for."""

    def __init__(self, tap: CardTap) -> None:
        super().__init__("a card")
        self.tap = tap


class RestartAsked(Exception):
    """Staff wants the program to begin again; the service manager sees to it."""


@dataclass(slots=True)
class SessionState:
    """What the machine knows of the person in front of it; gone when they leave."""

    card: str | None = None
    reading: Reading | None = None
    """What the card's chip proved, or would have, had it not said so before."""
    chip: bool = False
    """Whether the reading is new: a chip stands here, and no copy of its text."""
    code: str | None = None
    """The one-time code that the person typed, by its id."""
    standing: StandingBody | None = None
    """Where the person stands, as the backend said since they came; None where it did not."""
    sign_at: float = 0.0
    """When they last gave a sign that is not a touch, by the monotonic clock: they got a new
    question, or presented their card again."""
    extensions: int = 0
    """How often more time was asked for since the last answer."""
    patience_s: float = 0.0
    """Silence that is allowed for now, where it is more than `Session.idle_timeout_s`."""
    wants_card: bool = False
    """A card is an answer now: see `Kiosk.ask_or_card`."""
    undisturbed: bool = False
    """Something would be lost if another card took over now: see `Kiosk.undisturbed`."""


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
    languages: tuple[str, ...]
    """The shop's languages; a visit begins in the first."""
    country: str = "FR"
    """Where the shop is (ISO 3166): a telephone number without a country is one of it."""
    software: str
    """Name and version of this program."""
    folder: Path
    """Where the database is."""
    session: SessionState = field(default_factory=SessionState)
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    learnt: int = 0
    """How often sync, or a flow's own question to the backend, has learnt something."""
    unsettled: bool = False
    """A story broke off and may have left a hold or a print job behind: see `redeem.recover`."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _under_way: set[asyncio.Future[Any]] = field(default_factory=set)

    # --- time, ids, names -------------------------------------------------------------------

    def now(self) -> datetime:
        """The time of day, aware, in UTC; never before the last word of the backend.

        A Raspberry Pi has no battery for its clock. One that starts in 1970 would give points
        whose deadline has long passed.
        """
        return max(self.wall(), self.sync.contact_at or EPOCH)

    @property
    def clock_trusted(self) -> bool:
        """Whether the age of a balance can be told: not when the clock was set back."""
        contact = self.sync.contact_at
        return contact is None or self.wall() >= contact - CLOCK_TOLERANCE

    def new_id(self) -> str:
        """A fresh id for something that happens here."""
        return str(uuid.uuid4())

    def new_salt(self) -> str:
        """128 random bits in hex, for what nobody may find by trying."""
        return secrets.token_hex(16)

    def draw(self) -> int:
        """A random number for a voucher's code, from the system's own source."""
        return secrets.randbits(64)

    def reading(self, tap: CardTap) -> Reading | None:
        """What the chip of the company proved; None for all other cards (F5).

        A chip may show readers a number drawn at random; one that shows another's is a copy.
        """
        proof = chips.proof_in(tap.text)
        found = proof and chips.read(bytes.fromhex(self.credentials.card_secret), proof)
        if not found or (tap.medium is Medium.CARD and found.uid != tap.uid):
            return None
        return found

    def card_key(self, tap: CardTap) -> str:
        """The card's identifier as it is stored: keyed and hashed."""
        reading = self.reading(tap)
        uid = reading.uid if reading else tap.uid
        return card_key(bytes.fromhex(self.credentials.card_secret), uid)

    @property
    def seal_key(self) -> bytes:
        """With which it is known that the backend told a balance."""
        return snapshot_key(bytes.fromhex(self.credentials.card_secret))

    def voucher_text(self, voucher: Voucher, reward: Reward) -> str:
        """What the voucher's QR code holds: a till checks it without the network (F4)."""
        return qr_text(self.voucher_key, voucher, reward)

    @property
    def voucher_key(self) -> bytes:
        """With which this company's vouchers are sealed."""
        return voucher_key(bytes.fromhex(self.credentials.card_secret))

    def may_name(self, tap: CardTap) -> bool:
        """Whether the tap can name somebody: a number drawn anew at each tap cannot."""
        return tap.medium is Medium.CARD or self.reading(tap) is not None

    def shown(self) -> Shown:
        """What the person has shown so far."""
        at = self.session
        proof = at.reading.proof if at.reading else None
        return Shown(card=at.card, proof=proof, chip=at.chip, code=at.code)

    def words(self) -> Words:
        """The customer's language."""
        return Words(self.display.language, measure=self.display.measure)

    # --- what is learnt, what is under way --------------------------------------------------

    def tell_news(self) -> None:
        """Something was learnt that a screen may show."""
        self.learnt += 1
        self._news.set()

    async def news(self, heard: int) -> None:
        """Wait until more was learnt than `heard`, the value of `learnt` before the last look."""
        while self.learnt == heard:
            self._news.clear()
            await self._news.wait()

    async def carried_through(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """The result of work that goes on to its end even if nobody waits for it any more."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def finish(self, within_s: float) -> None:
        """Wait for what is carried through; what takes longer is left to `redeem.recover`."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within_s)

    # --- asking -----------------------------------------------------------------------------

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Another card changes nothing within: it would destroy what somebody typed or holds.

        If it still lies on the reader when the person is served, its turn comes then.
        """
        before, self.session.undisturbed = self.session.undisturbed, True
        try:
            yield
        finally:
            self.session.undisturbed = before

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """So much silence is no sign of somebody who left: they are busy elsewhere."""
        before, self.session.patience_s = self.session.patience_s, seconds
        try:
            yield
        finally:
            self.session.patience_s = before

    async def ask(self, screen: Screen[Answer], *, fresh: bool = True) -> Answer:
        """The answer to `screen`; `fresh` unless the same question is only brought up to date.

        Raises SessionOver when the person has left, AnotherCard when somebody else's is presented.
        """
        if fresh:
            self.session.sign_at = self.clock()
            self.session.extensions = 0
        while True:
            try:
                return await self._answer(screen, self._silent_at)
            except TimeoutError:
                await self._still_there()

    async def ask_or_card(self, screen: Screen[Answer]) -> Answer | CardTap:
        """The answer, or the card that is presented instead of one. Raises as `ask` does."""
        self.session.wants_card = True
        try:
            return await self.ask(screen)
        except CardShown as shown:
            self.session.sign_at = self.clock()
            return shown.tap
        finally:
            self.session.wants_card = False

    def _silent_at(self) -> float:
        """When the person will have been silent for too long."""
        sign = max(self.session.sign_at, self.display.touched_at)
        return sign + max(self.timing.idle_timeout_s, self.session.patience_s)

    async def _answer(self, screen: Screen[Answer], until: Callable[[], float]) -> Answer:
        """The answer, watching the reader meanwhile; TimeoutError when `until` has passed."""
        question = asyncio.ensure_future(self.display.ask(screen))
        try:
            while (left := until() - self.clock()) > 0:
                tap = asyncio.ensure_future(self.slot.arrival())
                await asyncio.wait(
                    {question, tap}, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                tap.cancel()
                if question.done():
                    return question.result()
                self._heed(self.slot.take())
            raise TimeoutError
        finally:
            question.cancel()

    def _heed(self, tap: CardTap | CardUnreadable | None) -> None:
        """The session's own card is a sign of life; another one may take over, a phone may not."""
        if not isinstance(tap, CardTap) or not self.may_name(tap):
            return
        if self.session.wants_card:
            raise CardShown(tap)
        if self.card_key(tap) == self.session.card:
            self.session.sign_at = self.clock()
            if not self.session.chip:
                self.session.reading = self.reading(tap) or self.session.reading
        elif not self.session.undisturbed:
            raise AnotherCard(tap)

    async def _still_there(self) -> None:
        """Count down over the screen. Returns when the person wants more time, else SessionOver."""
        if self.session.extensions >= EXTENSIONS_MAX:
            raise SessionOver
        asked, end = self.session.sign_at, self._silent_at() + self.timing.warning_s
        more: bool | None = None
        while not more and (left := end - self.clock()) > 0:
            try:
                more = await self._answer(
                    StillThere(seconds=math.ceil(left)), self._within(min(left, 1.0))
                )
            except TimeoutError:
                more = self.session.sign_at > asked  # the card was presented again
                continue
            if not more:
                raise SessionOver
        if not more:
            log.info("session over: nobody answered")
            raise SessionOver
        self.session.extensions += 1
        self.session.sign_at = self.clock()

    def _within(self, seconds: float) -> Callable[[], float]:
        end = self.clock() + seconds
        return lambda: end
