"""ESC/POS printers on the network or behind a device file.

python-escpos makes the bytes of a job and nothing else here. Its own connections are not used: in
3.1 `paper_status()` answers "plenty" when the printer has closed the link, nothing is raised when a
ticket is sent to a printer without paper, and its default timeout is a minute.

What PRINTED rests on:

- *Process id* (GS ( H, function 48; Epson TM-T20, T88IV and later, m30 and others): the printer
  echoes four bytes "when the printing is completed". This is proof.
- *GS r* (clones): the printer answers when it has worked through its buffer up to the question, and
  reported no trouble meanwhile. The last millimetres may still be under the head: a power cut in
  that instant can leave a PRINTED ticket unfinished.

A printer that stops in the middle (paper end, cover) would print the rest after a refill, maybe
hours later. So its buffer is cleared, and only when the printer confirms that is the job
NOT_PRINTED.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl

from PIL import Image

from devices.errors import TargetError
from devices.printers import Paper, PrinterStatus, PrintOutcome, PrintReport, Ticket
from devices.printers.answers import (
    CLEARED,
    UNREACHABLE,
    Answer,
    AnswerReader,
    Offline,
    RealTime,
    Transmitted,
    decode_status,
    in_trouble,
    printed,
)
from devices.printers.links import FileLink, Link, LinkLost, SocketLink
from devices.printers.typeset import WIDTH_80MM, typeset

if TYPE_CHECKING:
    from escpos.printer import Dummy

log = logging.getLogger(__name__)

PORT = 9100
STATUS_TIMEOUT_S = 1.8
"""For a whole status, connecting included: the port promises 2 s."""
PROBE_TIMEOUT_S = 1.0
SEND_TIMEOUT_S = 20.0
"""For handing over a job; a serial line at 38 400 baud takes 18 s for 20 cm of paper."""
CONFIRM_TIMEOUT_S = 20.0
"""From the last byte of the job to the printer's word that the paper is out."""
POLL_EVERY_S = 1.0
CLEAR_TIMEOUT_S = 2.0
BAND_ROWS = 256
"""Rows per raster command: printers with small buffers refuse taller ones."""

# The printed width decides; the profiles differ in nothing else that is used here.
_PROFILES = {576: "TM-T20II", 512: "TM-T88V", 384: "POS-5890"}
_PROBE_ID = b"\x7e \x7e "
_CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_REPORT_TROUBLE = b"\x1da\x0e"  # online/offline, errors and paper, as they change
_ASK_DONE = b"\x1dr\x01"


class Confirmation(Enum):
    """How this printer says that a job is done."""

    AUTO = "auto"
    """Not known yet: asked before the first job."""
    PROCESS_ID = "process_id"
    GS_R = "gs_r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long each step may take, in seconds."""

    status_s: float = STATUS_TIMEOUT_S
    probe_s: float = PROBE_TIMEOUT_S
    send_s: float = SEND_TIMEOUT_S
    confirm_s: float = CONFIRM_TIMEOUT_S
    poll_s: float = POLL_EVERY_S
    clear_s: float = CLEAR_TIMEOUT_S


def connect(location: str) -> "EscposPrinter":
    """The printer at ``network:HOST[:PORT]`` or ``file:PATH``; nothing is opened yet.

    Options follow a question mark: ``width`` in dots (576 for 80 mm, 384 for 58 mm, 512 for 80 mm
    at 180 dpi such as TM-T88V) and ``confirm`` (``auto``, ``process_id``, ``gs_r``). Raises
    TargetError.
    """
    place, _, query = location.partition("?")
    options = dict(parse_qsl(query))
    width = _choice(options.pop("width", str(WIDTH_80MM)), "width", {str(w): w for w in _PROFILES})
    confirm = _choice(
        options.pop("confirm", Confirmation.AUTO.value),
        "confirm",
        {confirmation.value: confirmation for confirmation in Confirmation},
    )
    if options:
        unknown = ", ".join(sorted(options))
        raise TargetError(f"a printer has no option {unknown}; it has width and confirm")
    return EscposPrinter(_dial(place), width=width, confirm=confirm)


