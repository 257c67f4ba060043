"""Cards on a PC/SC reader, watched from a thread that outlives pcscd, readers and mute chips.

pyscard's own monitors are not used: their threads end for ever when pcscd is restarted, and they
miss a swap of two cards of the same type. This watcher asks pcscd directly, and once a second even
when nothing happens. Each presentation is identified on its own connection, in a thread that is
abandoned when the chip stays silent, because nothing in PC/SC ends a transmission to a mute chip.

Every CardTap or CardUnreadable is followed by one CardGone: when the card leaves, when another
takes its place, or when the reader is lost. A card that lies there when the reader comes back is
tapped again.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Final

from devices.cards.card import Identity, identify
from devices.cards.errors import CardError
from devices.errors import ReaderError
from devices.readers import (
    CardGone,
    CardReader,
    CardTap,
    CardUnreadable,
    ReaderDown,
    ReaderEvent,
    ReaderUp,
    Trouble,
)
from devices.readers.delivery import Delivery
from devices.supervisor import Backoff

log = logging.getLogger(__name__)

HEARTBEAT_S: Final = 1.0
"""How long to wait for news before looking again by oneself."""

IDENTIFY_S: Final = 2.0
"""A chip that has not told its identifier by then is mute."""

SETTLE_S: Final = 0.25
"""A torn card has this long to be back, or else to be reported as gone. One at the edge of the
field comes and goes within a tenth of a second, and so does one that finds pcscd just started."""

STOP_S: Final = 1.8
"""A watcher that has not ended by then is abandoned, so that `stop` keeps its 2 s."""

UNAWARE: Final = 0
"""The state to start from: the first answer of pcscd comes at once."""

INTERRUPT_S: Final = 0.02
INTERRUPTS_MAX: Final = 100

HUNG_MAX: Final = 8
"""Abandoned identifications at most; beyond it a chip is called mute without a further thread."""


def connect(location: str) -> CardReader:
    """The reader whose PC/SC name contains `location`; empty: the first contactless one."""
    return PcscReader(location)


class PcscReader:
    """A PC/SC reader, found by name, whether it is plugged in now or later."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._watch: _Watch | None = None

    def start(self, deliver: Callable[[ReaderEvent], None]) -> None:
        assert self._watch is None, "this reader is already watched"
        self._watch = _Watch(self._location, deliver)
        self._watch.start()

    def stop(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()


def pick_reader(names: Sequence[str], location: str, current: str | None = None) -> str | None:
    """The name among `names` that `location` means; `current` is kept as long as it is there."""
    if current in names:
        return current
    fitting = [name for name in names if location.casefold() in name.casefold()]
    return min(fitting, key=_rank, default=None)


def _rank(name: str) -> int:
    """Contactless first; the slot for security modules (SAM) never sees a customer's card."""
    if re.search(r"\bSAM\b", name):
        return 2
    return 0 if re.search(r"\b(PICC|CL|NFC|contactless)\b", name, re.IGNORECASE) else 1


class _Watch(threading.Thread):
    """One watch of one reader, from start to stop."""

    def __init__(self, location: str, deliver: Callable[[ReaderEvent], None]) -> None:
        super().__init__(name="card reader", daemon=True)
        self._location = location
        self._delivery = Delivery(deliver)
        self._backoff = Backoff()
        self._service: _Service | None = None
        self._reader: str | None = None
        self._state = UNAWARE
        self._card_there = False
        self._up: bool | None = None
        self._hung: list[threading.Thread] = []

    def run(self) -> None:
        while not self._delivery.closed:
            try:
                self._watch_until_lost()
            except ReaderError as error:
                self._lost(str(error))
            except Exception:
                log.exception("card reader watch failed")
                self._lost("the card reader driver failed; see the log")
            self._delivery.wait_closed(self._backoff.next_delay_s())

    def stop(self) -> None:
        deadline = time.monotonic() + STOP_S
        self._delivery.close(STOP_S)
        if threading.current_thread() is not self:
            # In a thread of its own, as a frozen pcscd answers no cancel either.
            threading.Thread(target=self._interrupt, daemon=True).start()
            self.join(max(0.0, deadline - time.monotonic()))

    def _interrupt(self) -> None:
        """Again and again: a cancel that comes before the wait it is meant for is lost."""
        for _ in range(INTERRUPTS_MAX):
            service = self._service
            if service is not None:
                service.cancel()
            self.join(INTERRUPT_S)
            if not self.is_alive():
                return

    def _watch_until_lost(self) -> None:
        """Returns when stopped; raises ReaderError when the service or the reader is lost."""
        with _open_service() as service:
            self._service = service
            while not self._delivery.closed:
                self._look(service)

    def _look(self, service: "_Service") -> None:
        """Wait for news of the reader, at most a heartbeat, and act on it."""
        reader = pick_reader(service.readers(), self._location, self._reader)
        if reader is None:
            wanted = f"named {self._location!r} " if self._location else ""
            self._lost(f"no card reader {wanted}is connected: plug it in")
        elif reader != self._reader:
            self._forget()
            self._reader = reader
        news = service.wait(reader, self._state, HEARTBEAT_S)
        if reader is not None and news is not None:
            self._react(service, reader, news)

    def _react(self, service: "_Service", reader: str, news: "_News") -> None:
        if service.is_away(news.state):
            raise ReaderError(f"{reader} does not answer: unplug it and plug it in again")
        before, self._state = self._state, news.state
        self._found(reader)
        if not service.is_other_presence(before, news.state):
            return
        self._card_left()
        if service.is_present(news.state):
            event = self._identified(service, reader, news)
            self._card_there = True
            self._delivery.tell(event)

    def _found(self, reader: str) -> None:
        if not self._up:
            self._up = True
            self._backoff.reset()
            log.info("card reader up: %s", reader)
            self._delivery.tell(ReaderUp(reader=reader))

    def _lost(self, reason: str) -> None:
        """Told once per outage, however often it is found again."""
        self._forget()
        if self._up is not False:
            self._up = False
            log.warning("card reader down: %s", reason)
            self._delivery.tell(ReaderDown(reason=reason))

    def _forget(self) -> None:
        self._card_left()
        self._reader = None
        self._state = UNAWARE

    def _card_left(self) -> None:
        if self._card_there:
            assert self._reader is not None, "a card lies on a reader that was found"
            self._card_there = False
            self._delivery.tell(CardGone(reader=self._reader))

    def _identified(self, service: "_Service", reader: str, news: "_News") -> ReaderEvent:
        answer = self._identify_in_time(service, reader, news.atr)
        back = self._there_after_all(service, reader, news) if answer is Trouble.TORN else None
        if back is not None:
            news, self._state = back, back.state
            answer = self._identify_in_time(service, reader, news.atr)
        if isinstance(answer, Trouble):
            log.info("card unreadable: %s", answer.value)
            return CardUnreadable(reader=reader, trouble=answer)
        return CardTap(
            uid=answer.uid,
            medium=answer.medium,
            chip=answer.chip,
            reader=reader,
            reported_at=news.reported_at,
            text=answer.text,
        )

    def _there_after_all(self, service: "_Service", reader: str, torn: "_News") -> "_News | None":
        """What lies there a moment after a card failed: it stayed, or is back; None: it is gone."""
        latest, deadline = torn, time.monotonic() + SETTLE_S
        while (left := deadline - time.monotonic()) > 0:
            news = service.wait(reader, latest.state, left)
            if news is None or service.is_away(news.state):
                break  # nothing has happened, or the watch finds out by itself
            latest = news
            if service.is_present(latest.state) and latest.state != torn.state:
                break  # it is back, or another is there: at once, for somebody waits
        return latest if service.is_present(latest.state) else None

    def _identify_in_time(self, service: "_Service", reader: str, atr: bytes) -> Identity | Trouble:
        self._hung = [thread for thread in self._hung if thread.is_alive()]
        if len(self._hung) >= HUNG_MAX:
            log.error("%d identifications hang: unplug the reader", len(self._hung))
            return Trouble.MUTE
        answers: SimpleQueue[Identity | Trouble] = SimpleQueue()
        work = threading.Thread(
            target=lambda: answers.put(_identify(service.scard, reader, atr)),
            name="card identification",
            daemon=True,
        )
        work.start()
        try:
            return answers.get(timeout=IDENTIFY_S)
        except Empty:
            self._hung.append(work)
            return Trouble.MUTE


def _identify(scard: ModuleType, reader: str, atr: bytes) -> Identity | Trouble:
    """The body of an identification thread: what lies on `reader`, or why that is not known."""
    try:
        with _context(scard) as context, _connection(scard, context, reader) as channel:
            return identify(channel, atr)
    except CardError as error:
        log.debug("card not identified: %s", error)
        return error.trouble
    except ReaderError as error:  # the watcher finds out by itself
        log.debug("reader lost while a card was identified: %s", error)
        return Trouble.TORN
    except Exception:
        log.exception("card identification failed")
        return Trouble.UNSUPPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """What pcscd says of one reader."""

    state: int
    """All of it: the upper 16 bits count insertions and removals (pcsc-lite)."""
    atr: bytes
    reported_at: float


class _Service:
    """The PC/SC service, as far as a watcher needs it. Every trouble of it is a ReaderError."""

    def __init__(self, scard: ModuleType, context: int) -> None:
        self.scard = scard
        self._context = context
        self._plug_state = UNAWARE

    def readers(self) -> list[str]:
        """The names of the readers that are plugged in."""
        code, names = self.scard.SCardListReaders(self._context, [])
        if code == self.scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        _check(self.scard, code)
        return list(names)

    def wait(self, reader: str | None, state: int, timeout_s: float) -> _News | None:
        """News of `reader` against `state`; none when time is over, or readers came or went."""
        asked = [(PLUG_AND_PLAY, self._plug_state)]
        if reader is not None:
            asked.append((reader, state))
        code, answers = self.scard.SCardGetStatusChange(
            self._context, round(timeout_s * 1000), asked
        )
        reported_at = time.monotonic()
        if code in (
            self.scard.SCARD_E_TIMEOUT,
            self.scard.SCARD_E_UNKNOWN_READER,
            self.scard.SCARD_E_CANCELLED,
        ):
            return None
        _check(self.scard, code)
        for name, event, atr in answers:
            if name == PLUG_AND_PLAY:
                self._plug_state = self._settled(event)
            else:
                return _News(state=self._settled(event), atr=bytes(atr), reported_at=reported_at)
        return None

    def cancel(self) -> None:
        """End a `wait` that is under way."""
        self.scard.SCardCancel(self._context)

    def is_present(self, state: int) -> bool:
        return bool(state & self.scard.SCARD_STATE_PRESENT)

    def is_away(self, state: int) -> bool:
        return bool(state & (self.scard.SCARD_STATE_UNKNOWN | self.scard.SCARD_STATE_UNAVAILABLE))

    def is_other_presence(self, before: int, after: int) -> bool:
        """Whether a card came, left, or took another's place since `before`."""
        swapped = before >> COUNTER_SHIFT != after >> COUNTER_SHIFT
        return self.is_present(before) != self.is_present(after) or (
            self.is_present(after) and swapped
        )

    def _settled(self, event: int) -> int:
        return int(event) & ~int(self.scard.SCARD_STATE_CHANGED)


PLUG_AND_PLAY: Final = "\\\\?PnP?\\Notification"
"""The pseudo reader whose state changes when readers come and go."""

COUNTER_SHIFT: Final = 16


@contextmanager
def _open_service() -> Iterator[_Service]:
    scard = _load_scard()
    with _context(scard) as context:
        yield _Service(scard, context)


def _load_scard() -> ModuleType:
    """The raw calls of pyscard, loaded when a reader is wanted: not every kiosk has PC/SC."""
    try:
        return import_module("smartcard.scard")
    except ImportError as error:
        raise ReaderError(
            f"pyscard cannot be loaded ({error}): install libpcsclite1 and requirements/kiosk.txt"
        ) from error


@contextmanager
def _context(scard: ModuleType) -> Iterator[int]:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _check(scard, code)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


@contextmanager
def _connection(scard: ModuleType, context: int, reader: str) -> Iterator["_Connection"]:
    """A fresh handle for this presentation: an older one may read the next card, without error."""
    protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    code, handle, protocol = scard.SCardConnect(
        context, reader, scard.SCARD_SHARE_SHARED, protocols
    )
    if code in (scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD):
        raise CardError(Trouble.MUTE, _words(scard, code))
    if code != scard.SCARD_S_SUCCESS:
        raise CardError(Trouble.TORN, _words(scard, code))
    try:
        yield _Connection(scard, handle, protocol)
    finally:
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


class _Connection:
    """The channel to the chip on the reader."""

    def __init__(self, scard: ModuleType, handle: int, protocol: int) -> None:
        self._scard = scard
        self._handle = handle
        t0 = protocol == scard.SCARD_PROTOCOL_T0
        self._header = scard.SCARD_PCI_T0 if t0 else scard.SCARD_PCI_T1

    def transmit(self, apdu: bytes) -> bytes:
        code, answer = self._scard.SCardTransmit(self._handle, self._header, list(apdu))
        # A card torn away mid-command comes back as any error, or as success without an answer.
        if code != self._scard.SCARD_S_SUCCESS or len(answer) < STATUS_LENGTH:
            raise CardError(Trouble.TORN, _words(self._scard, code))
        return bytes(answer)


STATUS_LENGTH: Final = 2


def _check(scard: ModuleType, code: int) -> None:
    """Raises ReaderError with the remedy unless `code` is success."""
    if code == scard.SCARD_S_SUCCESS:
        return
    if code in (scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED, scard.SCARD_F_COMM_ERROR):
        raise ReaderError("the card reader service does not run: install or restart pcscd")
    if code == scard.SCARD_W_SECURITY_VIOLATION:
        # pcsc-lite says so whenever the connection is reset (winscard_msg.c): refused by polkit, or
        # pcscd died in the middle of an answer.
        raise ReaderError(
            "the card reader service hung up: restart pcscd, or let this user in (polkit rule)"
        )
    raise ReaderError(f"the card reader service answers: {_words(scard, code)}")


def _words(scard: ModuleType, code: int) -> str:
    return f"{scard.SCardGetErrorMessage(code)} (0x{code & 0xFFFFFFFF:08X})"
