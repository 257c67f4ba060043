"""Tiers: what a member has earned, over a life or a period, and what keeps it.

A tier is reached by points earned with purchases. Spending never lowers it, and neither welcome,
gifts of the shop nor points that came by transfer raise it; a return takes off what it takes back.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from loyalty.earning import deadline
from loyalty.ids import Points
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Calendar, Tier, TierRules, Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands, and what comes next."""

    tier: Tier | None
    earned: Points
    """What counts now."""
    next_tier: Tier | None
    """None at the top."""
    missing: Points
    """How many points are still to earn for the next tier."""
    until: datetime | None
    """When the tier falls if nothing more is earned; None if it never does."""
    falls_to: Tier | None
    """What it falls to then."""
    to_keep: Points
    """How many points, earned before then, keep it; 0 where it does not fall."""


def standing(
    entries: Iterable[Entry], rules: TierRules, *, now: datetime, zone: tzinfo
) -> Standing:
    """The member's tier now, by the journal of the account."""
    story = _Story(tuple(entries), rules, zone)
    tier = story.tier(now)
    earned = story.earned(now)
    higher = [each for each in rules.levels if tier is None or each.start > tier.start]
    until = story.falls(now) if tier else None
    return Standing(
        tier=tier,
        earned=earned,
        next_tier=higher[0] if higher else None,
        missing=max(higher[0].start - earned, 0) if higher else 0,
        until=until,
        falls_to=story.tier(until) if until else None,
        to_keep=max(tier.start - story.earned(until), 0) if tier and until else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Points that count from one time to another, the end not included."""

    points: Points
    start: datetime
    end: datetime | None


class _Story:
    """What counted at each time, and which tier that made."""

    def __init__(self, entries: tuple[Entry, ...], rules: TierRules, zone: tzinfo) -> None:
        self._rules = rules
        self._zone = zone
        self._changes = _changes(list(_counted(entries, rules, zone)))
        """The sum after each time at which it changes."""
        self._times = [at for at, _ in self._changes]
        self._reached = list(self._reachings())

    def earned(self, at: datetime) -> Points:
        place = bisect_right(self._times, at)
        return max(self._changes[place - 1][1], 0) if place else 0

    def tier(self, at: datetime) -> Tier | None:
        """The tier of what counts then, or a higher one that is still kept."""
        held = [tier for tier, start, end in self._reached if start <= at and (not end or at < end)]
        by_points = _tier_of(self._rules, self.earned(at))
        return max([*held, *([by_points] if by_points else [])], key=_height, default=None)

    def falls(self, now: datetime) -> datetime | None:
        """The first time after `now` at which the tier is lower than now."""
        tier = self.tier(now)
        assert tier is not None
        ends = [end for _, _, end in self._reached if end]
        for at in sorted({at for at in (*self._times, *ends) if at > now}):
            later = self.tier(at)
            if later is None or later.start < tier.start:
                return at
        return None

    def _reachings(self) -> Iterable[tuple[Tier, datetime, datetime | None]]:
        """From when until when each tier was kept because it was reached, gaps left out."""
        if self._rules.kept_for is None:
            return
        for tier in self._rules.levels:
            start: datetime | None = None
            end: datetime | None = None
            for at, points in self._changes:
                if points < tier.start:
                    continue
                if start is not None and end is not None and at > end:
                    yield tier, start, end
                    start = None
                start = start or at
                end = deadline(at, self._rules.kept_for, self._zone)
            if start is not None:
                yield tier, start, end


def _tier_of(rules: TierRules, earned: Points) -> Tier | None:
    reached = [tier for tier in rules.levels if earned >= tier.start]
    return max(reached, key=_height, default=None)


def _height(tier: Tier) -> Points:
    return tier.start


def _counted(entries: tuple[Entry, ...], rules: TierRules, zone: tzinfo) -> Iterable[_Counted]:
    """What was earned, and what was taken back of it: both count as long as the earning does."""
    known = {entry.id: entry for entry in entries}
    left = {entry.id: entry.points for entry in known.values() if entry.kind is EntryKind.EARN}
    for entry in sorted(known.values(), key=lambda each: (each.occurred_at, each.id)):
        if entry.kind is EntryKind.EARN:
            yield _part(entry, entry.points, entry.occurred_at, rules, zone)
        elif entry.about in left and entry.kind in (EntryKind.REVERSAL, EntryKind.RETURN):
            earning = known[entry.about]
            taken = min(-entry.points, left[entry.about])
            left[entry.about] -= taken
            start = max(entry.occurred_at, earning.occurred_at)
            yield _part(earning, -taken, start, rules, zone)
        elif entry.kind is EntryKind.RETURN and entry.about is None:
            yield _part(entry, entry.points, entry.occurred_at, rules, zone)


def _part(
    earning: Entry, points: Points, start: datetime, rules: TierRules, zone: tzinfo
) -> _Counted:
    return _Counted(
        points=points, start=start, end=_counts_until(earning.occurred_at, rules.period, zone)
    )


def _counts_until(
    at: datetime, period: Validity | Calendar | None, zone: tzinfo
) -> datetime | None:
    """The first instant at which what was bought then counts no more; None for never."""
    if not isinstance(period, Calendar):
        return deadline(at, period, zone)
    local = at.astimezone(zone)
    months = _MONTHS[period]
    # January is the first month of year and quarter alike.
    year, month = divmod(local.year * 12 + (local.month - 1) // months * months + months, 12)
    return datetime(year, month + 1, 1, tzinfo=zone).astimezone(at.tzinfo)


_MONTHS = {Calendar.MONTH: 1, Calendar.QUARTER: 3, Calendar.YEAR: 12}


def _changes(counted: list[_Counted]) -> list[tuple[datetime, Points]]:
    """The sum of what counts, after each time at which it changes."""
    steps: dict[datetime, Points] = {}
    for part in counted:
        if part.end is not None and part.end <= part.start:
            continue
        steps[part.start] = steps.get(part.start, 0) + part.points
        if part.end is not None:
            steps[part.end] = steps.get(part.end, 0) - part.points
    total, found = 0, []
    for at in sorted(steps):
        total += steps[at]
        found.append((at, total))
    return found
