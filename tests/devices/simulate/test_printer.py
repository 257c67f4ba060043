"""The virtual printer against a client that is not ours: python-escpos' own commands."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from escpos.printer import Dummy
from PIL import Image

from devices.printers import Paper
from devices.simulate.printer import VirtualPrinter
from tests.support.paper import ink, printer, qr_codes_of_last_paper

__all__ = ["printer"]

FRENCH = "Épicerie de l'Été — Forêt d'Ève, œuf, 12,50 €"


@contextmanager
def wire(virtual: VirtualPrinter) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", virtual.port), timeout=5) as link:
        yield link


def ask(link: socket.socket, question: bytes, length: int = 1) -> bytes:
    link.sendall(question)
    answer = b""
    while len(answer) < length:
        answer += link.recv(length - len(answer))
    return answer


def send(virtual: VirtualPrinter, compose: Callable[[Dummy], None]) -> None:
    dummy = Dummy(profile="TM-T88V")
    compose(dummy)
    dummy.cut(feed=False)
    with wire(virtual) as link:
        link.sendall(dummy.output)
        virtual.wait_for_cuts(1)


def test_letters_in_many_code_pages_are_read_as_written(printer: VirtualPrinter) -> None:
    def compose(dummy: Dummy) -> None:
        dummy.hw("INIT")
        dummy.magic.encoding = None
        dummy.set(align="center", bold=True, double_width=True, double_height=True)
        dummy.text("Maison\n")
        dummy.set(normal_textsize=True)
        dummy.text(FRENCH + "\n")

    send(printer, compose)
    assert printer.complaints == []
    assert printer.cuts[0].lines == ("Maison", FRENCH)
    with Image.open(printer.cuts[0].path) as picture:
        assert ink(picture) > 0.005


@pytest.mark.parametrize("impl", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_a_qr_picture_is_readable_however_it_is_sent(printer: VirtualPrinter, impl: str) -> None:
    def compose(dummy: Dummy) -> None:
        dummy.text("\n")
        dummy.qr("7Q2XK9F4M3HB", size=6, image_arguments={"impl": impl})
        dummy.text("\n")

    send(printer, compose)
    assert printer.complaints == []
    assert qr_codes_of_last_paper(printer) == ["7Q2XK9F4M3HB"]


def test_the_printers_own_qr_is_readable(printer: VirtualPrinter) -> None:
    def compose(dummy: Dummy) -> None:
        dummy.text("\n")
        dummy.set(align="center")
        dummy.qr("https://fid.example/v/K9F4", size=6, native=True)
        dummy.text("\n")

    send(printer, compose)
    assert printer.complaints == []
    assert qr_codes_of_last_paper(printer) == ["https://fid.example/v/K9F4"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x1bz", "unknown command 1B 7A"),
        (b"\x1dv1\x00\x01\x00\x01\x00\xff", "GS v is followed by 0"),
        (b"\x1dv0\x00\x49\x00\x01\x00" + b"\x00" * 73, "584 dots wide"),
        (b"\x1bt\x63", "no code page 99"),
        (b"\x07", "control byte 07"),
        (b"\x1d(H\x04\x0000ab", "bad process id"),
        (b"\x1d(k\x03\x00\x31\x51\x30", "GS ( k function 81"),
        (b"\x1dVx", "no cut"),
    ],
)
def test_what_it_does_not_understand_is_told(
    printer: VirtualPrinter, data: bytes, problem: str
) -> None:
    with wire(printer) as link:
        link.sendall(data + b"\x1b@\x1dV\x00")
        printer.wait_for_cuts(1)
    assert any(problem in complaint for complaint in printer.complaints)


def test_a_command_cut_short_is_told(printer: VirtualPrinter) -> None:
    with wire(printer) as link:
        link.sendall(b"\x1dv0\x00\x48\x00\x10\x00\xff\xff")
    with wire(printer) as link:
        link.sendall(b"\x1dV\x00")
        printer.wait_for_cuts(1)
    assert printer.complaints == ["the link ended in the middle of a command"]


@pytest.mark.parametrize(
    ("trouble", "answers"),
    [
        (lambda _: None, "12 12 12 12"),
        (lambda virtual: virtual.set_paper(Paper.LOW), "12 12 12 1E"),
        (lambda virtual: virtual.set_paper(Paper.OUT), "1A 32 12 7E"),
        (lambda virtual: virtual.set_cover(is_open=True), "1A 16 12 12"),
        (lambda virtual: virtual.set_cutter_jammed(jammed=True), "1A 52 1A 12"),
    ],
)
def test_its_status_is_epsons(
    printer: VirtualPrinter, trouble: Callable[[VirtualPrinter], None], answers: str
) -> None:
    trouble(printer)
    with wire(printer) as link:
        told = [ask(link, bytes((0x10, 0x04, number))) for number in (1, 2, 3, 4)]
    assert b"".join(told).hex(" ").upper() == answers


def test_status_is_answered_in_the_middle_of_a_picture(printer: VirtualPrinter) -> None:
    with wire(printer) as link:
        link.sendall(b"\x1dv0\x00\x48\x00\x10\x00\xff\xff")
        assert ask(link, b"\x10\x04\x01") == b"\x12"


def test_it_tells_who_it_is(printer: VirtualPrinter) -> None:
    with wire(printer) as link:
        assert ask(link, b"\x1dIC", 9) == b"\x5fTM-T88V\x00"
        assert ask(link, b"\x1dr\x01") == b"\x00"


def test_it_reports_changes_when_asked_to(printer: VirtualPrinter) -> None:
    with wire(printer) as link:
        assert ask(link, b"\x1da\xff", 4) == b"\x10\x00\x00\x00"
        printer.set_cover(is_open=True)
        assert ask(link, b"", 4) == b"\x38\x00\x00\x00"


def test_what_it_received_without_paper_is_printed_after_the_refill(
    printer: VirtualPrinter,
) -> None:
    printer.set_paper(Paper.OUT)
    with wire(printer) as link:
        link.sendall(b"Bonjour\n\x1dV\x00\x1d(H\x06\x0000abcd")
        assert ask(link, b"\x10\x04\x04") == b"\x7e"
        assert printer.cuts == []
        printer.set_paper(Paper.PLENTY)
        assert ask(link, b"", 7) == b"\x37\x22abcd\x00"
    assert printer.cuts[0].lines == ("Bonjour",)


def test_a_cleared_buffer_is_never_printed(printer: VirtualPrinter) -> None:
    printer.set_paper(Paper.OUT)
    with wire(printer) as link:
        link.sendall(b"Bonjour\n\x1dV\x00")
        assert ask(link, b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", 3) == b"\x37\x25\x00"
        printer.set_paper(Paper.PLENTY)
        link.sendall(b"Bonsoir\n\x1dV\x00")
        assert [cut.lines for cut in printer.wait_for_cuts(1)] == [("Bonsoir",)]


def test_recovering_frees_the_cutter(printer: VirtualPrinter) -> None:
    printer.set_cutter_jammed(jammed=True)
    with wire(printer) as link:
        link.sendall(b"\x10\x05\x02")
        assert ask(link, b"\x10\x04\x03") == b"\x12"


def test_switched_off_it_refuses_and_comes_back_at_the_same_port(printer: VirtualPrinter) -> None:
    port = printer.port
    printer.switch_off()
    with pytest.raises(ConnectionRefusedError), wire(printer):
        pass
    printer.switch_on()
    assert printer.port == port
    with wire(printer) as link:
        assert ask(link, b"\x10\x04\x01") == b"\x12"


def test_each_cut_is_a_picture_of_the_whole_paper(tmp_path: Path) -> None:
    for head, paper in ((576, 640), (384, 464)):
        with VirtualPrinter(tmp_path / str(head), width=head) as virtual, wire(virtual) as link:
            link.sendall(b"\x1dv0\x00" + bytes((head // 8, 0, 2, 0)) + b"\xff" * (head // 4))
            link.sendall(b"\x1bJ\x10\x1dV\x00")
            [cut] = virtual.wait_for_cuts(1)
            assert cut.path.name == "paper-0001.png"
            with Image.open(cut.path) as picture:
                assert picture.size == (paper, 18)
                assert picture.convert("L").histogram()[0] == head * 2
