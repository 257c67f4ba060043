"""What is away at the moment, for the customer's eyes and for the log."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Literal

from backend_client.schemas.operations import Heartbeat
from devices.printers import Paper, PrinterStatus
from kiosk.hardware import AWAY, PrinterDesk
from kiosk.screens import Trouble

log = logging.getLogger(__name__)

CHECK_EVERY_S = 10.0
CHECK_TROUBLED_S = 3.0
"""A printer that is away is asked more often: who has put paper in waits for it (F12)."""
_PAPER: dict[Paper, Literal["enough", "low", "out", "unknown"]] = {
    Paper.PLENTY: "enough",
    Paper.LOW: "low",
    Paper.OUT: "out",
    Paper.UNKNOWN: "unknown",
}


class Health:
    """The state of the machine's parts; `changed` is set whenever one of them moves."""

    def __init__(self, printer: PrinterDesk) -> None:
        self.changed = asyncio.Event()
        self.reader_up = True
        self.online = True
        self.printer = AWAY
        self._heard = False
        self._ailing = asyncio.Event()
        self._desk = printer

    def troubles(self) -> tuple[Trouble, ...]:
        """What is away, the most hindering first."""
        found = []
        if not self.reader_up:
            found.append(Trouble.READER)
        if self._heard and not self.printer.ready:
            out = self.printer.paper is Paper.OUT
            found.append(Trouble.PAPER if out else Trouble.PRINTER)
        if not self.online:
            found.append(Trouble.NETWORK)
        return tuple(found)

    @property
    def can_print(self) -> bool:
        """Whether paper is worth offering, by the printer's last word.

        Before its first word it is: each job asks the printer again before a byte is sent.
        """
        if not self._heard:
            return self._desk.installed
        return self.printer.ready and self.printer.paper is not Paper.OUT

    def beat(self, software: str, waiting: int, now: datetime) -> Heartbeat:
        """How the machine is, for whoever looks after the shop's kiosks."""
        if not self._desk.installed:
            printer: Literal["ready", "away", "none"] = "none"
        else:
            printer = "ready" if self._heard and self.printer.ready else "away"
        return Heartbeat(
            software=software,
            reader=self.reader_up,
            printer=printer,
            paper=_PAPER[self.printer.paper],
            queue=waiting,
            clock=now,
        )

    def set_online(self, online: bool) -> None:
        """Sync tells whether the backend answers."""
        self._set("online", online)

    def set_reader(self, up: bool) -> None:
        """The card slot tells whether the reader is there."""
        self._set("reader_up", up)

    def set_printer(self, status: PrinterStatus) -> None:
        """A job or a check tells how the printer is."""
        if self.printer.ready and not status.ready:
            self._ailing.set()
        known, self._heard = self._heard, self._desk.installed
        self._set("printer", status)
        if known != self._heard:
            self.changed.set()

    def _set(self, part: str, state: object) -> None:
        if getattr(self, part) != state:
            setattr(self, part, state)
            log.info("%s: %s", part, state)
            self.changed.set()

    async def watch(self, busy: Callable[[], bool]) -> None:
        """Ask the printer every few seconds while nobody is being served."""
        warm = False
        while True:
            if self._desk.installed and not busy():
                self.set_printer(await self._desk.status())
            if not warm:
                await self._desk.warm()
                warm = True
            await self._until_next()

    async def _until_next(self) -> None:
        """Wait until the printer is to be asked again: at once where a job has found it away."""
        well = not self._desk.installed or self.can_print
        self._ailing.clear()
        with suppress(TimeoutError):
            pause = CHECK_EVERY_S if well else CHECK_TROUBLED_S
            await asyncio.wait_for(self._ailing.wait(), pause)
