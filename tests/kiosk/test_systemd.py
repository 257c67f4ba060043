"""What the service manager hears, on a real socket."""

import socket
from pathlib import Path

import pytest

from kiosk.systemd import notify


def test_the_service_manager_hears_a_datagram(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address, bound in (
        (str(tmp_path / "notify"), str(tmp_path / "notify")),
        (f"@{tmp_path}", f"\0{tmp_path}"),
    ):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(bound)
            manager.settimeout(5)
            monkeypatch.setenv("NOTIFY_SOCKET", address)
            notify("WATCHDOG=1")
            assert manager.recv(100) == b"WATCHDOG=1"


def test_without_a_service_manager_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")
