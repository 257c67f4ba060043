"""Sales of one moment are booked in one turn, and each is answered as if it had been alone."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from backend.services.selling import queue
from backend_client.schemas.sales import SaleBody
from tests.backend.test_processes import GIVE_UP
from tests.support.books import assert_sound
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.postgres import DATABASES, database_on
from tests.support.server import (
    Company,
    Connected,
    company,
    connected,
    in_process,
    new_id,
    until,
)
from tests.support.statements import counting
from tests.support.two_shops import alone, sold, two_shops

AT_ONCE = 8


@pytest.fixture(scope="module", params=DATABASES)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connected]:
    """One backend for all, with several connections; each test has companies of its own."""
    kept = f"sqlite:///{tmp_path_factory.mktemp('queue')}/loyalty.db"
    with (
        database_on(request, kept) as url,
        company(url) as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as made,
    ):
        yield made


@pytest.fixture
def line(backend: Connected) -> Iterator[Connected]:
    with connected(backend.company.add_shop(), session=backend.session) as made:
        yield made


@pytest.fixture
def shop(line: Connected) -> Company:
    return line.company


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    return joined.member


@contextmanager
def turn_held(shop: Company) -> Iterator[None]:
    """Somebody else writes for the company meanwhile."""
    with shop.database.write(shop.shop.tenant):
        yield


def of_one_moment(line: Connected, sales: Sequence[SaleBody]) -> list[tuple[object, str]]:
    """What each sale is answered, where all of them wait for the company's turn, in this order."""
    tenant, queue = line.company.shop.tenant, line.company.app.state.sales
    with ThreadPoolExecutor(len(sales)) as threads:
        told: list[Future[tuple[object, str]]] = []
        with turn_held(line.company):
            for sale in sales:
                told.append(threads.submit(alone, line, sale))
                until(partial(lambda number: queue.waiting(tenant) == number, len(told)))
        return [each.result(30) for each in told]


def turns(statements: list[str]) -> int:
    """How many transactions told kiosks of something."""
    return sum(statement.startswith("UPDATE tenants SET last_change") for statement in statements)


@contextmanager
def failing(shop: Company, fail: Callable[[Connection], None]) -> Iterator[None]:
    """The next commit but one fails: the first is that of whoever holds the turn."""
    commits: list[int] = []

    def note(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("loyalty_writes") or options.get("postgresql_readonly") is False:
            commits.append(1)
            if len(commits) == 2:
                fail(connection)

    event.listen(shop.database.engine, "commit", note)
    try:
        yield
    finally:
        event.remove(shop.database.engine, "commit", note)


def pull_the_plug(_: Connection) -> None:
    raise RuntimeError("the plug was pulled")


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_sales_of_one_moment_are_answered_as_they_are_one_by_one(
    backend: Connected, data: st.DataObject
) -> None:
    with two_shops(backend) as shops:
        members = shops.joined()
        sales = sold(data, members)
        assert of_one_moment(shops.other, sales) == [alone(shops.one, sale) for sale in sales]
        shops.assert_same(members)


def test_sales_of_one_moment_take_one_turn(line: Connected, member: str) -> None:
    sales = [sale_of(member, 1000) for _ in range(AT_ONCE)]
    with counting(line.company.database.engine) as told:
        answers = of_one_moment(line, sales)
    assert all(refusal is None for refusal, _ in answers)
    assert turns(told) == 1
    assert line.till.account(member).balance == 10 * AT_ONCE


def test_of_one_moment_a_bad_sale_hears_why_and_the_others_are_booked_around_it(
    line: Connected, member: str
) -> None:
    sales = [sale_of(member, 1000) for _ in range(AT_ONCE)]
    sales[2] = sale_of(new_id(), 1000)
    sales[5] = sales[5].model_copy(update={"currency": "USD"})
    with counting(line.company.database.engine) as told:
        answers = of_one_moment(line, sales)
    found = [str(refusal).rpartition(":")[2] for refusal, _ in answers]
    assert (found.pop(5), found.pop(2)) == ("currency-mismatch", "not-found")
    assert set(found) == {"None"}
    assert turns(told) == 3, "before the first, between the two, after the second"
    assert line.till.account(member).balance == 10 * (AT_ONCE - 2)


def test_a_sale_told_by_several_at_one_moment_is_booked_once(line: Connected, member: str) -> None:
    sale = sale_of(member, 1000)
    answers = of_one_moment(line, [sale] * AT_ONCE)
    known = [json.loads(answer)["known"] for _, answer in answers]
    assert known == [False] + [True] * (AT_ONCE - 1)
    assert line.till.account(member).balance == 10


def test_a_commit_that_fails_answers_nobody_and_all_is_booked_once_afterwards(
    line: Connected, member: str
) -> None:
    sales = [sale_of(member, 1000) for _ in range(AT_ONCE)]
    with failing(line.company, pull_the_plug), counting(line.company.database.engine) as told:
        answers = of_one_moment(line, sales)
    assert all(refusal is None for refusal, _ in answers)
    assert turns(told) == 1 + AT_ONCE
    assert line.till.account(member).balance == 10 * AT_ONCE
    assert_sound(line.company)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_sales_that_the_database_gave_up_are_booked_together_again(
    line: Connected, member: str
) -> None:
    sales = [sale_of(member, 1000) for _ in range(AT_ONCE)]
    with failing(line.company, _give_up), counting(line.company.database.engine) as told:
        answers = of_one_moment(line, sales)
    assert all(refusal is None for refusal, _ in answers)
    assert turns(told) == 2
    assert line.till.account(member).balance == 10 * AT_ONCE


def _give_up(connection: Connection) -> None:
    connection.exec_driver_sql(GIVE_UP)


def test_whoever_waits_too_long_is_told_to_come_back_and_nothing_is_left_waiting(
    line: Connected, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.db.engine.BUSY_TIMEOUT_S", 0.1)
    monkeypatch.setattr(queue, "BUSY_TIMEOUT_S", 0.1)
    told: list[int] = []

    def tell() -> None:
        body = sale_of(member, 1000).model_dump(mode="json")
        told.append(line.raw("POST", "/v1/sales", body, till=True).status_code)

    threads = [threading.Thread(target=tell) for _ in range(3)]
    with turn_held(line.company):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert told == [503] * 3
    assert line.company.app.state.sales.waiting(line.company.shop.tenant) == 0
    assert line.till.record_sale(sale_of(member, 1000)).earned == 10
    assert line.till.account(member).balance == 10
