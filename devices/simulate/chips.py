"""Virtual chips that a virtual reader (vpcd) sees as cards, without any hardware.

A chip is a TCP client of its reader. Messages are a big-endian 16-bit length and a payload; a
payload of one byte is the reader's own command (off, on, reset, ATR), anything longer is an APDU
that wants an answer (vsmartcard, src/vpcd). Chips live in another process than the program that
reads them: libpcsclite waits for pcscd at interpreter exit, pcscd for the chip, and a chip of the
same process would be frozen.
"""

import contextlib
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from devices.cards import OK
from devices.cards.atr import ULTRALIGHT, contactless_atr, storage_atr
from devices.cards.type2 import ANSWERED, GET_VERSION
from devices.cards.uid import GET_UID, RANDOM_UID_FIRST_BYTE

log = logging.getLogger(__name__)

Conversation = Callable[[bytes], bytes | None]
"""An APDU in, the answer out; None: it never answers. Raises ChipLeft to leave the field."""


class ChipLeft(Exception):
    """The chip is torn out of the field before it answers."""


class Chip(Protocol):
    """Something that can be put on a virtual reader."""

    @property
    def atr(self) -> bytes:
        """What the reader announces it as."""

    def wake(self) -> Conversation:
        """Put it in the field: what answers its commands until it leaves."""


ISO_14443_A: Final = 0x03
ULTRALIGHT_ATR: Final = storage_atr(ISO_14443_A, ULTRALIGHT)
PHONE_ATR: Final = contactless_atr(b"")
"""No historical bytes, as phones answer."""

UNKNOWN_COMMAND: Final = bytes.fromhex("6D00")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageCard:
    """A card with an identifier that stays, such as an NTAG sticker or a wristband."""

    uid: bytes
    atr: bytes = ULTRALIGHT_ATR
    version: bytes = b""
    """Its answer to GET_VERSION; empty: it does not know the command."""

    def wake(self) -> Conversation:
        return self._answer

    def _answer(self, apdu: bytes) -> bytes:
        if apdu == GET_UID:
            return self.uid + OK
        if apdu == GET_VERSION and self.version:
            return ANSWERED + self.version + OK
        return UNKNOWN_COMMAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Draws a new identifier each time it is put in the field, so it names nobody."""

    atr: bytes = PHONE_ATR

    def wake(self) -> Conversation:
        uid = bytes([RANDOM_UID_FIRST_BYTE]) + secrets.token_bytes(3)
        return StorageCard(uid=uid, atr=self.atr).wake()


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteChip:
    """Announces itself, then never answers a command: its reader waits for ever."""

    atr: bytes = ULTRALIGHT_ATR

    def wake(self) -> Conversation:
        return lambda _apdu: None


@dataclass(frozen=True, slots=True, kw_only=True)
class TornChip:
    """Leaves the field instead of answering, after `answers` answers of the card it is."""

    card: Chip
    answers: int = 0

    @property
    def atr(self) -> bytes:
        return self.card.atr

    def wake(self) -> Conversation:
        answer = self.card.wake()
        left = self.answers

        def until_torn(apdu: bytes) -> bytes | None:
            nonlocal left
            if left == 0:
                raise ChipLeft
            left -= 1
            return answer(apdu)

        return until_torn


class Slot:
    """The place of a virtual reader where one chip can lie; `port` is where its reader listens."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._hand = threading.Lock()
        self._presence: _Presence | None = None

    @property
    def chip(self) -> Chip | None:
        """The chip that lies there; a torn one has left."""
        presence = self._presence
        return presence.chip if presence is not None and presence.is_alive() else None

    def insert(self, chip: Chip) -> None:
        """Put `chip` there; one that lies there is taken away first.

        It stays through outages: when pcscd is away or comes back, the chip is found there again.
        """
        with self._hand:
            self._take_away()
            self._presence = _Presence(chip, self._port)
            self._presence.start()

    def remove(self) -> None:
        """Take the chip away, and wait until the reader noticed. Harmless when there is none.

        Without that wait, vpcd can take another chip for the same when pcscd had powered it down:
        it then accepts the next connection in the very poll that finds the last one closed.
        """
        with self._hand:
            self._take_away()

    def _take_away(self) -> None:
        presence, self._presence = self._presence, None
        if presence is not None:
            presence.end()


POWER_COMMAND_LENGTH: Final = 1
ATR_REQUEST: Final = b"\x04"
RETRY_S: Final = 0.05
GOODBYE_S: Final = 2.0
"""Several polls of pcscd."""


class _Presence(threading.Thread):
    """One chip lying on one reader, from insertion to removal."""

    def __init__(self, chip: Chip, port: int) -> None:
        super().__init__(name=f"chip at port {port}", daemon=True)
        self.chip = chip
        self._port = port
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._link: socket.socket | None = None

    def run(self) -> None:
        try:
            while not self._ended.is_set():
                self._lie_there_once()
                self._ended.wait(RETRY_S)  # the reader is away: be there when it comes back
        except ChipLeft:
            log.debug("chip torn from the reader at port %d", self._port)

    def end(self) -> None:
        self._ended.set()
        with self._guard:
            if self._link is not None:
                _say_goodbye(self._link)
        self.join(GOODBYE_S)
        with self._guard:
            if self._link is not None:  # a frozen reader notices nothing
                self._link.close()

    def _lie_there_once(self) -> None:
        try:
            link = socket.create_connection(("127.0.0.1", self._port))
        except OSError:
            return
        with link:
            with self._guard:
                self._link = link
            if not self._ended.is_set():
                self._talk(link)
            with self._guard:
                self._link = None

    def _talk(self, link: socket.socket) -> None:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = self.chip.wake()
        try:
            while True:
                _respond(link, self.chip.atr, answer)
        except (EOFError, OSError):
            return


def _respond(link: socket.socket, atr: bytes, answer: Conversation) -> None:
    message = _receive(link, int.from_bytes(_receive(link, 2), "big"))
    if len(message) == POWER_COMMAND_LENGTH:
        reply = atr if message == ATR_REQUEST else None
    else:
        reply = answer(message)
    if reply is not None:
        link.sendall(len(reply).to_bytes(2, "big") + reply)


def _receive(link: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        # vpcd writes length and payload apart; a delayed acknowledgement of the first would cost
        # each command 44 ms instead of 43 µs. The kernel forgets the option: it is set each time.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        chunk = link.recv(length - len(received))
        if not chunk:
            raise EOFError
        received += chunk
    return received


def _say_goodbye(link: socket.socket) -> None:
    """The chip says no more; the reader hangs up when it looks for it next: the talk is over."""
    with contextlib.suppress(OSError):  # the reader hung up first
        link.shutdown(socket.SHUT_WR)
