"""Adjustments: points that somebody of the shop gives or takes, and says who and why.

The booking date is the clock's, always. The value date, from which the points count, is today;
who has the right may choose an earlier one (SW-09).
"""

from dataclasses import dataclass
from datetime import datetime

from loyalty.errors import AdjustmentRefused, ApprovalNeeded, ValueDateRefused
from loyalty.ids import MemberId, Points, ProgramId, StoreId, derived_entry
from loyalty.ledger import Adjustment, Entry, EntryKind
from loyalty.program import AdjustmentRules, ValueDate
from loyalty.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Who adjusts."""

    id: str
    may_choose_date: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the clerk asks for."""

    id: str
    """The id of this act, made once: however often it is sent, it is one."""
    member: MemberId
    program: ProgramId
    store: StoreId
    points: Points
    """Positive to give, negative to take."""
    nature: str
    comment: str | None = None
    """The salted hash of the free text (`loyalty.journal.salted_hash`); None for no text."""
    value_at: datetime | None = None
    """From when the points count; None for now."""
    deadline: datetime | None = None
    """Until when given points live; None for ever."""
    approved_by: str | None = None


def adjust(wanted: Wanted, by: Clerk, rules: AdjustmentRules, *, now: datetime) -> Entry:
    """The entry of it. Raises AdjustmentRefused, ApprovalNeeded or ValueDateRefused."""
    _check(wanted, by, rules, now)
    return Entry(
        id=derived_entry("adjust", wanted.id),
        member=wanted.member,
        program=wanted.program,
        kind=EntryKind.ADJUSTMENT,
        points=wanted.points,
        occurred_at=wanted.value_at or now,
        fact=wanted.id,
        store=wanted.store,
        deadline=wanted.deadline if wanted.points > 0 else None,
        owes=rules.may_owe or wanted.points > 0,
        adjustment=Adjustment(
            actor=by.id,
            nature=wanted.nature,
            booked_at=now,
            comment=wanted.comment,
            approved_by=wanted.approved_by,
        ),
    )


def _check(wanted: Wanted, by: Clerk, rules: AdjustmentRules, now: datetime) -> None:
    if wanted.points == 0:
        raise AdjustmentRefused(say("adjustment.zero"))
    if not wanted.nature or (rules.natures and wanted.nature not in rules.natures):
        raise AdjustmentRefused(say("adjustment.nature"))
    if wanted.value_at is not None and wanted.value_at > now:
        raise ValueDateRefused(say("value_date.ahead"))
    if wanted.value_at not in (None, now) and rules.value_date is ValueDate.TODAY:
        raise ValueDateRefused(say("value_date.today"))
    if wanted.value_at not in (None, now) and not by.may_choose_date:
        raise ValueDateRefused(say("value_date.person"))
    alone = rules.alone is None or abs(wanted.points) <= rules.alone
    if not alone and wanted.approved_by in (None, "", by.id):
        assert rules.alone is not None
        raise ApprovalNeeded(rules.alone)
