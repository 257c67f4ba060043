"""A long story costs as much work per entry as a short one: counted, not timed."""

import sys
from collections.abc import Callable
from types import FrameType

from benchmarks.ledger import story
from loyalty.journal import chained, verify
from loyalty.ledger import replay

SHORT, LONG = 500, 4_000


def calls(work: Callable[[], object]) -> int:
    """How many functions were called, Python's own included."""
    counted = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal counted
        del frame, arg
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def test_an_entry_is_booked_with_the_same_work_at_the_end_of_a_long_story() -> None:
    short, long = story(SHORT), story(LONG)
    each = calls(lambda: replay(short)) / SHORT
    assert calls(lambda: replay(long)) / LONG < 1.05 * each


def test_a_link_of_a_chain_is_checked_with_the_same_work() -> None:
    short, long = list(chained(story(SHORT))), list(chained(story(LONG)))
    each = calls(lambda: verify(short)) / SHORT
    assert calls(lambda: verify(long)) / LONG < 1.05 * each
