"""What only PC/SC can do: other readers, services that crash, chips behind a real pcscd."""

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from devices.readers import (
    CardGone,
    CardTap,
    CardUnreadable,
    ReaderDown,
    ReaderUp,
    Trouble,
    open_reader,
    pcsc,
)
from devices.readers.pcsc import pick_reader
from devices.simulate.chips import MuteChip, Phone, StorageCard, TornChip
from devices.supervisor import Backoff
from tests.support.pcsc import Ears, PcscRig, wait_until

A = bytes.fromhex("04AAAAAAAAAAAA")
B = bytes.fromhex("04BBBBBBBBBBBB")
NTAG213 = bytes.fromhex("0004040201000F03")

ACR122U = "ACS ACR122U PICC Interface 00 00"
ACR1252_PICC = "ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] 00 00"
ACR1252_SAM = "ACS ACR1252 1S CL Reader [ACR1252 Dual Reader SAM] 01 00"
CONTACT = "Gemalto PC Twin Reader 00 00"


@pytest.mark.parametrize(
    ("names", "location", "picked"),
    [
        ([CONTACT, ACR122U], "", ACR122U),
        ([ACR1252_SAM, ACR1252_PICC], "", ACR1252_PICC),
        ([ACR1252_SAM, ACR1252_PICC], "ACS ACR1252", ACR1252_PICC),
        ([ACR122U, CONTACT], "gemalto", CONTACT),
        ([CONTACT], "", CONTACT),
        ([CONTACT], "ACS", None),
        ([], "", None),
    ],
)
def test_the_location_picks_the_reader(names: list[str], location: str, picked: str | None) -> None:
    assert pick_reader(names, location) == picked


def test_a_reader_in_use_is_kept_when_a_better_one_is_plugged_in() -> None:
    assert pick_reader([CONTACT, ACR122U], "", current=CONTACT) == CONTACT


