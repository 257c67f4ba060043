"""Accounts: what a member's entries amount to, as lots of points with their deadlines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from loyalty.ids import EntryId, Points

FOREVER = datetime.max.replace(tzinfo=UTC)


class Lot(NamedTuple):
    """What is left of one credit. A tuple: an account of many years has many of them."""

    entry: EntryId
    left: Points
    deadline: datetime | None
    available_from: datetime | None = None
    gave: Points | None = None
    """What the credit gave, the most that can be clawed back; None when that is not known here."""
    returned: Points = 0
    """What was clawed back of it."""
    expired: Points = 0
    """What expired of it, and is not taken again when the goods come back."""

    def alive(self, at: datetime) -> bool:
        """Whether its points have not expired at that time."""
        return self.deadline is None or at < self.deadline

    def usable(self, at: datetime) -> bool:
        """Whether its points can be spent at that time: neither expired nor pending."""
        return self.alive(at) and (self.available_from is None or self.available_from <= at)


class Draw(NamedTuple):
    """What a debit took from one lot, or from no lot: then it is debt that nothing has paid yet."""

    lot: EntryId | None
    points: Points
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The state of one member in one program: a replay's result, or a snapshot to replay from."""

    lots: tuple[Lot, ...] = ()
    debt: Points = 0
    draws: Mapping[EntryId, tuple[Draw, ...]] = field(default_factory=dict)
    """What each debit took, so that its reversal gives back the same points and deadlines."""

    def balance(self, at: datetime) -> Points:
        """The points that can be spent at that time; negative when the member is in debt."""
        return sum(lot.left for lot in self.lots if lot.usable(at)) - self.debt

    def pending(self, at: datetime) -> Points:
        """The points that are there and cannot be spent yet."""
        return sum(lot.left for lot in self.lots if lot.alive(at) and not lot.usable(at))

    def next_deadline(self, at: datetime) -> Lot | None:
        """The points that will be lost first, gathered in one lot; None when none expires."""
        dated = [lot for lot in self.lots if lot.left and lot.deadline and lot.alive(at)]
        if not dated:
            return None
        first = min(dated, key=nearest_deadline_first)
        together = sum(lot.left for lot in dated if lot.deadline == first.deadline)
        return first._replace(left=together)


def holding(balance: Points) -> Account:
    """An account of which nothing is known but its balance; below 0, what it owes."""
    if balance < 0:
        return Account(debt=-balance)
    return Account(lots=(Lot(entry=EntryId("before"), left=balance, deadline=None),))


def nearest_deadline_first(lot: Lot) -> tuple[datetime, EntryId]:
    """The order in which lots are spent; those that never expire come last."""
    return (lot.deadline or FOREVER, lot.entry)
