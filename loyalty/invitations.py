"""Invitations to join: each has its own link, good for seven days."""

from datetime import datetime, tzinfo

from loyalty.earning import deadline
from loyalty.program import Validity

VALID = Validity(days=7)
"""After the day on which it was handed out (LSX-26)."""


def is_good(handed_out: datetime, *, now: datetime, zone: tzinfo, valid: Validity = VALID) -> bool:
    """Whether the link still opens the form: on the seventh day yes, on the eighth no."""
    until = deadline(handed_out, valid, zone)
    assert until is not None
    return handed_out <= now < until
