"""The database's own promises, and its way from nothing to today."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from backend.app import create_app, openapi_text
from backend.db import Database, tables
from backend.db.migrations import migrate
from backend.keys import new_keyring
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.postgres import DATABASES, Cluster
from tests.support.server import Company, Connected

ROOT = Path(__file__).parents[2]

COPY = """
INSERT INTO entries (tenant, id, member, program, position, kind, points,
occurred_at, fact, store, deadline, about, trace, canonical, chain, recorded_at)
SELECT tenant, 'other', member, program, {position}, kind, points,
occurred_at, fact, store, deadline, about, trace, canonical, chain, recorded_at
FROM entries WHERE kind = '{kind}'
"""


@pytest.fixture(params=DATABASES)
def bare_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield "sqlite:///here.db"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.bare_database() as made:
        yield made


def test_the_migrations_lead_to_the_tables(
    bare_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database(bare_url, new_keyring())
    migrate(database.engine)
    migrate(database.engine)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []
    database.close()


def test_processes_that_start_together_migrate_once(bare_url: str, tmp_path: Path) -> None:
    start = threading.Barrier(4)

    def begin(_: int) -> None:
        database = Database(bare_url.replace("here.db", f"{tmp_path}/here.db"), new_keyring())
        start.wait(10)
        migrate(database.engine)
        database.close()

    with ThreadPoolExecutor(4) as processes:
        assert list(processes.map(begin, range(4))) == [None] * 4


def test_the_tenant_comes_first_in_every_key_and_index() -> None:
    for table in tables.metadata.tables.values():
        if table.name == "tenants":
            continue
        assert next(iter(table.primary_key.columns)).name == "tenant", table.name
        for index in table.indexes:
            assert next(iter(index.columns)).name == "tenant", index.name
        for constraint in table.foreign_key_constraints:
            assert constraint.columns[0].name == "tenant", table.name


def test_a_file_is_durable_and_checked(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/loyalty.db", new_keyring())
    with database.engine.connect() as connection:
        asked = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


@pytest.mark.parametrize(
    "sql",
    [
        COPY.format(position="99", kind="welcome"),
        COPY.format(position="position", kind="earn"),
        "UPDATE entries SET points = -points WHERE kind = 'earn'",
        "UPDATE entries SET kind = 'gift'",
        "UPDATE entries SET kind = 'adjustment' WHERE kind = 'earn'",
        "UPDATE entries SET owes = 2",
        "UPDATE accounts SET debt = 1",
        "UPDATE entries SET member = 'nobody'",
        "UPDATE cards SET status = 'lost'",
        "UPDATE sales SET total = -1",
        "DELETE FROM members",
    ],
)
def test_what_must_not_be_is_refused_by_the_database_itself(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal, sql: str
) -> None:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 1000))
    with (
        pytest.raises(IntegrityError),
        shop.database.write(shop.shop.tenant) as tx,
    ):
        tx.connection.exec_driver_sql(sql)


def test_the_published_openapi_is_the_applications(shop: Company) -> None:
    published = (ROOT / "docs" / "openapi.json").read_text()
    fresh = openapi_text(create_app(shop.database))
    assert published == fresh, "run: python -m backend openapi > docs/openapi.json"


def test_every_error_in_the_openapi_is_a_problem(shop: Company) -> None:
    document = shop.app.openapi()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                assert answer["description"]
                if int(status) >= 400:
                    kinds = list(answer["content"])
                    assert kinds == ["application/problem+json"], (path, status)
                elif status == "200":
                    assert answer["content"], path


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # which alone can be told to be full
def test_a_full_disk_is_come_back_later_and_nothing_is_lost(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    with shop.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    waiting = journal.write(*(kiosk.enrolled(name="Q" * 40) for _ in range(200)))
    answer = line.raw(
        "POST", "/v1/events", {"events": [each.model_dump(mode="json") for each in waiting]}
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert line.till.account(joined.member).balance == 50
    with shop.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    results = line.terminal.push(waiting).results
    assert all(not result.flags for result in results)
