"""Opening balances: lots of the old books, with their deadlines."""

from decimal import Decimal

import pytest

from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.ledger import Entry, EntryKind, replay
from loyalty.opening import Brought, opening
from loyalty.program import Rounding
from tests.loyalty.cases import day, earn, open_lots


def brought(
    amount: str, row: str = "row-1", *, until: float | None = None, ratio: str = "1"
) -> Entry | None:
    lot = Brought(
        id=row,
        member=MemberId("zoe"),
        amount=Decimal(amount),
        at=day(1),
        deadline=None if until is None else day(until),
    )
    return opening(lot, ProgramId("shop"), StoreId("lyon"), ratio=Decimal(ratio))


def test_a_thousand_points_at_one_cent_are_ten_euros() -> None:
    """LSX-49: the program counts cents, and 0.01 € is one of them."""
    entry = brought("1000", ratio="1")
    assert entry is not None
    assert (entry.kind, entry.points) == (EntryKind.OPENING, 10_00)


@pytest.mark.parametrize(
    ("rounding", "points"), [(Rounding.FLOOR, 2), (Rounding.HALF_UP, 3), (Rounding.CEIL, 3)]
)
def test_what_does_not_divide_is_rounded_as_it_says(rounding: Rounding, points: int) -> None:
    lot = Brought(id="r", member=MemberId("zoe"), amount=Decimal(5), at=day(1))
    entry = opening(
        lot, ProgramId("shop"), StoreId("lyon"), ratio=Decimal("0.5"), rounding=rounding
    )
    assert entry is not None
    assert entry.points == points


def test_each_lot_keeps_its_deadline() -> None:
    rows = [brought("30", "row-1", until=9), brought("20", "row-2")]
    account = replay([row for row in rows if row])
    assert sorted(open_lots(account).values(), key=str) == [(20, None), (30, day(9))]


def test_an_import_that_is_read_again_changes_nothing() -> None:
    once, again = brought("30"), brought("30")
    assert once == again
    assert replay([row for row in (once, again) if row]).balance(day(2)) == 30


def test_an_empty_balance_is_no_lot_and_a_debt_stays_a_debt() -> None:
    assert brought("0") is None
    owed = brought("-15", until=9)
    assert owed is not None
    assert owed.deadline is None
    assert replay([owed, earn("a", 40, 2)]).balance(day(2)) == 25
