"""python -m backend, as an operator types it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest
import requests

from backend.__main__ import main
from backend.serve import listen
from backend_client.errors import BackendRefused
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient
from backend_client.schemas.changes import CardChanged, CardStatus
from backend_client.schemas.terminals import ClaimRequest
from backend_client.schemas.tills import MemberQuery
from loyalty.document import read_program
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.operator import ROOT, Operator, server
from tests.support.server import PROGRAM


@pytest.mark.e2e
def test_a_shop_from_nothing_to_a_sale(operator: Operator) -> None:
    operator.opens_a_shop()
    code = operator.gets("terminal", "add", "Entrance")["code"]
    key = operator.gets("till", "add", "Till 1")["key"]
    with server(operator) as (url, process):
        claimed = claim(url, ClaimRequest(code=code))
        kiosk = Kiosk(claimed=claimed, program=read_program(PROGRAM))
        joined = kiosk.enrolled()
        with TerminalClient(url, claimed.token) as terminal, TillClient(url, key) as till:
            terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
            assert till.record_sale(sale_of(joined.member, 13740)).balance == 187
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert operator.types("verify") == (0, "every account adds up\n", "")
    listed = operator.gets("terminal", "list")
    assert (listed["state"], listed["facts"]) == ("claimed", 2)
    log = (operator.folder / "log.txt").read_text()
    for secret in (joined.member, "Camille", claimed.token, key, code):
        assert secret not in log
    routes = [json.loads(each).get("route") for each in log.splitlines()]
    assert "/v1/sales" in routes


@pytest.mark.e2e
def test_the_server_stops_at_once_though_kiosks_wait(operator: Operator) -> None:
    operator.opens_a_shop()
    code = operator.gets("terminal", "add", "Entrance")["code"]
    with server(operator) as (url, process):
        claimed = claim(url, ClaimRequest(code=code))
        with TerminalClient(url, claimed.token) as terminal:
            cursor = terminal.changes("").cursor
            answered = threading.Event()

            def wait() -> None:
                assert terminal.changes(cursor, 20).changes == ()
                answered.set()

            waiting = threading.Thread(target=wait)
            waiting.start()
            # The server answers others while it keeps the poll, so the poll is there by now.
            for _ in range(20):
                assert requests.get(f"{url}/healthz", timeout=5).status_code == 200
            began = monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert monotonic() - began < 5, "not the 25 s that a kiosk may wait"
            waiting.join(5)
            assert answered.is_set()


@pytest.mark.e2e
def test_a_port_that_is_taken_is_said_in_one_line(operator: Operator) -> None:
    operator.opens_a_shop()
    with server(operator) as (url, _):
        second = subprocess.run(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "backend", "serve", *operator.where),
                *("--port", url.rpartition(":")[2]),
            ],
            cwd=operator.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith("backend: cannot listen")


def test_revoking_ends_a_token_and_a_key(operator: Operator) -> None:
    operator.opens_a_shop()
    terminal = operator.gets("terminal", "add", "Entrance")
    till = operator.gets("till", "add", "Till 1")
    assert operator.types("terminal", "revoke", terminal["terminal"])[0] == 0
    assert operator.types("till", "revoke", till["till"])[0] == 0
    assert operator.gets("terminal", "list")["state"] == "revoked"
    assert operator.types("till", "list")[1] == ""
    status, _, complaint = operator.types("terminal", "revoke", "nobody")
    assert (status, complaint.count("\n")) == (1, 1)


def test_several_stores_need_to_be_told_apart(operator: Operator) -> None:
    first, _ = operator.opens_a_shop(), operator.opens_a_shop()
    status, _, complaint = operator.types("till", "add", "Till 1")
    assert status == 1
    assert first["store"] in complaint
    assert operator.types("till", "add", "Till 1", "--store", first["store"])[0] == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"time_zone": "Mars/Olympus"}, "Europe/Paris"),
        ({"time_zone": "../../etc/passwd"}, "Europe/Paris"),
        ({"program": "/nowhere.json"}, "/nowhere.json"),
    ],
)
def test_a_shop_that_cannot_be_opened_says_why(
    operator: Operator, change: dict[str, str], says: str
) -> None:
    words = {"time_zone": "Europe/Paris", "program": str(operator.folder / "program.json")}
    words |= change
    status, _, complaint = operator.types(
        "shop", "--name", "X", "--time-zone", words["time_zone"], "--program", words["program"]
    )
    assert (status, complaint.count("\n")) == (1, 1)
    assert says in complaint


def test_a_program_that_makes_no_sense_names_its_field(operator: Operator) -> None:
    (operator.folder / "program.json").write_text(PROGRAM.replace('"cost": 200', '"cost": -2'))
    status, _, complaint = operator.types(
        "shop",
        *("--name", "X", "--time-zone", "Europe/Paris"),
        *("--program", str(operator.folder / "program.json")),
    )
    assert status == 1
    assert "rewards.0.cost" in complaint


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql://localhost/x", "sqlite:////nowhere/at/all.db", "sqlite://"]
)
def test_a_database_that_cannot_be_used_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert main(["migrate", "--database", url]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://127.0.0.1:1/x", "cannot use the database"),
        ("mysql://localhost/x", "postgresql://"),
    ],
)
def test_a_server_that_is_not_there_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, url: str, says: str
) -> None:
    key_file = tmp_path / "key"
    assert main(["migrate", "--database", url, "--key-file", str(key_file)]) == 1
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert says in complaint
    assert not key_file.exists()


def test_a_database_server_needs_a_key_file_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--database", "postgresql://127.0.0.1:1/x"]) == 1
    assert "--key-file" in capsys.readouterr().err


def test_a_lost_key_file_is_noticed_before_anything_is_done(operator: Operator) -> None:
    operator.opens_a_shop()
    key = operator.key_file
    assert key.stat().st_mode & 0o077 == 0
    kept = key.read_text()
    key.unlink()
    assert "restore" in operator.types("terminal", "add", "X")[2]
    assert not key.exists()
    key.write_text("ab" * 32)
    assert "restore" in operator.types("terminal", "add", "X")[2]
    key.write_text(kept)
    assert operator.types("terminal", "add", "X")[0] == 0


def test_verify_names_what_does_not_add_up_and_fails(operator: Operator) -> None:
    assert operator.types("verify")[0] == 1
    operator.opens_a_shop()
    assert operator.types("verify") == (0, "every account adds up\n", "")


def test_answers_are_sent_at_once() -> None:
    """asyncio turns Nagle's delay off only for sockets that name their protocol."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


