"""Two servers behind a pooler in transaction mode: each transaction on another connection."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from backend.app import create_app
from backend.db import Database
from backend.services.points.verify import faults
from backend_client.rest.terminal import TerminalClient
from backend_client.rest.till import TillClient
from loyalty.document import read_program
from loyalty.errors import NotEnoughPoints
from tests.backend.test_races import all_at_once, refusals
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.pooler import BINARY, CONNECTIONS, MISSING, Pooler, pooler
from tests.support.postgres import Cluster
from tests.support.server import PROGRAM, Company, company, connected, running

pytestmark = pytest.mark.postgres

AT_ONCE = 20


@pytest.fixture
def between(cluster: Cluster) -> Iterator[Pooler]:
    if not Path(BINARY).exists():
        pytest.skip(MISSING)
    with pooler(cluster.folder) as started:
        yield started


def test_two_servers_behind_a_pooler_keep_the_books(
    cluster: Cluster, between: Pooler, tmp_path: Path
) -> None:
    with cluster.database() as direct, company(between.before(direct)) as shop:
        other = Database(shop.database.url, shop.database.keyring)
        with (
            running(shop.app, tmp_path / "one.json", direct) as (one, _),
            running(create_app(other), tmp_path / "two.json", direct) as (two, server),
        ):
            listener = server.watch.listener
            assert listener is not None
            assert listener.listening.wait(10), "listening goes around the pooler"
            _work(shop, [one, two], direct)
        other.close()
        assert between.transactions(direct) > AT_ONCE


def _work(shop: Company, urls: list[str], direct: str) -> None:
    with connected(shop, urls[0]) as line:
        kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
        joined = [kiosk.enrolled() for _ in range(5)]
        welcomes = [kiosk.welcomed(each.member) for each in joined]
        line.terminal.push(Journal().write(*joined, *welcomes))
        member = joined[0].member
        line.till.record_sale(sale_of(member, 15000))

        def mixed(number: int) -> object:
            url = urls[number % 2]
            if number % 4 == 0:
                with TillClient(url, line.till_key) as till:
                    return till.record_sales([sale_of(each.member, 1000) for each in joined[1:]])
            with TerminalClient(url, line.claimed.token) as terminal:
                return terminal.hold(kiosk.request(member), 30)

        no = refusals(all_at_once(mixed, AT_ONCE))
        assert [type(each) for each in no] == [NotEnoughPoints] * (AT_ONCE * 3 // 4 - 1)
        assert line.till.account(member).balance == 0
        for each in joined[1:]:
            assert line.till.account(each.member).balance == 50 + 10 * AT_ONCE // 4
    with psycopg.connect(direct) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        ).fetchone()
    listening = 2
    assert found is not None
    assert found[0] <= CONNECTIONS + listening
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []
