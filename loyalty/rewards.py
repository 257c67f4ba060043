"""What an account may have now, and what each choice costs."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.ids import Points
from loyalty.ledger import Account
from loyalty.program import Program, Reward


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


def offers(program: Program, account: Account, *, now: datetime) -> tuple[Offer, ...]:
    """Every reward of the program: what can be taken first, then by what is missing."""
    balance = account.balance(now)
    found = [
        Offer(reward=reward, missing=max(reward.cost - balance, 0)) for reward in program.rewards
    ]
    return tuple(sorted(found, key=lambda o: (o.missing, o.reward.cost, o.reward.id)))


def next_goal(found: tuple[Offer, ...]) -> Offer | None:
    """The nearest reward that is still out of reach; None when all can be had."""
    return next((offer for offer in found if not offer.affordable), None)
