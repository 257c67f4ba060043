"""The vectors of rewards: what each takes and gives, and who may have it."""

from collections.abc import Callable, Mapping
from typing import Any

from loyalty.ids import RewardId, StoreId
from loyalty.rewards import (
    Option,
    Situation,
    completed,
    counted_since,
    covers,
    options,
    price,
)
from loyalty.terms import GiftArticle
from loyalty.vectors.plain import STORE, Case, instant, program_of, zone_of


def _reward(case: Case) -> dict[str, Any]:
    """What the program's one reward takes and gives, or why it cannot be used."""
    program = program_of(case)
    (reward,) = program.rewards
    terms, seen = reward.terms, situation(case, reward.id)
    (option,) = options({reward.id: terms}, seen)
    found = option.price
    if option.refusal is None and "chosen" in case:
        found = price(terms, seen, case["chosen"])
    asked = case["expect"].get("counted_since", {})
    return {
        "missing": option.missing,
        "refusal": option.refusal.value if option.refusal else None,
        "points": found.points if found else None,
        "money": found.money if found else None,
        "forfeits": found.forfeits if found else None,
        "automatic": option.automatic,
        "pays_all": covers(terms, seen),
        "articles": list(terms.gives.articles) if isinstance(terms.gives, GiftArticle) else [],
        "counted_since": {at: _since(option, at, case) for at in asked},
    }


def _since(option: Option, at: str, case: Case) -> str | None:
    zone = zone_of(case)
    found = counted_since(option.terms.usable.per, instant(at), zone)
    return found.astimezone(zone).isoformat() if found else None


def _rewards(case: Case) -> dict[str, Any]:
    """Several rewards at once: which can be used, the dearest first, and their money."""
    rewards = {reward.id: reward.terms for reward in program_of(case).rewards}
    found = [option for option in options(rewards, situation(case)) if option.price]
    return {
        "usable": [option.reward for option in found],
        "money": [_money(option) for option in found],
    }


def _money(option: Option) -> int:
    assert option.price is not None
    return option.price.money


def situation(written: Mapping[str, Any], reward: RewardId | None = None) -> Situation:
    """What is known when somebody asks what points can do."""
    return Situation(
        balance=written["balance"],
        store=StoreId(written.get("store", STORE)),
        currency=written.get("currency", "EUR"),
        price_code=written.get("price_code", ""),
        ticket=written.get("ticket"),
        earning=written.get("earning", 0),
        taken={reward: written.get("taken", 0)} if reward else {},
        tier=written.get("tier", ""),
    )


def _cards(case: Case) -> dict[str, Any]:
    """Cards that are complete by the program's one alert, and how far the next one is."""
    (alert,) = program_of(case).alerts
    assert alert.points is not None
    full, over = completed(case["points"], alert.points)
    return {"complete": full, "on_the_next": over}


DO: dict[str, Callable[[Case], dict[str, Any]]] = {
    "reward": _reward,
    "rewards": _rewards,
    "cards": _cards,
}
"""What a case of rewards can ask for."""
