"""``python -m devices.simulate``: start the bench, or work the one that runs."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from devices.simulate.bench import open_bench
from devices.simulate.client import SimulatorClient, SimulatorError
from devices.simulate.panel import control_panel

FOLDER = Path("build/simulate")

WORDS = """\
without words        start the bench; its page opens in a browser at the address it prints
status               how everything stands
tap CARD, lift       CARD is known, unknown, blocked or phone; it lies there until lifted
pull, plug           reader, printer or network
paper LEVEL          plenty, low or out
cover POSITION       open or closed
cutter CONDITION     jammed or free
printer VOICE        mute or talking
slow MILLISECONDS    delay on the network cable, 0 for none
runout ROWS          the paper ends in the middle of a ticket: after that many more rows
drop BYTES           the printer's link breaks after that many more bytes
"""


def main(arguments: list[str] | None = None) -> int:
    """The process' exit code: 0 done, 1 refused or not running, 2 not understood."""
    options = _parser().parse_args(arguments)
    state_file = options.state or options.folder / "state.json"
    try:
        if options.words:
            return _work(state_file, options.words)
        return _run(options, state_file)
    except (SimulatorError, OSError) as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 1


def _work(state_file: Path, words: list[str]) -> int:
    client = SimulatorClient.from_state_file(state_file)
    state = client.state() if words == ["status"] else client.act(*words)
    print(state.to_json())
    return 0


def _run(options: argparse.Namespace, state_file: Path) -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    bench = open_bench(
        options.folder / "paper",
        with_reader=not options.no_reader,
        network=options.network,
        printer_port=options.printer_port,
    )
    try:
        with control_panel(bench, options.control_port) as url:
            rig = bench.rig(url)
            if rig.no_reader_because:
                print(f"no card reader: {rig.no_reader_because}", file=sys.stderr)
            print(rig.to_json(), flush=True)
            _write_whole(state_file, rig.to_json())
            ended.wait()
    finally:
        state_file.unlink(missing_ok=True)
        bench.close()
    return 0


def _write_whole(path: Path, text: str) -> None:
    """Nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devices.simulate",
        description="Virtual cards, a virtual printer, and cables to pull.",
        epilog=WORDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", help="what to do; see below")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help=f"for paper and state, default {FOLDER}"
    )
    parser.add_argument("--state", type=Path, help="the JSON file to write or to find the bench by")
    parser.add_argument(
        "--network",
        type=_network,
        metavar="LISTEN:HOST:PORT",
        help="a cable from a local port (0 for any) to the backend",
    )
    parser.add_argument("--no-reader", action="store_true", help="no private pcscd, so no cards")
    parser.add_argument("--printer-port", type=int, default=0, help="default: any free port")
    parser.add_argument("--control-port", type=int, default=0, help="default: any free port")
    return parser


def _network(text: str) -> tuple[int, str, int]:
    listen, _, backend = text.partition(":")
    host, _, port = backend.rpartition(":")
    if not (listen.isdecimal() and host and port.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not LISTEN:HOST:PORT")
    return int(listen), host, int(port)


if __name__ == "__main__":
    sys.exit(main())
