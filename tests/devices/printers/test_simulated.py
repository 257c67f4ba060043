"""The simulated printer does what a flow test tells it."""

from pathlib import Path

import pytest

from devices.printers import PrintOutcome, Text, Ticket
from devices.printers.simulated import SimulatedPrinter, connect

TICKET = Ticket(blocks=(Text(text="Un café offert"),))


@pytest.mark.parametrize("comes_out", [True, False])
def test_an_unknown_outcome_may_have_paper_or_not(tmp_path: Path, comes_out: bool) -> None:
    printer = SimulatedPrinter(tmp_path)
    printer.answer_next(PrintOutcome.UNKNOWN, paper_comes_out=comes_out)
    assert printer.print(printer.render(TICKET), b"0001").outcome is PrintOutcome.UNKNOWN
    assert printer.printed == [TICKET] * comes_out


def test_scripted_outcomes_come_in_turn_then_all_is_well(tmp_path: Path) -> None:
    printer = SimulatedPrinter(tmp_path)
    printer.answer_next(PrintOutcome.NOT_PRINTED)
    printer.answer_next(PrintOutcome.UNKNOWN)
    job = printer.render(TICKET)
    outcomes = [printer.print(job, b"0001").outcome for _ in range(3)]
    assert outcomes == [PrintOutcome.NOT_PRINTED, PrintOutcome.UNKNOWN, PrintOutcome.PRINTED]
    assert len(printer.pictures) == 1


def test_an_open_cover_stops_it(tmp_path: Path) -> None:
    printer = SimulatedPrinter(tmp_path)
    printer.cover_open = True
    report = printer.print(printer.render(TICKET), b"0001")
    assert report.outcome is PrintOutcome.NOT_PRINTED
    assert report.status.cover_open


def test_without_a_folder_paper_goes_to_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    printer = connect("")
    printer.print(printer.render(TICKET), b"0001")
    assert printer.pictures[0].is_relative_to(tmp_path)
