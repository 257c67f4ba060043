"""What a till or a terminal says the time was, against the server's clock."""

from datetime import datetime, timedelta

from backend.db import Transaction
from backend.errors import Refused
from backend_client.schemas import ProblemName

AHEAD = timedelta(days=1)
BEHIND = timedelta(days=400)
"""A till that was offline for a season is late, not wrong; older sales are for the importer."""


def is_off(tx: Transaction, at: datetime) -> bool:
    """Whether no clock that works can have said that."""
    return not tx.now - BEHIND <= at <= tx.now + AHEAD


def refuse_if_off(tx: Transaction, field: str, at: datetime) -> None:
    """Raises Refused, naming the field."""
    if is_off(tx, at):
        days = abs((at - tx.now).days)
        raise Refused(
            ProblemName.CLOCK_OFF,
            f"{field} is {days} days from the server's time: set the sender's clock",
        )
