"""What a form of rules sent, as the document writes it: as short as a merchant would.

A mistake stays in the document as it was typed: the document's own check names the field, and the
draft keeps what somebody wrote until they come back.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.backoffice.rules.known import Known, plain_number
from backend.backoffice.rules.shapes import NEEDED, Kind, Shape
from backend.web.forms import Form

_NOTHING = object()
"""What a field gives that is left out."""


def part(shapes: Iterable[Shape], path: str, form: Form, known: Known) -> dict[str, Any]:
    """The fields of a part that say something, by name."""
    found: dict[str, Any] = {}
    for shape in shapes:
        value = one(shape, f"{path}.{shape.name}".lstrip("."), form, known)
        if value is not _NOTHING:
            found[shape.name] = value
    return found


def one(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    """What was sent for one field; `left_out` says whether that is nothing."""
    return _READ.get(shape.kind, _text)(shape, path, form, known)


def left_out(value: object) -> bool:
    """Whether a field is not written into the document."""
    return value is _NOTHING


def _text(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    text = form.text(path)
    if not text:
        return _NOTHING
    value: object = text
    if known.is_money(shape):
        value = known.minor(text)
    elif shape.kind in (Kind.WHOLE, Kind.POINTS, Kind.MONEY):
        value = _whole(text)
    elif shape.kind is Kind.RATE:
        value = plain_number(text)
    return _NOTHING if _is_default(shape, value) else value


def _is_default(shape: Shape, value: object) -> bool:
    default = shape.default
    return default is not None and (value == default or str(value) == str(default))


def _whole(text: str) -> int | str:
    """A whole number, which may have been typed as an amount: "1,00" visits are one."""
    try:
        found = Decimal(plain_number(text))
    except InvalidOperation:
        return text
    return int(found) if found.is_finite() and found == found.to_integral_value() else text


def _flag(shape: Shape, path: str, form: Form, _: Known) -> Any:  # noqa: ANN401 - JSON
    value = form.flag(path)
    return _NOTHING if value is bool(shape.default) else value


def _several(shape: Shape, path: str, form: Form, _: Known) -> Any:  # noqa: ANN401 - JSON
    values = [word for word in shape.choices if word in form.many(path)]
    usual = shape.default if isinstance(shape.default, (frozenset, tuple)) else ()
    return _NOTHING if set(values) == {str(word) for word in usual} else values


def _codes(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    typed = form.many(path) if known.picked(shape) else _split(form.text(path))
    values = list(dict.fromkeys(typed))
    return values or ([] if shape.default is NEEDED else _NOTHING)


def _split(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"[,;\n]", text) if each.strip()]


def _words(_: Shape, path: str, form: Form, __: Known) -> Any:  # noqa: ANN401 - JSON
    found = {
        name.removeprefix(f"{path}."): form.text(name)
        for name in form.names()
        if re.fullmatch(rf"{re.escape(path)}\.[a-z]{{2}}", name) and form.text(name)
    }
    return found or _NOTHING


def _lines(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if line.strip():
            yield name.strip(), value.strip()


def _table(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    read = known.minor if known.is_money(shape) else _whole
    found = {code: read(value) for code, value in _lines(form.text(path))}
    return found or ({} if shape.default is NEEDED else _NOTHING)


def _groups(_: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    ids = {name: store for store, name in known.picks.get("stores", ())}
    found = {
        slug(name): [ids.get(each, each) for each in _split(stores)]
        for name, stores in _lines(form.text(path))
    }
    return found or _NOTHING


def _moment(_: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    text = form.text(path)
    if not text:
        return _NOTHING
    try:
        return datetime.fromisoformat(text).replace(tzinfo=known.zone).isoformat()
    except ValueError:
        return text


def _part(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    if shape.optional and not form.flag(f"{path}!on"):
        return _NOTHING
    found = part(shape.inside, path, form, known)
    return found if found or shape.optional or shape.default is NEEDED else _NOTHING


def _one_of(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    tag = form.text(f"{path}!kind")
    if tag not in shape.variants:
        return _NOTHING
    fields = shape.variants[tag]
    # Its fields say which kind it is: one that is left empty is written empty, and refused.
    empty = {each.name: "" for each in fields if each.default is NEEDED}
    return empty | part(fields, f"{path}!{tag}", form, known)


def _rows(shape: Shape, path: str, form: Form, known: Known) -> Any:  # noqa: ANN401 - JSON
    pattern = re.compile(rf"{re.escape(path)}\.(\d+)\.")
    places = {int(found[1]) for name in form.names() if (found := pattern.match(name))}
    rows = [
        part(shape.inside, f"{path}.{place}", form, known)
        for place in sorted(places)
        if form.text("drop") != f"{path}.{place}"
    ]
    if form.text("add") == path:
        rows.append({})
    if any(each.name == "id" for each in shape.inside):
        rows = [named(row, [other.get("id", "") for other in rows], shape.name) for row in rows]
    return rows or ([] if shape.default is NEEDED else _NOTHING)


def named(row: dict[str, Any], taken: Iterable[str], otherwise: str) -> dict[str, Any]:
    """The row with a name for machines, made of its name for people where it has none."""
    if row.get("id"):
        return row
    said = row.get("name") or row.get("message") or {}
    text = next(iter(said.values()), "") if isinstance(said, Mapping) else ""
    start, known = slug(str(text)) or slug(otherwise) or "rule", set(taken)
    found = start
    while found in known:
        begin, _, number = found.rpartition("-")
        found = f"{begin}-{int(number) + 1}" if begin and number.isdigit() else f"{found}-2"
    return {"id": found, **row}


def slug(text: str) -> str:
    """A text in small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


_READ = {
    Kind.FLAG: _flag,
    Kind.SEVERAL: _several,
    Kind.CODES: _codes,
    Kind.WORDS: _words,
    Kind.PROSE: _words,
    Kind.TABLE: _table,
    Kind.SETTINGS: _table,
    Kind.GROUPS: _groups,
    Kind.MOMENT: _moment,
    Kind.PART: _part,
    Kind.ONE_OF: _one_of,
    Kind.ROWS: _rows,
}
