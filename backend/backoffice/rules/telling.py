"""A program in words: its parts field by field, and what changed between two versions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.backoffice.rules import shapes
from backend.backoffice.rules.known import Known, in_words
from backend.backoffice.rules.shapes import Kind, Shape
from backend.backoffice.rules.showing import variant_of
from backend.services.points.explanations import nature_in_words
from backend.words import Words
from backend_client.schemas.programs import Difference


def facts(inside: Iterable[Shape], value: Any, known: Known) -> list[tuple[str, str]]:  # noqa: ANN401 - JSON
    """What a part says, field by field: label and value in words."""
    written = value if isinstance(value, dict) else {}
    return [
        (known.label(shape), told(shape, written[shape.name], known))
        for shape in inside
        if shape.name in written and shape.name != "id"
    ]


def told(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """One field's value in words."""
    if value is None:
        return known.words.t("nothing")
    return _TOLD.get(shape.kind, _simple)(shape, value, known)


def _flag(_: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    return known.words.t("yes") if value else known.words.t("no")


def _part(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    if {each.name for each in shape.inside} == {"months", "days"}:
        return lasting("", value, known).strip() or known.words.t("on")
    return joined(facts(shape.inside, value, known), known) or known.words.t("on")


def _one_of(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    tag = variant_of(shape, value)
    inside = joined(facts(shape.variants.get(tag, ()), value, known), known)
    return f"{known.word(shape, tag)} ({inside})" if inside else known.word(shape, tag)


def _rows(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    rows = value if isinstance(value, list) else [value]
    return ", ".join(_row(shape, row, known) for row in rows)


def _row(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """A line of several: its name first, where it has one."""
    named = in_words(value.get("name"), known.words) if isinstance(value, dict) else ""
    inside = tuple(each for each in shape.inside if not named or each.name != "name")
    rest = joined(facts(inside, value, known), known)
    return f"{named} ({rest})" if named and rest else named or rest


def _words(_: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    return in_words(value, known.words)


def joined(found: Iterable[tuple[str, str]], known: Known) -> str:
    """Facts in one line; of one that only says yes, its label alone."""
    t = known.words.t
    return " · ".join(
        label if value == t("yes") else t("{label}: {value}", label=label, value=value)
        for label, value in found
    )


def _simple(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        names = dict(known.picked(shape))
        if shape.key == "Adjustments.natures":
            spoken = Words(known.words.language)
            names = {str(each): nature_in_words(str(each), spoken) for each in value}
        return ", ".join(
            names.get(str(each), known.word(shape, str(each)) if shape.words else str(each))
            for each in value
        )
    if isinstance(value, dict):
        return ", ".join(f"{code} = {_simple(shape, each, known)}" for code, each in value.items())
    if known.is_money(shape) and isinstance(value, int):
        return known.words.money(value, known.currency)
    if shape.words:
        return known.word(shape, str(value))
    return _number_or_day(shape, value, known)


def _number_or_day(shape: Shape, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    if shape.key in _IN_THE_CURRENCY:
        return exactly(value, known)
    try:
        if shape.kind is Kind.DAY:
            return known.words.short_day(datetime.combine(date.fromisoformat(value), _NOON))
        if shape.kind is Kind.MOMENT:
            return known.words.moment(datetime.fromisoformat(value).astimezone(known.zone))
        if shape.kind in (Kind.WHOLE, Kind.POINTS, Kind.RATE):
            said = known.words.number(Decimal(str(value)))
            is_price = shape.key == "Program.point_value"
            return f"{said}\N{NO-BREAK SPACE}{known.unit}" if is_price else said
    except (ValueError, InvalidOperation):
        pass  # somebody has not finished writing it: it is told as it stands
    return str(value)


_IN_THE_CURRENCY = frozenset({"Program.point_value", "PerPoint.per_point"})
"""Rates that are an amount of money."""
_NOON = datetime.min.time().replace(hour=12)


_TOLD = {
    Kind.FLAG: _flag,
    Kind.PART: _part,
    Kind.ONE_OF: _one_of,
    Kind.ROWS: _rows,
    Kind.WORDS: _words,
    Kind.PROSE: _words,
}


def points(number: object, known: Known) -> str:
    """So many points, or the money that they are."""
    if isinstance(number, bool) or not isinstance(number, int):
        return str(number)
    if known.in_money:
        return known.words.money(number, known.currency)
    return known.words.tn("{count} point", "{count} points", number)


def lasting(before: str, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """Months and days, after a word; empty for no time."""
    if not isinstance(value, dict):
        return ""
    tn = known.words.tn
    parts = []
    if isinstance(value.get("months"), int):
        parts.append(tn("{count} month", "{count} months", value["months"]))
    if isinstance(value.get("days"), int):
        parts.append(tn("{count} day", "{count} days", value["days"]))
    return f"{before} {' '.join(parts)}" if parts else ""


def exactly(rate: object, known: Known) -> str:
    """A rate in the currency, with all of its decimals where it is less than a cent."""
    minor = known.minor(str(rate))
    if isinstance(minor, int):
        return known.words.money(minor, known.currency)
    return f"{known.decimal(str(rate))}\N{NO-BREAK SPACE}{known.currency}"


# --- what changed -------------------------------------------------------------------------------


def changes(found: Iterable[Difference], known: Known) -> Iterator[tuple[str, str, str]]:
    """Each change between two versions: where, what it was, what it is."""
    for each in found:
        shape, where = _at(each.field, known)
        if shape is None:
            yield where, _raw(each.was, known), _raw(each.now, known)
        else:
            yield where, told(shape, each.was, known), told(shape, each.now, known)


def _raw(value: object, known: Known) -> str:
    if isinstance(value, dict):
        said = in_words(value.get("name"), known.words)
        return said or ", ".join(str(each) for each in value.values())
    return known.words.t("nothing") if value is None else str(value)


def path_in_words(path: str, known: Known) -> str:
    """Where in the program the field of that path is: "Rewards › 1 › Points needed"."""
    return _at(path, known)[1]


def where(path: str, known: Known) -> str:
    """What the field of that path is called on its form; the whole path where nobody knows it."""
    shape, place = _at(path, known)
    return place if shape is None else known.label(shape)


def _at(path: str, known: Known) -> tuple[Shape | None, str]:
    """The field of that path, and its place in words."""
    inside: tuple[Shape, ...] = tuple(shapes.program().values())
    found: Shape | None = None
    said: list[str] = []
    for name in path.split("."):
        if name.isdigit():
            said.append(str(int(name) + 1))
            row = found
            found = Shape(name=name, key=row.key, kind=Kind.PART, inside=inside) if row else None
            continue
        following = next((shape for shape in inside if shape.name == name), None)
        if following is None:
            return None, " › ".join([*said, name])
        found = following
        inside = found.inside or tuple(
            each for variant in found.variants.values() for each in variant
        )
        said.append(known.label(found))
    return found, " › ".join(said)
