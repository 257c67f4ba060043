"""Taking a reward: reserve, then issue or void, around the printer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from loyalty import vouchers
from loyalty.earning import deadline
from loyalty.errors import AssuranceLimit, OfflineLimit
from loyalty.explain import points_of
from loyalty.ids import (
    EntryId,
    MemberId,
    Points,
    ProgramId,
    RedemptionId,
    RewardId,
    RuleId,
    StoreId,
    derived_entry,
)
from loyalty.ledger import Account, Entry, EntryKind, Step, StepKind, Trace
from loyalty.program import (
    Assurance,
    AssuranceLimits,
    OfflineLimits,
    Program,
    Reward,
    Rounding,
    Takes,
)
from loyalty.rewards import Price, amount, worth
from loyalty.sentences import say
from loyalty.terms import AmountOff
from loyalty.vouchers import Voucher, VoucherCode, VoucherState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The points held and the voucher they will become, written together or not at all."""

    entry: Entry
    voucher: Voucher


def reserve(
    account: Account,
    reward: Reward,
    program: Program,
    member: MemberId,
    *,
    redemption: RedemptionId,
    code: VoucherCode,
    store: StoreId,
    now: datetime,
    zone: tzinfo,
    chosen: Points | None = None,
) -> Reservation:
    """Hold the cost of `reward`, or `chosen` points. Raises what `rewards.amount` raises.

    The same redemption id gives the same entry, so asking twice holds once.
    """
    found = amount(reward, program.currency, account.balance(now), chosen)
    entry = Entry(
        id=reservation_entry(redemption),
        member=member,
        program=program.id,
        kind=EntryKind.REDEEM,
        points=-found.points,
        occurred_at=now,
        fact=redemption,
        store=store,
        trace=_trace(reward.id, program.version, found.steps),
    )
    voucher = reserved_voucher(
        reward, program, entry, redemption=redemption, code=code, now=now, zone=zone
    )
    return Reservation(entry=entry, voucher=voucher)


def reserved_voucher(
    reward: Reward,
    program: Program,
    held: Entry,
    *,
    redemption: RedemptionId,
    code: VoucherCode,
    now: datetime,
    zone: tzinfo,
) -> Voucher:
    """The voucher that goes with the points `held` for `reward` at `now`."""
    until = deadline(now, reward.voucher, zone)
    assert until is not None
    return Voucher(
        code=code,
        redemption=redemption,
        member=held.member,
        program=program.id,
        reward=reward.id,
        state=VoucherState.RESERVED,
        deadline=until,
        points=-held.points if reward.by_amount else 0,
        money=worth(reward, program.currency, -held.points),
    )


def as_taken(reward: Reward, voucher: Voucher) -> Reward:
    """The reward as the voucher has it: what was chosen with it is settled."""
    if not voucher.money:
        return reward
    gives = AmountOff(amount=voucher.money)
    return replace(reward, cost=voucher.points, takes=Takes.COST, gives=gives)


def reservation_entry(redemption: RedemptionId) -> EntryId:
    """The id of the entry that holds the points of a redemption."""
    return derived_entry("redeem", redemption)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Points used on a ticket or for a voucher, and by whom."""

    redemption: RedemptionId
    member: MemberId
    program: ProgramId
    store: StoreId
    at: datetime
    by: MemberId | None = None
    """Who of a household uses them; None for the account's own member."""
    reward: RewardId | None = None
    """What they are used for, and below, by which version of the program; for the trace."""
    program_version: int = 0


def spend(what: Price, use: Use) -> tuple[Entry, ...]:
    """The entries of using a reward at that price: what it costs, and what falls away with it.

    A gift that is offered costs nothing and writes nothing (INV-18). The same redemption is the
    same entries.
    """
    cost = what.steps or (Step(StepKind.GIVE, "cost", what.points),)
    rest = (Step(StepKind.GIVE, "rest", what.forfeits),)
    parts = (
        (reservation_entry(use.redemption), EntryKind.REDEEM, what.points, cost),
        (derived_entry("forfeit", use.redemption), EntryKind.FORFEIT, what.forfeits, rest),
    )
    return tuple(
        Entry(
            id=entry,
            member=use.member,
            program=use.program,
            kind=kind,
            points=-points,
            occurred_at=use.at,
            fact=use.redemption,
            store=use.store,
            by=use.by,
            # What falls away is what is there: it makes no debt.
            owes=kind is EntryKind.REDEEM,
            trace=_trace(use.reward, use.program_version, steps) if use.reward else None,
        )
        for entry, kind, points, steps in parts
        if points
    )


