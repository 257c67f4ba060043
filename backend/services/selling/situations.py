"""What is known when a till, a kiosk or the counter asks what somebody's points can do here."""

from datetime import timedelta

from backend.db import Transaction, gifts, members, uses
from backend.db.shops import Store
from backend.services.points import fraud
from backend.services.points.belonging import holder, records_of
from backend.services.points.ranks import tier_at
from loyalty.errors import MemberLimit
from loyalty.ids import MemberId, Points, RewardId
from loyalty.program import Program, Reward
from loyalty.rewards import Situation, counted_since


def situation(
    tx: Transaction,
    person: MemberId,
    program: Program,
    place: Store,
    *,
    balance: Points,
    ticket: int | None = None,
    earning: Points = 0,
    price_code: str = "",
) -> Situation:
    """What rewards look at: the points, the ticket, and the books' word on the person.

    `price_code` is the ticket's; the person's own where it says none.
    """
    known = members.member(tx, person)
    return Situation(
        balance=balance,
        store=place.id,
        currency=program.currency,
        price_code=price_code or (known.price_code if known else ""),
        ticket=ticket,
        earning=earning,
        taken=_taken(tx, person, program, place),
        tier=tier_at(tx, person, program, at=tx.now, zone=place.zone),
        extensions=tx.extensions,
    )


def _taken(
    tx: Transaction, person: MemberId, program: Program, place: Store
) -> dict[RewardId, int]:
    """How often the person has had each limited reward in its limit's own time."""
    since = {
        reward.id: counted_since(reward.usable.per, tx.now, place.zone)
        for reward in program.rewards
        if reward.usable.per_member is not None
    }
    who = {*records_of(tx, person), holder(tx, person, program.id)}
    counted = {
        start: uses.times_taken(tx, who, program.id, since=start) for start in set(since.values())
    }
    return {reward: counted[start].get(reward, 0) for reward, start in since.items()}


def check_limits(
    tx: Transaction, reward: Reward, member: MemberId, program: Program, place: Store
) -> None:
    """Raises MemberLimit when the member has had enough of the gift, or of all for today.

    What the program says of the reward itself is `loyalty.rewards`' to say. One gift more is
    meant: call it before the redemption is written down.
    """
    fraud.refuse_many_rewards(tx, member, program.id, program.guard, place)
    gift = gifts.gift(tx, reward.id)
    if gift is not None and gift.per_member is not None and gift.per_days is not None:
        since = tx.now - timedelta(days=gift.per_days)
        taken = uses.times_taken(tx, [member], since=since)
        if taken.get(reward.id, 0) >= gift.per_member:
            raise MemberLimit(gift.per_member)
