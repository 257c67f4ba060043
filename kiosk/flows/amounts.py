"""How many points to put into a reward that gives money for each of them (P-16)."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from kiosk.context import Kiosk
from kiosk.flows.trust import within_reach
from kiosk.screens import Bound, ChooseAmount, Gift, GiftRefused, RefusalReason
from kiosk.services import redeem
from kiosk.services.identify import Visit
from loyalty.ids import Points
from loyalty.program import Program, Reward, Takes, minor_units
from loyalty.rewards import worth
from loyalty.terms import PerPoint

ROUND = (5, 10, 20, 50, 100)
"""What people spend, in major units of money."""
SHORTCUTS_MOST = 2

_REFUSED = {
    Bound.BALANCE: RefusalReason.NOT_ENOUGH,
    Bound.CARD: RefusalReason.CARD_LIMIT,
    Bound.OFFLINE: RefusalReason.OFFLINE_LIMIT,
}


async def settle(kiosk: Kiosk, found: Visit, reward: Reward, gift: Gift) -> Gift | None:
    """The gift with its price and what it is worth; None when no number was chosen.

    A gift with a price of its own is settled as it is, and one that takes everything takes that.
    """
    if not reward.by_amount:
        return gift
    points: Points | None = found.account.balance(kiosk.now())
    if reward.takes is Takes.CHOSEN:
        points = await _choose(kiosk, found, reward, gift)
    if not points:
        return None
    money = worth(reward, found.program.currency, points)
    return replace(gift, name=kiosk.words().taken(gift.name, money), cost=points, worth=money)


async def _choose(kiosk: Kiosk, found: Visit, reward: Reward, gift: Gift) -> Points | None:
    most, bound = await _bound(kiosk, found)
    value = _value(reward, found.program)
    least = _points_for(1, value)
    if most < least:
        allowed = most if bound is Bound.CARD else None
        await kiosk.ask(GiftRefused(reason=_REFUSED[bound], gift=gift, allowed=allowed))
        return None
    shortcuts = _shortcuts(most, value, found.program)
    return await kiosk.ask(
        ChooseAmount(
            first_name=found.person.first_name if found.person else "",
            balance=found.account.balance(kiosk.now()),
            gift=gift,
            least=least,
            most=most,
            bound=bound,
            step=_step(most, value, found.program),
            value=value,
            shortcuts=shortcuts,
            draft=shortcuts[-1] if shortcuts else most,
        )
    )


async def _bound(kiosk: Kiosk, found: Visit) -> tuple[Points, Bound]:
    """The most that can be put in, and why it is not more."""
    bounds = [(found.account.balance(kiosk.now()), Bound.BALANCE)]
    said = kiosk.session.standing
    by_card = (await within_reach(kiosk, found), said.most if said else None)
    bounds += [(most, Bound.CARD) for most in by_card if most is not None]
    if not kiosk.health.online:
        left = await kiosk.db.run(
            redeem.left_offline, found.member, now=kiosk.now(), clock_trusted=kiosk.clock_trusted
        )
        bounds.append((left, Bound.OFFLINE))
    return min(bounds, key=lambda each: each[0])


def _value(reward: Reward, program: Program) -> Decimal:
    """What a point is worth, in minor units."""
    assert isinstance(reward.gives, PerPoint), "only money is chosen by points"
    return reward.gives.value * minor_units(program.currency)


def _points_for(money: int, value: Decimal) -> Points:
    """The fewest points that are worth so many minor units."""
    return int((money / value).to_integral_value(rounding=ROUND_CEILING))


def _step(most: Points, value: Decimal, program: Program) -> Points:
    """A whole unit of money, or a tenth where there is not so much."""
    major = minor_units(program.currency)
    steps = (_points_for(money, value) for money in (major, max(major // 10, 1)))
    return next((step for step in steps if step <= most), 1)


def _shortcuts(most: Points, value: Decimal, program: Program) -> tuple[Points, ...]:
    """The largest round amounts that there are points for, the smaller first."""
    major = minor_units(program.currency)
    round_sums = (_points_for(each * major, value) for each in ROUND)
    return tuple(points for points in round_sums if points < most)[-SHORTCUTS_MOST:]
