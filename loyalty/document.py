"""Program ↔ JSON document: checked, with errors that name the field and the remedy.

The only module of the domain that uses pydantic: a program is written by people.
"""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from pydantic_core import ErrorDetails

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

FORMAT = "loyalty-program/1"

_Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Words = dict[_Language, _Text]
_Name = Annotated[_Words, Field(min_length=1, description="By language: fr, en …")]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
_MOST = 10**9
"""More points or cents than any shop gives: a number beyond it is a slip of the finger."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FixedDocument(_Document):
    """The same number of points each time."""

    points: int = Field(gt=0, le=_MOST, description="Points given each time.")


class PerAmountDocument(_Document):
    """Points by the money spent."""

    amount: int = Field(gt=0, le=_MOST, description="Money to spend, in minor units (100 is 1 €).")
    points: int = Field(gt=0, le=_MOST, description="Points for each such amount.")


def _kind_of_giving(written: object) -> str:
    return "per_amount" if isinstance(written, dict) and "amount" in written else "fixed"


_Give = Annotated[
    Annotated[PerAmountDocument, Tag("per_amount")] | Annotated[FixedDocument, Tag("fixed")],
    Discriminator(_kind_of_giving),
]


class ValidityDocument(_Document):
    """How long, to the end of the last local day: months first, then days."""

    months: int = Field(default=0, ge=0, le=240)
    days: int = Field(default=0, ge=0, le=7300)

    def built(self, field: str) -> Validity:
        """The validity. Raises ProgramRefused when it says no time at all."""
        if not self.months and not self.days:
            raise ProgramRefused(field, "give it at least one day or one month")
        return Validity(months=self.months, days=self.days)


class EarningRuleDocument(_Document):
    """One way to earn."""

    id: _Id
    when: Occasion
    give: _Give
    round: Rounding = Rounding.FLOOR
    until: ValidityDocument | None = Field(
        default=None, description="How long the points live; leave it out for ever."
    )

    def built(self, field: str) -> EarningRule:
        """The rule. Raises ProgramRefused for what no single field shows."""
        give: Fixed | PerAmount
        if isinstance(self.give, FixedDocument):
            give = Fixed(points=self.give.points)
        elif self.when is Occasion.ENROLMENT:
            raise ProgramRefused(
                f"{field}.give", "nothing is spent at enrolment: leave out amount, keep points"
            )
        else:
            give = PerAmount(amount=self.give.amount, points=self.give.points)
        return EarningRule(
            id=RuleId(self.id),
            when=self.when,
            give=give,
            round=self.round,
            until=self.until.built(f"{field}.until") if self.until else None,
        )


class RewardDocument(_Document):
    """One gift."""

    id: _Id
    name: _Name
    cost: int = Field(gt=0, le=_MOST, description="In points.")
    article: str = Field(min_length=1, max_length=64)
    picture: str = Field(default="", pattern=r"^[a-z0-9-]{0,64}$")
    voucher: ValidityDocument = ValidityDocument(months=3)

    def built(self, field: str) -> Reward:
        """The reward. Raises ProgramRefused for what no single field shows."""
        return Reward(
            id=RewardId(self.id),
            name=self.name,
            cost=self.cost,
            article=self.article,
            picture=self.picture,
            voucher=self.voucher.built(f"{field}.voucher"),
        )


class OfflineLimitsDocument(_Document):
    """What a terminal may give away while it cannot ask the backend."""

    per_card: int = Field(ge=0, le=_MOST)
    per_terminal: int = Field(ge=0, le=_MOST)
    snapshot_age_h: int = Field(ge=0, le=24 * 366)


class ProgramDocument(_Document):
    """A program as it is written, stored and sent; `program()` is what the engine works with."""

    format: Literal["loyalty-program/1"]
    id: _Id
    version: int = Field(ge=1, le=_MOST)
    name: _Name
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    valid_from: AwareDatetime
    point_value: Decimal | None = Field(default=None, gt=0, max_digits=18)
    rule_in_words: _Words = Field(default_factory=dict)
    earning: tuple[EarningRuleDocument, ...]
    rewards: tuple[RewardDocument, ...] = ()
    offline: OfflineLimitsDocument

    def program(self) -> Program:
        """The program. Raises ProgramRefused for what no single field shows."""
        _refuse_twins("earning", [rule.id for rule in self.earning])
        _refuse_twins("rewards", [reward.id for reward in self.rewards])
        _refuse_second_welcome([rule.when for rule in self.earning])
        return Program(
            id=ProgramId(self.id),
            version=self.version,
            name=self.name,
            currency=self.currency,
            valid_from=self.valid_from,
            earning=tuple(
                rule.built(f"earning.{place}") for place, rule in enumerate(self.earning)
            ),
            rewards=tuple(
                reward.built(f"rewards.{place}") for place, reward in enumerate(self.rewards)
            ),
            offline=OfflineLimits(**self.offline.model_dump()),
            point_value=self.point_value,
            rule_in_words=self.rule_in_words,
        )


def _refuse_twins(field: str, ids: list[str]) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise ProgramRefused(f"{field}.{place}.id", f"{name!r} is taken: give it another id")


def _refuse_second_welcome(occasions: list[Occasion]) -> None:
    """Welcome points are one entry per person, so one rule says how many."""
    places = [place for place, when in enumerate(occasions) if when is Occasion.ENROLMENT]
    if len(places) > 1:
        raise ProgramRefused(
            f"earning.{places[1]}.when",
            f"earning.{places[0]} gives the welcome points already: put all of them there",
        )


def read_program(text: str | bytes) -> Program:
    """The program that a JSON document describes.

    Raises ProgramRefused with the field, such as ``rewards.2.cost``, and what to write there.
    """
    try:
        return ProgramDocument.model_validate_json(text).program()
    except ValidationError as error:
        # A field that is missing is most often one that was misspelt: say that first.
        told = min(error.errors(include_url=False), key=lambda one: one["type"] == "missing")
        field = ".".join(str(part) for part in told["loc"] if part not in _NOT_WRITTEN)
        raise ProgramRefused(field or "document", _remedy(told)) from error


def _remedy(error: ErrorDetails) -> str:
    """What to write instead, for somebody who has not read our code."""
    field = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "string_pattern_mismatch":
        return _SPELLED.get("language" if field == "[key]" else field, error["msg"])
    say = _REMEDIES.get(error["type"])
    return say(field, error.get("ctx", {})) if say else error["msg"]


def _meant(field: str) -> str:
    close = get_close_matches(field, _FIELDS, n=1)
    return f"; was {close[0]!r} meant?" if close else ": leave it out"


_NOT_WRITTEN = {"per_amount", "fixed", "[key]"}
"""Parts of pydantic's paths that stand for no field of the document."""
_SPELLED = {
    "id": "write small letters, digits and hyphens, such as free-coffee",
    "currency": "write its three capital letters, such as EUR",
    "picture": "write the picture's name in small letters, digits and hyphens, without .png",
    "language": "write the language as two small letters, such as fr",
}
_A_WHOLE_NUMBER = "write a whole number, without comma or quotes, such as 200"
_A_DATE = "write a date with its time zone, such as 2026-01-31T00:00:00+01:00"
_REMEDIES: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "missing": lambda field, _: f"{field!r} is missing: write it",
    "extra_forbidden": lambda field, _: f"{field!r} is not known here{_meant(field)}",
    "int_type": lambda *_: _A_WHOLE_NUMBER,
    "int_from_float": lambda *_: _A_WHOLE_NUMBER,
    "int_parsing": lambda *_: _A_WHOLE_NUMBER,
    "int_parsing_size": lambda *_: f"write a whole number, {_MOST} at most",
    "greater_than": lambda _, said: f"write a number above {said['gt']}",
    "greater_than_equal": lambda _, said: f"write {said['ge']} or more",
    "less_than_equal": lambda _, said: f"write {said['le']} or less",
    "finite_number": lambda *_: "write a number, such as 0.05",
    "decimal_type": lambda *_: "write a number with a point, such as 0.05",
    "decimal_parsing": lambda *_: "write a number with a point, such as 0.05",
    "decimal_max_digits": lambda _, said: f"write {said['max_digits']} digits at most",
    "string_type": lambda *_: "write it between quotes",
    "string_too_short": lambda *_: "write at least one letter",
    "string_too_long": lambda _, said: f"write {said['max_length']} letters at most",
    "too_short": lambda *_: "write it in at least one language",
    "literal_error": lambda _, said: f"write {said['expected']}",
    "enum": lambda _, said: f"write {said['expected']}",
    "datetime_type": lambda *_: _A_DATE,
    "datetime_parsing": lambda *_: _A_DATE,
    "datetime_from_date_parsing": lambda *_: _A_DATE,
    "datetime_object_invalid": lambda *_: _A_DATE,
    "timezone_aware": lambda *_: _A_DATE,
    "tuple_type": lambda *_: "write a list between [ and ]",
    "dict_type": lambda *_: 'write texts by language, such as {"fr": "Un café offert"}',
    "model_type": lambda *_: "write fields between { and }",
    "string_unicode": lambda *_: "write it in UTF-8",
    "json_invalid": lambda _, said: f"this is not JSON: {said['error']}",
}
_FIELDS = {
    name
    for model in (
        *(ProgramDocument, EarningRuleDocument, FixedDocument, PerAmountDocument),
        *(ValidityDocument, RewardDocument, OfflineLimitsDocument),
    )
    for name in model.model_fields
}


def write_program(program: Program) -> str:
    """The JSON document of a program; reading it gives the same program."""
    document: dict[str, Any] = {
        "format": FORMAT,
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
    """The JSON Schema of a program document; assets/programs/program.schema.json holds it."""
    return ProgramDocument.model_json_schema()


def _give(give: Fixed | PerAmount) -> dict[str, int]:
    if isinstance(give, Fixed):
        return {"points": give.points}
    return {"amount": give.amount, "points": give.points}


def _validity(validity: Validity) -> dict[str, int]:
    return {"months": validity.months, "days": validity.days}


def _instant(at: datetime) -> str:
    return at.isoformat()
