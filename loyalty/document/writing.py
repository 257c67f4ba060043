"""Program → JSON document, as short as a merchant would write it: no field that is its default."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from loyalty.document.campaigns import WEEKDAYS
from loyalty.program import (
    Bespoke,
    Calendar,
    Campaign,
    Coefficient,
    Multiply,
    Pending,
    PerArticle,
    Program,
    Stores,
    TierRules,
    Window,
)
from loyalty.terms import Nothing, PercentOff, PerPoint, Voucher, Worth

FORMAT = "loyalty-program/1"


def write_program(program: Program) -> str:
    """The JSON document of a program; reading it gives the same program."""
    return json.dumps({"format": FORMAT, **_fields(program)}, ensure_ascii=False, indent=2)


def _fields(thing: Any) -> dict[str, Any]:  # noqa: ANN401 - any of our dataclasses
    """Its fields as JSON, by name, those with their default left out."""
    written = {field.name: (getattr(thing, field.name), _default(field)) for field in fields(thing)}
    return {name: _value(value) for name, (value, default) in written.items() if value != default}


def _default(field: "Field[Any]") -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _value(value: Any) -> Any:  # noqa: ANN401 - JSON
    for kind, write in _KINDS:
        if isinstance(value, kind):
            return write(value)
    return _fields(value) if is_dataclass(value) else value


def _campaign(campaign: Campaign) -> dict[str, Any]:
    """A campaign; the document has no window around when it runs."""
    written = _fields(campaign)
    window = written.pop("window", {})
    return {**written, **window}


def _window(window: Window) -> dict[str, Any]:
    days = [WEEKDAYS[day - 1] for day in sorted(window.weekdays)]
    return {**_fields(window), **({"weekdays": days} if days else {})}


def _tiers(rules: TierRules) -> dict[str, Any]:
    written = _fields(rules)
    if isinstance(rules.period, Calendar):
        written["period"] = {"calendar": rules.period.value}
    return written


def _stores(stores: Stores) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for store, group in sorted(stores.groups.items()):
        groups.setdefault(group, []).append(store)
    return {**_fields(stores), **({"groups": groups} if groups else {})}


def _pending(pending: Pending) -> dict[str, Any]:
    return {"until_released": True} if pending.days is None else {"days": pending.days}


def _bespoke(named: Bespoke | Worth) -> dict[str, Any]:
    return {"extension": named.name, "settings": dict(named.settings)}


def _clock(hour: time) -> str:
    """As people write it: without seconds, where there are none."""
    return hour.isoformat("auto" if hour.second or hour.microsecond else "minutes")


def _mapping(words: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(_value(key)): _value(value) for key, value in words.items()}


_KINDS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Campaign, _campaign),
    (Window, _window),
    (TierRules, _tiers),
    (Stores, _stores),
    (Pending, _pending),
    (Bespoke, _bespoke),
    (Worth, _bespoke),
    (Coefficient, lambda give: {"coefficient": str(give.times)}),
    (Multiply, lambda give: {"times": str(give.by)}),
    (PerArticle, lambda give: {"per_article": dict(give.points)}),
    (PercentOff, lambda gives: {"percent": str(gives.percent)}),
    (PerPoint, lambda gives: {"per_point": str(gives.value)}),
    (Voucher, lambda _: {"other": "voucher"}),
    (Nothing, lambda _: {"other": "nothing"}),
    (Enum, lambda word: word.value),
    (Decimal, str),
    (datetime, datetime.isoformat),
    (date, date.isoformat),
    (time, _clock),
    (Mapping, _mapping),
    (frozenset, lambda words: sorted(_value(word) for word in words)),
    (tuple, lambda items: [_value(item) for item in items]),
)
"""How each kind is written, the narrow before the wide; dataclasses come last, by their fields."""
