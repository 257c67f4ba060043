"""The promises of the reader port, kept by every driver; a driver without a bench fails."""

import time
from collections.abc import Iterator
from threading import Event, main_thread
from typing import Protocol

import pytest

from devices.errors import TargetError
from devices.readers import (
    DRIVERS,
    CardGone,
    CardReader,
    CardTap,
    CardUnreadable,
    Medium,
    ReaderDown,
    ReaderEvent,
    ReaderUp,
    Trouble,
    open_reader,
)
from devices.readers.simulated import SimulatedReader
from devices.simulate.chips import MuteChip, Phone, StorageCard, TornChip
from tests.support.pcsc import Ears, PcscRig

A = bytes.fromhex("04AAAAAAAAAAAA")
B = bytes.fromhex("04BBBBBBBBBBBB")
C = bytes.fromhex("04CCCCCCCCCCCC")


class Bench(Protocol):
    """Hands that put things on a reader of one driver."""

    @property
    def reader(self) -> CardReader: ...

    def put(self, uid: bytes) -> None: ...
    def put_phone(self) -> None: ...
    def put_mute(self) -> None: ...
    def put_torn(self) -> None: ...
    def take(self) -> None: ...
    def lose_reader(self) -> None: ...
    def find_reader(self) -> None: ...


class SimulatedBench:
    def __init__(self) -> None:
        self.reader = SimulatedReader("bench")

    def put(self, uid: bytes) -> None:
        self.reader.present(uid)

    def put_phone(self) -> None:
        self.reader.present(bytes.fromhex("08123456"))

    def put_mute(self) -> None:
        self.reader.trouble(Trouble.MUTE)

    def put_torn(self) -> None:
        self.reader.trouble(Trouble.TORN)

    def take(self) -> None:
        self.reader.remove()

    def lose_reader(self) -> None:
        self.reader.fail("somebody pulled the cable")

    def find_reader(self) -> None:
        self.reader.recover()


class PcscBench:
    def __init__(self, rig: PcscRig) -> None:
        self.reader = open_reader("pcsc:ACS ACR122U")
        self._rig = rig

    def put(self, uid: bytes) -> None:
        self._rig.put(StorageCard(uid=uid))

    def put_phone(self) -> None:
        self._rig.put(Phone())

    def put_mute(self) -> None:
        self._rig.put(MuteChip())

    def put_torn(self) -> None:
        self._rig.put(TornChip(card=StorageCard(uid=A)))

    def take(self) -> None:
        self._rig.take()

    def lose_reader(self) -> None:
        self._rig.pcscd.kill()

    def find_reader(self) -> None:
        self._rig.pcscd.start()


