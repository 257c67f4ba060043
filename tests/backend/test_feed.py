"""What changed reaches the kiosks: all of it, each thing once, at once."""

import threading
from time import monotonic

import pytest

from backend.db import Transaction, feed
from backend.services.kiosks import changes as service
from backend_client.errors import BackendRefused
from backend_client.schemas.changes import (
    AccountChanged,
    CardChanged,
    Change,
    ProgramChanged,
    StoreChanged,
    VoucherChanged,
)
from backend_client.schemas.tills import VoucherRedemption
from loyalty.vouchers import VoucherState
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import Company, Connected, connected, new_id, until


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    return joined.member


def everything(line: Connected) -> list[Change]:
    found: list[Change] = []
    cursor, more = "", True
    while more:
        page = line.terminal.changes(cursor)
        found += page.changes
        cursor, more = page.cursor, page.more
    return found


def test_a_new_terminal_gets_its_store_the_program_all_cards_and_accounts(
    shop: Company, line: Connected, member: str
) -> None:
    with connected(shop, session=line.session) as fresh:
        page = fresh.terminal.changes("")
    kinds = [type(change) for change in page.changes]
    assert kinds == [StoreChanged, ProgramChanged, CardChanged, AccountChanged]
    assert not page.more
    account = page.changes[-1]
    assert isinstance(account, AccountChanged)
    assert account.account.account().balance(now()) == 50
    assert account.account.member == member


def test_nothing_new_is_an_empty_page_with_the_same_cursor(line: Connected) -> None:
    cursor = line.terminal.changes("").cursor
    page = line.terminal.changes(cursor)
    assert (page.changes, page.cursor, page.more) == ((), cursor, False)


def test_a_thing_that_changed_often_is_told_once_as_it_stands_now(
    line: Connected, member: str
) -> None:
    cursor = line.terminal.changes("").cursor
    for _ in range(30):
        line.till.record_sale(sale_of(member, 100))
    changes = line.terminal.changes(cursor).changes
    assert len(changes) == 1
    assert isinstance(changes[0], AccountChanged)
    assert [each.position for each in changes[0].entries] == list(range(12, 32))
    assert changes[0].account.position == 31


def test_pages_follow_each_other_without_a_gap(
    line: Connected, kiosk: Kiosk, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 3)
    joined = [kiosk.enrolled() for _ in range(5)]
    line.terminal.push(journal.write(*joined))
    found = everything(line)
    assert {c.card for c in found if isinstance(c, CardChanged)} == {e.card for e in joined}
    assert len(found) == 2 + 5 + 5


def test_a_voucher_that_a_till_took_is_told(line: Connected, kiosk: Kiosk, member: str) -> None:
    line.till.record_sale(sale_of(member, 20000))
    code = line.terminal.hold(kiosk.request(member), 5).voucher.code
    cursor = line.terminal.changes("").cursor
    line.till.redeem(code, VoucherRedemption(id=new_id(), at=now()))
    found = line.terminal.changes(cursor).changes
    states = [each.voucher.state for each in found if isinstance(each, VoucherChanged)]
    assert states == [VoucherState.REDEEMED]


def test_a_cursor_of_another_history_starts_over(line: Connected, member: str) -> None:
    """The database was restored from a backup: hearing things twice is harmless."""
    name, _, number = line.terminal.changes("").cursor.partition("-")
    for stale in (f"elsewhere-{number}", f"{name}-{int(number) + 1000}"):
        found = line.terminal.changes(stale).changes
        assert any(isinstance(c, AccountChanged) and c.account.member == member for c in found)


@pytest.mark.parametrize("cursor", ["7", "-", "a-b", "a--1", "a-" + "9" * 30, "a-१"])
def test_what_is_no_cursor_is_refused(line: Connected, cursor: str) -> None:
    with pytest.raises(BackendRefused, match="422"):
        line.terminal.changes(cursor)


def test_a_sale_wakes_a_kiosk_that_waits(line: Connected, member: str) -> None:
    cursor = line.terminal.changes("").cursor
    heard: list[float] = []

    def wait() -> None:
        page = line.terminal.changes(cursor, 20)
        heard.append(monotonic())
        assert page.changes

    bell = line.company.app.state.bell
    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: bell.waiting == 1)
    line.till.record_sale(sale_of(member, 1000))
    sold = monotonic()
    waiting.join(20)
    assert heard[0] - sold < 1


def test_nothing_within_the_wait_is_an_empty_page(line: Connected) -> None:
    cursor = line.terminal.changes("").cursor
    began = monotonic()
    assert line.terminal.changes(cursor, 0.2).changes == ()
    assert 0.2 <= monotonic() - began < 5


def test_other_companies_do_not_wake_it(shop: Company, line: Connected) -> None:
    cursor = line.terminal.changes("").cursor
    with connected(shop.add_shop(), session=line.session) as stranger:
        stranger.terminal.changes("")
        assert line.terminal.changes(cursor, 0.1).changes == ()


def test_the_feed_holds_each_thing_once(shop: Company, line: Connected, member: str) -> None:
    for _ in range(5):
        line.till.record_sale(sale_of(member, 100))
    with shop.database.read(shop.shop.tenant) as tx:
        assert len(_places(tx)) == 4


def _places(tx: Transaction) -> tuple[feed.Change, ...]:
    return feed.after(tx, 0, 1000)


def test_the_wait_is_bounded(line: Connected) -> None:
    for wait in ("26", "-1", "nan", "inf", "soon"):
        answer = line.raw("GET", f"/v1/changes?wait={wait}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "wait"


def test_what_one_transaction_tells_has_the_order_of_its_telling(shop: Company) -> None:
    with shop.database.read(shop.shop.tenant) as tx:
        before = feed.head(tx)[1]
    with shop.database.write(shop.shop.tenant) as tx:
        for number in [*range(2500), 7]:
            feed.tell(tx, "card", f"card {number}")
    with shop.database.read(shop.shop.tenant) as tx:
        found = feed.after(tx, before, 3000)
    expected = [number for number in range(2500) if number != 7] + [7]
    assert [change.key for change in found] == [f"card {number}" for number in expected]
    assert [change.sequence for change in found] == list(range(before + 1, before + 2501))