class EscposPrinter:
    """One printer; a connection lasts for one job or one question, so nobody else is locked out."""

    def __init__(
        self,
        dial: Callable[[float], Link],
        *,
        width: int = WIDTH_80MM,
        confirm: Confirmation = Confirmation.AUTO,
        patience: Patience | None = None,
    ) -> None:
        """`dial` opens the link before a deadline or raises OSError; `width` is in dots."""
        self._dial = dial
        self._width = width
        self._confirm = confirm
        self._known = confirm
        self._patience = patience or Patience()

    def render(self, ticket: Ticket) -> bytes:
        """The whole job: reset, trouble reports on, picture in bands, feed and cut."""
        picture = _without_real_time_commands(typeset(ticket, self._width))
        dummy = _job_maker(_PROFILES[self._width])
        dummy.hw("INIT")
        dummy._raw(_REPORT_TROUBLE)  # noqa: SLF001  # its name for "append these bytes"
        dummy.image(picture, fragment_height=BAND_ROWS)
        dummy.cut(feed=False)  # GS V 66 0: feeds the last line past the knife by itself
        return bytes(dummy.output)

    def print(self, job: bytes, process_id: bytes) -> PrintReport:
        """See the port; takes `send_s` + `confirm_s` + the time of two statuses at most."""
        if len(process_id) != 4 or not all(0x20 <= byte <= 0x7E for byte in process_id):  # noqa: PLR2004  # the port's own numbers
            raise ValueError("a process id is 4 bytes in 0x20…0x7E")
        asked_until = _in(self._patience.status_s)
        try:
            link = self._dial(asked_until)
        except OSError as error:
            log.warning("printer not reachable: %s", error)
            return PrintReport(outcome=PrintOutcome.NOT_PRINTED, status=UNREACHABLE)
        try:
            return self._print(_Talk(link), job, process_id, asked_until)
        finally:
            link.close()

    def status(self) -> PrinterStatus:
        """Asks over a link of its own."""
        deadline = _in(self._patience.status_s)
        try:
            link = self._dial(deadline)
        except OSError:
            return UNREACHABLE
        try:
            return _Talk(link).status(deadline)
        finally:
            link.close()

    def close(self) -> None:
        """Nothing is held between jobs."""

    def _print(
        self, talk: "_Talk", job: bytes, process_id: bytes, asked_until: float
    ) -> PrintReport:
        status = talk.status(asked_until)
        if not status.ready or status.paper is Paper.OUT:
            return PrintReport(outcome=PrintOutcome.NOT_PRINTED, status=status)
        try:
            confirmation = self._confirmation(talk)
        except LinkLost:
            return PrintReport(outcome=PrintOutcome.NOT_PRINTED, status=UNREACHABLE)
        if confirmation is None:
            log.warning("printer answers no question about a finished job; nothing sent")
            return PrintReport(outcome=PrintOutcome.NOT_PRINTED, status=status)
        outcome = self._send(talk, job, confirmation, process_id)
        if outcome is PrintOutcome.UNKNOWN:
            self._known = self._confirm  # perhaps another printer stands there now: ask again
        return PrintReport(outcome=outcome, status=talk.status(_in(self._patience.status_s)))

    def _confirmation(self, talk: "_Talk") -> Confirmation | None:
        """How the printer will confirm, asked while nothing is printing; None when it never does.

        A clone that does not know GS ( H may take the probe for letters: they wait in its line
        buffer, and the reset that opens every job throws them away.
        """
        if self._known is Confirmation.AUTO:
            for confirmation in (Confirmation.PROCESS_ID, Confirmation.GS_R):
                question, is_done = _closing_question(confirmation, _PROBE_ID)
                talk.say(question, _in(self._patience.probe_s))
                if talk.hear(is_done, _in(self._patience.probe_s)) is not None:
                    log.info("printer confirms jobs by %s", confirmation.value)
                    self._known = confirmation
                    return confirmation
            return None
        return self._known

    def _send(
        self, talk: "_Talk", job: bytes, confirmation: Confirmation, process_id: bytes
    ) -> PrintOutcome:
        question, is_done = _closing_question(confirmation, process_id)
        try:
            talk.say(job + question, _in(self._patience.send_s))
        except LinkLost as lost:
            log.warning("printer link lost after %d bytes: %s", lost.sent, lost)
            return PrintOutcome.UNKNOWN if lost.sent else PrintOutcome.NOT_PRINTED
        try:
            return self._await(talk, is_done)
        except LinkLost as lost:
            log.warning("printer link lost before the confirmation: %s", lost)
            return PrintOutcome.UNKNOWN

    def _await(self, talk: "_Talk", is_done: "Is") -> PrintOutcome:
        deadline = _in(self._patience.confirm_s)
        while time.monotonic() < deadline:
            poll_at = min(deadline, _in(self._patience.poll_s))
            answer = talk.hear(lambda heard: is_done(heard) or _stopped(heard), poll_at)
            if answer is None:
                talk.say(_dle_eot(2), _in(self._patience.clear_s))
            elif is_done(answer):
                return PrintOutcome.PRINTED
            else:
                return self._clear(talk, is_done)
        log.warning("printer did not confirm within %.0f s", self._patience.confirm_s)
        return PrintOutcome.UNKNOWN

    def _clear(self, talk: "_Talk", is_done: "Is") -> PrintOutcome:
        """Empties the stopped printer, so that no refill prints the rest.

        Answers come in order: had the job been finished, its confirmation would come before the
        word that the buffer is clear.
        """
        deadline = _in(self._patience.clear_s)
        talk.say(_CLEAR_BUFFER, deadline)
        answer = talk.hear(lambda heard: is_done(heard) or heard == CLEARED, deadline)
        if answer is None:
            log.warning("printer stopped in the middle and does not confirm an empty buffer")
            return PrintOutcome.UNKNOWN
        return PrintOutcome.PRINTED if is_done(answer) else PrintOutcome.NOT_PRINTED


