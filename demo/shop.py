"""A whole shop on one machine: backend, till, kiosk and virtual hardware, each its own process."""

import contextlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from backend_client.errors import BackendError
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient
from backend_client.schemas.events import (
    ConsentBody,
    Event,
    JournalEvent,
    MemberEnrolled,
    WelcomeClaimed,
)
from backend_client.schemas.ledger import EntryBody
from backend_client.schemas.sales import LineBody, SaleAnswer, SaleBody
from backend_client.schemas.terminals import ClaimAnswer, ClaimRequest
from backend_client.schemas.tills import MemberFound, MemberQuery, VoucherAnswer, VoucherRedemption
from backend_client.signing import card_key, journal_body
from demo.hand import Hand
from devices.simulate.client import SimulatorClient, await_rig
from loyalty.chain import GENESIS, link
from loyalty.document import read_program
from loyalty.earning import welcome
from loyalty.ids import MemberId, StoreId
from loyalty.program import Program

if TYPE_CHECKING:
    from devices.simulate.state import Rig

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "assets" / "programs"
USUAL = "one-euro-one-point"
"""The ready program that the story is told with."""
NAME = "Maison Lise"
ADDRESS = "12 rue des Lices, 49000 Angers"
START_S = 20.0
STOP_S = 10.0


def ready_programs() -> tuple[str, ...]:
    """The names of the ready programs."""
    return tuple(
        sorted(path.stem for path in PROGRAMS.glob("*.json") if path.stem != "program.schema")
    )


class ShopError(Exception):
    """A part of the shop did not start; the text says which, and where its log is."""