@pytest.fixture(
    params=[
        pytest.param(driver, marks=pytest.mark.pcsc if driver == "pcsc" else ())
        for driver in DRIVERS
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made: Bench
    if request.param == "simulated":
        made = SimulatedBench()
    elif request.param == "pcsc":
        made = PcscBench(request.getfixturevalue("pcsc_rig"))
    else:
        pytest.fail(f"the reader driver {request.param} has no bench in this test")
    yield made
    made.reader.stop()


@pytest.fixture
def ears(bench: Bench) -> Ears:
    """Ears at a reader that is up."""
    ears = Ears()
    bench.reader.start(ears)
    ears.hear(ReaderUp)
    return ears


def test_a_tap_tells_who_the_card_is(bench: Bench, ears: Ears) -> None:
    before = time.monotonic()

    bench.put(A)

    tap = ears.hear(CardTap)
    assert (tap.uid, tap.medium) == (A, Medium.CARD)
    assert before <= tap.reported_at <= time.monotonic()
    assert tap.reader


def test_a_phone_is_told_apart_from_a_card(bench: Bench, ears: Ears) -> None:
    bench.put_phone()

    assert ears.hear(CardTap).medium is Medium.RANDOM


def test_a_card_goes_once(bench: Bench, ears: Ears) -> None:
    bench.put(A)
    ears.hear(CardTap)

    bench.take()
    ears.hear(CardGone)
    bench.put(B)

    assert ears.hear(CardTap).uid == B


def test_a_swapped_card_is_seen(bench: Bench, ears: Ears) -> None:
    bench.put(A)
    ears.hear(CardTap)

    bench.put(B)

    ears.hear(CardGone)
    assert ears.hear(CardTap).uid == B


def test_the_card_that_lies_there_last_is_told_last(bench: Bench, ears: Ears) -> None:
    for uid in (A, B, C):
        bench.put(uid)

    taps = [ears.hear(CardTap)]
    while taps[-1].uid != C:
        ears.hear(CardGone)
        taps.append(ears.hear(CardTap))
    assert ears.silent()


def test_a_busy_listener_still_hears_of_a_swap(bench: Bench) -> None:
    ears, released = Ears(), Event()

    def busy(event: ReaderEvent) -> None:
        ears(event)
        if isinstance(event, CardTap):
            released.wait(10)

    bench.reader.start(busy)
    ears.hear(ReaderUp)
    bench.put(A)
    ears.hear(CardTap)
    bench.put(B)
    released.set()

    ears.hear(CardGone)
    assert ears.hear(CardTap).uid == B


@pytest.mark.parametrize("trouble", [Trouble.MUTE, Trouble.TORN])
def test_an_unreadable_card_says_why_and_the_next_one_works(
    bench: Bench, ears: Ears, trouble: Trouble
) -> None:
    (bench.put_mute if trouble is Trouble.MUTE else bench.put_torn)()
    assert ears.hear(CardUnreadable).trouble is trouble

    bench.take()
    ears.hear(CardGone)
    bench.put(B)

    assert ears.hear(CardTap).uid == B


def test_a_card_that_lies_there_at_the_start_is_tapped(bench: Bench) -> None:
    ears = Ears()
    bench.put(A)

    bench.reader.start(ears)

    ears.hear(ReaderUp)
    assert ears.hear(CardTap).uid == A


def test_an_outage_is_told_once_and_so_is_its_end(bench: Bench, ears: Ears) -> None:
    bench.lose_reader()
    assert ears.hear(ReaderDown).reason
    bench.find_reader()
    ears.hear(ReaderUp)

    bench.put(A)

    assert ears.hear(CardTap).uid == A


def test_a_card_that_lies_there_through_an_outage_is_tapped_again(bench: Bench, ears: Ears) -> None:
    bench.put(A)
    ears.hear(CardTap)

    bench.lose_reader()
    ears.hear(CardGone)
    ears.hear(ReaderDown)
    bench.find_reader()

    ears.hear(ReaderUp)
    assert ears.hear(CardTap).uid == A


def test_a_reader_that_is_away_at_the_start_is_found_later(bench: Bench) -> None:
    ears = Ears()
    bench.lose_reader()

    bench.reader.start(ears)

    ears.hear(ReaderDown)
    bench.find_reader()
    ears.hear(ReaderUp)


def test_stop_is_quick_and_final(bench: Bench, ears: Ears) -> None:
    before = time.monotonic()
    bench.reader.stop()
    assert time.monotonic() - before < 2

    bench.put(A)
    others = Ears()
    bench.reader.start(others)
    others.hear(ReaderUp)
    others.hear(CardTap)

    assert ears.silent()


def test_stop_is_quick_while_the_listener_is_busy(bench: Bench) -> None:
    entered, released = Event(), Event()

    def stuck(_event: ReaderEvent) -> None:
        entered.set()
        released.wait(10)

    bench.reader.start(stuck)
    assert entered.wait(10)
    before = time.monotonic()

    bench.reader.stop()

    assert time.monotonic() - before < 2
    released.set()


def test_stop_is_quick_while_a_mute_card_lies_there(bench: Bench, ears: Ears) -> None:
    bench.put_mute()
    before = time.monotonic()

    bench.reader.stop()

    assert time.monotonic() - before < 2
    assert all(isinstance(event, CardUnreadable) for event in _rest(ears))


def test_stop_is_harmless_before_start_and_twice(bench: Bench) -> None:
    bench.reader.stop()
    bench.reader.stop()


def test_a_listener_may_stop_the_reader(bench: Bench) -> None:
    stopped = Event()

    def stop(_event: ReaderEvent) -> None:
        bench.reader.stop()
        stopped.set()

    bench.reader.start(stop)

    assert stopped.wait(2)


def test_events_come_from_one_daemon_thread(bench: Bench, ears: Ears) -> None:
    bench.put(A)
    ears.hear(CardTap)

    (thread,) = ears.threads
    assert thread.daemon
    assert thread is not main_thread()


def test_a_target_without_driver_names_the_drivers() -> None:
    with pytest.raises(TargetError, match="pcsc:"):
        open_reader("floppy:A")


def _rest(ears: Ears) -> Iterator[ReaderEvent]:
    while not ears.silent():
        yield ears.next()
