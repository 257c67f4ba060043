"""A private pcscd with virtual readers, beside the one that may already run.

It lives in a mount namespace of its own: there `/run` is its folder, so it has its own socket, and
the folder of reader drivers is empty, so it takes no real reader away from the other. Clients reach
it through PCSCLITE_CSOCK_NAME, which libpcsclite reads once per process, at its first use. The
network is shared with the machine: virtual readers (vpcd) listen on every address, so the rig
belongs on a machine that is not exposed.
"""

import contextlib
import logging
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from devices.errors import ReaderError

log = logging.getLogger(__name__)


class PcscdUnavailable(ReaderError):
    """No private pcscd can run on this machine; the text says why and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualReader:
    """A reader of the private pcscd; it appears to clients as ``name 00 00``."""

    name: str
    port: int
    """Where its chip connects; the second slot, ``name 00 01``, is the next port."""


ACR122U: Final = "ACS ACR122U PICC Interface"


class PrivatePcscd:
    """A pcscd of one's own, with one virtual reader for each name.

    `fast` makes it look for cards every 5 ms instead of 400 ms, when there is a C compiler.
    """

    def __init__(self, names: Sequence[str] = (ACR122U,), *, fast: bool = False) -> None:
        why_not = unavailable()
        if why_not:
            raise PcscdUnavailable(why_not)
        self._folder = Path(tempfile.mkdtemp(prefix="pcscd-"))  # short: a socket path has 107 bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._folder.chmod(0o755)  # clients may be another user
        self.readers: tuple[VirtualReader, ...] = ()
        self.plug(names)
        self.fast = fast and _compile_fastpoll(self._folder / "fastpoll.so")

    @property
    def socket_path(self) -> Path:
        """Where its clients connect; stays the same when it is restarted."""
        return self._folder / "run" / "pcscd" / "pcscd.comm"

    @property
    def environment(self) -> dict[str, str]:
        """What a client process needs in its environment before it first uses PC/SC."""
        return {"PCSCLITE_CSOCK_NAME": str(self.socket_path)}

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def plug(self, names: Sequence[str]) -> None:
        """Have these readers from the next start on; vpcd knows no plugging while it runs."""
        self.readers = tuple(
            VirtualReader(name=name, port=port)
            for name, port in zip(names, _free_ports(len(names)), strict=True)
        )
        _furnish(self._folder / "run", self.readers)

    def start(self) -> None:
        """Start it and wait until clients and chips can connect; harmless when it runs.

        Raises PcscdUnavailable with the end of its log when it does not come up in time.
        """
        if self.running:
            return
        self.stop()
        with (self._folder / "log").open("wb") as log_file:
            self._process = subprocess.Popen(  # noqa: S603 - a constant script
                self._command(),
                stdin=subprocess.PIPE,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PATH": _path()},
            )
            self._await_ready(self._process)

    def stop(self) -> None:
        """End it as a service manager would (SIGTERM). Harmless when it is stopped."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL). Harmless when it is stopped."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stop it for good and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _command(self) -> list[str]:
        preload = f"LD_PRELOAD={self._folder / 'fastpoll.so'}" if self.fast else "FASTPOLL_MS="
        return [
            *("unshare", *_namespace(), "sh", "-c", SCRIPT, "pcscd"),
            *(str(self._folder / "run"), str(_driver_folder()), preload),
            *_pcscd_options(),
        ]

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and process.poll() is None:
            if _accepts_clients(self.socket_path) and self._listens(process.pid):
                return
            time.sleep(READY_POLL_S)
        self.kill()
        last_words = (self._folder / "log").read_text(errors="replace").splitlines()[-3:]
        raise PcscdUnavailable(f"the private pcscd did not start: {' | '.join(last_words)}")

    def _listens(self, pid: int) -> bool:
        """Connecting would be a card, so the kernel is asked who listens."""
        ports = {port for reader in self.readers for port in (reader.port, reader.port + 1)}
        return ports <= _listening_ports(pid)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.send_signal(how)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            log.warning("private pcscd ignored %s, killed", how.name)
            process.kill()
            process.wait(STOP_S)
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(b"bye\n")


