"""Whoever changes the books by hand is found, with the entry."""

import pytest

from backend.services.points.verify import faults
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import Company, Connected


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    for _ in range(3):
        line.till.record_sale(sale_of(joined.member, 1000))
    return joined.member


# The whole key: ":10" is also in every time at ten past the hour.
ALTERED = """
UPDATE entries SET canonical = replace(canonical, '"points":10', '"points":99')
"""
FORGED = """
UPDATE entries SET points = 99, canonical = replace(canonical, '"points":10', '"points":99')
WHERE position = 4
"""


def found(shop: Company) -> list[str]:
    with shop.database.read(shop.shop.tenant) as tx:
        return list(faults(tx))


def tamper(shop: Company, sql: str) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        tx.connection.exec_driver_sql(sql)


def test_sound_books_have_no_fault(shop: Company, line: Connected, member: str) -> None:
    assert line.till.account(member).balance == 80
    assert found(shop) == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE entries SET points = 11 WHERE position = 3", "entry 3"),
        ("UPDATE entries SET deadline = NULL WHERE position = 2", "entry 2"),
        (ALTERED, "entry 2"),
        (FORGED, "entry 4"),
        ("DELETE FROM entries WHERE position = 2", "entry 2 is missing"),
        ("DELETE FROM entries WHERE position = 4", "after entry 3"),
        (
            "UPDATE accounts SET snapshot = replace(snapshot, '\"left\":10', '\"left\":90')",
            "balance",
        ),
        ("UPDATE accounts SET chain = '" + "0" * 64 + "'", "after entry 4"),
    ],
)
def test_a_row_changed_by_hand_is_named(shop: Company, member: str, sql: str, says: str) -> None:
    tamper(shop, sql)
    (fault,) = found(shop)
    assert says in fault
    assert member in fault


@pytest.mark.usefixtures("member")
def test_a_sum_of_a_day_changed_by_hand_is_named(shop: Company) -> None:
    tamper(shop, "UPDATE daily_points SET points = points + 1 WHERE kind = 'welcome'")
    (fault,) = found(shop)
    assert "welcome" in fault
    assert "not that of its entries" in fault