def _trace(reward: RewardId, program_version: int, steps: tuple[Step, ...]) -> Trace:
    """How many points a reward took, by which version of which program."""
    points = points_of(steps, Rounding.FLOOR)
    return Trace(
        rule=RuleId(reward),
        program_version=program_version,
        basis=0,
        factor=Decimal(points),
        rounding=Rounding.FLOOR,
        points=points,
        steps=steps,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The voucher voided and the entry that gives its points back."""

    entry: Entry
    voucher: Voucher


def void(voucher: Voucher, held: Entry, *, now: datetime) -> Cancellation:
    """Give the points back, once, with the deadlines they had. Raises VoucherRedeemed."""
    cancelled = vouchers.void(voucher)
    entry = Entry(
        id=derived_entry("void", voucher.redemption),
        member=held.member,
        program=held.program,
        kind=EntryKind.REVERSAL,
        points=-held.points,
        occurred_at=max(now, held.occurred_at),
        fact=voucher.redemption,
        store=held.store,
        about=held.id,
    )
    return Cancellation(entry=entry, voucher=cancelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineUse:
    """What a terminal has given away since it last spoke with the backend."""

    by_member: Points
    by_terminal: Points
    snapshot_at: datetime
    today: Points = 0
    """By the terminal since local midnight, before and after any contact."""


def check_offline(cost: Points, use: OfflineUse, limits: OfflineLimits, *, now: datetime) -> None:
    """Raises OfflineLimit when one more gift of `cost` would pass what the program allows (F2)."""
    if now - use.snapshot_at > timedelta(hours=limits.snapshot_age_h):
        raise OfflineLimit(say("offline.age", hours=limits.snapshot_age_h))
    if use.by_member + cost > limits.per_card:
        raise OfflineLimit(say("offline.card", most=limits.per_card))
    if use.by_terminal + cost > limits.per_terminal:
        raise OfflineLimit(say("offline.kiosk", most=limits.per_terminal))
    if limits.per_day is not None and use.today + cost > limits.per_day:
        raise OfflineLimit(say("offline.day", most=limits.per_day))


def most_offline(use: OfflineUse, limits: OfflineLimits, *, now: datetime) -> Points:
    """The dearest gift that `check_offline` lets pass; 0 where it lets none."""
    if now - use.snapshot_at > timedelta(hours=limits.snapshot_age_h):
        return 0
    bounds = [limits.per_card - use.by_member, limits.per_terminal - use.by_terminal]
    if limits.per_day is not None:
        bounds.append(limits.per_day - use.today)
    return max(min(bounds), 0)


def check_assurance(
    cost: Points, level: Assurance, spent_today: Points, limits: AssuranceLimits
) -> None:
    """Raises AssuranceLimit when a card of that level may not spend so much (F5).

    `spent_today` are the points spent on the word of such a card since local midnight.
    """
    most = most_at_once(level, spent_today, limits)
    if most is not None and cost > most:
        raise AssuranceLimit(most)


def most_at_once(level: Assurance, spent_today: Points, limits: AssuranceLimits) -> Points | None:
    """What a card of that level may spend now; None for any number of points."""
    limit = limits.get(level)
    if limit is None:
        return None
    bounds = [] if limit.at_once is None else [limit.at_once]
    if limit.per_day is not None:
        bounds.append(max(limit.per_day - spent_today, 0))
    return min(bounds, default=None)


def assured(registered: Assurance, *, chip: bool, code: bool) -> Assurance:
    """How sure it is that who spends is the member, by what the card is and what was shown (F5).

    A chip's word counts for a card that is known to be a chip: a card that was written down as a
    mere number stays one. The number of a chip without its word is a copy of it. A code that was
    sent to the member says who stands there, whatever they hold.
    """
    if chip and registered is Assurance.CHIP:
        return Assurance.CHIP
    return Assurance.UID_AND_CODE if code else Assurance.UID
