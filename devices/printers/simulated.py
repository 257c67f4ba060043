"""A printer in this process, for tests and machines without one: paper is PNG files in a folder.

It keeps the port's promises, and its troubles are set by hand: `paper`, `cover_open`, `error`,
`reachable`, and the outcome of the next jobs.
"""

import tempfile
from collections import deque
from io import BytesIO
from pathlib import Path

from devices.printers import Paper, PrinterStatus, PrintOutcome, PrintReport, Ticket
from devices.printers.answers import UNREACHABLE
from devices.printers.typeset import WIDTH_80MM, typeset

JOBS_REMEMBERED_MAX = 200


def connect(location: str) -> "SimulatedPrinter":
    """A printer whose paper goes to the folder `location`, or to a new temporary folder."""
    return SimulatedPrinter(Path(location) if location else None)


class SimulatedPrinter:
    """The printer. Jobs are PNG pictures; printing writes them as ``paper-0001.png`` and so on."""

    def __init__(self, folder: Path | None = None, *, width: int = WIDTH_80MM) -> None:
        """`width` is in dots; the folder is made at the first job."""
        self.folder = folder
        self.paper = Paper.PLENTY
        self.cover_open = False
        self.error = False
        self.reachable = True
        self.printed: list[Ticket] = []
        """The tickets that came out, oldest first."""
        self.pictures: list[Path] = []
        """Their pictures."""
        self._width = width
        self._outcomes: deque[tuple[PrintOutcome, bool]] = deque()
        self._rendered: dict[bytes, Ticket] = {}

    def answer_next(self, outcome: PrintOutcome, *, paper_comes_out: bool | None = None) -> None:
        """Report `outcome` for the next job that has none yet.

        `paper_comes_out` says what really happens: by default only a PRINTED job has paper, but an
        UNKNOWN one may.
        """
        out = outcome is PrintOutcome.PRINTED if paper_comes_out is None else paper_comes_out
        self._outcomes.append((outcome, out))

    def render(self, ticket: Ticket) -> bytes:
        """The ticket's picture as PNG."""
        file = BytesIO()
        typeset(ticket, self._width).save(file, format="PNG")
        job = file.getvalue()
        self._rendered[job] = ticket
        while len(self._rendered) > JOBS_REMEMBERED_MAX:
            del self._rendered[next(iter(self._rendered))]
        return job

    def print(self, job: bytes, process_id: bytes) -> PrintReport:
        """The scripted outcome, or else PRINTED when the printer is ready and has paper."""
        del process_id  # nothing here can lose it
        status = self.status()
        if not status.ready or status.paper is Paper.OUT:
            return PrintReport(outcome=PrintOutcome.NOT_PRINTED, status=status)
        outcome, paper_comes_out = PrintOutcome.PRINTED, True
        if self._outcomes:
            outcome, paper_comes_out = self._outcomes.popleft()
        if paper_comes_out:
            self._put_out(job)
        return PrintReport(outcome=outcome, status=self.status())

    def status(self) -> PrinterStatus:
        """As set by hand."""
        if not self.reachable:
            return UNREACHABLE
        stopped = self.cover_open or self.error or self.paper is Paper.OUT
        return PrinterStatus(
            reachable=True,
            online=not stopped,
            paper=self.paper,
            cover_open=self.cover_open,
            error=self.error,
        )

    def close(self) -> None:
        """Nothing is held."""

    def _put_out(self, job: bytes) -> None:
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="paper-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"paper-{len(self.pictures) + 1:04d}.png"
        path.write_bytes(job)
        self.pictures.append(path)
        if job in self._rendered:
            self.printed.append(self._rendered[job])
