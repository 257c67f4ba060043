"""Clocks that a test moves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class StandingClock:
    """It stands still until then. Give it where a function that tells the time is asked for."""

    now: datetime = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def after(self, **passed: float) -> None:
        """Let time pass: `after(minutes=5)`."""
        self.now += timedelta(**passed)

    def at(self, text: str) -> None:
        """Set it: `at("2026-05-31T12:00+02:00")`."""
        self.now = datetime.fromisoformat(text).astimezone(UTC)


class ClockAhead:
    """The machine's own clock, which a test turns ahead. Give it where the time is asked for."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead
