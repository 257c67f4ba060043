"""The bench: a reader with demo cards, a printer and a network cable, worked with few words."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from devices.printers import Paper
from devices.simulate.chips import Chip, Phone, Slot, StorageCard
from devices.simulate.network import NetworkCable
from devices.simulate.pcscd import PcscdUnavailable, PrivatePcscd
from devices.simulate.printer import VirtualPrinter
from devices.simulate.state import Cable, Rig, SimulatorState

log = logging.getLogger(__name__)

_NTAG213 = bytes.fromhex("0004040201000F03")

KNOWN, UNKNOWN, BLOCKED, PHONE = "known", "unknown", "blocked", "phone"
CARDS: dict[str, Chip] = {
    KNOWN: StorageCard(uid=bytes.fromhex("04A1D50A5A1080"), version=_NTAG213),
    UNKNOWN: StorageCard(uid=bytes.fromhex("04B2E61B6B2090"), version=_NTAG213),
    BLOCKED: StorageCard(uid=bytes.fromhex("04C3F72C7C30A0"), version=_NTAG213),
    PHONE: Phone(),
}
"""Cards by the part they play in a demonstration; the backend decides what they are."""

PRINT_ROWS_PER_S = 1_200
"""150 mm/s, an everyday receipt printer."""
DELAY_MS_MAX = 60_000
COUNT_MAX = 10_000_000


class BenchError(Exception):
    """These words cannot be done; the text says which can."""


class Bench:
    """Everything that stands on the bench; what it says of itself is a `SimulatorState`."""

    def __init__(
        self,
        *,
        printer: VirtualPrinter,
        reader: PrivatePcscd | None,
        network: NetworkCable | None,
        no_reader_because: str = "",
    ) -> None:
        """Owns its parts from now on: `close` ends them. They are given running."""
        self.printer = printer
        self._reader = reader
        self._network = network
        self._no_reader_because = no_reader_because
        self._slot = Slot(reader.readers[0].port) if reader else None
        self._card = ""
        self._jammed = self._mute = False
        self._hand = threading.Lock()
        self._verbs: dict[str, Callable[[str], None]] = {
            "tap": self._tap,
            "lift": self._lift,
            "pull": self._pull,
            "plug": self._plug,
            "paper": self._set_paper,
            "cover": self._set_cover,
            "cutter": self._set_cutter,
            "printer": self._set_printer,
            "slow": self._set_delay,
            "runout": self._run_out_after,
            "drop": self._drop_after,
        }

    def rig(self, control_url: str) -> Rig:
        """Where everything is."""
        return Rig(
            control_url=control_url,
            printer_target=self.printer.target,
            reader_target=f"pcsc:{self._reader.readers[0].name}" if self._reader else "",
            no_reader_because=self._no_reader_because,
            pcsc_socket=str(self._reader.socket_path) if self._reader else "",
            network_address=self._network.address if self._network else "",
            folder=str(self.printer.folder),
            pid=os.getpid(),
            cards={
                name: chip.uid.hex().upper() if isinstance(chip, StorageCard) else ""
                for name, chip in CARDS.items()
            },
        )

    def state(self) -> SimulatorState:
        """How everything stands now."""
        return SimulatorState(
            card=self._card,
            reader=_cable(self._reader.running if self._reader else None),
            printer=_cable(self.printer.powered),
            network=_cable(self._network.plugged if self._network else None),
            network_delay_ms=round(self._network.delay_s * 1000) if self._network else 0,
            paper=self.printer.paper,
            cover_open=self.printer.cover_open,
            cutter_jammed=self._jammed,
            mute=self._mute,
            pieces=self.printer.pieces,
            complaints=tuple(self.printer.complaints),
        )

    def act(self, words: Sequence[str]) -> SimulatorState:
        """Do what a hand would: ``tap known``, ``lift``, ``pull reader``, ``paper out``.

        Raises BenchError with the words that exist.
        """
        verb, what = [*words, "", ""][:2]
        if verb not in self._verbs:
            raise BenchError(f"{verb!r} is not one of {', '.join(self._verbs)}")
        with self._hand:
            self._verbs[verb](what)
        log.info("bench: %s", " ".join(words))
        return self.state()

    def close(self) -> None:
        """End every part; harmless when already ended."""
        with self._hand, contextlib.ExitStack() as parts:
            parts.callback(self.printer.switch_off)
            if self._network:
                parts.callback(self._network.close)
            if self._reader:
                parts.callback(self._reader.close)
            if self._slot:
                parts.callback(self._slot.remove)

    def _tap(self, name: str) -> None:
        chip = _one_of(CARDS, name)
        self._the_slot().insert(chip)
        self._card = name

    def _lift(self, _: str) -> None:
        self._the_slot().remove()
        self._card = ""

    def _pull(self, name: str) -> None:
        _one_of(self._pulls(), name)()

    def _plug(self, name: str) -> None:
        _one_of(self._plugs(), name)()

    def _pulls(self) -> dict[str, Callable[[], None]]:
        pulls: dict[str, Callable[[], None]] = {"printer": self.printer.switch_off}
        if self._reader:
            pulls["reader"] = self._reader.kill
        if self._network:
            pulls["network"] = self._network.pull
        return pulls

    def _plugs(self) -> dict[str, Callable[[], None]]:
        plugs: dict[str, Callable[[], None]] = {"printer": self.printer.switch_on}
        if self._reader:
            plugs["reader"] = self._reader.start
        if self._network:
            plugs["network"] = self._network.plug
        return plugs

    def _set_paper(self, level: str) -> None:
        levels = {paper.value: paper for paper in (Paper.PLENTY, Paper.LOW, Paper.OUT)}
        self.printer.set_paper(_one_of(levels, level))

    def _set_cover(self, position: str) -> None:
        self.printer.set_cover(is_open=_one_of({"open": True, "closed": False}, position))

    def _set_cutter(self, condition: str) -> None:
        self._jammed = _one_of({"jammed": True, "free": False}, condition)
        self.printer.set_cutter_jammed(jammed=self._jammed)

    def _set_printer(self, voice: str) -> None:
        self._mute = _one_of({"mute": True, "talking": False}, voice)
        self.printer.set_mute(mute=self._mute)

    def _set_delay(self, milliseconds: str) -> None:
        if self._network is None:
            raise BenchError("this bench has no network cable")
        self._network.delay_s = _number(milliseconds, "milliseconds", DELAY_MS_MAX) / 1000

    def _run_out_after(self, rows: str) -> None:
        count = _number(rows, "rows", COUNT_MAX)
        self.printer.after_rows(count, lambda: self.printer.set_paper(Paper.OUT))

    def _drop_after(self, size: str) -> None:
        self.printer.after_bytes(_number(size, "bytes", COUNT_MAX), self.printer.cut_link)

    def _the_slot(self) -> Slot:
        if self._slot is None:
            raise BenchError(f"this bench has no reader: {self._no_reader_because}")
        return self._slot


def open_bench(
    folder: Path,
    *,
    with_reader: bool = True,
    network: tuple[int, str, int] | None = None,
    printer_port: int = 0,
    rows_per_s: float | None = PRINT_ROWS_PER_S,
) -> Bench:
    """A bench with all its parts running; paper goes to `folder`.

    `network` is the cable's own port and the backend's host and port. Without a private pcscd the
    bench has no reader and says why. Raises OSError when a port is taken.
    """
    with contextlib.ExitStack() as undo:
        printer = VirtualPrinter(folder, port=printer_port, rows_per_s=rows_per_s)
        undo.enter_context(printer)
        cable = None
        if network is not None:
            listen_port, host, port = network
            cable = NetworkCable(listen_port=listen_port, host=host, port=port)
            undo.callback(cable.close)
        reader, because = _open_reader() if with_reader else (None, "--no-reader was given")
        undo.pop_all()
    return Bench(printer=printer, reader=reader, network=cable, no_reader_because=because)


def _open_reader() -> tuple[PrivatePcscd | None, str]:
    try:
        pcscd = PrivatePcscd(fast=True)
    except PcscdUnavailable as reason:
        return None, str(reason)
    try:
        pcscd.start()
    except PcscdUnavailable as reason:
        pcscd.close()
        return None, str(reason)
    return pcscd, ""


def _cable(plugged: bool | None) -> Cable:
    if plugged is None:
        return Cable.ABSENT
    return Cable.PLUGGED if plugged else Cable.PULLED


def _number(text: str, unit: str, largest: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > largest:
        raise BenchError(f"{text!r} is no number of {unit}, at most {largest}")
    return int(text)


T = TypeVar("T")


def _one_of(values: dict[str, T], name: str) -> T:
    if name not in values:
        raise BenchError(f"{name!r} is not one of {', '.join(values)}")
    return values[name]
