"""What an account may have now, and what each choice costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_CEILING
from enum import Enum

from loyalty import extensions as bespoke
from loyalty.errors import MemberLimit, NotEnoughPoints, RewardUnavailable
from loyalty.extensions import Extensions
from loyalty.ids import Points, RewardId, StoreId
from loyalty.ledger import Account, Step, StepKind
from loyalty.program import Program, Reward, minor_units
from loyalty.sentences import say
from loyalty.terms import (
    AmountOff,
    ChosenPoints,
    Cost,
    FixedCost,
    Gives,
    How,
    Nothing,
    Per,
    PercentOff,
    PerPoint,
    Reached,
    RewardTerms,
    When,
    Worth,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One reward as seen from one account."""

    reward: Reward
    missing: Points
    """How many points are still to earn; 0 when it can be taken now."""

    @property
    def affordable(self) -> bool:
        """Whether the account holds the points."""
        return self.missing == 0


def offers(
    program: Program, account: Account, *, now: datetime, at_till: bool = False
) -> tuple[Offer, ...]:
    """What a kiosk can hand out: what can be taken first, then by what is missing.

    At a till, all rewards: also those that are worth what the ticket makes of them.
    """
    balance = account.balance(now)
    found = [
        Offer(reward=reward, missing=missing(reward.terms, balance))
        for reward in program.rewards
        if at_till or reward.on_paper
    ]
    return tuple(sorted(found, key=lambda o: (o.missing, o.reward.cost, o.reward.id)))


def next_goal(found: tuple[Offer, ...]) -> Offer | None:
    """The nearest reward that is still out of reach; None when all can be had."""
    return next((offer for offer in found if not offer.affordable), None)


# --- rewards on a ticket ------------------------------------------------------------------------


class Refusal(Enum):
    """Why a reward cannot be used now."""

    THRESHOLD = "threshold"
    """Points are missing."""
    STORE = "store"
    """Not in this store."""
    PRICE_CODE = "price_code"
    """Not for this customer's price list."""
    TIER = "tier"
    """Not for this member's tier."""
    MEMBER_LIMIT = "member_limit"
    """The member has had it as often as allowed."""
    NOTHING = "nothing"
    """It gives nothing: points only add up, or there is nothing to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known when somebody asks what points can do."""

    balance: Points
    """Points that can be spent, before this ticket."""
    store: StoreId
    currency: str
    price_code: str = ""
    ticket: int | None = None
    """What is to pay, in minor units; None away from a till."""
    earning: Points = 0
    """What this ticket will earn."""
    taken: Mapping[RewardId, int] = field(default_factory=dict)
    """How many times the member has had each reward since `counted_since` its limit's period."""
    tier: str = ""
    """The member's tier; empty for none."""
    extensions: Extensions = field(default_factory=dict)
    """What is installed here, for rewards of a merchant's own making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What using a reward takes and gives."""

    points: Points
    """What it costs."""
    money: int = 0
    """What comes off the ticket, in minor units."""
    forfeits: Points = 0
    """What falls away besides, where no rest may stand (SW-03)."""
    steps: tuple[Step, ...] = field(default=(), compare=False)
    """How its points are computed, line by line; none where they simply are its cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One reward, as it stands for this member on this ticket."""

    reward: RewardId
    terms: RewardTerms
    missing: Points = 0
    """How many points are still to earn before it can be used."""
    refusal: Refusal | None = None
    price: Price | None = None
    """What it takes and gives if it is used now with all it may take; None where it cannot be."""

    @property
    def automatic(self) -> bool:
        """Whether the till uses it without being asked."""
        return self.price is not None and self.terms.usable.how is How.AUTOMATIC


def options(rewards: Mapping[RewardId, RewardTerms], seen: Situation) -> tuple[Option, ...]:
    """Every reward: those that can be used first, the dearest first; then by what is missing."""
    found = [_option(reward, terms, seen) for reward, terms in rewards.items()]
    return tuple(
        sorted(
            found,
            key=lambda o: (
                o.price is None,
                o.missing,
                -(o.price.points if o.price else 0),
                o.reward,
            ),
        )
    )


def automatic(found: Iterable[Option]) -> Option | None:
    """The one reward that the till uses by itself: the dearest of those that can be; else None."""
    return next((option for option in found if option.automatic), None)


