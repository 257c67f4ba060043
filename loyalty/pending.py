"""Pending points: earned, shown, and not to be spent before a time or an action.

The time is a shop's way out of the right to return: who may send goods back for 14 days cannot
spend their points before. The action is somebody's word: "the appointment took place".
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from loyalty.earning import deadline
from loyalty.ids import derived_entry
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Validity

UNTIL_RELEASED = datetime(9999, 1, 1, tzinfo=UTC)
"""When points that wait for an action would be available by themselves: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """How long what a rule gives is pending."""

    days: int | None = None
    """Local days that must end after the sale's own; None to wait for an action."""


def pending(entry: Entry, rule: Pending, *, zone: tzinfo) -> Entry:
    """The credit, to be spent only when its time has come."""
    if rule.days is None:
        return replace(entry, available_from=UNTIL_RELEASED)
    return replace(
        entry, available_from=deadline(entry.occurred_at, Validity(days=rule.days), zone)
    )


def release(held: Entry, *, now: datetime) -> Entry:
    """The entry that lets the points of `held` be spent from now on; once, however often told."""
    return Entry(
        id=derived_entry("release", held.id),
        member=held.member,
        program=held.program,
        kind=EntryKind.RELEASE,
        points=0,
        occurred_at=max(now, held.occurred_at),
        fact=held.fact,
        store=held.store,
        about=held.id,
    )
