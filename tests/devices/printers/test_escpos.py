"""The ESC/POS driver against a virtual printer, one trouble at a time."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.errors import TargetError
from devices.printers import (
    Pair,
    Paper,
    Printer,
    PrintOutcome,
    Qr,
    Rule,
    Space,
    Text,
    Ticket,
    open_printer,
)
from devices.printers.escpos import Confirmation, EscposPrinter, Patience, connect
from devices.printers.links import SocketLink
from devices.simulate.printer import VirtualPrinter
from tests.support.paper import printer, qr_codes, qr_codes_of_last_paper

pytestmark = pytest.mark.thorough

__all__ = ["printer"]

CODE = "7Q2X-K9F4-M3HB"
VOUCHER = Ticket(
    blocks=(
        Text(text="Maison Lise", size=44, bold=True),
        Rule(),
        Text(text="Un café offert", size=58, bold=True),
        Qr(payload=f"https://fid.example/v/{CODE}"),
        Text(text=CODE, size=42, mono=True),
        Pair(label="Nouveau solde", value="7"),
        Space(dots=8),
    )
)
HASTY = Patience(status_s=0.5, probe_s=0.2, send_s=2.0, confirm_s=0.6, poll_s=0.1, clear_s=0.5)


def driver(
    virtual: VirtualPrinter,
    *,
    patience: Patience = HASTY,
    confirm: Confirmation = Confirmation.AUTO,
) -> EscposPrinter:
    return EscposPrinter(
        partial(SocketLink, "127.0.0.1", virtual.port), confirm=confirm, patience=patience
    )


def test_a_ticket_is_printed_and_its_code_can_be_read(printer: VirtualPrinter) -> None:
    kiosk_side = open_printer(printer.target)
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.PRINTED
    assert report.status.ready
    assert qr_codes_of_last_paper(printer) == [f"https://fid.example/v/{CODE}"]
    assert printer.complaints == []


@pytest.mark.parametrize("width", [576, 512, 384])
def test_every_paper_width_can_be_read(tmp_path: Path, width: int) -> None:
    with VirtualPrinter(tmp_path, width=width) as virtual:
        narrow = open_printer(f"{virtual.target}?width={width}")
        report = narrow.print(narrow.render(VOUCHER), b"0001")
        assert report.outcome is PrintOutcome.PRINTED
        assert virtual.complaints == []
        assert qr_codes(virtual.cuts[0].path) == [f"https://fid.example/v/{CODE}"]


def test_the_second_job_on_the_same_printer_is_the_same_paper(printer: VirtualPrinter) -> None:
    kiosk_side = open_printer(printer.target)
    for process_id in (b"0001", b"0002"):
        kiosk_side.print(kiosk_side.render(VOUCHER), process_id)
    first, second = printer.cuts
    assert first.path.read_bytes() == second.path.read_bytes()


def no_paper(virtual: VirtualPrinter) -> None:
    virtual.set_paper(Paper.OUT)


def cover_open(virtual: VirtualPrinter) -> None:
    virtual.set_cover(is_open=True)


def cutter_jammed(virtual: VirtualPrinter) -> None:
    virtual.set_cutter_jammed(jammed=True)


def mute(virtual: VirtualPrinter) -> None:
    virtual.set_mute(mute=True)


def switched_off(virtual: VirtualPrinter) -> None:
    virtual.switch_off()


@pytest.mark.parametrize("trouble", [no_paper, cover_open, cutter_jammed, mute, switched_off])
def test_no_byte_of_the_job_leaves_for_a_printer_in_trouble(
    printer: VirtualPrinter, trouble: Callable[[VirtualPrinter], None]
) -> None:
    kiosk_side = driver(printer)
    trouble(printer)
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.NOT_PRINTED
    assert not (report.status.ready and report.status.paper is not Paper.OUT)
    assert printer.bytes_waiting <= 12  # the four status questions
    assert printer.rows_uncut == 0
    assert printer.cuts == []


def test_low_paper_still_prints(printer: VirtualPrinter) -> None:
    printer.set_paper(Paper.LOW)
    kiosk_side = driver(printer)
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.PRINTED
    assert report.status.paper is Paper.LOW


@pytest.mark.parametrize("count", [1, 2, 7, 100, 5_000, 40_000])
def test_a_link_cut_inside_the_job_is_unknown(printer: VirtualPrinter, count: int) -> None:
    kiosk_side = driver(printer)
    kiosk_side.print(kiosk_side.render(VOUCHER), b"0000")  # now the driver knows its printer
    job = kiosk_side.render(VOUCHER)
    status_questions = 12
    printer.after_bytes(status_questions + count, printer.cut_link)
    report = kiosk_side.print(job, b"0001")
    assert report.outcome is PrintOutcome.UNKNOWN
    assert not report.status.reachable


def test_after_a_cut_link_the_next_job_is_printed_whole(printer: VirtualPrinter) -> None:
    kiosk_side = driver(printer)
    printer.after_bytes(5_000, printer.cut_link)
    kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0002")
    assert report.outcome is PrintOutcome.PRINTED
    assert qr_codes_of_last_paper(printer)[-1] == f"https://fid.example/v/{CODE}"
    assert printer.complaints == ["the link ended in the middle of a command"]


def test_a_printer_that_falls_mute_in_the_job_is_unknown(printer: VirtualPrinter) -> None:
    kiosk_side = driver(printer)
    printer.after_bytes(1_000, partial(printer.set_mute, mute=True))
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.UNKNOWN
    assert not report.status.reachable
    assert len(printer.wait_for_cuts(1)) == 1  # it did come out: UNKNOWN was the truth


def test_a_slow_printer_is_waited_for(printer: VirtualPrinter) -> None:
    kiosk_side = driver(printer, patience=Patience(poll_s=0.05))
    printer.rows_per_s = 1_500
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.PRINTED
    assert len(printer.cuts) == 1


def test_a_printer_slower_than_the_deadline_is_unknown(printer: VirtualPrinter) -> None:
    kiosk_side = driver(printer, patience=Patience(confirm_s=0.2))
    printer.rows_per_s = 1_500
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.UNKNOWN
    assert report.status.ready


@pytest.mark.parametrize("trouble", [no_paper, cover_open])
def test_a_printer_that_stops_in_the_middle_is_cleared_and_never_prints_the_rest(
    printer: VirtualPrinter, trouble: Callable[[VirtualPrinter], None]
) -> None:
    kiosk_side = driver(printer, patience=Patience())
    printer.after_rows(200, partial(trouble, printer))
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.NOT_PRINTED
    assert not report.status.online
    assert printer.bytes_waiting <= 12  # the closing status questions
    printer.set_paper(Paper.PLENTY)
    printer.set_cover(is_open=False)
    assert kiosk_side.print(kiosk_side.render(VOUCHER), b"0002").outcome is PrintOutcome.PRINTED
    assert len(printer.cuts) == 1


def test_without_a_confirmed_clear_a_stopped_job_is_unknown_and_may_print_later(
    printer: VirtualPrinter,
) -> None:
    printer.set_confirms(confirms=False)
    kiosk_side = driver(printer)
    printer.after_rows(200, partial(no_paper, printer))
    assert kiosk_side.print(kiosk_side.render(VOUCHER), b"0001").outcome is PrintOutcome.UNKNOWN
    printer.set_paper(Paper.PLENTY)
    assert len(printer.wait_for_cuts(1)) == 1


@pytest.mark.parametrize("confirm", [Confirmation.AUTO, Confirmation.GS_R])
def test_a_clone_without_process_ids_confirms_in_its_weaker_way(
    printer: VirtualPrinter, confirm: Confirmation
) -> None:
    printer.set_confirms(confirms=False)
    kiosk_side = driver(printer, confirm=confirm)
    for process_id in (b"0001", b"0002"):
        report = kiosk_side.print(kiosk_side.render(VOUCHER), process_id)
        assert report.outcome is PrintOutcome.PRINTED
    assert len(printer.cuts) == 2


def test_a_printer_that_confirms_nothing_gets_no_job(printer: VirtualPrinter) -> None:
    """Its head stands still although its status is fine: the questions are not even reached."""
    kiosk_side = driver(printer)
    printer.after_bytes(12, partial(printer.set_mute, mute=True))
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.NOT_PRINTED
    assert printer.cuts == []
    assert printer.rows_uncut == 0


def test_an_old_confirmation_is_not_taken_for_ours(printer: VirtualPrinter) -> None:
    kiosk_side = driver(printer, confirm=Confirmation.PROCESS_ID)

    def confirm_another_job_then_fall_mute() -> None:
        printer.answer(b"\x37\x229999\x00")
        printer.set_mute(mute=True)

    printer.after_bytes(1_000, confirm_another_job_then_fall_mute)
    report = kiosk_side.print(kiosk_side.render(VOUCHER), b"0001")
    assert report.outcome is PrintOutcome.UNKNOWN


def test_the_job_holds_no_command_but_its_own(printer: VirtualPrinter) -> None:
    job = driver(printer).render(VOUCHER)
    assert job.startswith(b"\x1b@")
    assert job.endswith(b"\x1dVB\x00")
    assert re.search(rb"\x10[\x04\x05\x14]", job) is None


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
    noise=st.text(alphabet="\x00\x04\x05\x10\x14\x1b\x1d@V()k\n\u202e\u200f🎁é", max_size=30),
)
def test_any_text_makes_a_job_that_a_strict_printer_accepts(
    printer: VirtualPrinter, name: str, noise: str
) -> None:
    kiosk_side = driver(printer, patience=Patience())
    ticket = Ticket(
        blocks=(
            Text(text=name + noise, size=40, bold=True),
            Text(text=noise + name, mono=True, align="left"),
            Pair(label=noise, value=name),
        )
    )
    cuts_before = len(printer.cuts)
    job = kiosk_side.render(ticket)
    assert re.search(rb"\x10[\x04\x05\x14]", job) is None
    assert len(job) < 400_000
    report = kiosk_side.print(job, b"abcd")
    assert report.outcome is PrintOutcome.PRINTED
    assert printer.complaints == []
    assert len(printer.cuts) == cuts_before + 1
    assert printer.cuts[-1].lines == ()


def test_dots_that_look_like_a_real_time_command_are_not_one() -> None:
    """DLE EOT in image data would be obeyed in the middle of it."""
    from PIL import Image

    from devices.printers.escpos import _without_real_time_commands

    ink = b"\x10\x04\x01\x10\x14\x08\x10\x10\x05" * 8  # 72 bytes: one row
    picture = Image.frombytes("1", (576, 1), bytes(byte ^ 0xFF for byte in ink))
    cleaned = bytes(byte ^ 0xFF for byte in _without_real_time_commands(picture).tobytes())
    assert re.search(rb"\x10[\x04\x05\x14]", cleaned) is None
    assert all(after & before == before for before, after in zip(ink, cleaned, strict=True))


def test_a_device_file_works_like_the_network(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    path = os.ttyname(theirs)
    with VirtualPrinter(tmp_path) as virtual:
        link = SocketLink("127.0.0.1", virtual.port, _in_two_seconds())
        stop = threading.Event()
        pumps = [
            threading.Thread(target=_pump_to_printer, args=(ours, link, stop)),
            threading.Thread(target=_pump_from_printer, args=(link, ours, stop)),
        ]
        for pump in pumps:
            pump.start()
        try:
            on_a_file: Printer = open_printer(f"escpos:file:{path}")
            assert on_a_file.status().ready
            report = on_a_file.print(on_a_file.render(VOUCHER), b"0001")
        finally:
            stop.set()
            for pump in pumps:
                pump.join()
            link.close()
            os.close(ours)
            os.close(theirs)
        assert report.outcome is PrintOutcome.PRINTED
        assert qr_codes_of_last_paper(virtual) == [f"https://fid.example/v/{CODE}"]


def test_a_missing_device_file_prints_nothing(tmp_path: Path) -> None:
    away = connect(f"file:{tmp_path / 'lp0'}")
    assert not away.status().reachable
    assert away.print(b"job", b"0001").outcome is PrintOutcome.NOT_PRINTED


@pytest.mark.parametrize(
    "location",
    [
        "",
        "network:",
        "usb:04b8:0202",
        "network:printer:port",
        "network:printer:0",
        "network:printer?width=600",
        "network:printer?confirm=maybe",
        "network:printer?colour=red",
    ],
)
def test_a_location_that_makes_no_sense_is_refused(location: str) -> None:
    with pytest.raises(TargetError):
        connect(location)


def test_the_slow_library_is_loaded_by_the_first_job_and_leaves_logging_alone() -> None:
    script = (
        "import logging, sys\n"
        "from devices.printers import Ticket, open_printer\n"
        "printer = open_printer('escpos:network:127.0.0.1:9')\n"
        "assert 'escpos' not in sys.modules\n"
        "printer.render(Ticket(blocks=()))\n"
        "assert 'escpos' in sys.modules\n"
        "assert logging.root.handlers == []\n"
    )
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_process_id_that_a_printer_cannot_echo_is_our_mistake(printer: VirtualPrinter) -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        driver(printer).print(b"", b"\x00\x01\x02\x03")


def _in_two_seconds() -> float:
    import time

    return time.monotonic() + 2


def _pump_to_printer(source: int, link: SocketLink, stop: threading.Event) -> None:
    import selectors

    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while not stop.is_set():
            if selector.select(0.05):
                link.send(os.read(source, 4096), _in_two_seconds())


def _pump_from_printer(link: SocketLink, sink: int, stop: threading.Event) -> None:
    import time

    while not stop.is_set():
        data = link.receive(time.monotonic() + 0.05)
        if data:
            os.write(sink, data)
