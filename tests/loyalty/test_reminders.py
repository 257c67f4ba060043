"""Reminders: only who can use points that are near their end, and not too often."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from loyalty.ledger import Account, replay
from loyalty.program import MessageChannel as Channel
from loyalty.program import QuietHours, ReminderRules
from loyalty.reminders import Reachable, Reminder, due
from tests.loyalty.cases import earn

PARIS = ZoneInfo("Europe/Paris")
RULES = ReminderRules(active=True, from_points=200, within_months=2, every_months=3)
ANNA = Reachable(has_mail=True, agrees=True)


def at(month: int, day: int = 15, hour: int = 10, year: int = 2015) -> datetime:
    return datetime(year, month, day, hour, tzinfo=PARIS).astimezone(UTC)


def holds(points: int, until: datetime | None) -> Account:
    """An account with one lot of so many points."""
    opened = replace(earn("a", points, 1), occurred_at=at(1), deadline=until)
    return replay([opened])


def reminders(
    account: Account,
    now: datetime,
    rules: ReminderRules = RULES,
    member: Reachable = ANNA,
) -> tuple[Reminder, ...]:
    return due(account, rules, member, now=now, zone=PARIS)


@pytest.mark.parametrize(
    ("points", "until", "reminded"),
    [
        (200, at(6), True),
        (199, at(6), False),
        (200, at(9), False),
        (200, None, False),
        (199, at(9), False),
    ],
)
def test_both_are_needed_the_threshold_and_a_near_end(
    points: int, until: datetime | None, reminded: bool
) -> None:
    """OCT-15."""
    assert bool(reminders(holds(points, until), at(5))) is reminded


def test_the_reminder_says_how_many_are_lost_first_and_when() -> None:
    first = holds(42, at(6))
    account = replace(first, lots=(*first.lots, first.lots[0]._replace(left=200, deadline=None)))
    (reminder,) = reminders(account, at(5))
    assert (reminder.points, reminder.deadline, reminder.balance) == (42, at(6), 242)
    assert (reminder.channel, reminder.send_at) == (Channel.MAIL, at(5))


def test_near_is_counted_in_months_to_the_day() -> None:
    """OCT-15."""
    assert reminders(holds(200, at(7, 15, 0)), at(5))
    assert not reminders(holds(200, at(7, 15, 1)), at(5))


@pytest.mark.parametrize(
    ("now", "reminded"),
    [(at(5, 16), False), (at(7, 15), False), (at(8, 14, 23), False), (at(8, 15, 0), True)],
)
def test_reminded_in_may_the_next_comes_in_august_even_if_reached_again_in_july(
    now: datetime, reminded: bool
) -> None:
    """OCT-16, OCT-17."""
    in_may = replace(ANNA, reminded_at=at(5))
    assert bool(reminders(holds(250, at(9)), now, member=in_may)) is reminded


def test_three_months_after_a_31st_are_the_last_of_the_month() -> None:
    """OCT-16."""
    member = replace(ANNA, reminded_at=at(11, 30))
    account = holds(200, at(3, 10, year=2016))
    assert not reminders(account, at(2, 28, year=2016), member=member)
    assert reminders(account, at(2, 29, year=2016), member=member)


def test_it_must_be_switched_on() -> None:
    """OCT-18."""
    assert not reminders(holds(200, at(6)), at(5), rules=replace(RULES, active=False))


@pytest.mark.parametrize(("has_mail", "agrees"), [(False, True), (True, False)])
def test_nobody_is_mailed_without_address_or_consent(has_mail: bool, agrees: bool) -> None:
    """OCT-18, and who was erased or said no (F18)."""
    member = Reachable(has_mail=has_mail, agrees=agrees)
    assert not reminders(holds(200, at(6)), at(5), member=member)


def test_who_stands_before_the_kiosk_sees_it_whatever_was_mailed() -> None:
    """F18: kiosk and receipt answer who is there."""
    rules = replace(RULES, channels=frozenset(Channel))
    member = Reachable(has_mail=False, agrees=False, reminded_at=at(5))
    found = reminders(holds(200, at(6)), at(5, 16), rules, member)
    assert [reminder.channel for reminder in found] == [
        Channel.KIOSK,
        Channel.RECEIPT,
    ]
    both = reminders(holds(200, at(6)), at(5), rules)
    assert [reminder.channel for reminder in both] == [
        Channel.MAIL,
        Channel.KIOSK,
        Channel.RECEIPT,
    ]


@pytest.mark.parametrize(
    ("mailed", "reminded"),
    [((), True), ((at(5, 1),), True), ((at(5, 1), at(5, 10)), False), ((at(4, 1), at(5, 1)), True)],
)
def test_no_more_mails_than_the_cap(mailed: tuple[datetime, ...], reminded: bool) -> None:
    """F18: two mails of any kind in thirty days."""
    rules = replace(RULES, most=2, days=30)
    member = replace(ANNA, mailed_at=mailed)
    assert bool(reminders(holds(200, at(6)), at(5), rules, member)) is reminded


def test_points_without_a_threshold_and_none_at_all() -> None:
    rules = replace(RULES, from_points=0)
    assert reminders(holds(1, at(6)), at(5), rules)
    assert not reminders(Account(), at(5), rules)
    owing = replace(holds(5, at(6)), debt=5)
    assert not reminders(owing, at(5), rules)


@pytest.mark.parametrize(
    ("hour", "start", "end", "sent"),
    [
        (10, time(20), time(8), (15, 10)),
        (20, time(20), time(8), (16, 8)),
        (23, time(20), time(8), (16, 8)),
        (7, time(20), time(8), (15, 8)),
        (8, time(20), time(8), (15, 8)),
        (13, time(12), time(14), (15, 14)),
        (14, time(12), time(14), (15, 14)),
        (11, time(12), time(14), (15, 11)),
    ],
)
def test_mail_waits_for_the_end_of_the_quiet_hours(
    hour: int, start: time, end: time, sent: tuple[int, int]
) -> None:
    """F18."""
    rules = replace(RULES, quiet=QuietHours(start=start, end=end), channels=frozenset(Channel))
    mail, kiosk, _ = reminders(holds(200, at(6)), at(5, 15, hour), rules)
    assert mail.send_at == at(5, *sent)
    assert kiosk.send_at == at(5, 15, hour)
