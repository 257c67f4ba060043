"""Expiry: each lot once, at its own deadline."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from loyalty import expiry
from loyalty.earning import deadline
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, movements, replay
from loyalty.program import Validity
from tests.loyalty.cases import day, earn, open_lots, take, undo


def due(account: Account, on: float) -> tuple[Entry, ...]:
    return expiry.due(account, MemberId("zoe"), ProgramId("shop"), StoreId("lyon"), now=day(on))


def test_points_are_gone_the_day_after_and_the_history_says_so() -> None:
    """CLI-09."""
    zone = ZoneInfo("Europe/Paris")
    until = deadline(datetime(2026, 1, 31, 15, tzinfo=UTC), Validity(months=1), zone)
    assert until == datetime(2026, 2, 28, 23, tzinfo=UTC)  # midnight in Paris
    story = [lot := earn("a", 30, 1, until=5)]
    assert due(replay(story), 4.9) == ()
    (entry,) = due(replay(story), 5)
    assert (entry.kind, entry.points, entry.about) == (EntryKind.EXPIRY, -30, lot.id)
    assert replay([*story, entry]).balance(day(6)) == 0
    assert [moved.points for moved in movements([*story, entry])] == [30, -30]


def test_only_what_is_left_of_a_lot_expires_and_lots_for_ever_never_do() -> None:
    story = [earn("a", 30, 1, until=5), earn("b", 30, 1), take("gift", 10, 2)]
    assert [(e.about, e.points) for e in due(replay(story), 900)] == [("a", -20)]


def test_a_job_that_runs_late_or_twice_writes_the_same_entry() -> None:
    account = replay([earn("a", 30, 1, until=5)])
    assert due(account, 5) == due(account, 400)
    once = replay([earn("a", 30, 1, until=5), *due(account, 5)])
    assert due(once, 400) == ()


def test_the_first_to_die_is_closed_first() -> None:
    account = replay([earn("late", 1, 1, until=9), earn("early", 2, 1, until=5)])
    assert [entry.about for entry in due(account, 10)] == ["early", "late"]


def test_a_gift_told_after_the_expiry_was_written_still_counts() -> None:
    story = [earn("a", 30, 1, until=5), earn("b", 30, 1, until=50)]
    gone = due(replay(story), 6)
    late = take("told-late", 20, 4)
    assert open_lots(replay([*story, *gone, late])) == {"b": (30, day(50))}


def test_a_void_after_the_expiry_brings_nothing_to_life() -> None:
    story = [earn("a", 30, 1, until=5), gift := take("gift", 30, 2)]
    account = replay([*story, undo(gift, 6)])
    assert account.balance(day(6)) == 0
    assert sum(entry.points for entry in due(account, 6)) == -30
