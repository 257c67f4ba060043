"""What the backend said of somebody's standing, as the glass shows it."""

from datetime import datetime, tzinfo

from backend_client.schemas.accounts import TierBody
from backend_client.schemas.kiosks import RewardBarred, StandingBody
from kiosk.screens import Bar, Barred, Measured, Purse, Rank
from kiosk.services.identify import Visit
from kiosk.tickets import last_day
from loyalty.program import Program, Reward, TierRules, in_language


def rank_of(
    said: StandingBody | None, program: Program, zone: tzinfo, language: str
) -> Rank | None:
    """Where they stand among the tiers; None where there are none, or nobody said."""
    rules, tier = program.tiers, said.tier if said else None
    if rules is None or tier is None:
        return None
    return Rank(
        name=_tier_name(rules, tier.tier, language),
        counts=Measured(rules.metric.value),
        next_name=_tier_name(rules, tier.next_tier, language),
        missing=tier.missing,
        to_keep=tier.to_keep,
        until=_until(tier, zone),
    )


def _until(tier: TierBody, zone: tzinfo) -> datetime | None:
    return last_day(tier.until, zone) if tier.until else None


def _tier_name(rules: TierRules, wanted: str | None, language: str) -> str:
    found = next((tier for tier in rules.levels if tier.id == wanted), None)
    return in_language(found.name, language) or found.id if found else ""


def barred(
    said: StandingBody | None, found: Visit, reward: Reward, cost: int, language: str
) -> Barred | None:
    """Why the reward cannot be had now, whatever the points are; None where it can."""
    if said is None:
        return None
    told = next((each for each in said.barred if each.reward == reward.id), None)
    if told is not None:
        return _told(told, found, reward, language)
    if said.most is not None and cost > said.most:
        return Barred(why=Bar.CARD)
    return None


def _told(told: RewardBarred, found: Visit, reward: Reward, language: str) -> Barred:
    rules = found.program.tiers
    levels = [tier.id for tier in rules.levels if tier.id in reward.usable.tiers] if rules else []
    return Barred(
        why=Bar(told.why),
        again=told.again.astimezone(found.zone) if told.again else None,
        tiers=", ".join(_tier_name(rules, tier, language) for tier in levels) if rules else "",
    )


def purses(found: Visit, now: datetime, language: str) -> tuple[Purse, ...]:
    """What they have in other programs."""
    return tuple(
        Purse(
            program=in_language(program.name, language),
            balance=balance,
            unit=program.unit.value,
            currency=program.currency,
        )
        for program, account in found.others
        if (balance := account.balance(now))
    )
