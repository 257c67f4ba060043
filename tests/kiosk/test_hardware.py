"""Reader and printer as the loop sees them: no tap is lost, no printer stops the kiosk."""

import asyncio
import threading
from pathlib import Path

import pytest

from devices.printers import Paper, PrinterStatus, PrintOutcome, Text, Ticket
from devices.printers.simulated import SimulatedPrinter
from devices.readers.simulated import connect
from kiosk import background, hardware
from kiosk.background import abandonable, unbroken
from kiosk.hardware import CardSlot, PrinterDesk
from kiosk.health import Health
from kiosk.screens import Trouble
from tests.support.facts import now

TICKET = Ticket(blocks=(Text(text="Bonjour"),))
ID = b"AAAA"


class Hanging(SimulatedPrinter):
    """Hangs in its driver until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def status(self) -> PrinterStatus:
        self.gate.wait(20)
        return super().status()


def test_a_printer_that_hangs_is_abandoned_and_the_next_job_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "PRINT_DEADLINE_S", 0.3)
    printer = Hanging()
    printer.folder = tmp_path

    async def run() -> None:
        desk = PrinterDesk(printer)
        assert (await desk.print(TICKET, ID)).outcome is PrintOutcome.UNKNOWN
        printer.gate.set()
        monkeypatch.setattr(hardware, "PRINT_DEADLINE_S", 10)
        assert (await desk.print(TICKET, ID)).outcome is PrintOutcome.PRINTED
        desk.close()

    asyncio.run(run())


def test_a_driver_that_always_hangs_is_not_called_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hardware, "STATUS_DEADLINE_S", 0.05)
    printer = Hanging()
    before = threading.active_count()

    async def run() -> None:
        desk = PrinterDesk(printer)
        for _ in range(hardware.HUNG_MAX + 3):
            assert not (await desk.status()).reachable
        assert threading.active_count() - before <= hardware.HUNG_MAX
        assert (await desk.print(TICKET, ID)).outcome is PrintOutcome.NOT_PRINTED
        printer.gate.set()

    asyncio.run(run())


def test_a_driver_that_breaks_its_promise_is_unknown_and_a_picture_that_fails_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = SimulatedPrinter(tmp_path)

    async def run() -> None:
        desk = PrinterDesk(printer)
        monkeypatch.setattr(printer, "print", lambda *_: 1 / 0)
        assert (await desk.print(TICKET, ID)).outcome is PrintOutcome.UNKNOWN
        monkeypatch.setattr(printer, "render", lambda *_: 1 / 0)
        assert (await desk.print(TICKET, ID)).outcome is PrintOutcome.NOT_PRINTED
        await desk.warm()

    asyncio.run(run())


def test_a_kiosk_without_a_printer_prints_nothing_and_misses_nothing() -> None:
    async def run() -> None:
        desk = PrinterDesk(None)
        await desk.warm()
        assert (await desk.print(TICKET, ID)).outcome is PrintOutcome.NOT_PRINTED
        assert not (await desk.status()).reachable
        desk.close()
        health = Health(desk)
        health.set_printer(await desk.status())
        assert health.troubles() == ()
        assert not health.can_print

    asyncio.run(run())


def test_a_wait_that_is_cancelled_loses_no_tap() -> None:
    async def run() -> None:
        reader, changes = connect(""), []
        slot = CardSlot(reader, lambda: changes.append(slot.up))
        slot.start()
        waits = [asyncio.create_task(slot.arrival()) for _ in range(3)]
        reader.present(bytes.fromhex("04a1b2c3d4e5f6"))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        assert slot.lying is not None
        await slot.next()
        assert slot.take() is None
        reader.remove()
        reader.fail("unplugged")
        while slot.up or slot.lying:
            await asyncio.sleep(0.01)
        slot.stop()
        assert changes == [True, False]

    asyncio.run(run())


def test_health_names_what_is_away_the_most_hindering_first(tmp_path: Path) -> None:
    async def run() -> None:
        printer = SimulatedPrinter(tmp_path)
        desk = PrinterDesk(printer)
        health = Health(desk)
        assert health.troubles() == ()
        printer.paper = Paper.OUT
        health.set_printer(await desk.status())
        health.set_reader(False)
        health.set_online(False)
        assert health.troubles() == (Trouble.READER, Trouble.PAPER, Trouble.NETWORK)
        assert health.changed.is_set()
        printer.paper = Paper.PLENTY
        printer.cover_open = True
        health.set_printer(await desk.status())
        assert Trouble.PRINTER in health.troubles()
        printer.cover_open = False
        watching = asyncio.create_task(health.watch(lambda: False))
        async with asyncio.timeout(5):
            while not health.can_print:
                await asyncio.sleep(0.01)
        watching.cancel()

    asyncio.run(run())


def test_work_in_the_background_gives_its_result_its_error_or_a_time_out() -> None:
    gate = threading.Event()

    async def run() -> None:
        assert await abandonable(lambda: 7, 5) == 7
        with pytest.raises(ZeroDivisionError):
            await abandonable(lambda: 1 // 0, 5)
        with pytest.raises(TimeoutError):
            await abandonable(gate.wait, 0.05)

    asyncio.run(run())
    gate.set()


def test_unbroken_work_begins_again_when_it_fails_or_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "BEGIN_AGAIN_S", 0.001)
    begun: list[object] = []

    async def run() -> None:
        third = asyncio.Event()

        async def work() -> None:
            begun.append(now())
            if len(begun) == 1:
                raise ZeroDivisionError
            if len(begun) == 3:
                third.set()

        task = asyncio.create_task(unbroken("work", work))
        await asyncio.wait_for(third.wait(), 5)
        task.cancel()

    asyncio.run(run())
