"""The guard: what no honest customer does, found out from what is known (F16).

It gives nothing where nothing is due, and tells staff; it never takes back what was promised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.entries import Entry, EntryKind
from loyalty.errors import DailyLimit
from loyalty.ids import EntryId, StoreId
from loyalty.program import Guard
from loyalty.sales import Buyer, Sale


def watches(guard: Guard) -> bool:
    """Whether it looks at a member's other tickets."""
    return guard.tickets_per_day is not None or guard.cooldown_s > 0


def may_earn(guard: Guard, sale: Sale, buyer: Buyer) -> bool:
    """Whether this ticket earns: not too soon after the last one, and not one too many today."""
    if guard.tickets_per_day is not None and buyer.tickets_today >= guard.tickets_per_day:
        return False
    last = buyer.last_ticket_at
    return last is None or abs(sale.closed_at - last) >= timedelta(seconds=guard.cooldown_s)


def check_rewards(guard: Guard, taken_today: int) -> None:
    """Raises DailyLimit for who has taken as many rewards today as the program allows."""
    if guard.rewards_per_day is not None and taken_today >= guard.rewards_per_day:
        raise DailyLimit(guard.rewards_per_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where and when a card was held to a reader."""

    store: StoreId
    at: datetime


def is_copy(guard: Guard, before: Seen | None, now: Seen) -> bool:
    """Whether the card cannot have travelled from there to here: one of both is a copy (F5).

    Clocks differ, so it does not matter which of the two came first.
    """
    if before is None or before.store == now.store:
        return False
    return abs(now.at - before.at) < timedelta(seconds=guard.travel_s)


def refund_cycles(entries: Iterable[Entry], guard: Guard, *, now: datetime) -> int:
    """How many sales of the account came back whole in the last `refund_days`."""
    booked = {entry.id: entry for entry in entries}
    since = now - timedelta(days=guard.refund_days)
    earned: dict[str, int] = {}
    lately: set[str] = set()
    for entry in booked.values():
        sale = entry if entry.kind is EntryKind.EARN else _came_back(entry, booked)
        if sale is None or entry.occurred_at > now:
            continue
        earned[sale.fact] = earned.get(sale.fact, 0) + entry.points
        if entry is not sale and entry.occurred_at > since:
            lately.add(sale.fact)
    return sum(1 for sale in lately if earned[sale] <= 0)


def _came_back(entry: Entry, booked: Mapping[EntryId, Entry]) -> Entry | None:
    """The earning of which the entry takes something back; None where it does not."""
    if entry.kind not in (EntryKind.RETURN, EntryKind.REVERSAL) or entry.about is None:
        return None
    sale = booked.get(entry.about)
    return sale if sale is not None and sale.kind is EntryKind.EARN else None


def is_cycling(entries: Iterable[Entry], guard: Guard, *, now: datetime) -> bool:
    """Whether staff is to be told of sales that come back again and again."""
    if guard.refund_cycles is None:
        return False
    return refund_cycles(entries, guard, now=now) > guard.refund_cycles
