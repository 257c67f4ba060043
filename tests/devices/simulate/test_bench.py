"""The bench: worked from the web page, from SimulatorClient and from the command line alike."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devices.printers import Paper, PrintOutcome, Qr, Text, Ticket, open_printer
from devices.simulate import pcscd
from devices.simulate.__main__ import main
from devices.simulate.bench import open_bench
from devices.simulate.client import SimulatorClient, SimulatorError, await_rig, read_rig
from devices.simulate.panel import control_panel
from devices.simulate.state import Cable, Rig, SimulatorState
from tests.support.paper import qr_codes

TICKET = Ticket(blocks=(Text(text="Un café offert", size=50, bold=True), Qr(payload="K9F4")))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A bench without a reader, in this process."""
    bench = open_bench(tmp_path, with_reader=False, network=(0, "127.0.0.1", 1), rows_per_s=None)
    try:
        with control_panel(bench) as url:
            yield bench.rig(url)
    finally:
        bench.close()


@pytest.fixture
def hand(rig: Rig) -> SimulatorClient:
    return SimulatorClient(rig.control_url)


def print_ticket(rig: Rig) -> PrintOutcome:
    printer = open_printer(rig.printer_target)
    return printer.print(printer.render(TICKET), b"0001").outcome


def get(rig: Rig, path: str) -> tuple[int, str, bytes]:
    parts = urlsplit(rig.control_url)
    connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_at_first_all_is_well_and_what_is_missing_is_said(rig: Rig, hand: SimulatorClient) -> None:
    assert hand.state() == SimulatorState(
        card="",
        reader=Cable.ABSENT,
        printer=Cable.PLUGGED,
        network=Cable.PLUGGED,
        network_delay_ms=0,
        paper=Paper.PLENTY,
        cover_open=False,
        cutter_jammed=False,
        mute=False,
        pieces=0,
        complaints=(),
    )
    assert rig.no_reader_because == "--no-reader was given"
    with pytest.raises(SimulatorError, match="no reader"):
        hand.tap("known")


def test_a_printed_ticket_can_be_fetched_as_a_picture(
    rig: Rig, hand: SimulatorClient, tmp_path: Path
) -> None:
    assert print_ticket(rig) is PrintOutcome.PRINTED
    assert hand.wait_for_pieces(1).complaints == ()
    copy = tmp_path / "copy.png"
    copy.write_bytes(hand.picture(1))
    assert qr_codes(copy) == ["K9F4"]
    with pytest.raises(SimulatorError, match="no piece"):
        hand.picture(2)


def test_waiting_for_paper_that_never_comes_ends(hand: SimulatorClient) -> None:
    with pytest.raises(SimulatorError, match="0 of 1"):
        hand.wait_for_pieces(1, timeout_s=0.01)


def test_each_printer_trouble_stops_the_kiosk_from_printing(
    rig: Rig, hand: SimulatorClient
) -> None:
    assert hand.paper(Paper.OUT).paper is Paper.OUT
    assert print_ticket(rig) is PrintOutcome.NOT_PRINTED
    hand.paper(Paper.PLENTY)
    assert hand.cover(is_open=True).cover_open
    assert print_ticket(rig) is PrintOutcome.NOT_PRINTED
    hand.cover(is_open=False)
    assert hand.act("cutter", "jammed").cutter_jammed
    assert print_ticket(rig) is PrintOutcome.NOT_PRINTED
    hand.act("cutter", "free")
    assert hand.pull("printer").printer is Cable.PULLED
    assert print_ticket(rig) is PrintOutcome.NOT_PRINTED
    assert hand.plug("printer").printer is Cable.PLUGGED
    assert print_ticket(rig) is PrintOutcome.PRINTED


def test_paper_ends_in_the_middle_of_a_ticket(rig: Rig, hand: SimulatorClient) -> None:
    hand.act("runout", "100")
    assert print_ticket(rig) is PrintOutcome.NOT_PRINTED  # what was left is cleared
    assert hand.paper(Paper.PLENTY).pieces == 0


def test_the_link_breaks_in_the_middle_of_a_ticket(rig: Rig, hand: SimulatorClient) -> None:
    hand.act("drop", "5000")
    assert print_ticket(rig) is PrintOutcome.UNKNOWN
    assert print_ticket(rig) is PrintOutcome.PRINTED


