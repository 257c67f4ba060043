"""Program ↔ JSON document: checked, with errors that name the field and the remedy.

The only module of the domain that uses pydantic: a program is written by people.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from loyalty.errors import ProgramRefused
from loyalty.ids import ProgramId, RewardId, RuleId
from loyalty.program import (
    EarningRule,
    Fixed,
    Occasion,
    OfflineLimits,
    PerAmount,
    Program,
    Reward,
    Rounding,
    Validity,
)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Words = Annotated[dict[str, Annotated[str, Field(min_length=1, max_length=200)]], Field()]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class _Fixed(_Document):
    points: int = Field(gt=0, description="Points given each time.")


class _PerAmount(_Document):
    amount: int = Field(gt=0, description="Money to spend, in minor units (100 is 1 €).")
    points: int = Field(gt=0, description="Points for each such amount.")


class _Validity(_Document):
    months: int = Field(default=0, ge=0, le=240)
    days: int = Field(default=0, ge=0, le=7300)

    def built(self) -> Validity:
        return Validity(months=self.months, days=self.days)


class _EarningRule(_Document):
    id: _Id
    when: Occasion
    give: _PerAmount | _Fixed
    round: Rounding = Rounding.FLOOR
    until: _Validity | None = None


class _Reward(_Document):
    id: _Id
    name: _Words
    cost: int = Field(gt=0)
    article: str = Field(min_length=1, max_length=64)
    picture: str = Field(default="", pattern=r"^[a-z0-9-]{0,64}$")
    voucher: _Validity = _Validity(months=3)


class _OfflineLimits(_Document):
    per_card: int = Field(ge=0)
    per_terminal: int = Field(ge=0)
    snapshot_age_h: int = Field(ge=0, le=24 * 366)


class ProgramDocument(_Document):
    """A program as it is written, stored and sent; `program()` is what the engine works with."""

    format: Literal["loyalty-program/1"]
    id: _Id
    version: int = Field(ge=1)
    name: _Words
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    valid_from: AwareDatetime
    point_value: Decimal | None = Field(default=None, gt=0)
    rule_in_words: _Words = Field(default_factory=dict)
    earning: tuple[_EarningRule, ...]
    rewards: tuple[_Reward, ...] = ()
    offline: _OfflineLimits

    def program(self) -> Program:
        """The program. Raises ProgramRefused for what no single field shows."""
        _refuse_twins("earning", [rule.id for rule in self.earning])
        _refuse_twins("rewards", [reward.id for reward in self.rewards])
        for place, reward in enumerate(self.rewards):
            if reward.voucher == _Validity():
                raise ProgramRefused(
                    f"rewards.{place}.voucher", "give the voucher at least one day or one month"
                )
        return Program(
            id=ProgramId(self.id),
            version=self.version,
            name=self.name,
            currency=self.currency,
            valid_from=self.valid_from,
            earning=tuple(_earning_rule(rule) for rule in self.earning),
            rewards=tuple(_reward(reward) for reward in self.rewards),
            offline=OfflineLimits(**self.offline.model_dump()),
            point_value=self.point_value,
            rule_in_words=self.rule_in_words,
        )


def read_program(text: str | bytes) -> Program:
    """The program that a JSON document describes.

    Raises ProgramRefused with the field, such as ``rewards.2.cost``, and what to write there.
    """
    try:
        return ProgramDocument.model_validate_json(text).program()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise ProgramRefused(field, first["msg"]) from error


def write_program(program: Program) -> str:
    """The JSON document of a program; reading it gives the same program."""
    document: dict[str, Any] = {
        "format": "loyalty-program/1",
        "id": program.id,
        "version": program.version,
        "name": dict(program.name),
        "currency": program.currency,
        "valid_from": _instant(program.valid_from),
        "point_value": None if program.point_value is None else str(program.point_value),
        "rule_in_words": dict(program.rule_in_words),
        "earning": [
            {
                "id": rule.id,
                "when": rule.when.value,
                "give": _give(rule.give),
                "round": rule.round.value,
                "until": rule.until and _validity(rule.until),
            }
            for rule in program.earning
        ],
        "rewards": [
            {
                "id": reward.id,
                "name": dict(reward.name),
                "cost": reward.cost,
                "article": reward.article,
                "picture": reward.picture,
                "voucher": _validity(reward.voucher),
            }
            for reward in program.rewards
        ],
        "offline": {
            "per_card": program.offline.per_card,
            "per_terminal": program.offline.per_terminal,
            "snapshot_age_h": program.offline.snapshot_age_h,
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a program document."""
    return ProgramDocument.model_json_schema()


def _earning_rule(rule: _EarningRule) -> EarningRule:
    give: Fixed | PerAmount
    if isinstance(rule.give, _Fixed):
        give = Fixed(points=rule.give.points)
    else:
        give = PerAmount(amount=rule.give.amount, points=rule.give.points)
    if rule.when is Occasion.ENROLMENT and isinstance(give, PerAmount):
        raise ProgramRefused(f"earning.{rule.id}.give", "at enrolment nothing is spent: fix points")
    return EarningRule(
        id=RuleId(rule.id),
        when=rule.when,
        give=give,
        round=rule.round,
        until=rule.until.built() if rule.until else None,
    )


def _reward(reward: _Reward) -> Reward:
    return Reward(
        id=RewardId(reward.id),
        name=reward.name,
        cost=reward.cost,
        article=reward.article,
        picture=reward.picture,
        voucher=reward.voucher.built(),
    )


def _refuse_twins(field: str, ids: list[str]) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise ProgramRefused(f"{field}.{place}.id", f"{name!r} is taken: give it another id")


def _give(give: Fixed | PerAmount) -> dict[str, int]:
    if isinstance(give, Fixed):
        return {"points": give.points}
    return {"amount": give.amount, "points": give.points}


def _validity(validity: Validity) -> dict[str, int]:
    return {"months": validity.months, "days": validity.days}


def _instant(at: datetime) -> str:
    return at.isoformat()
