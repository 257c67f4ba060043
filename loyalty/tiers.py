"""Tiers: what a member has earned, spent or visited, over a life or a period, and what keeps it.

By points earned, a tier is reached with purchases alone. Spending points never lowers it, and
neither welcome, gifts of the shop nor points that came by transfer raise it; a return takes off
what it takes back. By money or by visits, purchases count whatever they earned.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from loyalty.earning import deadline
from loyalty.ids import Points, SaleId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Calendar, Metric, Program, Tier, TierRules, Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a member bought; brought back, with the id of that sale and an amount below 0."""

    sale: SaleId
    at: datetime
    amount: int
    """Minor units to pay, tax included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands, and what comes next."""

    tier: Tier | None
    counted: int
    """What counts now: points, minor units or visits, as the program's metric says."""
    next_tier: Tier | None
    """None at the top."""
    missing: int
    """How much is still to come for the next tier."""
    until: datetime | None
    """When the tier falls if nothing more is earned; None if it never does."""
    falls_to: Tier | None
    """What it falls to then."""
    to_keep: int
    """How much, before then, keeps it; 0 where it does not fall."""


def matter(program: Program) -> bool:
    """Whether any rule, campaign or reward of the program asks for a member's tier."""
    asked = (
        program.only.tiers,
        *(rule.only.tiers for rule in program.earning),
        *(campaign.only.tiers for campaign in program.campaigns),
        *(reward.usable.tiers for reward in program.rewards),
    )
    return program.tiers is not None and any(asked)


def standing(
    entries: Iterable[Entry],
    rules: TierRules,
    *,
    now: datetime,
    zone: tzinfo,
    purchases: Iterable[Purchase] = (),
) -> Standing:
    """The member's tier now: by the journal of the account, or else by `purchases`."""
    if rules.metric is Metric.EARNED:
        counted_parts = list(_earned(tuple(entries), rules, zone))
    else:
        counted_parts = list(_bought(tuple(purchases), rules, zone))
    story = _Story(counted_parts, rules, zone)
    tier = story.tier(now)
    counted = story.counted(now)
    higher = [each for each in rules.levels if tier is None or each.start > tier.start]
    until = story.falls(now) if tier else None
    return Standing(
        tier=tier,
        counted=counted,
        next_tier=higher[0] if higher else None,
        missing=max(higher[0].start - counted, 0) if higher else 0,
        until=until,
        falls_to=story.tier(until) if until else None,
        to_keep=max(tier.start - story.counted(until), 0) if tier and until else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What counts from one time to another, the end not included."""

    much: int
    start: datetime
    end: datetime | None


class _Story:
    """What counted at each time, and which tier that made."""

    def __init__(self, counted: list[_Counted], rules: TierRules, zone: tzinfo) -> None:
        self._rules = rules
        self._zone = zone
        self._changes = _changes(counted)
        """The sum after each time at which it changes."""
        self._times = [at for at, _ in self._changes]
        self._reached = list(self._reachings())

    def counted(self, at: datetime) -> int:
        place = bisect_right(self._times, at)
        return max(self._changes[place - 1][1], 0) if place else 0

    def tier(self, at: datetime) -> Tier | None:
        """The tier of what counts then, or a higher one that is still kept."""
        held = [tier for tier, start, end in self._reached if start <= at and (not end or at < end)]
        by_points = _tier_of(self._rules, self.counted(at))
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
            for at, much in self._changes:
                if much < tier.start:
                    continue
                if start is not None and end is not None and at > end:
                    yield tier, start, end
                    start = None
                start = start or at
                end = deadline(at, self._rules.kept_for, self._zone)
            if start is not None:
                yield tier, start, end


def _tier_of(rules: TierRules, counted: int) -> Tier | None:
    reached = [tier for tier in rules.levels if counted >= tier.start]
    return max(reached, key=_height, default=None)


def _height(tier: Tier) -> int:
    return tier.start


def _earned(entries: tuple[Entry, ...], rules: TierRules, zone: tzinfo) -> Iterable[_Counted]:
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


def _bought(purchases: tuple[Purchase, ...], rules: TierRules, zone: tzinfo) -> Iterable[_Counted]:
    """What was bought, and what was brought back of it: both count as long as the sale does.

    By visits a sale counts as one until all of it came back. What came back of a sale that nobody
    knows takes nothing off.
    """
    sales = {each.sale: each for each in purchases if each.amount > 0}
    left = {sale: each.amount for sale, each in sales.items()}
    by_visits = rules.metric is Metric.VISITS
    for sale in sales.values():
        until = _counts_until(sale.at, rules.period, zone)
        yield _Counted(much=1 if by_visits else sale.amount, start=sale.at, end=until)
    for back in sorted(purchases, key=lambda each: (each.at, each.sale, each.amount)):
        if back.amount > 0 or not left.get(back.sale):
            continue
        taken = min(-back.amount, left[back.sale])
        left[back.sale] -= taken
        much = int(not left[back.sale]) if by_visits else taken
        sale = sales[back.sale]
        until = _counts_until(sale.at, rules.period, zone)
        yield _Counted(much=-much, start=max(back.at, sale.at), end=until)


def _part(
    earning: Entry, points: Points, start: datetime, rules: TierRules, zone: tzinfo
) -> _Counted:
    return _Counted(
        much=points, start=start, end=_counts_until(earning.occurred_at, rules.period, zone)
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


def _changes(counted: list[_Counted]) -> list[tuple[datetime, int]]:
    """The sum of what counts, after each time at which it changes."""
    steps: dict[datetime, int] = {}
    for part in counted:
        if part.end is not None and part.end <= part.start:
            continue
        steps[part.start] = steps.get(part.start, 0) + part.much
        if part.end is not None:
            steps[part.end] = steps.get(part.end, 0) - part.much
    total, found = 0, []
    for at in sorted(steps):
        total += steps[at]
        found.append((at, total))
    return found
