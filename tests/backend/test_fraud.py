"""Attacks, as scripts: each ends with no point that was not due, and with one alert (F16)."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from backend.db import alerts
from backend.db.alerts import Alert
from backend.rights import Role
from backend.services.points.verify import faults
from backend_client.errors import BackendRefused
from loyalty.document import read_program
from loyalty.errors import MemberLimit
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import (
    PROGRAM,
    Company,
    Connected,
    company,
    connected,
    in_process,
    new_id,
)
from tests.support.staff import at_work

GUARD = {"cooldown_s": 120, "tickets_per_day": 3, "rewards_per_day": 2, "refund_cycles": 3}


def guarded(**guard: int) -> str:
    return json.dumps(json.loads(PROGRAM) | {"guard": guard or GUARD})


@pytest.fixture
def shop(url: str) -> Iterator[Company]:
    with company(url, program=guarded()) as made:
        yield made


@pytest.fixture
def line(shop: Company, session: requests.Session) -> Iterator[Connected]:
    with connected(shop, session=session) as made:
        yield made


@pytest.fixture
def kiosk(line: Connected) -> Kiosk:
    return Kiosk(claimed=line.claimed, program=read_program(guarded()))


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    return joined.member


def raised(shop: Company) -> list[Alert]:
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []
        return list(alerts.alerts(tx, is_open=True, after=None, limit=100))


def one_alert(shop: Company, flag: str, about: str) -> None:
    (alert,) = raised(shop)
    assert (alert.flag, alert.about) == (flag, about)


def test_a_double_click_earns_once(shop: Company, line: Connected, member: str) -> None:
    sale = sale_of(member, 10_000)
    assert line.till.record_sale(sale).earned == 100
    assert line.till.record_sale(sale).known
    for _ in range(3):  # the till made another ticket of each further click
        assert line.till.record_sale(sale_of(member, 10_000)).earned == 0
    assert line.till.account(member).balance == 150
    one_alert(shop, "tickets-too-many", member)


def test_fifty_tickets_at_the_same_moment_earn_once(kept_url: str) -> None:
    with (
        company(kept_url, program=guarded()) as shop,
        in_process(shop.app) as own,
        connected(shop, session=own) as line,
    ):
        kiosk = Kiosk(claimed=line.claimed, program=read_program(guarded()))
        joined = kiosk.enrolled()
        line.terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
        with ThreadPoolExecutor(50) as people:
            earned = list(
                people.map(
                    lambda _: line.till.record_sale(sale_of(joined.member, 10_000)).earned,
                    range(50),
                )
            )
        assert sorted(earned) == [0] * 49 + [100]
        assert line.till.account(joined.member).balance == 150
        one_alert(shop, "tickets-too-many", joined.member)


def test_what_is_bought_and_brought_back_twenty_times_leaves_nothing(url: str) -> None:
    with (
        company(url, program=guarded(refund_cycles=3)) as shop,
        in_process(shop.app) as own,
        connected(shop, session=own) as line,
    ):
        kiosk = Kiosk(claimed=line.claimed, program=read_program(guarded()))
        joined = kiosk.enrolled()
        line.terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
        for turn in range(20):
            sale = sale_of(joined.member, 10_000)
            line.till.record_sale(sale)
            voided = line.raw(
                "POST",
                f"/v1/sales/{sale.id}/void",
                {"id": new_id(), "at": now().isoformat()},
                till=True,
            )
            assert voided.status_code == 200, voided.text
            assert len(raised(shop)) == (turn >= 3)
        assert line.till.account(joined.member).balance == 50
        one_alert(shop, "refund-cycle", joined.member)


def test_staff_earn_nothing_on_their_own_card(shop: Company, line: Connected, member: str) -> None:
    cashier = at_work(shop, Role.CASHIER, member=member)
    for _ in range(3):
        assert line.till.record_sale(sale_of(member, 10_000)).earned == 0
    assert line.till.account(member).balance == 50
    one_alert(shop, "staff-card", member)
    owner = at_work(shop)
    assert line.session is not None
    owner.asks(line.session, "PATCH", f"/v1/staff/{cashier.person.id}", {"active": False})
    assert line.till.record_sale(sale_of(member, 10_000)).earned == 100


def test_siblings_of_one_address_are_welcomed_once(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    first = kiosk.enrolled(email="family@example.org")
    line.terminal.push(journal.write(first, kiosk.welcomed(first.member)))
    for name in ("Anna", "Ben", "Chloe", "David"):
        other = kiosk.enrolled(name=name, email="Family@Example.org")
        line.terminal.push(journal.write(other, kiosk.welcomed(other.member)))
        assert line.till.account(other.member).balance == 0
    assert line.till.account(first.member).balance == 50
    one_alert(shop, "contact-known", first.member)


def test_only_so_many_tickets_of_a_day_earn(url: str) -> None:
    with (
        company(url, program=guarded(tickets_per_day=3)) as shop,
        in_process(shop.app) as own,
        connected(shop, session=own) as line,
    ):
        kiosk = Kiosk(claimed=line.claimed, program=read_program(guarded()))
        joined = kiosk.enrolled()
        line.terminal.push(Journal().write(joined))
        earned = [line.till.record_sale(sale_of(joined.member, 1000)).earned for _ in range(5)]
        assert earned == [10, 10, 10, 0, 0]
        one_alert(shop, "tickets-too-many", joined.member)


def test_only_so_many_rewards_are_taken_in_a_day(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    line.till.record_sale(sale_of(member, 200_000))
    for _ in range(2):
        line.terminal.hold(kiosk.request(member), 5)
    with pytest.raises((MemberLimit, BackendRefused)):
        line.terminal.hold(kiosk.request(member), 5)
    assert line.till.account(member).balance == 50 + 2000 - 2 * 200


def test_an_honest_customer_is_never_told_of(shop: Company, line: Connected, member: str) -> None:
    sale = sale_of(member, 10_000)
    line.till.record_sale(sale)
    answer = line.raw("GET", f"/v1/sales/{sale.id}", till=True)
    assert answer.status_code == 200
    assert raised(shop) == []
