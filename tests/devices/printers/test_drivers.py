"""The promises of the printer port, kept by every driver that exists."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.errors import TargetError
from devices.printers import (
    DRIVERS,
    Paper,
    Printer,
    PrintOutcome,
    Qr,
    Text,
    Ticket,
    open_printer,
)
from devices.printers.simulated import SimulatedPrinter
from devices.simulate.printer import VirtualPrinter
from tests.support.paper import qr_codes

TICKET = Ticket(
    blocks=(Text(text="Ève & Zoë, 5 €"), Qr(payload="K9F4"), Text(text="\x1b@\x10\x04"))
)


class Rig:
    """A printer of one driver, with hands to trouble it and eyes for its paper."""

    def __init__(
        self,
        printer: Printer,
        *,
        paper_out: Callable[[], None],
        away: Callable[[], None],
        pictures: Callable[[], list[Path]],
    ) -> None:
        self.printer = printer
        self.paper_out = paper_out
        self.away = away
        self.pictures = pictures


def escpos(folder: Path) -> Iterator[Rig]:
    with VirtualPrinter(folder) as virtual:
        yield Rig(
            open_printer(virtual.target),
            paper_out=lambda: virtual.set_paper(Paper.OUT),
            away=virtual.switch_off,
            pictures=lambda: [cut.path for cut in virtual.cuts],
        )


def simulated(folder: Path) -> Iterator[Rig]:
    printer = open_printer(f"simulated:{folder}")
    assert isinstance(printer, SimulatedPrinter)

    def set_paper_out() -> None:
        printer.paper = Paper.OUT

    def set_away() -> None:
        printer.reachable = False

    yield Rig(printer, paper_out=set_paper_out, away=set_away, pictures=lambda: printer.pictures)


RIGS = {"escpos": escpos, "simulated": simulated}


@pytest.fixture(params=DRIVERS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    yield from RIGS[request.param](tmp_path)


def test_every_driver_is_held_to_the_promises() -> None:
    assert set(RIGS) == set(DRIVERS)


def test_a_ticket_comes_out_and_is_readable(rig: Rig) -> None:
    report = rig.printer.print(rig.printer.render(TICKET), b"0001")
    assert report.outcome is PrintOutcome.PRINTED
    assert report.status.ready
    [picture] = rig.pictures()
    assert qr_codes(picture) == ["K9F4"]


def test_the_same_ticket_is_the_same_job(rig: Rig) -> None:
    first, second = rig.printer.render(TICKET), rig.printer.render(TICKET)
    assert isinstance(first, bytes)
    assert first == second


def test_a_job_can_be_printed_again(rig: Rig) -> None:
    job = rig.printer.render(TICKET)
    for process_id in (b"0001", b"0002"):
        assert rig.printer.print(job, process_id).outcome is PrintOutcome.PRINTED
    assert len(rig.pictures()) == 2


def test_without_paper_nothing_is_printed_and_that_is_proved(rig: Rig) -> None:
    rig.paper_out()
    report = rig.printer.print(rig.printer.render(TICKET), b"0001")
    assert report.outcome is PrintOutcome.NOT_PRINTED
    assert report.status.paper is Paper.OUT
    assert rig.pictures() == []


def test_a_printer_that_is_away_answers_in_time_and_prints_nothing(rig: Rig) -> None:
    rig.away()
    asked_at = time.monotonic()
    assert not rig.printer.status().reachable
    assert time.monotonic() - asked_at < 2
    report = rig.printer.print(rig.printer.render(TICKET), b"0001")
    assert report.outcome is PrintOutcome.NOT_PRINTED
    assert rig.pictures() == []


def test_closing_twice_is_harmless(rig: Rig) -> None:
    rig.printer.close()
    rig.printer.close()


def test_an_unknown_driver_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TargetError, match=r"escpos:.*simulated:"):
        open_printer("cups:office")
