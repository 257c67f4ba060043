"""A program in sentences: each rule as a merchant would say it, and what changed between two."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.backoffice.rules import shapes
from backend.backoffice.rules.known import Known, in_words
from backend.backoffice.rules.shapes import Kind, Shape
from backend.backoffice.rules.showing import variant_of
from backend.services.points.explanations import nature_in_words
from backend.web.words import later
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
        return _lasting("", value, known).strip() or known.words.t("on")
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
        return _exactly(value, known)
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


# --- sentences ----------------------------------------------------------------------------------


def points(number: object, known: Known) -> str:
    """So many points, or the money that they are."""
    if isinstance(number, bool) or not isinstance(number, int):
        return str(number)
    if known.in_money:
        return known.words.money(number, known.currency)
    return known.words.tn("{count} point", "{count} points", number)


def earning(rule: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """An earning rule as a sentence."""
    rule = rule if isinstance(rule, dict) else {}
    known = known.about(rule)
    t = known.words.t
    parts = [_gives(rule, known)]
    parts += [_lasting(t("good for"), rule.get("until"), known)]
    waits = rule.get("pending")
    if isinstance(waits, dict):
        parts.append(
            known.words.tn("after {count} day", "after {count} days", waits["days"])
            if isinstance(waits.get("days"), int)
            else t("once somebody releases them")
        )
    parts += _for_whom(rule, known)
    if rule.get("active") is False:
        parts.insert(0, t("switched off"))
    return ", ".join(part for part in parts if part)


def _for_whom(rule: dict[str, Any], known: Known) -> list[str]:
    """Whom an earning rule is for, where it is not for everybody (INV-03)."""
    inside = shapes.program()["earning"].inside
    only = [shape for shape in inside if shape.name == "only"]
    return [value for _, value in facts(only, rule, known)]


def _gives(rule: dict[str, Any], known: Known) -> str:
    t, tn = known.words.t, known.words.tn
    give = rule.get("give") if isinstance(rule.get("give"), dict) else {}
    assert isinstance(give, dict)
    gained = points(give.get("points", 0), known)
    if rule.get("when") == "enrolment":
        return t("{points} when somebody joins", points=gained)
    amount = give.get("amount")
    rate = _whole_rate(give, known)
    if rate is not None:
        return t(
            "{points} for every {amount} spent",
            points=points(rate, known),
            amount=known.words.money(10**known.digits, known.currency),
        )
    if isinstance(amount, int) and known.counts_money:
        spent = known.words.money(amount, known.currency)
        return t("{points} for every {amount} spent", points=gained, amount=spent)
    if isinstance(amount, int):
        counted = rule.get("on", {}).get("count")
        things = (
            tn("{count} piece", "{count} pieces", amount)
            if counted == "articles"
            else tn("{count} visit", "{count} visits", amount)
        )
        return t("{points} for every {things}", points=gained, things=things)
    if "points" in give and len(give) == 1:
        return t("{points} at each purchase", points=gained)
    return _otherwise(give, known)


def _otherwise(give: dict[str, Any], known: Known) -> str:
    """What is given by bands of amounts, by article, or by a rule of one's own."""
    if isinstance(give.get("bands"), list):
        return "; ".join(_band(each, known) for each in give["bands"] if isinstance(each, dict))
    shape = next(each for each in shapes.program()["earning"].inside if each.name == "give")
    return told(shape, give, known)


def _band(band: dict[str, Any], known: Known) -> str:
    """One band of amounts: from its start, itself included, to less than its end (SW-15)."""
    t = known.words.t
    start, below = (_counted(band.get(name), known) for name in ("start", "below"))
    gained = points(band.get("points", 0), known)
    if band.get("below") is None:
        return t("{points} from {start}", points=gained, start=start)
    return t("{points} from {start} to less than {below}", points=gained, start=start, below=below)


def _counted(value: object, known: Known) -> str:
    """Money where the rule counts money; else so many visits or pieces."""
    if isinstance(value, int) and known.counts_money:
        return known.words.money(value, known.currency)
    return str(value or 0)


def _whole_rate(give: dict[str, Any], known: Known) -> int | None:
    """Points for one euro, where they are whole: nobody thinks in cents. None otherwise."""
    units, amount, gained = 10**known.digits, give.get("amount"), give.get("points")
    if not known.counts_money:
        return None
    try:
        if "coefficient" in give:
            found = Decimal(str(give["coefficient"])) * (units if known.in_money else 1)
            return int(found) if found == found.to_integral_value() else None
    except InvalidOperation:
        return None
    if isinstance(amount, int) and isinstance(gained, int) and 0 < amount < units:
        return gained * units // amount if units % amount == 0 else None
    return None


def _lasting(before: str, value: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        return ""
    tn = known.words.tn
    parts = []
    if isinstance(value.get("months"), int):
        parts.append(tn("{count} month", "{count} months", value["months"]))
    if isinstance(value.get("days"), int):
        parts.append(tn("{count} day", "{count} days", value["days"]))
    return f"{before} {' '.join(parts)}" if parts else ""


def reward(written: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """What a reward costs and gives, as a sentence."""
    written = written if isinstance(written, dict) else {}
    t = known.words.t
    cost = _cost(written, known)
    gives = _given(written["gives"], known) if written.get("gives") else ""
    if not gives:
        gives = t("the article {article}", article=written.get("article", ""))
    return t("{cost}: {gives}", cost=cost, gives=gives)


def _cost(written: dict[str, Any], known: Known) -> str:
    """What a reward takes of the points: not always what has to be there."""
    said = points(written.get("cost", 0), known)
    needed = written.get("usable", {}) if isinstance(written.get("usable"), dict) else {}
    least = max(
        (each for each in (written.get("cost"), needed.get("from_points")) if type(each) is int),
        default=0,
    )
    takes = str(written.get("takes", ""))
    if takes in _COSTS:
        return known.words.t(_COSTS[takes], points=points(least, known))
    return known.words.t("for {points}", points=said)


_COSTS = {
    "nothing": later("from {points} on, and takes none"),
    "all": later("from {points} on, and takes all"),
    "chosen": later("from {points} on, as many as the customer likes"),
}


def _given(gives: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """What a reward gives: the money or percent that it takes off, or what is handed out."""
    t = known.words.t
    gives = gives if isinstance(gives, dict) else {}
    if isinstance(gives.get("amount"), int):
        return t("{money} off the ticket", money=known.words.money(gives["amount"], known.currency))
    if "per_point" in gives:
        return t("{money} off for each point", money=_exactly(gives["per_point"], known))
    if "percent" in gives:
        share = f"{known.decimal(str(gives['percent']))}\N{NARROW NO-BREAK SPACE}%"
        return t("{percent} off the ticket", percent=share)
    if isinstance(gives.get("articles"), list):
        return t("one of {articles}", articles=", ".join(map(str, gives["articles"])))
    shape = next(each for each in shapes.program()["rewards"].inside if each.name == "gives")
    for inside in shape.variants.values():
        if [each.name for each in inside] == list(gives):
            return told(inside[0], gives[inside[0].name], known)
    return told(shape, gives, known)


def _exactly(rate: object, known: Known) -> str:
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