class Shop:
    """The parts, started in order; leaving the block stops them all."""

    name = NAME

    def __init__(
        self, folder: Path, *, size: tuple[int, int] = (1280, 800), program: str = USUAL
    ) -> None:
        self.folder = folder.resolve()
        self.program = PROGRAMS / f"{program}.json"
        self.size = size
        self.rig: Rig
        self.bench: SimulatorClient
        self.till: TillClient
        self.hand: Hand
        self.till_key = ""
        self._port = 0
        self._backend: subprocess.Popen[bytes] | None = None
        self._kiosk: subprocess.Popen[bytes] | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> None:
        self.open_backend()
        self._open_counter()

    def open_backend(self) -> None:
        """The company, its backend and a till: all that the pages need."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self._command("shop", "--name", NAME, "--address", ADDRESS,
                      "--time-zone", "Europe/Paris", "--program", str(self.program))  # fmt: skip
        self.till_key = self._command("till", "add", "Caisse 1")["key"]
        self.start_backend()
        self.till = TillClient(self.backend_url, self.till_key)
        self._stack.callback(self.till.close)

    def _open_counter(self) -> None:
        state = self.folder / "simulator.json"
        state.unlink(missing_ok=True)
        network = f"0:127.0.0.1:{self._port}"
        self._start("simulator", "devices.simulate", "--folder", str(self.folder / "simulator"),
                    "--state", str(state), "--network", network)  # fmt: skip
        self.rig = await_rig(state)
        self.bench = SimulatorClient(self.rig.control_url)
        if not self.rig.pcsc_socket:
            raise ShopError(f"no card reader: {self.rig.no_reader_because}")
        self._write_kiosk_settings()
        self._claim()

    @property
    def backend_url(self) -> str:
        """Where the backend answers; the kiosk reaches it through the simulator's cable."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def kiosk_config(self) -> Path:
        """The kiosk's settings file."""
        return self.folder / "kiosk.toml"

    # --- the kiosk --------------------------------------------------------------------------

    def start_puppet(self) -> None:
        """Start the kiosk with a remote hand, drawn offscreen."""
        socket = self.folder / "hand.sock"
        words = ["--config", str(self.kiosk_config), "--socket", str(socket)]
        environment = self._kiosk_environment("offscreen")
        self._kiosk = kiosk = self._start("kiosk", "demo.puppet", *words, **environment)
        _until(
            lambda: socket.exists() or kiosk.poll() is not None,
            f"the kiosk did not start; see {self._log('kiosk')}",
        )
        if kiosk.poll() is not None:
            raise ShopError(f"the kiosk ended with {kiosk.returncode}: {self._last_words('kiosk')}")
        self.hand = self._stack.enter_context(Hand(socket))

    def pull_the_plug(self) -> None:
        """The kiosk loses its power: no handler of anything runs."""
        assert self._kiosk is not None
        self._kiosk.kill()
        self._kiosk.wait()
        (self.folder / "hand.sock").unlink(missing_ok=True)

    def run_kiosk(self) -> int:
        """Run the kiosk in a window until it is closed; its exit code."""
        environment = os.environ | self._kiosk_environment(None)
        command = [sys.executable, "-m", "kiosk", "--config", str(self.kiosk_config), "run"]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 - ours

    def _kiosk_environment(self, driver: str | None) -> dict[str, str]:
        environment = {}
        if "KIOSK_READER_TARGET" not in os.environ:  # else a real reader was asked for
            environment["PCSCLITE_CSOCK_NAME"] = self.rig.pcsc_socket
        if driver is not None:
            environment["SDL_VIDEODRIVER"] = driver
        return environment

    def _write_kiosk_settings(self) -> None:
        width, height = self.size
        self.kiosk_config.write_text(
            f'[backend]\nurl = "http://{self.rig.network_address}"\n'
            f'[reader]\ntarget = "{self.rig.reader_target}"\n'
            f'[printer]\ntarget = "{self.rig.printer_target}"\n'
            f"[screen]\nwidth = {width}\nheight = {height}\nfullscreen = false\n"
            f'[storage]\nfolder = "{self.folder / "kiosk"}"\n',
            encoding="utf-8",
        )

    def _claim(self) -> None:
        code = self._command("terminal", "add", "Angers-1")["code"]
        command = [sys.executable, "-m", "kiosk", "--config", str(self.kiosk_config), "claim", code]
        self._run("claim", command)

    def kiosk_entries(self, member: str) -> dict[str, int]:
        """The kiosk's own list: points by entry id, read from its database beside it.

        Empty while there is no database yet.
        """
        path = self.folder / "kiosk" / "kiosk.db"
        try:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as kiosk:
                rows = kiosk.execute("SELECT body FROM entries WHERE member = ?", [member])
                bodies = [json.loads(body) for (body,) in rows]
        except sqlite3.OperationalError:
            return {}
        return {body["id"]: body["points"] for body in bodies}

    # --- the backend ------------------------------------------------------------------------

    def start_backend(self) -> None:
        """Start the API, on the port it had before if it had one."""
        announced = self.folder / "backend.json"
        announced.unlink(missing_ok=True)
        words = ["serve", "--database", self.database, "--port", str(self._port)]
        self._backend = self._start("backend", "backend", *words, "--announce", str(announced))
        _until(announced.exists, f"the backend did not start; see {self._log('backend')}")
        self._port = json.loads(announced.read_text())["port"]

    def stop_backend(self) -> None:
        """Stop the API; the kiosk goes on."""
        assert self._backend is not None
        _end(self._backend)

    def wait(self) -> None:
        """Until the API ends."""
        assert self._backend is not None
        self._backend.wait()

    @property
    def database(self) -> str:
        """Where the backend keeps its books."""
        return f"sqlite:///{self.folder / 'backend.db'}"

    @property
    def key_file(self) -> Path:
        """The company's secrets, beside the books."""
        return self.folder / "backend.db.key"

    def _command(self, *words: str) -> dict[str, str]:
        """What a command of the backend answers."""
        command = [sys.executable, "-m", "backend", *words, "--database", self.database, "--json"]
        lines = self._run("backend command", command).splitlines()
        answer: dict[str, str] = json.loads(lines[-1]) if lines else {}
        return answer

    # --- the till ---------------------------------------------------------------------------

    def find_member(self, card: str) -> MemberFound | None:
        """The bearer of one of the simulator's cards, as the till sees them; None for nobody."""
        try:
            return self.till.find_member(MemberQuery(card_uid=self.rig.cards[card]))
        except BackendError:
            return None

    def sell(self, member: str, total: int, pieces: int = 1) -> SaleAnswer:
        """Close a sale of so many cents for a member."""
        return self.till.record_sale(sale(member, total, pieces))

    def redeem(self, scanned: str) -> VoucherAnswer:
        """Take a voucher. Raises the LoyaltyError that says why not."""
        redemption = VoucherRedemption(id=str(uuid.uuid4()), at=datetime.now(UTC))
        return self.till.redeem(scanned, redemption)

    def welcome_regulars(self) -> None:
        """Two members of long standing, enrolled at another kiosk; one has lost the card."""
        code = self._command("terminal", "add", "Angers-2")["code"]
        given = claim(self.backend_url, ClaimRequest(code=code))
        program = read_program(self.program.read_bytes())
        with TerminalClient(self.backend_url, given.token) as other:
            journal = Journal(other)
            for card, name in (("known", "Camille"), ("blocked", "Dominique")):
                member = str(uuid.uuid4())
                uid = bytes.fromhex(self.rig.cards[card])
                for fact in joining(given, program, member, uid, name):
                    journal.push(fact)
                self.sell(member, 270_00, pieces=9)
        self._command("card", "block", self.rig.cards["blocked"])

    def read_qr(self, picture: bytes) -> str:
        """What a QR reader reads from a picture of the paper."""
        from PIL import Image
        from pyzbar.pyzbar import decode

        found = decode(Image.open(io.BytesIO(picture)))
        if len(found) != 1:
            raise ShopError(f"{len(found)} QR codes on the paper instead of one")
        text: bytes = found[0].data
        return text.decode()

    # --- processes --------------------------------------------------------------------------

    def _start(
        self, name: str, module: str, *words: str, **extra: str
    ) -> "subprocess.Popen[bytes]":
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", module, *words],
                cwd=ROOT,
                env=os.environ | extra,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)
        return process

    def _run(self, name: str, command: list[str]) -> str:
        done = subprocess.run(  # noqa: S603 - our own modules
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ShopError(f"{name}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def _last_words(self, name: str) -> str:
        """The last line of its log: a command ends with what to do about it."""
        lines = self._log(name).read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else f"{self._log(name)} is empty"

    def close(self) -> None:
        """Stop everything, the last first."""
        with contextlib.suppress(OSError):
            self._stack.close()
        for process in reversed(self._processes):
            _end(process)


class Journal:
    """The facts of another kiosk, chained as each terminal chains its own."""

    def __init__(self, client: TerminalClient) -> None:
        self._client = client
        self._sequence, self._head = 0, GENESIS

    def push(self, event: Event) -> None:
        """Send one fact."""
        self._sequence += 1
        self._head = link(self._head, journal_body(event))
        item = JournalEvent(sequence=self._sequence, chain=self._head.hex(), event=event)
        self._client.push((item,))


def sale(member: str, total: int, pieces: int = 1) -> SaleBody:
    """A sale of coffee at the price of private customers: something that each program counts.

    The pieces share the total; a remainder is the price of the whole, as of weighed goods.
    """
    each, rest = divmod(total, pieces)
    line = LineBody(
        article="CAFE",
        family="coffee",
        quantity=1 if rest else pieces,
        unit_price=total if rest else each,
    )
    return SaleBody(
        id=str(uuid.uuid4()),
        member=member,
        total=total,
        currency="EUR",
        closed_at=datetime.now(UTC),
        lines=(line,),
        price_code="PART",
    )


def joining(
    given: ClaimAnswer, program: Program, member: str, uid: bytes, name: str
) -> tuple[Event, ...]:
    """Somebody joins, and claims the welcome points where the program gives any."""
    now = datetime.now(UTC)
    zone = ZoneInfo(given.store.time_zone)
    entry = welcome(program, MemberId(member), StoreId(given.store.id), now=now, zone=zone)
    claimed = (
        (WelcomeClaimed(id=str(uuid.uuid4()), at=now, entry=EntryBody.of(entry)),) if entry else ()
    )
    return (
        MemberEnrolled(
            id=str(uuid.uuid4()),
            at=now,
            member=member,
            program=given.program,
            card=card_key(bytes.fromhex(given.card_secret), uid),
            first_name=name,
            email=None,
            language="fr",
            consents=(ConsentBody(purpose="program", given=True, text_version="demo"),),
        ),
        *claimed,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(holds: Callable[[], Any], otherwise: str) -> None:
    deadline = time.monotonic() + START_S
    while not holds():
        if time.monotonic() > deadline:
            raise ShopError(otherwise)
        time.sleep(0.05)
