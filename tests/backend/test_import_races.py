"""Somebody is erased or merged while their rows come in: nobody comes back, and every sum is right.

The one who erases is another process: another connection, and another queue.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from backend.db import Database, accounts, members, tables
from backend.db.imports import ImportState
from backend.services.keeping import import_uploads, imports
from backend.services.keeping.import_files import Line
from backend.services.people import merging, privacy
from backend.services.points.verify import faults
from backend_client.schemas.desk import NewMerge
from backend_client.schemas.imports import ImportColumn, ImportPlan, ImportShown, UnknownPeople
from loyalty.ids import MemberId
from tests.support.members import give, join
from tests.support.server import Company, company, new_id

pytestmark = pytest.mark.thorough

ANNA = "anna.quatrebarbes@shop.test"
ROWS = [f"{ANNA},100", *(f"m{n}@shop.test,{n}" for n in range(1, 7)), f"{ANNA},23", "z@shop.test,9"]
BOOKS = "\n".join(["email,balance", *ROWS])
SUM = 100 + sum(range(1, 7)) + 23 + 9
AT_ONCE = 2


@pytest.fixture
def shop(kept_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setattr(imports, "AT_ONCE", AT_ONCE)
    with company(kept_url) as made:
        yield made


@pytest.fixture
def other(shop: Company) -> Iterator[Database]:
    """The same database, as another process has it."""
    made = Database(shop.database.url, shop.database.keyring)
    yield made
    made.close()


@pytest.fixture
def anna(shop: Company) -> MemberId:
    """A member with 40 points, before anything comes in."""
    with shop.database.write(shop.shop.tenant) as tx:
        who = join(tx, name="Anna", email=ANNA)
        give(tx, shop, who, 40)
    return who


def tried(shop: Company) -> str:
    """An import that waits for its commit."""
    wanted, tenant = new_id(), shop.shop.tenant
    plan = ImportPlan(
        program=shop.shop.program,
        store=shop.shop.store,
        columns={ImportColumn.EMAIL: "email", ImportColumn.BALANCE: "balance"},
        unknown=UnknownPeople.ADD,
    )
    shop.database.run(tenant, import_uploads.upload, "system", wanted, BOOKS.encode())
    shop.database.run(tenant, imports.try_out, "system", wanted, plan)
    return wanted


def commits(shop: Company, wanted: str) -> ImportShown:
    return imports.commit(shop.database, shop.shop.tenant, "system", wanted)


def between(monkeypatch: pytest.MonkeyPatch, part: int, deed: Callable[[], object]) -> None:
    """The deed is done once, when so many parts have come in and the next is read already."""
    parts, done = imports._parts, list[int]()

    def read(lines: Iterator[Line]) -> Iterator[list[Line]]:
        for number, some in enumerate(parts(lines)):
            if number == part and not done:
                done.append(number)
                deed()
            yield some

    monkeypatch.setattr(imports, "_parts", read)


def balances(shop: Company) -> dict[str, int]:
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []
        return {
            row.member: row.snapshot.account().balance(tx.now) for row in accounts.every_account(tx)
        }


def assert_gone(shop: Company) -> None:
    """No row of any table names her."""
    with shop.database.read(shop.shop.tenant) as tx:
        assert members.by_contact(tx, tx.keys.contact(ANNA)) == ()
        for table in tables.metadata.sorted_tables:
            for row in tx.rows(select(table)):
                assert "quatrebarbes" not in str(tuple(row)), table.name


@pytest.mark.parametrize("part", [0, 1, 4])
def test_who_is_erased_between_two_parts_of_an_import_does_not_come_back(
    shop: Company, other: Database, anna: MemberId, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """P-27. Before any row of hers came in, between her two, and after both."""
    wanted, tenant = tried(shop), shop.shop.tenant
    between(monkeypatch, part, lambda: privacy.erase_for_good(other, tenant, anna, actor="staff:1"))
    done = commits(shop, wanted)
    assert done.state == ImportState.COMMITTED
    assert_gone(shop)
    found = balances(shop)
    came = {0: 0, 1: 100, 4: 123}[part]
    assert found[anna] == 40 + came, "what she had stays in the books, under a number"
    assert sum(found.values()) == 40 + came + SUM - 123
    assert done.totals is not None
    assert (done.totals.points, done.totals.known) == (came + SUM - 123, 0)
    imports.undo(shop.database, tenant, "system", wanted)
    assert sum(balances(shop).values()) == 40
    assert_gone(shop)


def test_erasing_and_committing_in_the_same_moment_ends_well_whoever_is_first(
    shop: Company, other: Database, anna: MemberId
) -> None:
    """P-27."""
    wanted, tenant, start = tried(shop), shop.shop.tenant, threading.Barrier(2)

    def commit() -> object:
        start.wait(10)
        return commits(shop, wanted).state

    def erase() -> object:
        start.wait(10)
        return privacy.erase_for_good(other, tenant, anna, actor="staff:1").member

    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(commit), threads.submit(erase)]
        # Erased first, the file is to be tried anew: the commit may be refused, and says so.
        failed = [end.exception(60) for end in ends]
    assert failed[1] is None
    assert failed[0] is None or "try it out first" in str(failed[0])
    assert_gone(shop)
    balances(shop)


@pytest.mark.parametrize("part", [0, 2])
def test_who_is_merged_between_two_parts_of_an_import_has_it_all_in_one_account(
    shop: Company, other: Database, anna: MemberId, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    wanted, tenant = tried(shop), shop.shop.tenant
    with other.write(tenant) as tx:
        kept = join(tx, name="Anne", email="anne@shop.test")
        give(tx, shop, kept, 5)
    body = NewMerge(id=new_id(), kept=kept, absorbed=anna)

    def merge() -> None:
        other.run(tenant, merging.merge, body, shop.shop.store, actor="staff:1")

    between(monkeypatch, part, merge)
    commits(shop, wanted)
    found = balances(shop)
    assert (found[kept], found.get(anna, 0)) == (5 + 40 + 123, 0)
    imports.undo(shop.database, tenant, "system", wanted)
    found = balances(shop)
    assert (found[kept], found[anna]) == (45, 0), "what the import gave is taken where it went"
    other.run(tenant, merging.undo, body.id, actor="staff:1")
    found = balances(shop)
    assert (found[kept], found[anna]) == (5, 40), "parted again, each has what they brought"


def test_an_import_that_is_undone_while_it_comes_in_leaves_nothing(
    shop: Company, other: Database, anna: MemberId, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, tenant = tried(shop), shop.shop.tenant
    between(monkeypatch, 2, lambda: imports.undo(other, tenant, "staff:1", wanted))
    assert commits(shop, wanted).state == ImportState.UNDONE
    found = balances(shop)
    assert found[anna] == sum(found.values()) == 40
