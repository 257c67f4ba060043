"""The command line: what each end of the kiosk says, and its exit code."""

import os
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from devices.errors import TargetError
from devices.printers import Paper
from devices.printers.simulated import SimulatedPrinter
from kiosk import check
from kiosk.__main__ import BAD_CONFIG, main
from kiosk.check import Finding, findings
from kiosk.config import (
    Config,
    Credentials,
    load_config,
    load_credentials,
    save_credentials,
)
from kiosk.db import Database, NewerDatabase
from kiosk.services.belong import OtherCompany
from kiosk.ui.app import NoWindow
from loyalty.vouchers import mint, readable
from tests.kiosk.test_database import enrol_somebody
from tests.support.server import company, serving


def settings(folder: Path, url: str = "http://127.0.0.1:9", more: str = "") -> Path:
    path = folder / "kiosk.toml"
    path.write_text(
        f'[backend]\nurl = "{url}"\n[storage]\nfolder = "{folder / "state"}"\n'
        f'[reader]\ntarget = "simulated:"\n{more}'
    )
    return path


def test_settings_that_cannot_be_used_end_with_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(tmp_path / "none.toml"), "run"]) == BAD_CONFIG
    assert "does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("before", [True, False])
def test_the_settings_file_may_be_named_before_or_after_the_command(
    tmp_path: Path, before: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ["--config", str(settings(tmp_path)), "--verbose"]
    assert main([*named, "check"] if before else ["check", *named]) == 1
    assert "NO  backend    not claimed yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (NoWindow("no window: apt install …"), 1),
        (TargetError("no card reader driver"), BAD_CONFIG),
        (NewerDatabase("database version 9"), BAD_CONFIG),
        (OtherCompany("another company"), BAD_CONFIG),
        (None, 0),
    ],
)
def test_each_end_has_its_exit_code_and_its_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: Exception | None,
    code: int,
) -> None:
    def ends(config: Config) -> int:
        del config
        if trouble is not None:
            raise trouble
        return 0

    monkeypatch.setattr("kiosk.bootstrap.run", ends)
    assert main(["--config", str(settings(tmp_path))]) == code
    assert capsys.readouterr().err == (f"kiosk: {trouble}\n" if trouble else "")


# --- claim --------------------------------------------------------------------------------------


def test_a_claim_writes_credentials_only_their_owner_can_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    if os.geteuid() == 0:
        os.chown(state, 12345, 12345)
    with company(f"sqlite:///{tmp_path / 'backend.db'}") as shop:
        code = shop.claim_code()
        with serving(shop.app, tmp_path / "announce.json") as url:
            path = settings(tmp_path, url)
            assert main(["claim", "--config", str(path), code]) == 0
            assert main(["claim", "--config", str(path), code]) == 1
            printed = capsys.readouterr()
            assert "this machine is now Kiosk at Maison Lise" in printed.out
            assert "not claimed" in printed.err
            kept = load_credentials(state)
            assert kept is not None
            found = (state / "terminal.json").stat()
            assert stat.S_IMODE(found.st_mode) == 0o600
            assert found.st_uid == state.stat().st_uid
            assert kept.token not in printed.out + printed.err
            assert good(findings(load_config(path)), "backend")


@pytest.mark.parametrize("code", ["short", "2345-6789-ABCX"])
def test_a_mistyped_code_is_told_kindly(
    tmp_path: Path, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = f"sqlite:///{tmp_path / 'backend.db'}"
    announce = tmp_path / "announce.json"
    with company(backend) as shop, serving(shop.app, announce) as url:
        assert main(["claim", "--config", str(settings(tmp_path, url)), code]) == 1
    assert "the code is mistyped" in capsys.readouterr().err


def test_a_code_is_not_used_up_when_nothing_can_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings(tmp_path)
    (tmp_path / "state").write_text("a file in the way")
    assert main(["claim", "--config", str(path), readable(mint(7))]) == 1
    told = capsys.readouterr().err
    assert "not claimed" in told
    assert "mistyped" not in told


def test_a_claim_by_hand_needs_the_address_in_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings(tmp_path, url="")
    assert main(["claim", "--config", str(path), readable(mint(7))]) == BAD_CONFIG
    assert "backend.url" in capsys.readouterr().err


# --- check --------------------------------------------------------------------------------------


def finding(found: Callable[[Config], Finding], path: Path) -> Finding:
    return found(load_config(path))


def good(found: Iterable[Finding], part: str) -> bool:
    return next(each.good for each in found if each.part == part)


def test_check_names_what_is_wrong_with_the_disk_and_the_outbox(tmp_path: Path) -> None:
    path, state = settings(tmp_path), tmp_path / "state"
    assert finding(check._outbox, path).says == "nothing was recorded yet"
    assert finding(check._storage, path).good
    database = Database(state / "kiosk.db")
    assert finding(check._outbox, path).says == "all sent"
    database.run_now(enrol_somebody)
    assert finding(check._outbox, path).says == "1 facts wait for the backend"
    database.close()
    (state / "kiosk.db").write_bytes(b"junk" * 4096)
    (state / "kiosk.db-wal").unlink(missing_ok=True)
    assert not finding(check._outbox, path).good
    (state / "terminal.json").write_text("{}")
    assert "claim the kiosk again" in finding(check._backend, path).says


def test_check_names_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = settings(tmp_path)
    (tmp_path / "state").write_text("a file in the way")
    assert "cannot be written" in finding(check._storage, path).says


def test_check_names_languages_without_words(tmp_path: Path) -> None:
    path = settings(tmp_path, more='[screen]\nlanguages = ["fr", "zz"]\n')
    assert finding(check._languages, path).says.startswith(
        "no words for zz; there is ar, de, en, es, fr"
    )
    assert finding(check._languages, settings(tmp_path)).good


def test_check_names_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finding(check._reader, settings(tmp_path)).says == "simulated"
    monkeypatch.setenv("KIOSK_READER_TARGET", "abacus:")
    wrong = load_config(settings(tmp_path), dict(os.environ))
    assert "no card reader driver" in check._reader(wrong).says
    monkeypatch.setattr(check, "READER_WAIT_S", 0.1)
    from devices.readers.simulated import SimulatedReader

    away = SimulatedReader("away")
    away.fail("unplugged")
    monkeypatch.setattr(check, "open_reader", lambda _: away)
    assert finding(check._reader, settings(tmp_path)) == Finding(
        part="reader", good=False, says="unplugged"
    )


def test_check_names_the_printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none configured" in finding(check._printer, settings(tmp_path)).says
    path = settings(tmp_path, more=f'[printer]\ntarget = "simulated:{tmp_path}"\n')
    assert finding(check._printer, path).good
    printer = SimulatedPrinter(tmp_path)
    monkeypatch.setattr(check, "open_printer", lambda _: printer)
    printer.cover_open = True
    assert finding(check._printer, path).says == "cover open"
    printer.reachable = False
    assert "does not answer" in finding(check._printer, path).says
    printer.reachable, printer.cover_open, printer.paper = True, False, Paper.OUT
    assert finding(check._printer, path).says.endswith("paper out")
    monkeypatch.undo()
    wrong = settings(tmp_path, more='[printer]\ntarget = "abacus:"\n')
    assert "no printer driver" in finding(check._printer, wrong).says


def test_check_names_a_backend_that_does_not_answer(tmp_path: Path) -> None:
    from kiosk.config import Credentials, save_credentials

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ours = Credentials(
            terminal="t", name="n", token="lkt_x", card_secret="aa", store="s", program="p"
        )
        save_credentials(tmp_path / "state", ours)
        says = finding(check._backend, settings(tmp_path, url)).says
    assert "cannot be reached" in says
    assert "lkt_x" not in says


def test_check_leaves_no_trace(tmp_path: Path) -> None:
    finding(check._storage, settings(tmp_path))
    assert list((tmp_path / "state").iterdir()) == []
    assert sqlite3.sqlite_version_info >= (3, 24)


def test_a_claimed_kiosk_says_what_to_write_into_a_blank_chip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").mkdir()
    asked = [
        "--config",
        str(settings(tmp_path)),
        "chip",
        "04DE5F1EACC040",
        "--address",
        "https://shop.example",
    ]
    assert main(asked) == 1
    assert "not claimed" in capsys.readouterr().err
    credentials = Credentials(
        terminal="t", name="Angers-1", token="lkt_x", card_secret="00" * 32, store="s", program="p"
    )
    save_credentials(tmp_path / "state", credentials)
    assert main(asked) == 0
    assert "settings of 2 4000E0C1FF12" in capsys.readouterr().out
    assert main([*asked[:3], "04", *asked[4:]]) == 1
    assert "14 hexadecimal digits" in capsys.readouterr().err
