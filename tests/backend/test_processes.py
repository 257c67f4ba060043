"""Several processes on one database: what one commits, kiosks that wait at another hear."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from backend import watch
from backend.app import create_app
from backend.db import Database, Transaction, listener
from backend.db.engine import ATTEMPTS_MAX
from backend.errors import DatabaseBusy
from backend.services.people.members import set_card_status
from backend_client.rest.till import TillClient
from backend_client.schemas.changes import CardChanged, CardStatus, Change
from loyalty.document import read_program
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import (
    PROGRAM,
    Company,
    Connected,
    company,
    connected,
    running,
    serving,
    until,
)

pytestmark = pytest.mark.thorough

UID = bytes.fromhex("04A1B2C3D4E5F6")
# Those of the transaction were said with its BEGIN.
SETTINGS = """
SELECT name FROM pg_settings WHERE source = 'session' AND name NOT LIKE 'transaction_%%'
"""
GIVE_UP = "DO $$ BEGIN RAISE EXCEPTION 'met another' USING ERRCODE = '40001'; END $$"
NOBODY = "postgresql://127.0.0.1:1/x"
on_postgresql = pytest.mark.parametrize("kept_url", ["postgresql"], indirect=True)


@pytest.fixture
def shop(kept_url: str) -> Iterator[Company]:
    with company(kept_url) as made:
        yield made


@pytest.fixture
def other(shop: Company) -> Iterator[Database]:
    """The database as another process has it open."""
    database = Database(shop.database.url, shop.database.keyring)
    yield database
    database.close()


def join(line: Connected) -> str:
    """A new member with the card UID."""
    kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
    joined = kiosk.enrolled(uid=UID)
    line.terminal.push(Journal().write(joined))
    return joined.member


def heard(line: Connected, act: Callable[[], object]) -> tuple[Change, ...]:
    """What a kiosk that waits hears when something is done elsewhere."""
    cursor = line.terminal.changes("").cursor
    pages = []
    waiting = threading.Thread(
        target=lambda: pages.append(line.terminal.changes(cursor, 20)), name="kiosk"
    )
    waiting.start()
    until(lambda: line.company.app.state.bell.waiting == 1)
    act()
    waiting.join(10)
    assert pages, "not within ten seconds"
    return pages[0].changes


@contextmanager
def looking_never(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only what is told is heard."""
    with monkeypatch.context() as patched:
        patched.setattr(watch, "LOOK_S", 3600)
        yield


@pytest.mark.parametrize("listen_url", [None, NOBODY], ids=["listening", "not listening"])
def test_a_card_blocked_by_another_process_reaches_a_kiosk_that_waits(
    shop: Company, other: Database, tmp_path: Path, listen_url: str | None
) -> None:
    with (
        running(shop.app, tmp_path / "address.json", listen_url) as (url, _),
        connected(shop, url) as line,
    ):
        join(line)

        def block() -> None:
            with other.write(shop.shop.tenant) as tx:
                assert set_card_status(tx, UID, CardStatus.BLOCKED)

        (change,) = heard(line, block)
        assert isinstance(change, CardChanged)
        assert change.status is CardStatus.BLOCKED


@on_postgresql
def test_a_sale_at_one_server_wakes_a_kiosk_at_another_at_once(
    shop: Company, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        looking_never(monkeypatch),
        running(shop.app, tmp_path / "one.json") as (url, server),
        serving(create_app(other), tmp_path / "two.json") as second,
        connected(shop, url) as line,
        TillClient(second, line.till_key) as till,
    ):
        member = join(line)
        assert server.watch.listener is not None
        assert server.watch.listener.listening.wait(10)
        (change,) = heard(line, lambda: till.record_sale(sale_of(member, 1000)))
        assert change.type == "account"


@on_postgresql
def test_a_server_listens_again_after_its_connection_was_ended(
    shop: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_RETRY_S", 0.01)
    with (
        looking_never(monkeypatch),
        running(shop.app, tmp_path / "one.json") as (url, server),
        connected(shop, url) as line,
    ):
        member = join(line)
        ear = server.watch.listener
        assert ear is not None
        assert ear.listening.wait(10)
        first = ear.connected
        with psycopg.connect(shop.database.url, autocommit=True) as operator:
            operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        until(lambda: ear.connected > first)
        with TillClient(url, line.till_key) as till:
            assert heard(line, lambda: till.record_sale(sale_of(member, 1000)))


@on_postgresql
def test_what_the_database_gave_up_is_tried_again(shop: Company) -> None:
    tried: list[int] = []

    def act(tx: Transaction, times: int) -> int:
        tried.append(1)
        if len(tried) <= times:
            _give_up(tx)
        return len(tried)

    assert shop.database.run(shop.shop.tenant, act, ATTEMPTS_MAX - 1) == ATTEMPTS_MAX
    tried.clear()
    with pytest.raises(DatabaseBusy):
        shop.database.run(shop.shop.tenant, act, ATTEMPTS_MAX)
    assert len(tried) == ATTEMPTS_MAX


def _give_up(tx: Transaction) -> None:
    tx.connection.exec_driver_sql(GIVE_UP)


@on_postgresql
def test_whoever_waits_too_long_for_another_process_is_told_to_come_back(
    shop: Company, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.db.engine.BUSY_TIMEOUT_S", 1)
    with (
        other.write(shop.shop.tenant),
        pytest.raises(DatabaseBusy),
        shop.database.write(shop.shop.tenant),
    ):
        pytest.fail("two wrote at once")


@on_postgresql
def test_nothing_is_left_on_a_connection_for_a_pooler_to_trip_over(
    shop: Company, tmp_path: Path
) -> None:
    with serving(shop.app, tmp_path / "one.json") as url, connected(shop, url) as line:
        member = join(line)
        for _ in range(10):  # psycopg would prepare a statement at its sixth use
            line.till.record_sale(sale_of(member, 1000))
    with shop.database.engine.connect() as connection:
        for left in (
            SETTINGS,
            "SELECT name FROM pg_prepared_statements",
            "SELECT pg_listening_channels()",
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        ):
            assert connection.exec_driver_sql(left).all() == [], left
