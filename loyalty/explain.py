"""Why an entry has its points, as a message id and typed arguments; the words are the reader's."""

from dataclasses import dataclass
from decimal import Decimal

from loyalty.ids import Points
from loyalty.ledger import Entry, EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What happened, ready to be put in words."""

    message: str
    """``welcome``, ``earn``, ``redeem``, ``reversal`` or ``expiry``."""
    points: Points
    basis: int = 0
    """Minor units of money that the rule counted."""
    factor: Decimal = Decimal(0)
    """Points per minor unit."""


def explain(entry: Entry) -> Explanation:
    """The story of one entry."""
    if entry.kind is EntryKind.EARN and entry.trace is not None:
        return Explanation(
            message="earn",
            points=entry.points,
            basis=entry.trace.basis,
            factor=entry.trace.factor,
        )
    return Explanation(message=entry.kind.value, points=entry.points)
