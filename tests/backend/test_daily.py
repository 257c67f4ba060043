"""Sums by day are the ledger's: between any two moments, and in a database from before them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from sqlalchemy import func, select, text, update

from backend.db import Transaction, daily, open_lots, tables
from backend.db.daily import Period
from backend.db.migrations import migrate
from backend.services.shop.gifts import gift_of, put_gift
from backend_client.schemas.catalogue import GiftBody
from loyalty.entries import EntryKind
from loyalty.program import Unit
from tests.support.books import Books
from tests.support.clock import StandingClock
from tests.support.server import company

NEW_INDEXES = (
    *("ix_entries_by_booking", "ix_entries_by_time", "ix_sales_by_time"),
    *("ix_members_alike", "ix_vouchers_tenant_entry", "ix_accounts_in_debt"),
    *("ix_members_absorbed", "ix_consents_last_word"),
)
START = datetime(2026, 3, 27, 9, tzinfo=UTC)
"""Before a night in which Paris puts its clocks forward."""


def some_days(books: Books, time: StandingClock, chance: Random) -> None:
    """Entries at two stores over four days; some are written down long after they happened."""
    stores = [books.store("Angers"), books.store("Bordeaux")]
    who = [books.member() for _ in range(3)]
    books.start = START
    for each in who:
        books.book(each, EntryKind.EARN, 900, stores[0])
    for hour in range(0, 96, 3):
        books.start = START + timedelta(hours=hour, seconds=chance.randrange(3600))
        time.now = books.start + timedelta(hours=chance.choice((0, 0, 7, 30)))
        kind, points = chance.choice(((EntryKind.EARN, 40), (EntryKind.REDEEM, -15)))
        books.book(
            chance.choice(who),
            kind,
            points,
            chance.choice(stores),
            deadline=START + timedelta(days=chance.choice((3, 5, 9))) if points > 0 else None,
        )


def ledger(tx: Transaction, period: Period) -> tuple[int, int]:
    """Points and entries, counted one by one."""
    table = tables.entries
    at = table.c.recorded_at if period.booked else table.c.occurred_at
    query = select(func.sum(table.c.points).label("points"), func.count().label("entries")).where(
        at >= period.since, at < period.until
    )
    if period.store:
        query = query.where(table.c.store == period.store)
    row = tx.first(query)
    assert row is not None
    return int(row.points or 0), row.entries


def test_between_any_bounds_the_sums_are_those_of_the_entries(url: str) -> None:
    chance, time = Random(5), StandingClock()  # noqa: S311 - the same days each time
    with company(url, clock=time) as shop:
        some_days(Books(shop), time, chance)
        with shop.database.read(shop.shop.tenant) as tx:
            assert list(daily.faults(tx)) == []
            assert list(open_lots.faults(tx)) == []
            for _ in range(30):
                many = chance.randrange(2, 6)
                bounds = sorted(
                    START + timedelta(minutes=chance.randrange(8000)) for _ in range(many)
                )
                period = Period(
                    since=bounds[0],
                    until=bounds[-1],
                    booked=chance.random() < 0.5,
                    store=chance.choice(("", "angers")),
                )
                sums = daily.between(tx, period, bounds)
                for place, (since, until) in enumerate(pairwise(bounds), start=1):
                    here = [each for each in sums if each.place == place]
                    told = sum(each.points for each in here), sum(each.entries for each in here)
                    part = Period(
                        since=since, until=until, booked=period.booked, store=period.store
                    )
                    assert told == ledger(tx, part)


def test_what_is_left_is_told_by_store_until_it_runs_out(url: str) -> None:
    with company(url, clock=StandingClock()) as shop:
        books = Books(shop)
        angers, bordeaux = books.store("Angers"), books.store("Bordeaux")
        who, soon, late = books.member(), START + timedelta(days=400), START + timedelta(days=800)
        books.book(who, EntryKind.EARN, 130, angers, deadline=soon)
        books.book(who, EntryKind.EARN, 40, bordeaux, deadline=late)
        books.book(who, EntryKind.EARN, 5, bordeaux)
        books.book(who, EntryKind.REDEEM, -150, bordeaux)
        with shop.database.write(shop.shop.tenant) as tx:
            assert {store: left for (_, store), left in open_lots.by_store(tx).items()} == {
                bordeaux: 25
            }
            tx.run(update(tables.open_points).values(points=tables.open_points.c.points + 1))
            assert len(list(open_lots.faults(tx))) == 3


def test_lots_are_counted_account_by_account_and_not_entry_by_entry(tmp_path: Path) -> None:
    """Among 100 000 members the one takes seconds, the other does not end."""
    asked = text(f"EXPLAIN QUERY PLAN {open_lots.COUNTED['sqlite']}")
    with (
        company(f"sqlite:///{tmp_path}/loyalty.db") as shop,
        shop.database.engine.connect() as connection,
    ):
        plan = [row.detail for row in connection.execute(asked, {"tenant": "t"})]
    assert any(step.startswith("SEARCH e ") and "tenant=? AND id=?" in step for step in plan)


def test_a_database_from_before_has_its_days_summed_when_it_is_migrated(kept_url: str) -> None:
    time = StandingClock()
    with company(kept_url, clock=time) as shop:
        some_days(Books(shop), time, Random(6))  # noqa: S311 - the same days each time
        tenant, mug = shop.shop.tenant, GiftBody(name={"fr": "Tasse"}, points=300)
        shop.database.run(tenant, put_gift, "mug", mug)
        with shop.database.read(tenant) as tx:
            due, open_before = daily.counted(tx), open_lots.by_store(tx)
        with shop.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE daily_points")
            connection.exec_driver_sql("DROP TABLE open_points")
            connection.exec_driver_sql("ALTER TABLE stores DROP COLUMN closed_at")
            connection.exec_driver_sql("ALTER TABLE gifts DROP COLUMN unit")
            connection.exec_driver_sql("ALTER TABLE cards DROP COLUMN on_phone")
            for index in NEW_INDEXES:
                connection.exec_driver_sql(f"DROP INDEX {index}")
            connection.exec_driver_sql(
                "CREATE INDEX ix_entries_by_time ON entries (tenant, occurred_at)"
            )
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0014'")
        migrate(shop.database.engine)
        with shop.database.read(shop.shop.tenant) as tx:
            assert list(daily.faults(tx)) == []
            assert list(open_lots.faults(tx)) == []
            assert open_lots.by_store(tx) == open_before
            assert gift_of(tx, "mug").unit is Unit.POINTS, "as its program counts"
            assert sum(points for points, _ in due.values()) == ledger(tx, ALWAYS)[0]


ALWAYS = Period(since=START - timedelta(days=99), until=START + timedelta(days=99))
