"""What each field of a program document is, as a form sees it; read from the document's models.

A field that the document gains is in the form the same day: only its label is asked for, by a test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, Tag
from pydantic.fields import FieldInfo

from loyalty.document.fields import Document, LongWords
from loyalty.document.program import ProgramDocument


class Kind(StrEnum):
    """How a field is filled in."""

    FLAG = "flag"
    WHOLE = "whole"
    MONEY = "money"
    """An amount, kept in minor units."""
    POINTS = "points"
    """A number of points; an amount where the program counts money."""
    RATE = "rate"
    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    """Some of a few words."""
    CODES = "codes"
    """Words of the shop's own, separated by commas."""
    WORDS = "words"
    """A text in each language."""
    PROSE = "prose"
    TABLE = "table"
    """Numbers by code, one a line."""
    GROUPS = "groups"
    """Lists by name, one a line."""
    SETTINGS = "settings"
    DAY = "day"
    HOUR = "hour"
    MOMENT = "moment"
    PART = "part"
    ONE_OF = "one_of"
    ROWS = "rows"


_MONEY = frozenset(
    {"PerAmount.amount", "Band.start", "Band.below", "Campaign.spend", "Amount.amount"}
) | {"CardPrice.amount"}
_POINTS = frozenset(
    {
        *("Fixed.points", "PerAmount.points", "Band.points", "PerArticle.per_article"),
        *("Bonus.points", "Reward.cost", "Usable.from_points", "Caps.per_ticket"),
        *("Caps.per_day", "Caps.balance", "OfflineLimits.per_card", "OfflineLimits.per_terminal"),
        *("OfflineLimits.per_day", "AssuranceLimit.at_once", "AssuranceLimit.per_day"),
        *("Adjustments.alone", "Households.card_per_day", "Alert.points", "Reminders.from_points"),
        "PriceBook.points",
    }
)


NEEDED = object()
"""The default of a field that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One field, or one part, of the document."""

    name: str
    """Of the field in its part; empty for a part that stands alone."""
    key: str
    """Such as `Reward.cost`: its label is found by it."""
    kind: Kind
    words: str = ""
    """The name of what is chosen from."""
    choices: tuple[str, ...] = ()
    optional: bool = False
    """Whether it may be left out altogether: a part is switched on."""
    default: object = None
    inside: tuple["Shape", ...] = ()
    """The fields of a part; of rows, those of one row."""
    variants: Mapping[str, tuple["Shape", ...]] = field(default_factory=dict)
    """Of one of several kinds: the fields of each."""


@lru_cache(maxsize=1)
def program() -> Mapping[str, Shape]:
    """Every field of the whole document, by name."""
    return {shape.name: shape for shape in fields_of(ProgramDocument)}


def fields_of(model: type[Document]) -> tuple[Shape, ...]:
    """The fields of a part, in the order in which they are written."""
    return tuple(
        _shape(named(model), name, told)
        for name, told in model.model_fields.items()
        if name not in _UNWRITTEN
    )


_UNWRITTEN = frozenset({"format", "version", "valid_from"})
"""Written by us."""


def named(model: type[Document]) -> str:
    """A part's name: that of its model without what all of them end with."""
    return model.__name__.removesuffix("Document")


def _shape(owner: str, name: str, told: FieldInfo) -> Shape:
    key = f"{owner}.{name}"
    default = NEEDED if told.is_required() else told.get_default(call_default_factory=True)
    bare, optional = _without_none(told.annotation)
    return _of(key, name, bare, optional=optional, default=default)


def _of(key: str, name: str, bare: Any, *, optional: bool, default: object) -> Shape:  # noqa: ANN401 - any annotation
    def made(kind: Kind, **more: Any) -> Shape:  # noqa: ANN401 - fields of a Shape
        return Shape(name=name, key=key, kind=kind, optional=optional, default=default, **more)

    if isinstance(bare, type) and issubclass(bare, Document):
        return made(Kind.PART, inside=fields_of(bare))
    if variants := _variants(bare):
        return made(Kind.ONE_OF, words=name, variants=variants)
    if get_origin(bare) in (tuple, frozenset):
        return _several(made, name, get_args(bare)[0])
    if words := _words(bare):
        called = name if get_origin(bare) is Literal else bare.__name__
        return made(Kind.CHOICE, words=called, choices=words)
    return made(_mapping(key, name, bare) if get_origin(bare) is dict else _plain(key, bare))


def _several(made: Callable[..., Shape], name: str, of: Any) -> Shape:  # noqa: ANN401 - as above
    if isinstance(of, type) and issubclass(of, Document):
        return made(Kind.ROWS, inside=fields_of(of))
    words = _words(of)
    if not words:
        return made(Kind.CODES)
    called = name if get_origin(of) is Literal else of.__name__
    return made(Kind.SEVERAL, words=called, choices=words)


def _mapping(key: str, name: str, bare: Any) -> Kind:  # noqa: ANN401 - any annotation
    if name == "settings":
        return Kind.SETTINGS
    if name == "groups":
        return Kind.GROUPS
    if bare == LongWords:
        return Kind.PROSE
    return Kind.TABLE if key in _POINTS else Kind.WORDS


def _plain(key: str, bare: Any) -> Kind:  # noqa: ANN401 - any annotation
    if key in _MONEY:
        return Kind.MONEY
    if key in _POINTS:
        return Kind.POINTS
    return _PLAIN.get(bare, Kind.TEXT)


_PLAIN: Mapping[Any, Kind] = {
    bool: Kind.FLAG,
    int: Kind.WHOLE,
    Decimal: Kind.RATE,
    date: Kind.DAY,
    time: Kind.HOUR,
    datetime: Kind.MOMENT,
    AwareDatetime: Kind.MOMENT,
}


def _without_none(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any annotation
    """The annotation without the None and the constraints around it; whether None was there."""
    if get_origin(annotation) is Annotated:
        inner, *_ = get_args(annotation)
        return _without_none(inner)
    if get_origin(annotation) in (Union, UnionType):
        kept = [each for each in get_args(annotation) if each is not type(None)]
        if len(kept) < len(get_args(annotation)) and len(kept) == 1:
            return _without_none(kept[0])[0], True
    return annotation, False


def _variants(bare: Any) -> Mapping[str, tuple[Shape, ...]]:  # noqa: ANN401 - any annotation
    if get_origin(bare) not in (Union, UnionType):
        return {}
    found = {}
    for each in get_args(bare):
        model, *marks = get_args(each)
        tag = next(str(mark.tag) for mark in marks if isinstance(mark, Tag))
        found[tag.removeprefix("give by ")] = fields_of(model)
    return found


def _words(bare: Any) -> tuple[str, ...]:  # noqa: ANN401 - any annotation
    if get_origin(bare) is Literal:
        return tuple(str(word) for word in get_args(bare))
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return tuple(word.value for word in bare)
    return ()