def granted(option: Option) -> Price:
    """Its price. Raises NotEnoughPoints, MemberLimit or RewardUnavailable where there is none."""
    if option.refusal is Refusal.THRESHOLD:
        raise NotEnoughPoints(option.missing)
    if option.refusal is Refusal.MEMBER_LIMIT:
        raise MemberLimit(option.terms.usable.per_member or 0)
    if option.price is None:
        raise RewardUnavailable(say("reward.now", why=str(option.refusal)))
    return option.price


def counted_since(per: Per, now: datetime, zone: tzinfo) -> datetime | None:
    """From when takings count towards a limit `per` that time; None for a whole life."""
    if per is Per.LIFE:
        return None
    today = now.astimezone(zone).date()
    first = {
        Per.DAY: today,
        Per.WEEK: today - timedelta(days=today.weekday()),
        Per.MONTH: today.replace(day=1),
        Per.YEAR: today.replace(month=1, day=1),
    }[per]
    return _midnight(first, now, zone)


def counts_until(per: Per, now: datetime, zone: tzinfo) -> datetime | None:
    """When takings stop counting towards a limit `per` that time; None for a whole life."""
    begun = counted_since(per, now, zone)
    if begun is None:
        return None
    first = begun.astimezone(zone).date()
    longest = {Per.DAY: 1, Per.WEEK: 7, Per.MONTH: 31, Per.YEAR: 366}[per]
    return next(
        start
        for days in range(1, longest + 1)
        if (start := _midnight(first + timedelta(days=days), now, zone))
        and counted_since(per, start, zone) == start
    )


