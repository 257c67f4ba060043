"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class StandingClock:
    """Give the clock itself where a function that tells the time is asked for."""

    now: datetime = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def after(self, **passed: float) -> None:
        """Let time pass: `after(minutes=5)`."""
        self.now += timedelta(**passed)

    def at(self, text: str) -> None:
        """Set it: `at("2026-05-31T12:00+02:00")`."""
        self.now = datetime.fromisoformat(text).astimezone(UTC)
