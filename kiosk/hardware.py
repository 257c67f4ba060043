"""Reader and printer as the event loop sees them: taps in a slot, prints that always come back."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from devices.printers import Paper, Printer, PrinterStatus, PrintOutcome, PrintReport, Ticket
from devices.readers import (
    CardGone,
    CardReader,
    CardTap,
    CardUnreadable,
    ReaderDown,
    ReaderEvent,
    ReaderUp,
)
from kiosk.background import abandonable

log = logging.getLogger(__name__)

PRINT_DEADLINE_S = 40.0
RENDER_DEADLINE_S = 20.0
STATUS_DEADLINE_S = 5.0
OPEN_ANEW_S = 5.0
"""How long a reader that was opened anew has to say that it is there."""
HUNG_MAX = 4
"""So many calls may hang in the driver; then it is not called any more until one comes back."""

AWAY = PrinterStatus(
    reachable=False, online=False, paper=Paper.UNKNOWN, cover_open=False, error=False
)
Result = TypeVar("Result")


class CardSlot:
    """The latest tap, and whether the reader is there. A tap that nobody took is replaced."""

    def __init__(self, reader: CardReader, changed: Callable[[], None]) -> None:
        self.up = False
        self.lying: CardTap | None = None
        """The card that lies on the reader now, taken or not."""
        self._reader = reader
        self._changed = changed
        self._latest: CardTap | CardUnreadable | None = None
        self._arrived = asyncio.Event()
        self._came = asyncio.Event()
        """Set when the reader comes or goes."""

    def start(self) -> None:
        """Watch the reader; its events reach the loop that runs now."""
        loop = asyncio.get_running_loop()

        def deliver(event: ReaderEvent) -> None:
            try:
                loop.call_soon_threadsafe(self._take, event)
            except RuntimeError:
                log.info("reader event after the end")

        self._reader.start(deliver)

    def stop(self) -> None:
        """Stop watching."""
        self._reader.stop()

    async def open_anew(self, within_s: float = OPEN_ANEW_S) -> None:
        """Let go of the reader and watch it from the beginning; back when it is there, or not."""
        await asyncio.to_thread(self._reader.stop)
        self.up, self.lying = False, None
        self._changed()
        self.start()
        self._came.clear()
        try:
            async with asyncio.timeout(within_s):
                while not self.up:
                    await self._came.wait()
                    self._came.clear()
        except TimeoutError:
            log.warning("reader opened anew, and not there yet")

    async def next(self) -> CardTap | CardUnreadable:
        """The next thing that is presented; what was presented and not taken yet counts."""
        while (latest := self.take()) is None:
            await self.arrival()
        return latest

    async def arrival(self) -> None:
        """Wait until something was presented, without taking it: a cancelled wait loses no tap."""
        while self._latest is None:
            self._arrived.clear()
            await self._arrived.wait()

    def take(self) -> CardTap | CardUnreadable | None:
        """What was presented, once; None when nothing was."""
        latest, self._latest = self._latest, None
        return latest

    def _take(self, event: ReaderEvent) -> None:
        match event:
            case CardTap() | CardUnreadable():
                self.lying = event if isinstance(event, CardTap) else None
                self._latest = event
                self._arrived.set()
            case CardGone():
                self.lying = None
            case ReaderUp():
                self.up = True
                self._came.set()
                log.info("reader up: %s", event.reader)
                self._changed()
            case ReaderDown():
                self.up = False
                self.lying = None
                log.warning("reader down: %s", event.reason)
                self._changed()


class PrinterDesk:
    """The printer, one job at a time, each in a thread that is abandoned when it hangs."""

    def __init__(self, printer: Printer | None) -> None:
        self._printer = printer
        self._turn = asyncio.Lock()
        self._calls = threading.BoundedSemaphore(HUNG_MAX)

    @property
    def installed(self) -> bool:
        """Whether this kiosk has a printer at all."""
        return self._printer is not None

    async def warm(self) -> None:
        """Draw an empty ticket: the libraries for it are loaded before a customer waits."""
        printer = self._printer
        if printer is not None:
            async with self._turn:
                await self._call(lambda: printer.render(Ticket(blocks=())), PRINT_DEADLINE_S, b"")

    async def print(self, ticket: Ticket, process_id: bytes) -> PrintReport:
        """What became of the ticket. A job that is not back in time is UNKNOWN; never raises."""
        printer = self._printer
        not_printed = PrintReport(outcome=PrintOutcome.NOT_PRINTED, status=AWAY)
        unknown = PrintReport(outcome=PrintOutcome.UNKNOWN, status=AWAY)
        if printer is None:
            return not_printed
        async with self._turn:
            job = await self._call(lambda: printer.render(ticket), RENDER_DEADLINE_S, None)
            if job is None or self._blocked():
                return not_printed  # proved: the printer was never spoken to
            return await self._call(
                lambda: printer.print(job, process_id), PRINT_DEADLINE_S, unknown
            )

    async def status(self) -> PrinterStatus:
        """How the printer is now; away when it does not answer in time."""
        printer = self._printer
        if printer is None:
            return AWAY
        async with self._turn:
            return await self._call(printer.status, STATUS_DEADLINE_S, AWAY)

    async def open_anew(self) -> PrinterStatus:
        """Let go of the printer, open it again with the next question, and say how it is.

        Calls that hang are given up for good: they count no more.
        """
        printer = self._printer
        if printer is None:
            return AWAY
        self._calls = threading.BoundedSemaphore(HUNG_MAX)
        await self._call(printer.close, STATUS_DEADLINE_S, None)
        return await self.status()

    def close(self) -> None:
        """Let go of the printer."""
        if self._printer is not None:
            self._printer.close()

    def _blocked(self) -> bool:
        """Whether so many calls hang in the driver that no other is begun."""
        if self._calls.acquire(blocking=False):
            self._calls.release()
            return False
        return True

    async def _call(
        self, work: Callable[[], Result], deadline_s: float, otherwise: Result
    ) -> Result:
        """What the driver says, or `otherwise` when it hangs or breaks a promise."""
        calls = self._calls
        if not calls.acquire(blocking=False):
            log.error("printer driver hangs in %d calls: not called any more", HUNG_MAX)
            return otherwise

        def counted() -> Result:
            try:
                return work()
            finally:
                calls.release()

        try:
            return await abandonable(counted, deadline_s)
        except TimeoutError:
            log.warning("printer did not answer within %.0f s", deadline_s)
        except Exception:
            # A driver is not trusted: whatever it raises, the customer's story goes on.
            log.exception("printer driver failed")
        return otherwise
