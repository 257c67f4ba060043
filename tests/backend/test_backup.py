"""Backups: taken while the shop works, and restored only when every balance in them is right."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from backend.keys import read_keyring
from backend_client.rest.terminal import TerminalClient
from backend_client.rest.till import TillClient
from backend_client.schemas.changes import CardChanged
from loyalty.document import read_program
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.operator import Operator
from tests.support.server import NOWHERE, PROGRAM, Company, company, connected, in_process


@pytest.fixture
def elsewhere(operator: Operator, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Where a backup can be restored to: words for the command line."""
    if operator.servers == 1:
        key = ["--key-file", str(operator.key_file)]
        yield ["--database", f"sqlite:///{tmp_path}/new.db", *key]
        return
    with request.getfixturevalue("cluster").bare_database() as url:
        yield ["--database", url, "--key-file", str(operator.key_file)]


def database_of(words: list[str]) -> str:
    return words[words.index("--database") + 1]


def shop_of(operator: Operator, **other: Any) -> Any:
    """The operator's database with a company of its own in it."""
    operator.opens_a_shop()
    keyring = read_keyring(operator.key_file)
    return company(database_of(operator.where), keyring=keyring, **other)


def joins(shop: Company, uid: bytes) -> str:
    with in_process(shop.app) as session, connected(shop, session=session) as line:
        kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
        joined = kiosk.enrolled(uid=uid)
        line.terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
        line.till.record_sale(sale_of(joined.member, 13740))
    return joined.member


def test_a_restored_shop_has_every_point_and_every_kiosk_hears_everything_again(
    operator: Operator, elsewhere: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "today.backup"
    with (
        shop_of(operator) as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as line,
    ):
        kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
        joined = kiosk.enrolled(uid=b"\x04\x01\x02\x03\x04\x05\x06")
        line.terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
        line.till.record_sale(sale_of(joined.member, 13740))
        cursor = line.terminal.changes("").cursor
        before = line.till.account(joined.member)
        assert operator.gets("backup", str(target))["bytes"] > 0
    assert target.stat().st_mode & 0o077 == 0
    operator.where = elsewhere
    assert operator.types("restore", str(target))[0] == 0
    assert operator.types("verify") == (0, "every account adds up\n", "")
    keyring = read_keyring(operator.key_file)
    with (
        company(database_of(elsewhere), keyring=keyring) as new,
        in_process(new.app) as session,
        TerminalClient(NOWHERE, line.claimed.token, session=session) as terminal,
        TillClient(NOWHERE, line.till_key, session=session) as till,
    ):
        assert till.account(joined.member) == before
        page = terminal.changes(cursor)
    assert any(isinstance(change, CardChanged) for change in page.changes)
    assert page.cursor.partition("-")[0] != cursor.partition("-")[0]


def test_a_backup_that_is_taken_while_sales_are_recorded_adds_up(
    operator: Operator, elsewhere: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "busy.backup"
    with shop_of(operator) as shop:
        begun, stop = threading.Event(), threading.Event()

        def sell() -> None:
            number = 0
            while not stop.is_set() or number < 2:
                joins(shop, number.to_bytes(7, "big"))
                number += 1
                begun.set()

        selling = threading.Thread(target=sell)
        selling.start()
        begun.wait(30)
        try:
            assert operator.types("backup", str(target))[0] == 0
        finally:
            stop.set()
            selling.join(30)
    operator.where = elsewhere
    assert operator.types("restore", str(target))[0] == 0


def test_nothing_is_overwritten(operator: Operator, tmp_path: Path) -> None:
    operator.opens_a_shop()
    target = tmp_path / "today.backup"
    assert operator.types("backup", str(target))[0] == 0
    status, _, complaint = operator.types("backup", str(target))
    assert (status, "overwrites nothing" in complaint) == (1, True)
    status, _, complaint = operator.types("restore", str(target))
    assert (status, "overwrites nothing" in complaint) == (1, True)
    assert operator.types("verify")[0] == 0


def test_a_backup_without_its_key_file_is_not_restored(
    operator: Operator, elsewhere: list[str], tmp_path: Path
) -> None:
    operator.opens_a_shop()
    target = tmp_path / "today.backup"
    assert operator.types("backup", str(target))[0] == 0
    operator.where = elsewhere
    operator.key_file.write_text("ab" * 32)
    status, _, complaint = operator.types("restore", str(target))
    assert (status, "key file" in complaint) == (1, True)
    assert not (tmp_path / "new.db").exists()


def test_what_is_no_backup_is_said_in_one_line(
    operator: Operator, elsewhere: list[str], tmp_path: Path
) -> None:
    operator.opens_a_shop()
    operator.where = elsewhere
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    for file in (nonsense, tmp_path / "nowhere"):
        status, _, complaint = operator.types("restore", str(file))
        assert (status, complaint.count("\n")) == (1, 1)
    assert sorted(path.name for path in tmp_path.glob("new.db*")) == []


@pytest.mark.parametrize("kept_url", ["sqlite"], indirect=True)  # whose copy can be changed by hand
def test_books_that_do_not_add_up_are_not_restored(
    operator: Operator, elsewhere: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "today.backup"
    with shop_of(operator) as shop:
        joins(shop, b"\x04\x01\x02\x03\x04\x05\x06")
        assert operator.types("backup", str(target))[0] == 0
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("UPDATE entries SET points = points + 1 WHERE kind = 'earn'")
        connection.commit()
    operator.where = elsewhere
    status, _, complaint = operator.types("restore", str(target))
    assert (status, "does not add up" in complaint) == (1, True)
    assert sorted(path.name for path in tmp_path.glob("new.db*")) == []
