"""Pending points: earned, shown, and not to be spent before a time or an action.

The time is a shop's way out of the right to return: who may send goods back for 14 days cannot
spend their points before. The action is somebody's word: "the appointment took place".
"""

from dataclasses import replace
from datetime import datetime, tzinfo

from loyalty.earning import available_from
from loyalty.ids import derived_entry
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Pending


def pending(entry: Entry, rule: Pending, *, zone: tzinfo) -> Entry:
    """The credit, to be spent only when its time has come."""
    return replace(entry, available_from=available_from(entry.occurred_at, rule, zone))


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
