"""Households: several members, one wallet; who brought what is remembered.

The wallet is an account like any other, in the name of the household. Each entry in it says by whom
it is. Who joins brings their open lots; who leaves takes what is left of those they contributed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from loyalty.errors import EarnOnlyCard, HouseholdCap, HouseholdRefused, NotInHousehold
from loyalty.ids import EntryId, MemberId, Points, ProgramId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.merging import second_welcome
from loyalty.program import HouseholdRules, Role
from loyalty.sentences import say
from loyalty.transfers import Move, moved, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One member of a household."""

    role: Role = Role.SPENDS
    per_day: Points | None = None
    """The most points this member may spend between two local midnights; None for any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Several members with one wallet."""

    wallet: MemberId
    """In whose name the common account is kept; nobody else's id."""
    program: ProgramId
    members: Mapping[MemberId, Membership] = field(default_factory=dict)
    one_welcome: bool = True
    """Whether a household is welcomed once, however many join."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody joins or leaves."""

    id: str
    member: MemberId
    at: datetime
    store: StoreId


def admitted(household: Household, rules: HouseholdRules) -> Membership:
    """What the card of the next who joins may do, by the program's rules.

    Raises HouseholdRefused where the program has no households, or this one is full.
    """
    if not rules.active:
        raise HouseholdRefused(say("household.none"))
    if rules.members is not None and len(household.members) >= rules.members:
        raise HouseholdRefused(say("household.full", members=rules.members))
    return Membership(role=rules.new_card, per_day=rules.card_per_day)


def join(
    household: Household, step: Step, own: Sequence[Entry], others: Iterable[Entry] = ()
) -> tuple[Entry, ...]:
    """The entries by which the member's points come into the wallet.

    `own` is the journal of the member's account; `others` those of the members who are in already,
    in which an earlier welcome would be. Raises NotInHousehold for who is in, and HouseholdRefused
    for who is in debt.
    """
    if step.member in household.members or step.member == household.wallet:
        raise NotInHousehold(say("household.in"))
    taken = second_welcome(own, others, act=step.id, at=step.at) if household.one_welcome else ()
    account = replay((*own, *taken))
    if account.debt:
        raise HouseholdRefused(say("household.debt", points=account.debt))
    move = _move(household, step, source=step.member, target=household.wallet)
    return (*taken, *moved(account, move, _by_id(own), contributor=step.member))


def leave(household: Household, step: Step, wallet: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries by which the member takes what is left of their own contributions.

    Raises NotInHousehold.
    """
    if step.member not in household.members:
        raise NotInHousehold(say("household.out"))
    origins = _by_id(wallet)
    account = replay(wallet)
    mine = [lot for lot in account.lots if _brought_by(lot.entry, origins) == step.member]
    move = _move(household, step, source=household.wallet, target=step.member)
    return moved(account, move, origins, lots=mine)


def into_wallet(entry: Entry, household: Household) -> Entry:
    """What a member of the household earns or spends, booked in the wallet, and by whom."""
    if entry.member not in household.members:
        raise NotInHousehold(say("household.wallet"))
    return replace(entry, member=household.wallet, by=entry.member)


def check_spend(household: Household, by: MemberId, cost: Points, spent_today: Points) -> None:
    """Raises NotInHousehold, EarnOnlyCard or HouseholdCap when this member may not spend so much.

    `spent_today` is what the member spent of the wallet since local midnight (`spent_by`).
    """
    membership = household.members.get(by)
    if membership is None:
        raise NotInHousehold(say("household.wallet"))
    if membership.role is Role.EARNS_ONLY:
        raise EarnOnlyCard(say("household.earns"))
    if membership.per_day is None:
        return
    allowed = max(membership.per_day - spent_today, 0)
    if cost > allowed:
        raise HouseholdCap(allowed)


def spent_by(wallet: Iterable[Entry], by: MemberId, *, since: datetime) -> Points:
    """What the member spent of the wallet since then; what was voided does not count."""
    return -sum(
        entry.points
        for entry in standing(wallet)
        if entry.kind is EntryKind.REDEEM and entry.by == by and entry.occurred_at >= since
    )


def contributions(
    account: Account, wallet: Iterable[Entry], *, at: datetime
) -> dict[MemberId | None, Points]:
    """What each brought of the points that are left; None for whom nobody knows."""
    origins = _by_id(wallet)
    found: dict[MemberId | None, Points] = {}
    for lot in account.lots:
        if lot.left and lot.alive(at):
            who = _brought_by(lot.entry, origins)
            found[who] = found.get(who, 0) + lot.left
    return found


def _brought_by(lot: EntryId, origins: Mapping[EntryId, Entry]) -> MemberId | None:
    origin = origins.get(lot)
    return origin.by if origin else None


def _by_id(entries: Iterable[Entry]) -> dict[EntryId, Entry]:
    return {entry.id: entry for entry in entries}


def _move(household: Household, step: Step, *, source: MemberId, target: MemberId) -> Move:
    return Move(
        id=step.id,
        fact=step.id,
        source=source,
        target=target,
        program=household.program,
        at=step.at,
        store=step.store,
    )
