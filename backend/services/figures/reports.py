"""What the program gives and costs: activity, liability, gifts and what they bring in (F9)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from backend.db import Transaction, daily, reports, returning, shops
from backend.db.daily import Period, Sum
from backend.services.points.worth import BASIS_POINTS, in_money, rate_bp
from backend_client.schemas.reports import (
    ActivityLine,
    ActivityProgram,
    ActivityReport,
    CampaignLine,
    CampaignsReport,
    ComparedGroup,
    GiftLine,
    GiftsReport,
    LiabilityProgram,
    LiabilityReport,
    LiabilityStore,
    RetentionReport,
    TrendMonth,
    TrendReport,
    UpliftReport,
)
from loyalty.entries import EntryKind
from loyalty.ids import ProgramId
from loyalty.program import Campaign, Program

GIVEN = (EntryKind.EARN, EntryKind.WELCOME)
LOST = (EntryKind.EXPIRY, EntryKind.FORFEIT)
BACK = (EntryKind.RETURN, EntryKind.REVERSAL)


def activity(tx: Transaction, period: Period) -> ActivityReport:
    """What moved, by program, store and kind, and the totals that a merchant asks for."""
    moved = reports.movements(tx, period)
    active = reports.active_members(tx, period)
    programs = sorted({each.program for each in moved} | active.keys())
    return ActivityReport(
        since=period.since,
        until=period.until,
        members=reports.enrolled(tx, since=None, until=period.until),
        new_members=reports.enrolled(tx, since=period.since, until=period.until),
        programs=tuple(
            _program(name, [each for each in moved if each.program == name], active.get(name, 0))
            for name in programs
        ),
    )


def _program(name: str, moved: list[Sum], active: int) -> ActivityProgram:
    earned = _sum(moved, GIVEN)
    spent = -_sum(moved, (EntryKind.REDEEM,)) - _sum(moved, BACK, gives=True)
    expired = -_sum(moved, LOST)
    return ActivityProgram(
        program=name,
        active_members=active,
        earned=earned,
        spent=spent,
        expired=expired,
        clawed_back=-_sum(moved, BACK, gives=False),
        adjusted=_sum(moved, (EntryKind.ADJUSTMENT,)),
        net=sum(each.points for each in moved),
        redemption_rate_bp=rate_bp(max(spent, 0), earned),
        breakage_bp=rate_bp(expired, expired + max(spent, 0)),
        lines=tuple(
            ActivityLine(
                store=each.store, kind=each.kind.value, points=each.points, entries=each.entries
            )
            for each in moved
        ),
    )


def trend(tx: Transaction, period: Period, zone: ZoneInfo) -> TrendReport:
    """What was earned, spent and lost in each calendar month of the period, on the shop's clock."""
    bounds = _months(period, zone)
    pieces = daily.between(tx, period, bounds)
    found = []
    for number, (since, until) in enumerate(pairwise(bounds), start=1):
        moved = [each for each in pieces if each.place == number]
        found.append(
            TrendMonth(
                since=since,
                until=until,
                earned=_sum(moved, GIVEN),
                spent=-_sum(moved, (EntryKind.REDEEM,)) - _sum(moved, BACK, gives=True),
                expired=-_sum(moved, LOST),
                new_members=reports.enrolled(tx, since=since, until=until),
            )
        )
    return TrendReport(since=period.since, until=period.until, months=tuple(found))


def _months(period: Period, zone: ZoneInfo) -> list[datetime]:
    """The beginning of the period, of each month in it, and its end."""
    first = period.since.astimezone(zone)
    bounds = [period.since]
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == _DECEMBER else (year, month + 1)
        start = datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
        if start >= period.until:
            return [*bounds, period.until]
        bounds.append(start)


_DECEMBER = 12


def _sum(moved: Sequence[Sum], kinds: tuple[EntryKind, ...], *, gives: bool | None = None) -> int:
    """The points of those kinds; only those about what was spent, or given, where that is said."""
    return sum(each.points for each in moved if each.kind in kinds and gives in (None, each.gives))


def liability(tx: Transaction, period: Period, breakage_bp: int | None) -> LiabilityReport:
    """What members could still ask for, today: open lots × value × (1 − breakage).

    The breakage that is expected is the one seen in the period, unless another is given.
    """
    seen = {each.program: each.breakage_bp for each in activity(tx, period).programs}
    owed = reports.debts(tx)
    lots = reports.open_points(tx)
    found = []
    for name in sorted(owed):
        program = shops.program(tx, ProgramId(name))
        if program is None:
            continue
        stores = [each for each in lots if each.program == name]
        rate = breakage_bp if breakage_bp is not None else seen.get(name) or 0
        points = sum(each.points for each in stores)
        found.append(
            LiabilityProgram(
                program=name,
                currency=program.currency,
                points=points,
                debt=owed[name],
                breakage_bp=rate,
                value=in_money(program, points),
                liability=in_money(program, points, share_bp=BASIS_POINTS - rate),
                stores=tuple(
                    LiabilityStore(
                        store=each.store, points=each.points, value=in_money(program, each.points)
                    )
                    for each in stores
                ),
            )
        )
    return LiabilityReport(at=tx.now, programs=tuple(found))