def _midnight(day: date, now: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(now.tzinfo)


def missing(terms: RewardTerms, spendable: Points) -> Points:
    """How many points are still to earn before the reward is usable; 0 when none is (OCT-35)."""
    usable = terms.usable
    threshold = usable.from_points + (usable.reached is Reached.MORE_THAN)
    cost = terms.cost.points if isinstance(terms.cost, FixedCost) else 1
    return max(threshold - spendable, cost - spendable, 0)


def price(terms: RewardTerms, seen: Situation, chosen: Points | None = None) -> Price:
    """What the reward takes and gives on this ticket, `chosen` points being paid where one chooses.

    It never takes more points than the money needs, nor gives more money than may be paid with
    points; a part of a minor unit is never given. Raises NotEnoughPoints, beyond the
    balance, and ExtensionMissing.
    """
    spendable = _spendable(terms, seen)
    points = _points(terms.cost, spendable, chosen)
    if points > spendable:
        raise NotEnoughPoints(points - spendable)
    steps = [_first_step(terms, points, chosen, seen)]
    most = _most(terms, seen)
    money = _money(terms.gives, points, seen)
    if most is not None and money > most:
        money = most
        if isinstance(terms.gives, PerPoint) and not isinstance(terms.cost, FixedCost):
            points = min(points, _needed(terms.gives, most, seen.currency))
            steps.append(Step(StepKind.CAP, "needed", points))
    rest = 0 if terms.usable.keeps_rest else spendable - points
    return Price(points=points, money=money, forfeits=rest, steps=tuple(steps))


def amount(reward: Reward, currency: str, spendable: Points, chosen: Points | None = None) -> Price:
    """What a voucher for the reward takes, and the money that it says where `chosen` points do.

    Raises NotEnoughPoints; RewardUnavailable for what only a till can give, and where `chosen` is
    missing, not asked for, worth nothing, or not all there is of what takes everything.
    """
    if not reward.on_paper:
        raise RewardUnavailable(say("reward.till"))
    short = missing(reward.terms, spendable)
    if short > 0:
        raise NotEnoughPoints(short)
    if reward.by_amount is (chosen is None):
        raise RewardUnavailable(say("reward.chosen"))
    if not reward.by_amount:
        return Price(points=reward.cost, steps=(Step(StepKind.GIVE, "cost", reward.cost),))
    found = price(reward.terms, _anywhere(spendable, currency), chosen)
    if found.points != chosen or not found.money:
        raise RewardUnavailable(say("reward.most"))
    return found


def worth(reward: Reward, currency: str, points: Points) -> int:
    """The minor units that a voucher for so many points says; 0 where the reward says it all."""
    if not reward.by_amount:
        return 0
    return _money(reward.terms.gives, points, _anywhere(points, currency))


def covers(terms: RewardTerms, seen: Situation) -> bool:
    """Whether points can pay the whole ticket: else "pay all" is greyed out (LSX-55)."""
    if seen.ticket is None or missing(terms, _spendable(terms, seen)):
        return False
    return price(terms, seen).money >= seen.ticket


def completed(points: Points, threshold: Points) -> tuple[int, Points]:
    """How many cards are complete, and how far the next one is (GLO-10, GLO-11).

    A gift that is deferred loses nothing: the card stays complete and the counting goes on.
    """
    return divmod(max(points, 0), threshold)


def completes(before: Points, after: Points, threshold: Points) -> bool:
    """Whether the message "the card is complete" is due: once for each completion (GLO-08)."""
    return completed(after, threshold)[0] > completed(before, threshold)[0]


def _anywhere(balance: Points, currency: str) -> Situation:
    """Away from a till, for a reward that is worth the same in every store."""
    return Situation(balance=balance, store=StoreId(""), currency=currency)


def _option(reward: RewardId, terms: RewardTerms, seen: Situation) -> Option:
    short = missing(terms, _spendable(terms, seen))
    refusal = _refusal(reward, terms, seen, short)
    return Option(
        reward=reward,
        terms=terms,
        missing=short,
        refusal=refusal,
        price=None if refusal else price(terms, seen),
    )


def _refusal(
    reward: RewardId, terms: RewardTerms, seen: Situation, short: Points
) -> Refusal | None:
    usable = terms.usable
    if isinstance(terms.gives, Nothing) or seen.ticket == 0:
        return Refusal.NOTHING
    if usable.stores and seen.store not in usable.stores:
        return Refusal.STORE
    if terms.price_codes and seen.price_code not in terms.price_codes:
        return Refusal.PRICE_CODE
    if usable.tiers and seen.tier not in usable.tiers:
        return Refusal.TIER
    if usable.per_member is not None and seen.taken.get(reward, 0) >= usable.per_member:
        return Refusal.MEMBER_LIMIT
    return Refusal.THRESHOLD if short else None


def _spendable(terms: RewardTerms, seen: Situation) -> Points:
    """On the next ticket, what this one earns is in the balance; on this one, only if it may be."""
    own = seen.earning if terms.usable.when is When.SAME_TICKET else 0
    return seen.balance + own


def _points(cost: Cost, spendable: Points, chosen: Points | None) -> Points:
    if isinstance(cost, FixedCost):
        return cost.points
    if isinstance(cost, ChosenPoints) and chosen is not None:
        return max(chosen, 0)
    return max(spendable, 0)


def _first_step(terms: RewardTerms, points: Points, chosen: Points | None, seen: Situation) -> Step:
    """Where the points come from that are to be paid: the reward's price, or the balance.

    For a reward of an extension, which of its versions said what they are worth.
    """
    if isinstance(terms.gives, Worth):
        version = bespoke.reward(seen.extensions, terms.gives.name).version
        return Step(StepKind.GIVE, f"{terms.gives.name}@{version}", points)
    if isinstance(terms.cost, FixedCost):
        return Step(StepKind.GIVE, "cost", points)
    by_choice = isinstance(terms.cost, ChosenPoints) and chosen is not None
    return Step(StepKind.GIVE, "chosen" if by_choice else "balance", points)


def _most(terms: RewardTerms, seen: Situation) -> int | None:
    """The most money that may come off the ticket; None away from a till."""
    if seen.ticket is None:
        return None
    return int(seen.ticket * terms.usable.ticket_share / 100)


def _money(gives: Gives, points: Points, seen: Situation) -> int:
    if isinstance(gives, AmountOff):
        return gives.amount
    if isinstance(gives, PercentOff):
        return int((seen.ticket or 0) * gives.percent / 100)
    if isinstance(gives, PerPoint):
        return int(points * gives.value * minor_units(seen.currency))
    if isinstance(gives, Worth):
        return max(bespoke.reward(seen.extensions, gives.name).worth(points, gives.settings), 0)
    return 0


def _needed(gives: PerPoint, money: int, currency: str) -> Points:
    """The fewest points that are worth `money`."""
    each = gives.value * minor_units(currency)
    return int((money / each).to_integral_value(rounding=ROUND_CEILING))
