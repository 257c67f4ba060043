"""How fast the pages answer among many members: office, till, customer, shop.

`python -m benchmarks.pages [members=N] [WORD …]`: a shop that looks lived in, multiplied in its
database, and each page asked for several times. Wall time and the server's CPU time, medians in ms;
a word such as `reports` asks only for pages with it in their address.
"""

import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from backend.db import daily, open_lots, tables
from benchmarks import addresses
from benchmarks.figures import percentile
from tests.pages.shop import furnished
from tests.support.server import NOWHERE, Company, company, in_process

MEMBERS = 100_000
AIM_MS = 200
TIMES = 5
ENTRIES_EACH, SALES_EACH, VOUCHERS_EACH = 3, 2, 1
"""Of each member, so that there are three hundred thousand entries."""
OWN = (
    *("id", "member", "fact", "key", "contact_key", "phone_key"),
    *("event", "entry", "redemption", "code"),
)
"""Columns that are somebody's own: each copy has others."""


def main() -> int:
    """Print the figures; build/bench-pages.json keeps them.

    1 when a page misses its aim, or the application has one that is not asked for. By the
    processor's time: waiting for others on the same machine is no page's doing.
    """
    members, words = MEMBERS, []
    for word in sys.argv[1:]:
        if word.startswith("members="):
            members = int(word.removeprefix("members="))
        else:
            words.append(word)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "loyalty.db"
        with company(f"sqlite:///{path}") as shop:
            names = addresses.more(shop, furnished(shop))
            multiply(path, members)
            _sum(shop)
            shop.database.analyse()
            pages = _asked(shop, names, addresses.PAGES, words)
            parts = _asked(shop, names, addresses.COUNTED, words, part=True)
            missing = addresses.left_out(names)
    asked = [*pages.items(), *parts.items()]
    late = sorted({page for page, told in asked if told["cpu ms"] > AIM_MS})
    figures = {
        "members": members,
        "pages": pages,
        "counted after": parts,
        "late": late,
        "not asked": missing,
    }
    text = json.dumps(figures, indent=2)
    Path("build").mkdir(exist_ok=True)
    Path("build/bench-pages.json").write_text(text)
    print(text)
    return 1 if late or missing else 0


def _asked(
    shop: Company,
    names: dict[str, str],
    pages: tuple[str, ...],
    words: list[str],
    *,
    part: bool = False,
) -> dict[str, dict[str, float]]:
    """What each page took, in ms."""
    headers = {"Accept-Language": "fr", "Accept": "text/html"}
    if part:
        headers["HX-Request"] = "true"
    cookies, found = addresses.cookies(shop, names["member"]), {}
    with in_process(shop.app) as session:
        for page in pages:
            if words and not any(word in page for word in words):
                continue
            wall, cpu = [], []
            url = NOWHERE + page.format(**names)
            shown = {"Cookie": cookies[page]} if page in cookies else {}
            for _ in range(TIMES):
                began, used = time.perf_counter(), time.process_time()
                answer = session.get(
                    url, headers=headers | shown, timeout=120, allow_redirects=False
                )
                wall.append(time.perf_counter() - began)
                cpu.append(time.process_time() - used)
                assert answer.status_code == 200, (page, answer.status_code)
            print(page, round(percentile(cpu, 0.5) * 1000), file=sys.stderr, flush=True)
            found[page] = {
                "ms": round(percentile(wall, 0.5) * 1000, 1),
                "cpu ms": round(percentile(cpu, 0.5) * 1000, 1),
            }
    return found


# --- many of them -------------------------------------------------------------------------------


def multiply(path: Path, members: int) -> None:
    """Copy the shop's members, with some of what they did, until there are so many."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous=OFF")
    try:
        tables = {
            "members": _rows(connection, "members", 10**9),
            "accounts": _rows(connection, "accounts", 10**9),
            "consents": _rows(connection, "consents", 10**9),
            "cards": _rows(connection, "cards", 10**9),
            "sales": _rows(connection, "sales", SALES_EACH),
            "entries": _rows(connection, "entries", ENTRIES_EACH),
            "vouchers": _rows(connection, "vouchers", VOUCHERS_EACH),
        }
        people = len(tables["members"])
        for copy in range(1, members // people):
            for name, rows in tables.items():
                _copy(connection, name, rows, copy)
        connection.commit()
    finally:
        connection.close()


def _sum(shop: Company) -> None:
    """The copies were made beside the services, which keep the sums of days and of open points."""
    with shop.database.write(shop.shop.tenant) as tx:
        tx.run(delete(tables.daily_points))
        tx.daily.update(daily.counted(tx))
        tx.run(delete(tables.open_points))
        for (program, store, deadline), points in open_lots.counted(tx).items():
            names = {"program": program, "store": store, "deadline": deadline}
            tx.add(tables.open_points, {**names, "points": points})


def _rows(connection: sqlite3.Connection, name: str, each: int) -> list[dict[str, Any]]:
    """The rows of a table, at most so many of each member."""
    counted: dict[str, int] = {}
    found = []
    for row in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - one of ours
        member = row["member"] if "member" in row.keys() else row["id"]  # noqa: SIM118 - a Row has no names in it otherwise
        counted[member] = counted.get(member, 0) + 1
        if counted[member] <= each:
            found.append(dict(row))
    return found


def _copy(connection: sqlite3.Connection, name: str, rows: list[dict[str, Any]], copy: int) -> None:
    if not rows:
        return
    columns = ", ".join(f'"{column}"' for column in rows[0])
    marks = ", ".join("?" for _ in rows[0])
    connection.executemany(
        f'INSERT INTO "{name}" ({columns}) VALUES ({marks})',  # noqa: S608 - ours
        [[_other(column, value, copy) for column, value in row.items()] for row in rows],
    )


def _other(column: str, value: object, copy: int) -> object:
    if isinstance(value, str) and column in OWN:
        return f"{value[:56]}-{copy}"
    if column in ("first_key", "last_key") and value:
        return f"{value}{copy % 97}"
    return value


if __name__ == "__main__":
    sys.exit(main())