def unavailable() -> str:
    """Why no private pcscd can run here, in one line with the remedy; empty when it can."""
    for tool, package in (("pcscd", "pcscd"), ("unshare", "util-linux"), ("mount", "mount")):
        if shutil.which(tool, path=_path()) is None:
            return f"{tool} is not installed: apt install {package}"
    if not _vpcd_library().exists():
        return "pcscd has no virtual reader driver: apt install vsmartcard-vpcd"
    if not _may_unshare():
        return "this user may not make a mount namespace: run as root, in containers with SYS_ADMIN"
    return ""


SCRIPT: Final = """\
set -e
mount --make-rprivate /
mount --bind "$1/none" "$2"
mount --bind "$1" /run
exec 3<&0 </dev/null
# When the owner dies without a word, the pipe closes and pcscd goes too: exec keeps its process id.
{ read -r bye <&3 || kill -KILL $$; } &
exec 3<&-
variable="$3"
shift 3
exec env "$variable" pcscd --foreground --config /run/conf "$@"
"""
"""$1: the folder that becomes /run; $2: the folder of drivers to hide; $3: a variable to set; then
further options of pcscd."""

START_S: Final = 5.0
STOP_S: Final = 3.0
READY_POLL_S: Final = 0.01


def _path() -> str:
    """Where tools are; a plain user's PATH lacks sbin, where pcscd is."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def _pcscd_options() -> list[str]:
    """From 2.0.1 on pcscd asks polkit about its clients, which it cannot reach without /run."""
    pcscd = shutil.which("pcscd", path=_path())
    assert pcscd is not None, "looked for when this was made"
    usage = subprocess.run([pcscd, "--help"], capture_output=True, check=False)  # noqa: S603 - constant
    return ["--disable-polkit"] if b"--disable-polkit" in usage.stdout + usage.stderr else []


def _namespace() -> list[str]:
    return ["--mount"] if os.geteuid() == 0 else ["--mount", "--user", "--map-root-user"]


def _driver_folder() -> Path:
    return Path("/usr/lib/pcsc/drivers")


def _vpcd_library() -> Path:
    return _driver_folder() / "serial" / "libifdvpcd.so"


def _may_unshare() -> bool:
    attempt = ["unshare", *_namespace(), "mount", "--make-rprivate", "/"]
    done = subprocess.run(attempt, capture_output=True, check=False)  # noqa: S603 - constant words
    return done.returncode == 0


def _furnish(run: Path, readers: Iterable[VirtualReader]) -> None:
    """Everything pcscd reads lies in the folder that becomes its /run."""
    shutil.rmtree(run, ignore_errors=True)
    for name in ("pcscd", "conf", "none"):
        (run / name).mkdir(parents=True)
    shutil.copyfile(_vpcd_library(), run / "libifdvpcd.so")
    for index, reader in enumerate(readers):
        (run / "conf" / f"reader{index}").write_text(
            f'FRIENDLYNAME "{reader.name}"\n'
            f"DEVICENAME /dev/null:{reader.port}\n"
            "LIBPATH /run/libifdvpcd.so\n"
            f"CHANNELID {reader.port}\n"
        )


def _compile_fastpoll(library: Path) -> bool:
    source = Path(__file__).with_name("fastpoll.c")
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not source.exists():
        log.info("no C compiler: virtual cards are noticed after up to 400 ms")
        return False
    flags = ("-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl")
    done = subprocess.run([compiler, *flags], check=False)  # noqa: S603 - our own source
    return done.returncode == 0


FIRST_PORT: Final = 20_000
LAST_PORT: Final = 32_000
"""Below the ports that Linux gives to outgoing connections: none is taken by chance meanwhile."""


def _free_ports(count: int) -> list[int]:
    """For each reader a port whose next is free too: vpcd has two slots."""
    candidates = range(FIRST_PORT, LAST_PORT, 2)
    free = (port for port in random.sample(candidates, len(candidates)) if _is_free(port))
    return [next(free) for _ in range(count)]


def _is_free(port: int) -> bool:
    try:
        for slot in (port, port + 1):
            with socket.socket() as probe:
                probe.bind(("", slot))
    except OSError:
        return False
    return True


def _accepts_clients(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:  # absent, or left behind by one that was killed
            return False
    return True


LISTENING: Final = "0A"


def _listening_ports(pid: int) -> set[int]:
    """The TCP ports on which this process listens."""
    mine = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            mine.add(str(link.readlink()))
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        int(row[1].rpartition(":")[2], 16)
        for row in rows
        if row[3] == LISTENING and f"socket:[{row[9]}]" in mine
    }
