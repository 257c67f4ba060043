"""The private pcscd keeps to itself, and leaves nothing behind."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devices.simulate import pcscd
from devices.simulate.pcscd import PcscdUnavailable, PrivatePcscd, unavailable
from tests.support.pcsc import wait_until

pytestmark = pytest.mark.pcsc

RUN = Path("/run/pcscd")


@pytest.fixture(autouse=True)
def _possible() -> None:
    if why_not := unavailable():
        pytest.skip(f"no private pcscd: {why_not}")


def test_the_pcscd_of_the_machine_is_not_touched() -> None:
    before = sorted(RUN.glob("*")) if RUN.exists() else None

    with PrivatePcscd() as private:
        assert private.running
        assert (sorted(RUN.glob("*")) if RUN.exists() else None) == before

    assert (sorted(RUN.glob("*")) if RUN.exists() else None) == before


def test_its_folder_goes_with_it() -> None:
    with PrivatePcscd() as private:
        folder = private.socket_path.parents[2]
        assert folder.exists()

    assert not folder.exists()
    assert not private.running


def test_it_comes_back_at_the_same_place() -> None:
    with PrivatePcscd() as private:
        before = (private.environment, private.readers)
        private.kill()

        private.start()

        assert private.running
        assert (private.environment, private.readers) == before


def test_a_killed_one_is_gone_at_once() -> None:
    with PrivatePcscd() as private:
        private.kill()

        assert not private.running


def test_two_of_them_live_side_by_side() -> None:
    with PrivatePcscd() as one, PrivatePcscd() as other:
        assert one.socket_path != other.socket_path
        assert one.readers[0].port != other.readers[0].port


def test_it_does_not_outlive_its_owner() -> None:
    owner = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdin is not None
    assert owner.stdout is not None
    with owner.stdin, owner.stdout:
        pid = int(owner.stdout.readline())
        folder = Path(owner.stdout.readline().decode().strip())
        assert _alive(pid)

        owner.send_signal(signal.SIGKILL)
        owner.wait()

    wait_until(lambda: not _alive(pid))
    assert (folder / "run").exists()
    shutil.rmtree(folder)


def test_without_a_virtual_driver_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pcscd, "_vpcd_library", lambda: tmp_path / "none.so")

    with pytest.raises(PcscdUnavailable, match="apt install vsmartcard-vpcd"):
        PrivatePcscd()


OWNER = """
from devices.simulate.pcscd import PrivatePcscd
private = PrivatePcscd()
private.start()
print(private._process.pid, flush=True)
print(private.socket_path.parents[2], flush=True)
input()
"""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] not in "ZX"
    except FileNotFoundError:
        return False
