"""What virtual readers cannot do: be unplugged alone, hang, refuse a card.

The calls of the service are played here (`Service`), with the states and codes of pcsc-lite.
"""
# ruff: noqa: N802 - the methods have the names of the raw calls

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from devices.cards.atr import storage_atr
from devices.readers import (
    CardGone,
    CardReader,
    CardTap,
    CardUnreadable,
    ReaderDown,
    ReaderUp,
    Trouble,
    open_reader,
    pcsc,
)
from tests.support.pcsc import Ears

READER = "ACS ACR122U PICC Interface 00 00"
A = bytes.fromhex("04AAAAAAAAAAAA")
B = bytes.fromhex("04BBBBBBBBBBBB")

EMPTY, PRESENT, CHANGED, UNAVAILABLE = 0x10, 0x20, 0x02, 0x08
IN_USE = 0x100
COUNT = 0x10000
CODES = {
    "SCARD_S_SUCCESS": 0,
    "SCARD_E_CANCELLED": 0x80100002,
    "SCARD_E_UNKNOWN_READER": 0x80100009,
    "SCARD_E_TIMEOUT": 0x8010000A,
    "SCARD_E_SHARING_VIOLATION": 0x8010000B,
    "SCARD_E_NO_SMARTCARD": 0x8010000C,
    "SCARD_F_COMM_ERROR": 0x80100013,
    "SCARD_E_NO_SERVICE": 0x8010001D,
    "SCARD_E_SERVICE_STOPPED": 0x8010001E,
    "SCARD_E_NO_READERS_AVAILABLE": 0x8010002E,
    "SCARD_W_UNRESPONSIVE_CARD": 0x80100066,
    "SCARD_W_UNPOWERED_CARD": 0x80100067,
    "SCARD_W_SECURITY_VIOLATION": 0x8010006A,
}
NAMES = {
    "SCARD_STATE_CHANGED": CHANGED,
    "SCARD_STATE_UNKNOWN": 0x04,
    "SCARD_STATE_UNAVAILABLE": UNAVAILABLE,
    "SCARD_STATE_PRESENT": PRESENT,
    "SCARD_SCOPE_USER": 0,
    "SCARD_SHARE_SHARED": 2,
    "SCARD_LEAVE_CARD": 0,
    "SCARD_PROTOCOL_T0": 1,
    "SCARD_PROTOCOL_T1": 2,
    "SCARD_PCI_T0": 1,
    "SCARD_PCI_T1": 2,
}
TIMEOUT = CODES["SCARD_E_TIMEOUT"]
UNKNOWN_READER = CODES["SCARD_E_UNKNOWN_READER"]
NO_READERS = CODES["SCARD_E_NO_READERS_AVAILABLE"]

Asked = list[tuple[str, int]]
Answer = tuple[int, list[tuple[str, int, list[int]]]]


class Service(SimpleNamespace):
    """The raw calls, as one reader with a card would make them answer."""

    def __init__(self) -> None:
        super().__init__(**CODES, **NAMES)
        self.news = threading.Condition()
        self.plugged = True
        self.broken = False
        self.state = EMPTY
        self.established = 0
        self.cancelled = 0
        self.uid = A
        self.connect_code = 0
        self.hiccups = 0
        self.silent: threading.Event | None = None

    def change(self, **facts: object) -> None:
        """Something happens at the reader."""
        with self.news:
            vars(self).update(facts)
            self.news.notify_all()

    def insert(self, uid: bytes) -> None:
        """A card takes the place of what lies there, between two looks of anybody."""
        self.change(uid=uid, state=(self.state & ~0xFFFF) + COUNT + PRESENT)

    def SCardEstablishContext(self, _scope: int) -> tuple[int, int]:
        self.established += 1
        return 0, 1

    def SCardReleaseContext(self, _context: int) -> int:
        return 0

    def SCardListReaders(self, _context: int, _groups: list[str]) -> tuple[int, list[str]]:
        if self.broken:
            raise ZeroDivisionError
        return (0, [READER]) if self.plugged else (NO_READERS, [])

    def SCardGetStatusChange(self, _context: int, timeout_ms: int, asked: Asked) -> Answer:
        known = dict(asked).get(READER)
        with self.news:
            there, cancelled = self.plugged, self.cancelled
            self.news.wait_for(
                lambda: (
                    self.plugged != there
                    or known not in {None, self.state}
                    or self.cancelled != cancelled
                ),
                timeout_ms / 1000,
            )
            if known is not None and not self.plugged:
                return UNKNOWN_READER, []
            if self.plugged == there and known in {None, self.state}:
                return TIMEOUT, []
            return 0, [
                (name, self.state | CHANGED if name == READER else 0, list(storage_atr(3, 1)))
                for name, _ in asked
            ]

    def SCardCancel(self, _context: int) -> int:
        self.change(cancelled=self.cancelled + 1)
        return 0

    def SCardConnect(self, *_: object) -> tuple[int, int, int]:
        return self.connect_code, 1, NAMES["SCARD_PROTOCOL_T1"]

    def SCardDisconnect(self, *_: object) -> int:
        return 0

    def SCardTransmit(self, *_: object) -> tuple[int, list[int]]:
        if self.hiccups:
            self.hiccups -= 1
            return 0, []
        if self.silent is not None:
            self.silent.wait(30)
        return 0, [*self.uid, 0x90, 0x00]

    def SCardGetErrorMessage(self, code: int) -> str:
        return f"code {code}"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service()
    monkeypatch.setattr(pcsc, "_load_scard", lambda: service)
    return service


