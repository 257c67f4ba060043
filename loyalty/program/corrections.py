"""Corrections: what happens when goods come back, and what staff may move by hand."""

from dataclasses import dataclass
from enum import StrEnum

from loyalty.ids import Points


class Negative(StrEnum):
    """What happens when points that are taken back were spent already (SW-10)."""

    ALLOW = "allow"
    """The member owes them: the next points pay."""
    CLAMP = "clamp"
    """What is there is taken; the rest is the shop's loss."""
    REFUSE = "refuse"
    """The return is refused until the points are there."""


class ValueDate(StrEnum):
    """From when points moved by hand may count (SW-09); the booking date is the clock's."""

    TODAY = "today"
    """Always from today (CLI-29)."""
    WITH_RIGHT = "with_right"
    """From today, or from an earlier day for who has the right to choose one (INV-27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRules:
    """What the program allows by hand."""

    natures: frozenset[str] = frozenset()
    """The codes to choose from; empty where any may be written."""
    alone: Points | None = None
    """The most points that one person may move; beyond, a second one must agree. None: any."""
    may_owe: bool = True
    """Whether taking more than there is makes a debt; else it takes what is there."""
    value_date: ValueDate = ValueDate.WITH_RIGHT
