"""A real pcscd of the tests' own, virtual chips in a process of theirs, and ears for a reader.

libpcsclite reads where its pcscd is once per process, so there is one for the whole session (for
each worker under xdist), restarted in place by the tests of outages.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from queue import Empty, Queue
from typing import TypeVar

import pytest

from devices.readers import ReaderEvent
from devices.simulate.chips import Chip, Slot
from devices.simulate.pcscd import ACR122U, PcscdUnavailable, PrivatePcscd

PATIENCE_S = 10.0

E = TypeVar("E", bound=ReaderEvent)


class Ears:
    """Listens to a reader: pass it to `start`, then wait for what it hears."""

    def __init__(self) -> None:
        self._heard: Queue[ReaderEvent] = Queue()
        self.threads: set[threading.Thread] = set()
        self.clumsy = False
        """Hears, and then fails."""

    def __call__(self, event: ReaderEvent) -> None:
        self.threads.add(threading.current_thread())
        self._heard.put(event)
        if self.clumsy:
            raise ZeroDivisionError

    def hear(self, kind: type[E]) -> E:
        """The next event, which must be of this kind."""
        event = self.next()
        assert isinstance(event, kind), f"expected {kind.__name__}, heard {event}"
        return event

    def next(self) -> ReaderEvent:
        """The next event, whatever it is."""
        try:
            return self._heard.get(timeout=PATIENCE_S)
        except Empty:
            pytest.fail("the reader stays silent")

    def silent(self) -> bool:
        """Whether nothing was heard since the last event taken."""
        return self._heard.empty()


class ChipProcess:
    """Virtual chips in a process of their own (see devices.simulate.chips for why)."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._line, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_hold_chips, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def insert(self, port: int, chip: Chip) -> None:
        self._ask(port, chip)

    def remove(self, port: int) -> None:
        self._ask(port, None)

    def close(self) -> None:
        self._line.close()
        self._process.join(PATIENCE_S)
        self._process.close()

    def _ask(self, port: int, chip: Chip | None) -> None:
        self._line.send((port, chip))
        assert self._line.poll(PATIENCE_S), "the chip process does not answer"
        self._line.recv()


def _hold_chips(line: Connection) -> None:
    """The body of the chip process: takes a chip for a port, or none to clear it."""
    slots: dict[int, Slot] = {}
    while True:
        try:
            port, chip = line.recv()
        except EOFError:
            return
        slot = slots.setdefault(port, Slot(port))
        if chip is None:
            slot.remove()
        else:
            slot.insert(chip)
        line.send("done")


class PcscRig:
    """One virtual reader behind a private pcscd."""

    def __init__(self, pcscd: PrivatePcscd, chips: ChipProcess) -> None:
        self.pcscd = pcscd
        self._chips = chips

    def put(self, chip: Chip) -> None:
        """Put a chip on the reader, instead of the one that lies there."""
        self._chips.insert(self.port, chip)

    def take(self) -> None:
        """Take away what lies on the reader."""
        self._chips.remove(self.port)

    @property
    def port(self) -> int:
        """Where the chip of the reader connects."""
        return self.pcscd.readers[0].port


@pytest.fixture(scope="session")
def pcsc_session() -> Iterator[PcscRig]:
    """The one rig of this process."""
    try:
        pcscd = PrivatePcscd(fast=True)
        pcscd.start()
    except PcscdUnavailable as error:
        pytest.skip(f"no private pcscd: {error}")
    before = dict(os.environ)
    os.environ.update(pcscd.environment)
    chips = ChipProcess()
    yield PcscRig(pcscd, chips)
    chips.close()
    pcscd.close()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def pcsc_rig(pcsc_session: PcscRig) -> Iterator[PcscRig]:
    """The rig with an empty reader and pcscd running; a test may leave it in any state."""
    yield pcsc_session
    pcsc_session.take()
    if [reader.name for reader in pcsc_session.pcscd.readers] != [ACR122U]:
        pcsc_session.pcscd.stop()
        pcsc_session.pcscd.plug([ACR122U])
    pcsc_session.pcscd.start()


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for what no event tells; fails after a while."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
