"""How SQLite looks things up: by an index, also where the column is empty in nearly every row."""

from pathlib import Path

from sqlalchemy import Engine, event, text

from backend.db import journals
from loyalty.entries import EntryKind
from loyalty.ids import EntryId
from tests.support.books import Books
from tests.support.server import company


def _as_if_there_were_many(engine: Engine) -> None:
    """What SQLite knows of its tables, each as large as after years."""
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
        for name, told in connection.execute(text("SELECT idx, stat FROM sqlite_stat1")).all():
            years = (int(each) for each in told.split())
            stat = " ".join(str(each * 2_500 if each > 1 else each) for each in years)
            values = {"stat": stat, "name": name}
            connection.execute(
                text("UPDATE sqlite_stat1 SET stat = :stat WHERE idx = :name"), values
            )
    engine.dispose()


def test_what_undid_an_entry_is_found_without_a_look_at_all_of_them(tmp_path: Path) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def heard(*told: object) -> None:
        asked.append((str(told[2]), told[3]))  # type: ignore[arg-type] # the statement and its values

    with company(f"sqlite:///{tmp_path}/loyalty.db") as shop:
        books = Books(shop)
        store = books.store("Angers")
        for _ in range(5):
            who = books.member()
            for _ in range(20):
                books.book(who, EntryKind.EARN, 10, store)
        _as_if_there_were_many(shop.database.engine)
        event.listen(shop.database.engine, "before_cursor_execute", heard)
        with shop.database.read(shop.shop.tenant) as tx:
            asked.clear()
            journals.expect_entries(tx, [EntryId("one")])
        event.remove(shop.database.engine, "before_cursor_execute", heard)
        with shop.database.engine.connect() as connection:
            steps = [
                step.detail
                for statement, values in asked
                for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                if " entries" in step.detail
            ]
    assert any("(tenant=? AND about=?)" in step for step in steps), steps
    assert all(step.startswith("SEARCH") for step in steps), steps