def test_nothing_of_pcsc_is_loaded_before_it_is_wanted() -> None:
    code = (
        "import sys, devices.readers as r; r.open_reader('pcsc:');"
        "sys.exit('smartcard' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own words


def test_a_machine_without_pyscard_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    ears = Ears()
    reader = open_reader("pcsc:")

    reader.start(ears)

    assert "pyscard" in ears.hear(ReaderDown).reason
    reader.stop()


@pytest.fixture
def ears(pcsc_rig: PcscRig) -> Iterator[Ears]:
    """Ears at the rig's reader, which is up."""
    reader, ears = open_reader("pcsc:"), Ears()
    reader.start(ears)
    assert ears.hear(ReaderUp).reader.startswith(pcsc_rig.pcscd.readers[0].name)
    yield ears
    reader.stop()


@pytest.mark.pcsc
def test_the_chip_is_named(pcsc_rig: PcscRig, ears: Ears) -> None:
    pcsc_rig.put(StorageCard(uid=A, version=NTAG213))

    assert ears.hear(CardTap).chip == "NTAG213"


@pytest.mark.pcsc
def test_a_phone_tapped_twice_is_two_strangers(pcsc_rig: PcscRig, ears: Ears) -> None:
    pcsc_rig.put(Phone())
    first = ears.hear(CardTap)
    pcsc_rig.put(Phone())
    ears.hear(CardGone)
    second = ears.hear(CardTap)

    assert first.uid[0] == second.uid[0] == 0x08
    assert first.uid != second.uid


@pytest.mark.pcsc
def test_a_card_torn_after_its_uid_counts_as_tapped(pcsc_rig: PcscRig, ears: Ears) -> None:
    pcsc_rig.put(TornChip(card=StorageCard(uid=A), answers=1))

    assert ears.hear(CardTap).uid == A
    ears.hear(CardGone)


@pytest.mark.pcsc
def test_a_torn_card_leaves_by_itself(pcsc_rig: PcscRig, ears: Ears) -> None:
    pcsc_rig.put(TornChip(card=StorageCard(uid=A)))

    assert ears.hear(CardUnreadable).trouble is Trouble.TORN
    ears.hear(CardGone)


@pytest.mark.pcsc
def test_a_mute_card_swapped_in_time_does_not_hold_up_the_next(
    pcsc_rig: PcscRig, ears: Ears
) -> None:
    pcsc_rig.put(MuteChip())
    wait_until(_identifying)

    pcsc_rig.put(StorageCard(uid=B))

    told = ears.next()
    if isinstance(told, CardUnreadable):  # else the swap was quicker than the reader's look
        ears.hear(CardGone)
        told = ears.next()
    assert isinstance(told, CardTap)
    assert told.uid == B


@pytest.mark.pcsc
def test_no_thread_is_left_behind(pcsc_rig: PcscRig) -> None:
    before = set(threading.enumerate())
    reader, ears = open_reader("pcsc:"), Ears()
    reader.start(ears)
    ears.hear(ReaderUp)
    pcsc_rig.put(MuteChip())
    ears.hear(CardUnreadable)

    reader.stop()
    pcsc_rig.take()

    wait_until(lambda: set(threading.enumerate()) <= before)


@pytest.mark.pcsc
def test_a_program_ends_although_a_mute_card_hangs_in_its_reader(pcsc_rig: PcscRig) -> None:
    pcsc_rig.put(MuteChip())

    program = [sys.executable, "-c", ENDS_WITHOUT_STOPPING]
    ended = subprocess.run(program, env=dict(os.environ), timeout=20, check=False)  # noqa: S603 - our own words

    assert ended.returncode == 0


ENDS_WITHOUT_STOPPING = """
import sys, threading
from devices.readers import CardUnreadable, open_reader
unreadable = threading.Event()
open_reader("pcsc:").start(lambda event: isinstance(event, CardUnreadable) and unreadable.set())
sys.exit(not unreadable.wait(10))
"""


@pytest.mark.pcsc
def test_an_outage_is_told_once_however_often_it_is_tried(
    pcsc_rig: PcscRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts, tried = itertools.count(1), threading.Event()

    class Watched(Backoff):
        def next_delay_s(self) -> float:
            if next(attempts) == 5:
                tried.set()
            return 0.01

    monkeypatch.setattr(pcsc, "Backoff", Watched)
    reader, ears = open_reader("pcsc:"), Ears()
    reader.start(ears)
    ears.hear(ReaderUp)

    pcsc_rig.pcscd.kill()
    assert tried.wait(10)
    pcsc_rig.pcscd.start()

    assert "pcscd" in ears.hear(ReaderDown).reason
    ears.hear(ReaderUp)
    reader.stop()


@pytest.mark.pcsc
def test_three_crashes_in_a_row_are_survived(pcsc_rig: PcscRig, ears: Ears) -> None:
    pcsc_rig.put(StorageCard(uid=A))
    assert ears.hear(CardTap).uid == A

    for end in (pcsc_rig.pcscd.kill, pcsc_rig.pcscd.stop, pcsc_rig.pcscd.kill):
        end()
        ears.hear(CardGone)
        ears.hear(ReaderDown)
        pcsc_rig.pcscd.start()
        ears.hear(ReaderUp)
        assert ears.hear(CardTap).uid == A


@pytest.mark.pcsc
def test_a_crash_during_identification_is_survived(pcsc_rig: PcscRig, ears: Ears) -> None:
    pcsc_rig.put(MuteChip())
    wait_until(_identifying)

    pcsc_rig.pcscd.kill()
    ears.hear(ReaderDown)
    pcsc_rig.put(StorageCard(uid=B))
    pcsc_rig.pcscd.start()

    ears.hear(ReaderUp)
    assert ears.hear(CardTap).uid == B


@pytest.mark.pcsc
def test_a_reader_of_another_name_is_waited_for(
    pcsc_rig: PcscRig, request: pytest.FixtureRequest
) -> None:
    reader, ears = open_reader("pcsc:OMNIKEY"), Ears()
    request.addfinalizer(reader.stop)
    reader.start(ears)
    assert "OMNIKEY" in ears.hear(ReaderDown).reason

    pcsc_rig.pcscd.stop()
    pcsc_rig.pcscd.plug(["HID Global OMNIKEY 5022 Smart Card Reader"])
    pcsc_rig.pcscd.start()

    assert "OMNIKEY 5022" in ears.hear(ReaderUp).reader
    pcsc_rig.put(StorageCard(uid=A))
    assert ears.hear(CardTap).uid == A


def _identifying() -> bool:
    return any(thread.name == "card identification" for thread in threading.enumerate())