Is = Callable[[Answer], bool]


class _Talk:
    """Questions and answers over one link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reader = AnswerReader()
        self._heard: list[Answer] = []

    def say(self, data: bytes, deadline: float) -> None:
        self._link.send(data, deadline)

    def hear(self, wanted: Is, deadline: float) -> Answer | None:
        """The next wanted answer, None at the deadline; answers before it are passed over."""
        while True:
            while self._heard:
                answer = self._heard.pop(0)
                if wanted(answer):
                    return answer
            data = self._link.receive(deadline)
            if not data and time.monotonic() >= deadline:
                return None
            self._heard.extend(self._reader.feed(data))

    def status(self, deadline: float) -> PrinterStatus:
        """One question at a time: the answers do not say which question they answer."""
        bytes_told: list[int] = []
        try:
            for number in (1, 2, 3, 4):
                self.say(_dle_eot(number), deadline)
                answer = self.hear(_is_real_time, deadline)
                if not isinstance(answer, RealTime):
                    return UNREACHABLE
                bytes_told.append(answer.byte)
        except LinkLost:
            return UNREACHABLE
        return decode_status(*bytes_told)


def _closing_question(confirmation: Confirmation, process_id: bytes) -> tuple[bytes, Is]:
    """What is sent after a job, and the answer that means it is done."""
    if confirmation is Confirmation.PROCESS_ID:
        return b"\x1d(H\x06\x00\x30\x30" + process_id, partial(_same, printed(process_id))
    return _ASK_DONE, _is_clean_transmission


def _same(expected: Answer, answer: Answer) -> bool:
    return answer == expected


def _is_real_time(answer: Answer) -> bool:
    return isinstance(answer, RealTime)


def _is_clean_transmission(answer: Answer) -> bool:
    return isinstance(answer, Transmitted) and not answer.byte & 0x0C  # paper end bits


def _stopped(answer: Answer) -> bool:
    """Whether printing has stopped until somebody comes."""
    if isinstance(answer, RealTime):  # only DLE EOT 2 is asked while a job is under way
        return bool(answer.byte & (Offline.COVER_OPEN | Offline.PAPER_END))
    return in_trouble(answer)


def _dle_eot(number: int) -> bytes:
    return bytes((0x10, 0x04, number))


def _in(seconds: float) -> float:
    return time.monotonic() + seconds


def _without_real_time_commands(picture: Image.Image) -> Image.Image:
    """The picture with no byte pair that a printer would obey in the middle of the raster.

    Printers obey DLE EOT, DLE ENQ and DLE DC4 wherever they meet them, image data included (Epson's
    reference warns of it): a pattern of dots could kick a drawer or clear the buffer. One more dot
    beside a black one, invisible on paper, breaks the pair.
    """
    ink = bytearray(byte ^ 0xFF for byte in picture.tobytes())
    for here in range(len(ink) - 1):
        if ink[here] == 0x10 and ink[here + 1] in (0x04, 0x05, 0x14):  # noqa: PLR2004  # DLE, as on the wire
            ink[here] = 0x18
    return Image.frombytes("1", picture.size, bytes(byte ^ 0xFF for byte in ink))


def _job_maker(profile: str) -> "Dummy":
    """A fresh python-escpos object per job: it keeps state that a reset of the printer does not."""
    before = list(logging.root.handlers)
    from escpos.printer import Dummy  # slow to import, and it sets up logging for the whole process

    for handler in set(logging.root.handlers) - set(before):
        logging.root.removeHandler(handler)
    return Dummy(profile=profile)


def _dial(place: str) -> Callable[[float], Link]:
    kind, _, address = place.partition(":")
    if kind == "file" and address:
        return lambda _deadline: FileLink(address)
    if kind == "network" and address:
        host, port = _host_and_port(address)
        return lambda deadline: SocketLink(host, port, deadline)
    raise TargetError(
        f"no printer at {place!r}; write network:HOST, network:HOST:PORT or file:/dev/usb/lp0"
    )


def _host_and_port(address: str) -> tuple[str, int]:
    """``[2001:db8::7]:9100``, ``printer.local`` and the like."""
    if address.startswith("["):
        host, _, port = address[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = address.partition(":")
    if not host or (port and not (port.isdecimal() and 0 < int(port) < 65536)):  # noqa: PLR2004  # a TCP port
        raise TargetError(f"{address!r} is no HOST:PORT")
    return host, int(port or PORT)


T = TypeVar("T")


def _choice(value: str, name: str, values: dict[str, T]) -> T:
    if value not in values:
        raise TargetError(f"{name}={value!r}: it is one of {', '.join(values)}")
    return values[value]
