"""What was done at this kiosk, day by day: the outbox forgets what it has told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas.events import Event, VoucherReserved, VoucherVoided, WelcomeClaimed
from kiosk.db import tables
from kiosk.db.shop import ShopPart

DAYS_KEPT = 40
"""A month, and the days until somebody wonders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something was done on one day, and the points it moved, without their sign."""

    times: int = 0
    points: int = 0


class DaysPart(ShopPart):
    """Questions about the days."""

    def count(self, event: Event) -> None:
        """One more of what `event` tells, on the shop's day of it."""
        day = event.at.astimezone(self.zone()).date()
        deed = getattr(event, "deed", event.type)
        points = abs(event.entry.points) if isinstance(event, _MOVES_POINTS) else 0
        table = tables.day_counts
        row = upsert(table).values(day=day.isoformat(), deed=deed, times=1, points=points)
        self._connection.execute(
            row.on_conflict_do_update(
                index_elements=["day", "deed"],
                set_={"times": table.c.times + 1, "points": table.c.points + points},
            )
        )
        before = (day - timedelta(days=DAYS_KEPT)).isoformat()
        self._connection.execute(delete(table).where(table.c.day < before))

    def tallies(self, day: date) -> Mapping[str, Tally]:
        """What was done on that day, by the name of the fact."""
        table = tables.day_counts
        rows = self._connection.execute(select(table).where(table.c.day == day.isoformat()))
        return {row.deed: Tally(times=row.times, points=row.points) for row in rows}


_MOVES_POINTS = WelcomeClaimed | VoucherReserved | VoucherVoided
