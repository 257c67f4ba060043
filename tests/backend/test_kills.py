"""kill -9 at any moment: what was acknowledged is in the books, once, and nothing else is."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import count
from time import monotonic
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from backend_client.errors import BackendUnavailable
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient
from backend_client.schemas.events import Event
from backend_client.schemas.terminals import ClaimRequest
from backend_client.schemas.tills import VoucherRedemption
from loyalty.document import read_program
from loyalty.errors import NotEnoughPoints
from loyalty.vouchers import VoucherState
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.operator import Operator, server
from tests.support.server import PROGRAM, new_id, until

T = TypeVar("T")
COUNTERS = 4
REQUESTS = 2000
KILLS = 8
END_S = 800


class Counter:
    """A kiosk, a till and one member: asks at random, and asks again until there is an answer."""

    def __init__(self, urls: list[str], code: str, key: str, stack: ExitStack) -> None:
        claimed = claim(urls[0], ClaimRequest(code=code))
        self._terminals = [stack.enter_context(TerminalClient(url, claimed.token)) for url in urls]
        self._tills = [stack.enter_context(TillClient(url, key)) for url in urls]
        self._kiosk = Kiosk(claimed=claimed, program=read_program(PROGRAM))
        self._journal = Journal()
        self._end = monotonic() + END_S
        self._held: list[str] = []
        self.answers = 0
        self.acknowledged: dict[str, int] = {}
        """Points by entry."""
        self.redeemed: list[str] = []
        joined = self._kiosk.enrolled()
        welcome = self._kiosk.welcomed(joined.member)
        self.member = joined.member
        self._push(joined, welcome)
        self.acknowledged[welcome.entry.id] = welcome.entry.points

    def work(self) -> None:
        """So many requests, of every kind."""
        for _ in range(REQUESTS // COUNTERS):
            acts = (self._sell, self._sell_many, self._hold, self._redeem)
            random.choice(acts)()  # noqa: S311 - chance, not a secret
            self.answers += 1

    def _sell(self) -> None:
        sale = sale_of(self.member, random.randrange(500, 30000))  # noqa: S311 - chance, not a secret
        answer = self._until_answered(lambda n: self._tills[n].record_sale(sale))
        self.acknowledged |= {each.entry.id: each.entry.points for each in answer.entries}

    def _sell_many(self) -> None:
        sales = [sale_of(self.member, 1000 + n) for n in range(5)]
        results = self._until_answered(lambda n: self._tills[n].record_sales(sales)).results
        for result in results:
            assert result.answer is not None
            booked = {each.entry.id: each.entry.points for each in result.answer.entries}
            self.acknowledged |= booked

    def _hold(self) -> None:
        request = self._kiosk.request(self.member)
        try:
            answer = self._until_answered(lambda n: self._terminals[n].hold(request, 10))
        except NotEnoughPoints:
            return
        self.acknowledged[answer.entry.id] = answer.entry.points
        self._held.append(answer.voucher.code)
        self._push(self._kiosk.asked(answer), self._kiosk.issued(request.id))

    def _redeem(self) -> None:
        if not self._held:
            return
        code, taking = self._held.pop(), VoucherRedemption(id=new_id(), at=now())
        self._until_answered(lambda n: self._tills[n].redeem(code, taking))
        self.redeemed.append(code)

    def _push(self, *events: Event) -> None:
        written = self._journal.write(*events)
        results = self._until_answered(lambda n: self._terminals[n].push(written)).results
        assert not any(result.flags for result in results)

    def _until_answered(self, ask: Callable[[int], T]) -> T:
        for attempt in count():
            try:
                return ask(attempt % len(self._tills))
            except BackendUnavailable:
                assert monotonic() < self._end
                threading.Event().wait(0.05)
        raise AssertionError


def _answered(counters: list[Counter], number: int) -> bool:
    return sum(each.answers for each in counters) >= number


@pytest.mark.slow
@pytest.mark.timeout(END_S + 50)
def test_after_any_kill_the_books_are_what_was_acknowledged(operator: Operator) -> None:
    operator.opens_a_shop()
    key = operator.gets("till", "add", "Till 1")["key"]
    codes = [operator.gets("terminal", "add", f"Kiosk {n}")["code"] for n in range(COUNTERS)]
    with ExitStack() as stack:
        servers = [stack.enter_context(server(operator)) for _ in range(operator.servers)]
        counters = [Counter([url for url, _ in servers], code, key, stack) for code in codes]
        with ThreadPoolExecutor(COUNTERS) as threads:
            working = [threads.submit(each.work) for each in counters]
            for moment in sorted(random.sample(range(REQUESTS - 100), KILLS)):
                until(partial(_answered, counters, moment), END_S)
                which = random.randrange(len(servers))  # noqa: S311 - chance, not a secret
                url, process = servers[which]
                process.kill()
                process.wait(10)
                port = urlsplit(url).port
                assert port is not None
                servers[which] = stack.enter_context(server(operator, port))
            for future in working:
                future.result()
        with TillClient(servers[0][0], key) as till:
            for each in counters:
                account = till.account(each.member)
                booked = {found.entry.id: found.entry.points for found in account.entries}
                assert booked == each.acknowledged
                assert account.balance == sum(each.acknowledged.values())
                states = {till.voucher(code).voucher.state for code in each.redeemed}
                assert states == {VoucherState.REDEEMED}
    assert operator.types("verify") == (0, "every account adds up\n", "")