@pytest.mark.e2e
def test_a_lost_card_is_blocked_everywhere_and_opened_again(operator: Operator) -> None:
    operator.opens_a_shop()
    code = operator.gets("terminal", "add", "Entrance")["code"]
    key = operator.gets("till", "add", "Till 1")["key"]
    uid = "04A1B2C3D4E5F6"
    with server(operator) as (url, _):
        claimed = claim(url, ClaimRequest(code=code))
        kiosk = Kiosk(claimed=claimed, program=read_program(PROGRAM))
        with TerminalClient(url, claimed.token) as terminal, TillClient(url, key) as till:
            terminal.push(Journal().write(kiosk.enrolled(uid=bytes.fromhex(uid))))
            cursor = terminal.changes("").cursor
            assert till.find_member(MemberQuery(card_uid=uid)).first_name
            assert operator.types("card", "block", uid)[0] == 0
            with pytest.raises(BackendRefused, match="another card"):
                till.find_member(MemberQuery(card_uid=uid))
            (change,) = terminal.changes(cursor).changes
            assert isinstance(change, CardChanged)
            assert change.status is CardStatus.BLOCKED
            assert operator.types("card", "unblock", uid)[0] == 0
            assert till.find_member(MemberQuery(card_uid=uid)).first_name


@pytest.mark.parametrize(("uid", "says"), [("zz", "hexadecimal"), ("04A1B2C3D4E5F7", "nobody")])
def test_a_card_that_cannot_be_blocked_is_named(operator: Operator, uid: str, says: str) -> None:
    operator.opens_a_shop()
    status, _, complaint = operator.types("card", "block", uid)
    assert status == 1
    assert says in complaint


def test_products_are_brought_in_from_a_file_and_written_into_one(operator: Operator) -> None:
    operator.opens_a_shop()
    file = operator.folder / "products.csv"
    file.write_text("id,name,price\nCAFE,Café,250\nTHE,Thé,\n", encoding="utf-8")
    tried = operator.gets("product", "import", str(file), "--dry-run")
    assert tried == {"added": 2, "changed": 0, "unchanged": 0}
    assert operator.gets("product", "import", str(file)) == tried
    assert operator.gets("product", "import", str(file))["unchanged"] == 2
    status, out, _ = operator.types("product", "export")
    assert (status, out.splitlines()[1].startswith("CAFE,Café,article,250")) == (0, True)
    file.write_text("id,name\nCAFE,\n", encoding="utf-8")
    status, _, complaint = operator.types("product", "import", str(file))
    assert (status, "line 2, name" in complaint, "nothing was written" in complaint) == (1, 1, 1)


def test_a_program_is_put_in_force_from_its_file(operator: Operator) -> None:
    operator.opens_a_shop()
    document = json.loads((operator.folder / "program.json").read_text())
    file = operator.folder / "next.json"
    file.write_text(json.dumps({**document, "point_value": "0.05"}))
    assert operator.gets("program", "publish", str(file))["version"] == 2
    later = ("--valid-from", "2999-01-01T00:00:00+01:00")
    assert operator.gets("program", "publish", str(file), *later)["version"] == 3
    listed = operator.gets("program", "list")
    assert (listed["version"], listed["on"]) == (2, True)
    assert listed["coming"].startswith("3:2998-12-31")
    status, _, complaint = operator.types("program", "publish", str(file), "--valid-from", "soon")
    assert (status, "write it like" in complaint) == (1, True)
    status, _, complaint = operator.types("program", "publish", str(file))
    assert (status, "begins later" in complaint) == (1, True)