def test_the_network_cable_is_pulled_plugged_and_slowed(hand: SimulatorClient) -> None:
    assert hand.pull("network").network is Cable.PULLED
    assert hand.plug("network").network is Cable.PLUGGED
    assert hand.slow(250).network_delay_ms == 250


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "'' is not one of tap, lift"),
        (("jump",), "'jump' is not one of tap, lift"),
        (("pull", "reader"), "'reader' is not one of printer, network"),
        (("paper", "blue"), "'blue' is not one of plenty, low, out"),
        (("slow", "-3"), "milliseconds"),
        (("slow", "99999999"), "at most"),
        (("runout", ""), "rows"),
        (("drop", "²"), "bytes"),
    ],
)
def test_words_that_make_no_sense_are_refused_with_those_that_do(
    hand: SimulatorClient, words: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(SimulatorError, match=reason):
        hand.act(*words)


def test_the_page_is_served_with_its_fonts_and_nothing_else(rig: Rig) -> None:
    status, kind, page = get(rig, "/")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "Banc d’essai" in page.decode()
    assert get(rig, "/fonts/Inter-Medium.otf")[0] == 200
    for path in ("/fonts/../theme.toml", "/fonts/OtherFont.otf", "/paper/../../x.png", "/nowhere"):
        assert get(rig, path)[0] == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b'{"words": ["lift"]}'),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'{"words": [1]}'),
        ("application/json", b""),
    ],
)
def test_a_malformed_request_is_refused(rig: Rig, kind: str, body: bytes) -> None:
    parts = urlsplit(rig.control_url)
    connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=5)
    try:
        connection.request("POST", "/act", body, {"Content-Type": kind})
        assert connection.getresponse().status == 400
    finally:
        connection.close()


def test_state_and_rig_survive_their_json(rig: Rig, hand: SimulatorClient) -> None:
    state = hand.state()
    assert SimulatorState.from_json(state.to_json()) == state
    assert Rig.from_json(rig.to_json()) == rig
    with pytest.raises(ValueError, match="has the fields"):
        Rig.from_json("{}")


def test_without_a_running_bench_the_command_says_how_to_start_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(tmp_path), "status"]) == 1
    assert "python -m devices.simulate" in capsys.readouterr().err


@pytest.mark.parametrize("network", ["8000", "x:localhost:80", "0:localhost:", "0::80"])
def test_a_network_that_makes_no_sense_is_refused(
    network: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--network", network])
    assert "LISTEN:HOST:PORT" in capsys.readouterr().err


@pytest.mark.e2e
def test_the_command_runs_the_bench_until_it_is_told_to_end(tmp_path: Path) -> None:
    arguments = ["--folder", str(tmp_path), "--network", "0:127.0.0.1:1", "--no-reader"]
    command = [sys.executable, "-m", "devices.simulate"]
    state_file = tmp_path / "state.json"
    with subprocess.Popen(  # noqa: S603  # our own command
        [*command, *arguments], stdout=subprocess.PIPE, text=True
    ) as bench:
        try:
            rig = await_rig(state_file)
            assert rig.pid == bench.pid
            assert print_ticket(rig) is PrintOutcome.PRINTED
            answer = subprocess.run(  # noqa: S603  # our own command
                [*command, "--folder", str(tmp_path), "paper", "out"],
                check=True,
                capture_output=True,
                text=True,
            )
            assert json.loads(answer.stdout)["paper"] == "out"
            assert SimulatorClient.from_state_file(state_file).state().pieces == 1
        finally:
            bench.send_signal(signal.SIGTERM)
            output, _ = bench.communicate(timeout=10)
    assert bench.returncode == 0
    assert Rig.from_json(output) == rig
    assert not state_file.exists()
    with pytest.raises(SimulatorError, match="no simulator runs here"):
        read_rig(state_file)


@pytest.mark.pcsc
@pytest.mark.e2e
@pytest.mark.skipif(bool(pcscd.unavailable()), reason=pcscd.unavailable())
def test_cards_are_seen_through_the_readers_service(tmp_path: Path) -> None:
    """A process of its own reads them: libpcsclite takes its socket at first use."""
    bench = open_bench(tmp_path)
    try:
        rig = bench.rig("")
        bench.act(["tap", "known"])
        assert rig.cards["known"] in _uids_seen(rig, 1)
        bench.act(["lift"])
        bench.act(["tap", "phone"])
        assert _uids_seen(rig, 1)[0].startswith("08")
        assert bench.act(["pull", "reader"]).reader is Cable.PULLED
        assert bench.act(["plug", "reader"]).reader is Cable.PLUGGED
        bench.act(["tap", "unknown"])
        assert rig.cards["unknown"] in _uids_seen(rig, 1)
    finally:
        bench.close()


WATCH = """
import queue, sys
from devices.readers import CardTap, open_reader
events = queue.Queue()
reader = open_reader(sys.argv[1])
reader.start(events.put)
taps = 0
while taps < int(sys.argv[2]):
    event = events.get(timeout=10)
    if isinstance(event, CardTap):
        print(event.uid.hex().upper(), flush=True)
        taps += 1
reader.stop()
"""


def _uids_seen(rig: Rig, count: int) -> list[str]:
    environment = os.environ | {"PCSCLITE_CSOCK_NAME": rig.pcsc_socket}
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", WATCH, rig.reader_target, str(count)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        timeout=30,
    )
    return done.stdout.split()