def gifts(tx: Transaction, period: Period) -> GiftsReport:
    """Every loyalty gift apart, with its program and reason (GLO-13, GLO-14)."""
    lines = []
    for each in reports.gifts(tx, period):
        program = shops.program(tx, ProgramId(each.program))
        lines.append(
            GiftLine(
                program=each.program,
                store=each.store,
                reason=f"reward:{each.reward}",
                article=each.article or _article(program, each.reward),
                state=each.state,
                gifts=each.gifts,
                points=each.points,
                money=each.money,
                # What came off a ticket is what it cost, whatever a point is said to be worth.
                cost=each.money or (None if program is None else in_money(program, each.points)),
            )
        )
    kept = [line for line in lines if line.state != "voided"]
    costs = [line.cost for line in kept if line.cost is not None]
    return GiftsReport(
        since=period.since,
        until=period.until,
        lines=tuple(lines),
        gifts=sum(line.gifts for line in kept),
        points=sum(line.points for line in kept),
        money=sum(line.money for line in kept),
        cost=sum(costs) if len(costs) == len(kept) else None,
    )


def _article(program: Program | None, reward: str) -> str | None:
    if program is None:
        return None
    found = next((each for each in program.rewards if each.id == reward), None)
    return getattr(found, "article", None)


def campaigns(tx: Transaction, period: Period) -> CampaignsReport:
    """Every campaign of the programs in force: what it gave, cost, and seems to have brought."""
    programs = dict.fromkeys(store.program for store in shops.stores(tx))
    lines = []
    for name in programs:
        program = shops.program(tx, name)
        if program is None or period.program not in ("", name):
            continue
        of_it = replace(period, program=name)
        lines += [_campaign(tx, of_it, program, each) for each in program.campaigns]
    return CampaignsReport(since=period.since, until=period.until, campaigns=tuple(lines))


def _campaign(tx: Transaction, period: Period, program: Program, wanted: Campaign) -> CampaignLine:
    did, groups = reports.campaign(tx, period, wanted.id)
    beside = _uplift(period, wanted.id, groups)
    return CampaignLine(
        program=program.id,
        campaign=wanted.id,
        name=dict(wanted.name),
        tickets=did.tickets,
        members=did.members,
        points=did.points,
        cost=in_money(program, did.points),
        redeemers=did.redeemers,
        redemption_bp=rate_bp(did.redeemers, did.members),
        received=beside.received,
        held_out=beside.held_out,
        uplift_bp=beside.uplift_bp,
    )


def uplift(tx: Transaction, period: Period, campaign: str) -> UpliftReport:
    """What members who got something bought, beside those who did not (GLO-15).

    An observation, not a proof: who takes gifts may be who buys more anyway.
    """
    groups = reports.campaign(tx, period, campaign)[1] if campaign else reports.groups(tx, period)
    return _uplift(period, campaign, groups)


def _uplift(
    period: Period, campaign: str, groups: tuple[reports.Group, reports.Group]
) -> UpliftReport:
    with_, beside = (_compared(group) for group in groups)
    rate = None
    if with_.spent_each is not None and beside.spent_each:
        rate = (with_.spent_each - beside.spent_each) * BASIS_POINTS // beside.spent_each
    return UpliftReport(
        since=period.since,
        until=period.until,
        campaign=campaign or None,
        received=with_,
        held_out=beside,
        uplift_bp=rate,
    )


def retention(tx: Transaction, period: Period) -> RetentionReport:
    """How many of those who bought before came back, and whom the shop can reach (LSX-02)."""
    found, known = returning.buyers(tx, period), returning.reachable(tx)
    return RetentionReport(
        since=period.since,
        until=period.until,
        before=found.before,
        came_back=found.both,
        retention_bp=rate_bp(found.both, found.before),
        buyers=found.now,
        members=known.members,
        with_email=known.with_email,
        with_phone=known.with_phone,
        with_birthday=known.with_birthday,
        agree_to_news=known.agree_to_news,
    )


def _compared(group: reports.Group) -> ComparedGroup:
    return ComparedGroup(
        members=group.members,
        buyers=group.buyers,
        sales=group.sales,
        spent=group.spent,
        spent_each=group.spent // group.members if group.members else None,
    )
