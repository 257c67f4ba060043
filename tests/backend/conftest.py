"""A shop, its backend, a kiosk and a till, in this process; everything on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from loyalty.document import read_program
from tests.support import postgres
from tests.support.desk import Clock, Desk, desk
from tests.support.facts import Journal, Kiosk
from tests.support.operator import Operator
from tests.support.postgres import DATABASES, Cluster, database_on
from tests.support.server import PROGRAM, Company, Connected, company, connected, in_process

INNER_LOOP = {
    *("test_batches", "test_extensions", "test_facts", "test_feed", "test_idempotency"),
    *("test_limits", "test_outbox", "test_pages", "test_sale_lines", "test_story"),
    *("test_verify", "test_words"),
}
"""What a change of the backend breaks first; the other files are in the gate all the same."""

EACH_TIME_ON_POSTGRESQL = {
    *("test_batches", "test_daily", "test_facts", "test_feed", "test_gifts", "test_households"),
    *(
        "test_idempotency",
        "test_import_races",
        "test_jobs",
        "test_order",
        "test_outbox",
        "test_pooler",
    ),
    *("test_privacy", "test_processes", "test_races", "test_sale_lines", "test_schema"),
    *("test_sales_queue", "test_story", "test_verify"),
}
"""Where the two databases differ: locks, batches, order, several processes. What only reads and
writes rows is tried on PostgreSQL by `make test-long`."""


BEFORE_A_RELEASE = {"test_bad_input", "test_catalogue", "test_messages_api", "test_webhooks"}
"""Run by `make test-long`: what the contract, the hostile bodies and the pages ask in the gate too,
or what has long stood still."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each run its suite: the inner loop, the gate's other runs on SQLite, or PostgreSQL."""
    case = getattr(item, "callspec", None)
    name = item.path.stem
    if case is not None and "postgresql" in case.params.values():
        item.add_marker(pytest.mark.postgres)
    elif name not in INNER_LOOP:
        item.add_marker(pytest.mark.thorough)
    if name in BEFORE_A_RELEASE:
        item.add_marker(pytest.mark.slow)
    if item.get_closest_marker("postgres") and name not in EACH_TIME_ON_POSTGRESQL:
        item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The tests' own PostgreSQL, started by the first test that asks."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.cluster() as started:
        yield started


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own, with nobody in it: in memory, or on the server."""
    with database_on(request, "sqlite://") as made:
        yield made


@pytest.fixture(params=DATABASES)
def kept_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same, for several connections: in a file, or on the server."""
    with database_on(request, f"sqlite:///{tmp_path}/loyalty.db") as made:
        yield made


@pytest.fixture
def operator(tmp_path: Path, kept_url: str, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(tmp_path, kept_url, capsys)


@pytest.fixture
def shop(url: str) -> Iterator[Company]:
    with company(url) as made:
        yield made


@pytest.fixture
def session(shop: Company) -> Iterator[requests.Session]:
    with in_process(shop.app) as made:
        yield made


@pytest.fixture
def line(shop: Company, session: requests.Session) -> Iterator[Connected]:
    with connected(shop, session=session) as made:
        yield made


@pytest.fixture
def kiosk(line: Connected) -> Kiosk:
    return Kiosk(claimed=line.claimed, program=read_program(PROGRAM))


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def counter(shop: Company, session: requests.Session) -> Desk:
    return desk(shop, session)


@pytest.fixture
def at(shop: Company) -> Clock:
    return Clock(shop.database)
