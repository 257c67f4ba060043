"""A receipt printer on a TCP port that behaves like an Epson TM-T88V, troubles included.

It answers status and process id requests, keeps what it received while it is out of paper and
prints it after the refill, obeys real-time commands in the middle of anything, serves one
connection at a time, and turns each cut into a PNG. Its head is 576 dots wide (80 mm at 203 dpi;
the TM-T88V itself has 512 at 180 dpi), or what it is told.
"""

import contextlib
import logging
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from devices.printers import Paper
from devices.simulate.commands import Interpreter
from devices.simulate.roll import Roll

log = logging.getLogger(__name__)

BUFFER_MAX = 1 << 20
"""Bytes kept while nothing can be printed; then the sender has to wait."""
IDLE_TIMEOUT_S = 90.0
"""A link that says nothing for so long is dropped, as Epson's network interfaces do."""
COMPLAINTS_MAX = 200
CUTS_MAX = 500
"""Pieces remembered; their PNG files stay."""

_LOOK_EVERY_S = 0.2
_REAL_TIME_LENGTH_MAX = 10
_REAL_TIME = re.compile(
    rb"\x10(?:\x04(?P<status>[\x01-\x04])"
    rb"|\x05(?P<recover>[\x00-\x02])"
    rb"|\x14(?P<clear>\x08\x01\x03\x14\x01\x06\x02\x08))",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One piece of paper that came out."""

    index: int
    path: Path
    lines: tuple[str, ...]
    """Text that came as letters; what came as a picture has none."""


class _Interrupted(Exception):
    """The command under way will never be complete."""


class _PowerOff(Exception):
    """The printer was switched off."""


class VirtualPrinter:
    """The printer; a context manager that is switched on inside."""

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        width: int = 576,
        rows_per_s: float | None = None,
    ) -> None:
        """Pieces of paper go to `folder`; `rows_per_s` is how fast it prints, None for at once."""
        self.width = width
        self.rows_per_s = rows_per_s
        self.folder = folder
        self._host, self._port = host, port
        self._cond = threading.Condition(threading.RLock())
        self._cuts: list[Cut] = []
        self._cut_count = 0
        self._complaints: list[str] = []
        self._paper = Paper.PLENTY
        self._cover_open = False
        self._cutter_jammed = False
        self._mute = False
        self._confirms = True
        self._power = False
        self._reports = 0
        self._reported = b""
        self._listener: socket.socket | None = None
        self._link: socket.socket | None = None
        self._link_cut = False
        self._threads: list[threading.Thread] = []
        self._byte_wires: list[tuple[int, Callable[[], None]]] = []
        self._row_wires: list[tuple[int, Callable[[], None]]] = []
        self._rows_burnt = 0
        self._forget_buffer()
        self._roll = Roll(width)
        self._interpreter = Interpreter(self)

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.switch_off()

    # What a person does with it

    def switch_on(self) -> None:
        """Listen, on the same port as before when there was one. Raises OSError."""
        self._join()
        with self._cond:
            if self._power:
                return
            listener = socket.create_server((self._host, self._port), backlog=4)
            listener.settimeout(_LOOK_EVERY_S)
            self._port = int(listener.getsockname()[1])
            self._listener, self._power = listener, True
            self._forget_buffer()
            self._interpreter.reset()
            self._threads = [
                threading.Thread(
                    target=self._serve, args=(listener,), name="printer-wire", daemon=True
                ),
                threading.Thread(target=self._work, name="printer-head", daemon=True),
            ]
            for thread in self._threads:
                thread.start()

    def switch_off(self) -> None:
        """Refuse connections and forget what was not printed; harmless when already off."""
        with self._cond:
            self._power = False
            listener, self._listener = self._listener, None
            self._cond.notify_all()
        if listener is not None:
            listener.close()
        self.cut_link()
        self._join()

    def set_paper(self, paper: Paper) -> None:
        """Plenty, low or out; a refill prints what waits."""
        with self._change():
            self._paper = paper

    def set_cover(self, *, is_open: bool) -> None:
        with self._change():
            self._cover_open = is_open

    def set_cutter_jammed(self, *, jammed: bool) -> None:
        with self._change():
            self._cutter_jammed = jammed

    def set_mute(self, *, mute: bool) -> None:
        """Accepts everything and says nothing."""
        with self._change():
            self._mute = mute

    def set_confirms(self, *, confirms: bool) -> None:
        """Without it the printer is like a clone: it does not know process ids nor buffer clear."""
        with self._change():
            self._confirms = confirms

    def cut_link(self) -> None:
        """The network cable is pulled: whoever is connected is dropped at once."""
        with self._cond:
            if self._link is None:
                return
            self._link_cut = True
            with contextlib.suppress(OSError):
                reset = struct.pack("ii", 1, 0)  # linger for 0 s: an abrupt end, not a polite one
                self._link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                self._link.shutdown(socket.SHUT_RDWR)

    def after_bytes(self, count: int, act: Callable[[], None]) -> None:
        """Call `act` when `count` more bytes have come in; it must not wait for anything."""
        with self._cond:
            self._byte_wires.append((self._received + count, act))

    def after_rows(self, count: int, act: Callable[[], None]) -> None:
        """Call `act` when `count` more rows are on paper; it must not wait for anything."""
        with self._cond:
            self._row_wires.append((self._rows_burnt + count, act))

    # What a person sees

    @property
    def port(self) -> int:
        return self._port

    @property
    def target(self) -> str:
        """Where the kiosk finds it, as a printer target."""
        return f"escpos:network:{self._host}:{self._port}"

    @property
    def powered(self) -> bool:
        return self._power

    @property
    def paper(self) -> Paper:
        return self._paper

    @property
    def cover_open(self) -> bool:
        return self._cover_open

    @property
    def cuts(self) -> list[Cut]:
        """Every piece so far, oldest first."""
        with self._cond:
            return list(self._cuts)

    @property
    def pieces(self) -> int:
        """How many pieces were cut so far."""
        return self._cut_count

    @property
    def complaints(self) -> list[str]:
        """Violations of the language, oldest first."""
        with self._cond:
            return list(self._complaints)

    @property
    def rows_uncut(self) -> int:
        """Rows that hang out of the printer."""
        with self._cond:
            return self._roll.rows

    @property
    def bytes_waiting(self) -> int:
        """Bytes received and not yet obeyed."""
        with self._cond:
            return len(self._inbox)

    def wait_for_cuts(self, count: int, timeout_s: float = 10.0) -> list[Cut]:
        """The pieces, once there are `count`. Raises TimeoutError."""
        with self._cond:
            if not self._cond.wait_for(lambda: self._cut_count >= count, timeout_s):
                raise TimeoutError(f"{self._cut_count} of {count} pieces: {self._complaints}")
            return list(self._cuts)

    # The mechanism that the language drives

    def take(self, count: int) -> bytes:
        with self._cond:
            while True:
                if not self._power:
                    raise _PowerOff
                if self._epoch != self._epoch_of_command:
                    raise _Interrupted
                if self._stopped():
                    self._cond.wait()
                    continue
                self._stop_at_the_end_of_a_link(count)
                if len(self._inbox) >= count:
                    data = bytes(self._inbox[:count])
                    del self._inbox[:count]
                    self._consumed += count
                    self._command_began = True
                    self._cond.notify_all()
                    return data
                self._cond.wait()

    def burn(self, strip: Image.Image) -> None:
        with self._cond:
            self._wait_while_stopped()
            self._roll.burn(strip)
            self._rows_burnt += strip.height
            self._row_wires = self._trip(self._row_wires, self._rows_burnt)
            if self.rows_per_s:
                until = time.monotonic() + strip.height / self.rows_per_s
                self._cond.wait_for(lambda: not self._power, until - time.monotonic())

    def write(self, text: str) -> None:
        with self._cond:
            self._roll.lines.append(text)

    def cut(self) -> None:
        with self._cond:
            self._wait_while_stopped()
            piece, lines = self._roll.tear_off()
            self._cut_count += 1
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"paper-{self._cut_count:04d}.png"
            piece.convert("1").save(path)
            self._cuts.append(Cut(index=self._cut_count, path=path, lines=lines))
            del self._cuts[:-CUTS_MAX]
            self._cond.notify_all()

    def answer(self, data: bytes) -> None:
        with self._cond:
            is_process_id = data[:1] == b"\x37"
            if self._mute or (is_process_id and not self._confirms) or self._link is None:
                return
            with contextlib.suppress(OSError):  # whoever asked has gone
                self._link.sendall(data)

    def paper_byte(self) -> int:
        return {Paper.LOW: 0x03, Paper.OUT: 0x0F}.get(self._paper, 0)

    def report_changes(self, wanted: int) -> None:
        with self._cond:
            self._reports, self._reported = wanted, b""
            self._report()

    def complain(self, problem: str) -> None:
        with self._cond:
            log.info("printer: %s", problem)
            self._complaints.append(problem)
            del self._complaints[:-COMPLAINTS_MAX]

    # State

    def _forget_buffer(self) -> None:
        self._inbox = bytearray()
        self._recent = b""
        self._received = self._consumed = 0
        self._ends: deque[int] = deque()
        self._epoch = self._epoch_of_command = 0
        self._command_began = False

    def _stopped(self) -> bool:
        return self._paper is Paper.OUT or self._cover_open or self._cutter_jammed

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self._cond:
            yield
            self._report()
            self._cond.notify_all()

    def _join(self) -> None:
        """Wait for both threads, unless one of them asks."""
        if threading.current_thread() not in self._threads:
            for thread in self._threads:
                thread.join()

    def _wait_while_stopped(self) -> None:
        while self._stopped():
            if not self._power:
                raise _PowerOff
            if self._epoch != self._epoch_of_command:
                raise _Interrupted
            self._cond.wait()

    def _stop_at_the_end_of_a_link(self, count: int) -> None:
        """A command never goes on from one connection into the next."""
        while self._ends and self._consumed + count > self._ends[0]:
            end = self._ends.popleft()
            left = end - self._consumed
            del self._inbox[:left]
            self._consumed = end
            if left or self._command_began:
                self.complain("the link ended in the middle of a command")
                raise _Interrupted

    def _trip(
        self, wires: list[tuple[int, Callable[[], None]]], reached: int
    ) -> list[tuple[int, Callable[[], None]]]:
        for at, act in wires:
            if at <= reached:
                act()
        return [(at, act) for at, act in wires if at > reached]

    def _status_byte(self, number: int) -> int:
        out, low = self._paper is Paper.OUT, self._paper is Paper.LOW
        bits = {
            1: 0x08 * self._stopped(),
            2: 0x04 * self._cover_open | 0x20 * out | 0x40 * self._cutter_jammed,
            3: 0x08 * self._cutter_jammed,
            4: 0x0C * (low or out) | 0x60 * out,
        }
        return 0x12 | bits[number]

    def _report(self) -> None:
        """Automatic status back: four bytes at the request, and again when they change."""
        if not self._reports:
            return
        out, low = self._paper is Paper.OUT, self._paper is Paper.LOW
        report = bytes(
            (
                0x10 | 0x08 * self._stopped() | 0x20 * self._cover_open,
                0x08 * self._cutter_jammed,
                0x03 * (low or out) | 0x0C * out,
                0,
            )
        )
        if report != self._reported:
            self._reported = report
            self.answer(report)

    # The wire: its own thread, so that real-time commands pass a printer that stands still

    def _serve(self, listener: socket.socket) -> None:
        while self._power:
            try:
                link, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:  # closed by switch_off
                return
            self._serve_one(link)

    def _serve_one(self, link: socket.socket) -> None:
        with link:
            link.settimeout(IDLE_TIMEOUT_S)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._cond:
                self._link, self._link_cut = link, False
            try:
                while self._power and not self._link_cut:
                    data = link.recv(4096)
                    if not data:
                        break
                    self._receive(data)
            except OSError as error:
                log.info("printer link ended: %s", error)
            with self._cond:
                self._link = None
                self._recent = b""
                self._ends.append(self._received)
                self._cond.notify_all()

    def _receive(self, data: bytes) -> None:
        with self._cond:
            self._cond.wait_for(lambda: len(self._inbox) < BUFFER_MAX or not self._power)
            while data:
                wire = min((at for at, _ in self._byte_wires), default=None)
                room = len(data) if wire is None else max(0, wire - self._received)
                now, data = data[:room], data[room:]
                self._store(now)
                if wire is not None and self._received >= wire:
                    self._byte_wires = self._trip(self._byte_wires, self._received)
                if self._link_cut:
                    return
            self._cond.notify_all()

    def _store(self, data: bytes) -> None:
        window = self._recent + data
        start = self._received - len(self._recent)
        self._inbox += data
        self._received += len(data)
        for match in _REAL_TIME.finditer(window):
            if match.end() > len(self._recent):
                self._obey_at_once(match, start + match.end())
        self._recent = window[-(_REAL_TIME_LENGTH_MAX - 1) :]
        self._cond.notify_all()

    def _obey_at_once(self, match: re.Match[bytes], end: int) -> None:
        if match["status"]:
            self.answer(bytes((self._status_byte(match["status"][0]),)))
        elif match["recover"]:
            with self._change():
                self._cutter_jammed = False
        elif self._confirms:
            del self._inbox[: max(0, end - self._consumed)]
            self._consumed = max(self._consumed, end)
            self._ends = deque(at for at in self._ends if at > end)
            self._epoch += 1
            self.answer(b"\x37\x25\x00")

    # The head: obeys one command after the other

    def _work(self) -> None:
        while True:
            with self._cond:
                self._epoch_of_command = self._epoch
                self._command_began = False
            try:
                self._interpreter.step()
            except _Interrupted:
                self._interpreter.discard_line()
            except _PowerOff:
                return
