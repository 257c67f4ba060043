"""Sales and facts a second of the backend, beside the bare database writing the same rows.

`python -m benchmarks.backend`: SQLite with one server, PostgreSQL (a cluster of its own that syncs
as it should) with two. The ratio is what matters: both sides share the machine and its disk.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from backend.db import Database, tables
from backend.db.migrations import migrate
from backend.keys import new_keyring
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient
from backend_client.schemas.events import JournalEvent
from backend_client.schemas.terminals import ClaimRequest
from benchmarks.figures import percentile
from loyalty.document import read_program
from tests.support import postgres
from tests.support.facts import Journal, Kiosk, sale_of

PROGRAM = Path(__file__).parents[1] / "assets" / "programs" / "one-euro-one-point.json"
PUSHES = 4
MEMBERS_A_PUSH = 250
ALONE = 200
"""Sales of one till, one after the other."""
TOGETHER = 800
TILLS = 8
FACTS_A_COMMIT = 250
"""As the backend does."""
SALES_A_BATCH = 250
BATCHES = 8
LOOKUPS = 300
FEW, MANY = 10_000, 1_000_000
"""Members among whom one is looked up."""
START_MAX_S = 30

FACTS_A_MEMBER = 2
"""Enrolled, welcomed."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A running backend as its clients see it."""

    urls: list[str]
    codes: list[str]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One kind of database: the one that the servers use, and another for the driver alone."""

    url: str
    bare_url: str
    connect: Callable[[str], Any]
    mark: str
    """How the driver writes a value's place."""
    servers: int


def main() -> int:
    """Print the figures; build/bench-backend.json keeps them.

    Words limit what is measured: `sqlite`, `postgresql`, and `members=N` for the larger lookup.
    """
    global MANY  # noqa: PLW0603 - a command's own setting
    wanted = {word for word in sys.argv[1:] if "=" not in word} or {"sqlite", "postgresql"}
    for word in sys.argv[1:]:
        if word.startswith("members="):
            MANY = int(word.removeprefix("members="))
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        url, bare_url = (f"sqlite:///{folder}/{name}.db" for name in ("loyalty", "bare"))
        place = Place(url=url, bare_url=bare_url, connect=_sqlite, mark="?", servers=1)
        if "sqlite" in wanted:
            figures["SQLite, 1 server"] = measured(folder, place)
        if postgres.binaries() is None:
            print(postgres.MISSING, file=sys.stderr)
        elif "postgresql" in wanted:
            figures["PostgreSQL, 2 servers"] = _on_postgresql(folder)
    text = json.dumps(figures, indent=2)
    Path("build").mkdir(exist_ok=True)
    Path("build/bench-backend.json").write_text(text)
    print(text)
    return 0


def _on_postgresql(folder: Path) -> dict[str, float]:
    with (
        postgres.cluster(durable=True) as cluster,
        cluster.database() as url,
        cluster.database() as bare_url,
    ):
        place = Place(url=url, bare_url=bare_url, connect=psycopg.connect, mark="%s", servers=2)
        return measured(folder, place)


def measured(folder: Path, place: Place) -> dict[str, float]:
    """The figures of one database."""
    with _backend(folder, place) as shop:
        members, batch_s = _join(shop)
        alone = _sell(shop, members, ALONE, tills=1)
        began = time.monotonic()
        together = _sell(shop, members, TOGETHER, tills=TILLS)
        together_s = time.monotonic() - began
        batched_s = _sell_batches(shop, members)
        among = {number: _look_up(shop, place, members, number) for number in (FEW, MANY)}
    batched = SALES_A_BATCH * BATCHES
    facts = FACTS_A_MEMBER * len(members)
    bare_batch_s, bare_sales_s, bare_batched_s = _bare(place, members)
    return {
        "facts a second, batches": round(facts / batch_s),
        "bare": round(facts / bare_batch_s),
        "ratio of batches (aim 0.4)": round(bare_batch_s / batch_s, 3),
        "one till: p50 ms": round(percentile(alone, 0.5) * 1000, 1),
        "one till: p95 ms": round(percentile(alone, 0.95) * 1000, 1),
        f"{TILLS} tills: p95 ms": round(percentile(together, 0.95) * 1000, 1),
        f"{TILLS} tills: sales a second": round(TOGETHER / together_s),
        "bare sales a second": round((ALONE + TOGETHER) / bare_sales_s),
        "ratio of sales (aim 0.2)": round(
            bare_sales_s / (ALONE + TOGETHER) * TOGETHER / together_s, 3
        ),
        "sales a second, batches": round(batched / batched_s),
        "bare batches of sales": round(batched / bare_batched_s),
        "ratio of batches of sales (aim 0.4)": round(bare_batched_s / batched_s, 3),
        **{f"balance among {n}: p50 ms": round(p50 * 1000, 2) for n, p50 in among.items()},
        "growth of a lookup (aim below 1.3)": round(among[MANY] / among[FEW], 2),
    }


