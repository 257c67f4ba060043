"""Times: what a till or a terminal says against the server's clock; a shop's day, and its end."""

from datetime import datetime, time, timedelta, tzinfo

from backend.db import Transaction
from backend.errors import Refused, phrase
from backend_client.schemas.problems import ProblemName

AHEAD = timedelta(days=1)
BEHIND = timedelta(days=400)
"""A till that was offline for a season is late, not wrong; older sales are for the importer."""


Day = tuple[datetime, datetime]
"""A shop's day: its two midnights, the second exclusive."""


def is_off(tx: Transaction, at: datetime) -> bool:
    """Whether no clock that works can have said that."""
    return not tx.now - BEHIND <= at <= tx.now + AHEAD


def refuse_if_off(tx: Transaction, field: str, at: datetime) -> None:
    """Raises Refused, naming the field."""
    if is_off(tx, at):
        days = abs((at - tx.now).days)
        raise Refused(
            ProblemName.CLOCK_OFF,
            phrase(
                "{field} is {days} days from the server's time: set the sender's clock",
                field=field,
                days=days,
            ),
        )


def day_around(at: datetime, zone: tzinfo) -> Day:
    """The day around that time where the shop is."""
    day = at.astimezone(zone).date()
    return (
        datetime.combine(day, time(), tzinfo=zone),
        datetime.combine(day + timedelta(days=1), time(), tzinfo=zone),
    )


def last_moment(deadline: datetime, zone: tzinfo) -> datetime:
    """When the last day ends on which something is good: a deadline is the midnight after it."""
    return (deadline - timedelta(seconds=1)).astimezone(zone)
