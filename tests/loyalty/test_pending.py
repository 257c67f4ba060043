"""Pending points: shown, and not to be spent before their time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.ledger import EntryKind, replay
from loyalty.pending import pending, release
from loyalty.program import Pending
from tests.loyalty.cases import day, earn, undo

PARIS = ZoneInfo("Europe/Paris")


def test_points_wait_until_the_days_of_return_are_over() -> None:
    held = pending(earn("sale", 30, 1), Pending(days=14), zone=PARIS)
    assert held.available_from == datetime(2026, 1, 15, 23, tzinfo=UTC)  # the 14th day has ended
    account = replay([held])
    assert account.balance(held.available_from - timedelta(seconds=1)) == 0
    assert account.balance(held.available_from) == 30


def test_who_returns_the_goods_never_had_the_points() -> None:
    held = pending(earn("sale", 30, 1), Pending(days=14), zone=PARIS)
    account = replay([held, undo(held, 5)])
    assert (account.pending(day(6)), account.balance(day(90)), account.debt) == (0, 0, 0)


def test_points_that_wait_for_an_action_wait_for_ever() -> None:
    held = pending(earn("visit", 30, 1), Pending(), zone=PARIS)
    assert replay([held]).pending(day(90_000)) == 30
    told = release(held, now=day(3))
    assert (told.kind, told.points, told.about) == (EntryKind.RELEASE, 0, held.id)
    assert replay([held, told, told]).balance(day(3)) == 30
    assert release(held, now=day(0)).occurred_at == day(1), "a clock that was behind"