# --- through the API --------------------------------------------------------------------------


@contextmanager
def _backend(folder: Path, place: Place) -> Iterator[Shop]:
    common = ["--database", place.url, "--key-file", str(folder / f"{place.servers}.key")]
    _typed("shop", "--name", "B", "--time-zone", "UTC", "--program", str(PROGRAM), *common)
    key = _typed("till", "add", "T", *common)["key"]
    codes = [_typed("terminal", "add", str(n), *common)["code"] for n in range(place.servers)]
    with ExitStack() as stack:
        urls = [
            stack.enter_context(_server(folder / f"{place.servers}-{n}.json", common))
            for n in range(place.servers)
        ]
        yield Shop(urls=urls, codes=codes, key=key)


def _typed(*words: str) -> dict[str, str]:
    command = [sys.executable, "-m", "backend", *words, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


@contextmanager
def _server(announce: Path, common: list[str]) -> Iterator[str]:
    command = [*(sys.executable, "-m", "backend", "serve", "--port", "0"), *common]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--announce", str(announce)], stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + START_MAX_S
        while not announce.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        yield json.loads(announce.read_text())["url"]
    finally:
        process.terminate()
        process.wait(START_MAX_S)


def _join(shop: Shop) -> tuple[list[str], float]:
    """New members with their welcome, in batches, a terminal at each server; and the seconds."""
    waiting, members = [], []
    for url, code in zip(shop.urls, shop.codes, strict=True):
        claimed = claim(url, ClaimRequest(code=code))
        kiosk = Kiosk(claimed=claimed, program=read_program(PROGRAM.read_text("utf-8")))
        journal, batches = Journal(), []
        for _ in range(PUSHES // len(shop.urls)):
            joined = [kiosk.enrolled() for _ in range(MEMBERS_A_PUSH)]
            members += [each.member for each in joined]
            facts = [fact for one in joined for fact in (one, kiosk.welcomed(one.member))]
            batches.append(journal.write(*facts))
        waiting.append((TerminalClient(url, claimed.token), batches))

    def push(work: tuple[TerminalClient, list[list[JournalEvent]]]) -> None:
        terminal, batches = work
        with terminal:
            for batch in batches:
                assert not any(result.flags for result in terminal.push(batch).results)

    began = time.monotonic()
    with ThreadPoolExecutor(len(waiting)) as threads:
        list(threads.map(push, waiting))
    return members, time.monotonic() - began


def _sell(shop: Shop, members: list[str], number: int, *, tills: int) -> list[float]:
    """The seconds of each sale."""

    def sell(till_number: int) -> list[float]:
        took = []
        with TillClient(shop.urls[till_number % len(shop.urls)], shop.key) as till:
            for n in range(till_number, number, tills):
                sale = sale_of(members[n % len(members)], 1000)
                began = time.monotonic()
                till.record_sale(sale)
                took.append(time.monotonic() - began)
        return took

    with ThreadPoolExecutor(tills) as threads:
        return [each for took in threads.map(sell, range(tills)) for each in took]


def _sell_batches(shop: Shop, members: list[str]) -> float:
    """The seconds of so many batches of sales, a till at each server."""
    sales = [sale_of(members[n % len(members)], 1000) for n in range(SALES_A_BATCH * BATCHES)]
    waiting = [sales[n : n + SALES_A_BATCH] for n in range(0, len(sales), SALES_A_BATCH)]

    def sell(number: int) -> None:
        with TillClient(shop.urls[number], shop.key) as till:
            for batch in waiting[number :: len(shop.urls)]:
                assert all(result.answer for result in till.record_sales(batch).results)

    began = time.monotonic()
    with ThreadPoolExecutor(len(shop.urls)) as threads:
        list(threads.map(sell, range(len(shop.urls))))
    return time.monotonic() - began


_NUMBERS = {
    "?": "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {most} - 1)"
    " SELECT {what} FROM s, {table} AS t WHERE {which} AND n >= {least}",
    "%s": "SELECT {what} FROM generate_series({least}, {most} - 1) AS n, {table} AS t"
    " WHERE {which}",
}


def _look_up(shop: Shop, place: Place, members: list[str], number: int) -> float:
    """The seconds of reading a balance among so many members; the middle one of many."""
    with closing(place.connect(place.url)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM accounts")
        there = cursor.fetchone()[0]
        for table, key in (("members", "id"), ("accounts", "member")):
            names = tables.metadata.tables[table].columns.keys()
            told = ["'twin-' || n" if name == key else f't."{name}"' for name in names]
            select = _NUMBERS[place.mark].format(
                what=", ".join(told),
                table=table,
                which=f"t.\"{key}\" = '{members[0]}'",
                least=there,
                most=number,
            )
            columns = ", ".join(f'"{name}"' for name in names)
            cursor.execute(f'INSERT INTO "{table}" ({columns}) {select}')
        connection.commit()
    took = []
    with TillClient(shop.urls[0], shop.key) as till:
        for n in range(LOOKUPS):
            began = time.monotonic()
            till.account(f"twin-{there + (n * 7919) % (number - there)}")
            took.append(time.monotonic() - began)
    return percentile(took, 0.5)


# --- the driver alone -------------------------------------------------------------------------

FIRST = ("tenants", "programs", "stores", "terminals", "api_keys")
JOINING = ("members", "accounts", "cards", "consents", "entries", "events_received", "changes")
"""What a new member and the welcome write, parents first."""


def _bare(place: Place, members: list[str]) -> tuple[float, float, float]:
    """Seconds to write, in the same commits, what joining, sales and batches of sales wrote."""
    database = Database(place.bare_url, new_keyring())
    migrate(database.engine)
    database.close()
    rows = _rows(place)
    with closing(place.connect(place.bare_url)) as connection:
        for name in FIRST:
            _insert(connection.cursor(), place, name, rows[name])
        connection.commit()
    shares = _shares(rows, members)

    def join(cursor: Any, number: int) -> None:
        for name in JOINING:
            _insert(cursor, place, name, shares[number].get(name, []))

    accounts = {row["member"]: row for row in rows["accounts"]}
    earned = {row["fact"]: row for row in rows["entries"] if row["kind"] == "earn"}
    alone = rows["sales"][: ALONE + TOGETHER]
    batched = rows["sales"][ALONE + TOGETHER :]

    def sell(cursor: Any, number: int) -> None:
        write(cursor, alone[number : number + 1], 10**9 + number)

    def sell_many(cursor: Any, number: int) -> None:
        first = number * SALES_A_BATCH
        write(cursor, batched[first : first + SALES_A_BATCH], 2 * 10**9 + first)

    def write(cursor: Any, sales: list[Row], place_in_feed: int) -> None:
        tenant = sales[0]["tenant"]
        _update(cursor, place, "tenants", [{"last_change": place_in_feed}], [{"id": tenant}])
        _insert(cursor, place, "sales", sales)
        _insert(cursor, place, "entries", [earned[sale["id"]] for sale in sales])
        moved = [accounts[sale["member"]] for sale in sales]
        keys = ("tenant", "member", "program")
        told = [{k: v for k, v in row.items() if k not in keys} for row in moved]
        _update(cursor, place, "accounts", told, [{k: row[k] for k in keys} for row in moved])
        which = [
            {"tenant": tenant, "kind": "account", "key": f"{row['member']}/{row['program']}"}
            for row in moved
        ]
        numbers = [{"sequence": place_in_feed + n} for n in range(len(which))]
        _update(cursor, place, "changes", numbers, which)

    return (
        _timed(place, len(shares), join),
        _timed(place, len(alone), sell),
        _timed(place, len(batched) // SALES_A_BATCH, sell_many),
    )


def _rows(place: Place) -> dict[str, list[Row]]:
    """All that the backend wrote, as the driver gives it."""
    found = {}
    with closing(place.connect(place.url)) as connection:
        cursor = connection.cursor()
        for name, table in tables.metadata.tables.items():
            columns = table.columns.keys()
            quoted = ", ".join(f'"{column}"' for column in columns)
            real = {"members": "id", "accounts": "member"}.get(name)
            which = f" WHERE {real} NOT LIKE 'twin-%'".replace("%", "%%") if real else ""
            order = " ORDER BY recorded_at" if name == "sales" else ""
            cursor.execute(f'SELECT {quoted} FROM "{name}"{which}{order}')  # noqa: S608 - our own names
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


def _shares(rows: dict[str, list[Row]], members: list[str]) -> list[dict[str, list[Row]]]:
    """What each commit writes: the rows of so many members."""
    a_commit = FACTS_A_COMMIT // FACTS_A_MEMBER
    commit_of = {member: number // a_commit for number, member in enumerate(members)}
    holder = {row["key"]: row["member"] for row in rows["cards"]}
    whose: dict[str, Callable[[Row], str | None]] = {
        "members": lambda row: row["id"],
        "entries": lambda row: row["member"] if row["kind"] == "welcome" else None,
        "events_received": lambda row: row["about"],
        "changes": lambda row: holder.get(row["key"], row["key"].partition("/")[0]),
    }
    shares: list[dict[str, list[Row]]] = [{} for _ in range(len(members) // a_commit)]
    for name in JOINING:
        for row in rows[name]:
            member = whose.get(name, _member)(row)
            if member in commit_of:
                shares[commit_of[member]].setdefault(name, []).append(row)
    return shares


def _member(row: Row) -> str | None:
    return str(row["member"])


def _timed(place: Place, commits: int, write: Callable[[Any, int], None]) -> float:
    """Seconds of so many transactions, over as many connections as there are servers."""

    def work(writer: int) -> None:
        with closing(place.connect(place.bare_url)) as connection:
            for number in range(writer, commits, place.servers):
                write(connection.cursor(), number)
                connection.commit()

    began = time.monotonic()
    with ThreadPoolExecutor(place.servers) as threads:
        list(threads.map(work, range(place.servers)))
    return time.monotonic() - began


def _insert(cursor: Any, place: Place, name: str, rows: Sequence[Row]) -> None:
    """One statement, however many rows."""
    if not rows:
        return
    columns = ", ".join(f'"{column}"' for column in rows[0])
    one = f"({', '.join([place.mark] * len(rows[0]))})"
    text = f'INSERT INTO "{name}" ({columns}) VALUES {", ".join([one] * len(rows))}'  # noqa: S608
    cursor.execute(text, [value for row in rows for value in row.values()])


def _update(
    cursor: Any, place: Place, name: str, values: Sequence[Row], which: Sequence[Row]
) -> None:
    told = ", ".join(f'"{column}" = {place.mark}' for column in values[0])
    where = " AND ".join(f'"{column}" = {place.mark}' for column in which[0])
    text = f'UPDATE "{name}" SET {told} WHERE {where}'  # noqa: S608 - our own names
    cursor.executemany(
        text, [[*one.values(), *key.values()] for one, key in zip(values, which, strict=True)]
    )


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level="IMMEDIATE")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


if __name__ == "__main__":
    sys.exit(main())