@pytest.fixture
def reader(service: Service) -> Iterator[CardReader]:
    assert service.plugged
    reader = open_reader("pcsc:")
    yield reader
    reader.stop()


@pytest.fixture
def ears(reader: CardReader) -> Ears:
    ears = Ears()
    reader.start(ears)
    ears.hear(ReaderUp)
    return ears


def test_a_reader_unplugged_alone_is_told_and_found_again(service: Service, ears: Ears) -> None:
    service.insert(A)
    ears.hear(CardTap)

    service.change(plugged=False)
    ears.hear(CardGone)
    assert "plug" in ears.hear(ReaderDown).reason
    service.change(plugged=True)

    ears.hear(ReaderUp)
    assert ears.hear(CardTap).uid == A


def test_waiting_for_a_reader_keeps_the_service(service: Service, ears: Ears) -> None:
    service.change(plugged=False)
    ears.hear(ReaderDown)
    service.change(plugged=True)
    ears.hear(ReaderUp)

    assert service.established == 1


def test_a_swap_between_two_looks_is_told_by_the_event_counter(
    service: Service, ears: Ears
) -> None:
    service.insert(A)
    ears.hear(CardTap)

    service.insert(B)

    ears.hear(CardGone)
    assert ears.hear(CardTap).uid == B


def test_a_card_that_is_only_used_by_others_is_not_tapped_again(
    service: Service, ears: Ears
) -> None:
    service.insert(A)
    ears.hear(CardTap)

    service.change(state=service.state | IN_USE)
    service.insert(B)

    ears.hear(CardGone)
    assert ears.hear(CardTap).uid == B
    assert ears.silent()


def test_a_card_that_was_away_for_a_moment_is_tapped_and_was_never_torn(
    service: Service, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, away = service.SCardConnect, iter([True])

    def at_the_edge(*asked: object) -> tuple[int, int, int]:
        if next(away, False):
            service.change(state=(service.state & ~0xFFFF) + COUNT + EMPTY)
            threading.Timer(0.05, service.insert, [A]).start()
            return CODES["SCARD_E_NO_SMARTCARD"], 0, 0
        return connect(*asked)

    monkeypatch.setattr(service, "SCardConnect", at_the_edge)
    service.insert(A)

    assert ears.hear(CardTap).uid == A
    assert ears.silent()


def test_a_reader_in_bad_state_is_down_until_it_recovers(service: Service, ears: Ears) -> None:
    service.change(state=UNAVAILABLE)
    assert "unplug" in ears.hear(ReaderDown).reason

    service.change(state=EMPTY)

    ears.hear(ReaderUp)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("SCARD_W_UNRESPONSIVE_CARD", Trouble.MUTE),
        ("SCARD_W_UNPOWERED_CARD", Trouble.MUTE),
        ("SCARD_E_SHARING_VIOLATION", Trouble.TORN),
    ],
)
def test_a_card_that_cannot_be_connected_is_unreadable(
    service: Service, ears: Ears, code: str, trouble: Trouble
) -> None:
    service.connect_code = CODES[code]

    service.insert(A)

    assert ears.hear(CardUnreadable).trouble is trouble


def test_a_card_held_at_the_edge_of_the_field_is_tried_once_more(
    service: Service, ears: Ears
) -> None:
    service.hiccups = 1

    service.insert(A)

    assert ears.hear(CardTap).uid == A


def test_a_card_that_fails_twice_is_unreadable(service: Service, ears: Ears) -> None:
    service.hiccups = 2

    service.insert(A)

    assert ears.hear(CardUnreadable).trouble is Trouble.TORN


def test_mute_cards_never_leave_more_than_a_few_threads(
    service: Service, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcsc, "IDENTIFY_S", 0.01)
    service.silent = threading.Event()
    for _ in range(pcsc.HUNG_MAX + 3):
        service.insert(A)
        assert ears.hear(CardUnreadable).trouble is Trouble.MUTE
        service.change(state=service.state & ~PRESENT | EMPTY)
        ears.hear(CardGone)

    hung = [t for t in threading.enumerate() if t.name == "card identification"]
    assert len(hung) <= pcsc.HUNG_MAX

    service.silent.set()
    for thread in hung:
        thread.join(5)
    service.insert(B)
    assert ears.hear(CardTap).uid == B


def test_a_listener_that_fails_does_not_end_the_watch(
    service: Service, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    ears.clumsy = True
    service.insert(A)
    ears.hear(CardTap)
    service.change(plugged=False)
    ears.hear(CardGone)
    ears.hear(ReaderDown)

    ears.clumsy = False
    service.change(plugged=True)

    ears.hear(ReaderUp)
    assert ears.hear(CardTap).uid == A
    assert caplog.text.count("listener of the card reader failed") == 3


def test_a_failure_of_the_driver_is_an_outage_and_ends(
    service: Service, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    service.insert(A)
    ears.hear(CardTap)
    service.change(broken=True, state=service.state | IN_USE)
    ears.hear(CardGone)
    assert "see the log" in ears.hear(ReaderDown).reason

    service.change(broken=False)

    ears.hear(ReaderUp)
    assert ears.hear(CardTap).uid == A
    assert "watch failed" in caplog.text
