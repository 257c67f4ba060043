"""Many at once, on real servers: one wins, nobody loses points.

On PostgreSQL at two servers, each with connections and a queue of its own.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.app import create_app
from backend.db import Database
from backend.services.points.verify import faults
from backend_client.rest.terminal import TerminalClient
from backend_client.rest.till import TillClient
from backend_client.schemas.redemptions import RedemptionAnswer
from backend_client.schemas.sales import SaleBody
from backend_client.schemas.tills import VoucherRedemption
from loyalty.document import read_program
from loyalty.errors import LoyaltyError, NotEnoughPoints, VoucherRedeemed
from tests.support.books import assert_sound
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.merchant import Merchant
from tests.support.server import PROGRAM, Company, Connected, company, connected, new_id, serving
from tests.support.staff import at_work

pytestmark = pytest.mark.thorough

AT_ONCE = 20


@pytest.fixture
def shop(kept_url: str) -> Iterator[Company]:
    with company(kept_url) as made:
        yield made


@pytest.fixture
def urls(shop: Company, tmp_path: Path) -> Iterator[list[str]]:
    """The servers of this database."""
    with serving(shop.app, tmp_path / "one.json") as one:
        if not shop.database.is_server:
            yield [one]
            return
        other = Database(shop.database.url, shop.database.keyring)
        with serving(create_app(other), tmp_path / "two.json") as two:
            yield [one, two]
        other.close()


@pytest.fixture
def line(shop: Company, urls: list[str]) -> Iterator[Connected]:
    with connected(shop, urls[0]) as made:
        yield made


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    """Somebody with 200 points."""
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 15000))
    return joined.member


@pytest.fixture
def kiosk(line: Connected) -> Kiosk:
    return Kiosk(claimed=line.claimed, program=read_program(PROGRAM))


def all_at_once(action: Callable[[int], object], number: int = AT_ONCE) -> list[object]:
    """What each of so many threads got: an answer, or the rule that said no."""
    start = threading.Barrier(number)

    def one(number: int) -> object:
        start.wait(10)
        try:
            return action(number)
        except LoyaltyError as no:
            return no

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


def refusals(answers: list[object]) -> list[object]:
    return [answer for answer in answers if isinstance(answer, LoyaltyError)]


def test_twenty_holds_of_a_balance_for_one(
    shop: Company, line: Connected, urls: list[str], kiosk: Kiosk, member: str
) -> None:
    def hold(number: int) -> object:
        with TerminalClient(urls[number % len(urls)], line.claimed.token) as terminal:
            return terminal.hold(kiosk.request(member), 30)

    no = refusals(all_at_once(hold))
    assert [type(each) for each in no] == [NotEnoughPoints] * (AT_ONCE - 1)
    assert line.till.account(member).balance == 0
    assert_sound(shop)


def test_twenty_retries_of_one_hold_hold_once(
    line: Connected, urls: list[str], kiosk: Kiosk, member: str
) -> None:
    request = kiosk.request(member)

    def hold(number: int) -> object:
        with TerminalClient(urls[number % len(urls)], line.claimed.token) as terminal:
            return terminal.hold(request, 30)

    answers = all_at_once(hold)
    assert answers == [answers[0]] * AT_ONCE
    assert line.till.account(member).balance == 0


def test_fifty_tills_redeem_one_voucher(
    shop: Company, line: Connected, urls: list[str], kiosk: Kiosk, member: str
) -> None:
    code = line.terminal.hold(kiosk.request(member), 30).voucher.code

    def redeem(number: int) -> object:
        with TillClient(urls[number % len(urls)], line.till_key) as till:
            return till.redeem(code, VoucherRedemption(id=new_id(), at=now()))

    no = refusals(all_at_once(redeem, 50))
    assert [type(each) for each in no] == [VoucherRedeemed] * 49
    assert_sound(shop)


def test_twenty_sales_and_retries_all_count_once(
    shop: Company, line: Connected, urls: list[str], member: str
) -> None:
    sales = [sale_of(member, 1000) for _ in range(AT_ONCE // 2)]

    def sell(number: int) -> object:
        with TillClient(urls[number % len(urls)], line.till_key) as till:
            return till.record_sale(sales[number // 2])

    assert refusals(all_at_once(sell)) == []
    account = line.till.account(member)
    assert account.balance == 200 + 10 * len(sales)
    assert [each.position for each in account.entries] == list(range(1, 3 + len(sales)))
    assert_sound(shop)


def test_twenty_times_the_same_batch_counts_once(
    shop: Company, line: Connected, urls: list[str], member: str
) -> None:
    """A till that sends its day again and again, to whichever server answers."""
    sales = [sale_of(member, 1000) for _ in range(10)]

    def sell(number: int) -> object:
        with TillClient(urls[number % len(urls)], line.till_key) as till:
            results = till.record_sales(sales[number % 3 :]).results
        return sum(result.answer is not None for result in results)

    answers = all_at_once(sell)
    assert answers == [10 - number % 3 for number in range(AT_ONCE)]
    assert line.till.account(member).balance == 200 + 10 * len(sales)
    assert_sound(shop)


def test_a_hold_and_its_abandoning_never_leave_points_behind(
    shop: Company, line: Connected, urls: list[str], kiosk: Kiosk, member: str
) -> None:
    """The kiosk gave up: whichever comes first, nothing stays held."""
    requests = [kiosk.request(member) for _ in range(AT_ONCE // 2)]
    journal = Journal()
    abandoned = [journal.write(kiosk.abandoned(request.id)) for request in requests]

    def hold_or_abandon(number: int) -> object:
        with TerminalClient(urls[number % len(urls)], line.claimed.token) as terminal:
            if number % 2:
                return terminal.push(abandoned[number // 2])
            try:
                return terminal.hold(requests[number // 2], 30)
            except Exception as refused:  # noqa: BLE001 - whatever it says, the points are counted
                return refused

    all_at_once(hold_or_abandon)
    assert line.till.account(member).balance == 200
    assert_sound(shop)


def test_two_kiosks_and_a_till_at_once(
    shop: Company, line: Connected, urls: list[str], kiosk: Kiosk, member: str
) -> None:
    """Both kiosks want the last 200 points; the till sells and takes a voucher: 30 times."""
    line.till.record_sale(sale_of(member, 20000))
    voucher = line.terminal.hold(kiosk.request(member), 30).voucher
    with connected(shop, urls[-1]) as second:
        for _ in range(30):
            taken, sale = voucher.code, sale_of(member, 15000)

            def act(number: int, taken: str = taken, sale: SaleBody = sale) -> object:
                if number < 2:
                    return (line, second)[number].terminal.hold(kiosk.request(member), 30)
                if number == 2:
                    return second.till.record_sale(sale)
                return line.till.redeem(taken, VoucherRedemption(id=new_id(), at=now()))

            answers = all_at_once(act, 4)
            (no,) = refusals(answers)
            assert isinstance(no, NotEnoughPoints)
            (held,) = (each for each in answers if isinstance(each, RedemptionAnswer))
            voucher = held.voucher
            assert line.till.account(member).balance == 150
            line.till.record_sale(sale_of(member, 5000))
    assert_sound(shop)


def test_two_kiosks_and_a_till_race_for_the_last_gift_and_nobody_loses_points(
    shop: Company, urls: list[str], line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    members = []
    for _ in range(AT_ONCE):
        joined = kiosk.enrolled()
        line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
        members.append(joined.member)
    owner = Merchant(person=at_work(shop), url=urls[0])
    owner.puts("/v1/gifts/last", name={"fr": "Le dernier"}, points=50, stocked=True)
    owner.delivers("last", line.claimed.store.id, 1)

    def wants(number: int) -> object:
        who = members[number]
        if number % 3 == 0:
            body = {"id": new_id(), "member": who}
            answer = line.raw("POST", "/v1/gifts/last/redemptions", body, till=True)
            return who if answer.status_code == 200 else None
        with TerminalClient(urls[number % len(urls)], line.claimed.token) as terminal:
            terminal.hold(kiosk.request(who, "last"), 30)
        return who

    got = all_at_once(wants)
    (winner,) = [each for each in got if each in members]
    balances = {who: line.till.account(who).balance for who in members}
    assert balances == {**dict.fromkeys(members, 50), winner: 0}
    (stock,) = owner.gets("/v1/gifts/last/stock")["stock"]
    assert stock["free"] == 0
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []
