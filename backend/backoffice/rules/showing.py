"""A part of a program as a form shows it: every field with its label, its value, what is wrong."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.backoffice.rules.known import Known
from backend.backoffice.rules.shapes import NEEDED, Kind, Shape
from backend.web.words import LANGUAGES, NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A field of the form, or a part with fields inside."""

    path: str
    """Its place in the document, which is its name in the form."""
    kind: str
    label: str
    help: str = ""
    value: str = ""
    needed: bool = False
    on: bool = False
    """Whether a box is ticked, a part is switched on, or there is something in it."""
    optional: bool = False
    choices: tuple[tuple[str, str, bool], ...] = ()
    """Of words to choose from: the word, what it is called, whether it is chosen."""
    inside: tuple["Node", ...] = ()
    variants: tuple[tuple[str, str, tuple["Node", ...]], ...] = ()
    rows: tuple[tuple["Node", ...], ...] = ()
    wrong: str = ""
    suffix: str = ""
    """What stands behind the field: the currency."""


def nodes(shapes: Iterable[Shape], value: Any, path: str, known: Known) -> tuple[Node, ...]:  # noqa: ANN401 - JSON
    """The fields of a part, with what the document says."""
    inside = value if isinstance(value, dict) else {}
    return tuple(
        node(shape, inside.get(shape.name), f"{path}.{shape.name}".lstrip("."), known)
        for shape in shapes
    )


def node(shape: Shape, value: Any, path: str, known: Known) -> Node:  # noqa: ANN401 - JSON
    """One field, with what the document says of it; None where it says nothing."""
    more = _SHOWN.get(shape.kind, _plain)(shape, value, path, known)
    kind = "id" if shape.name == "id" else more.pop("kind", shape.kind.value)
    return Node(
        path=path,
        kind=kind,
        label=known.label(shape),
        help=known.help(shape),
        needed=shape.default is NEEDED and shape.kind not in (Kind.PART, Kind.ONE_OF, Kind.ROWS),
        optional=shape.optional,
        wrong=known.wrong.get(place_of(path), ""),
        **more,
    )


def place_of(path: str) -> str:
    """Where in the document a field of the form is: of several kinds, one is written there."""
    return re.sub(r"![a-z_]+", "", path)


def _plain(shape: Shape, value: Any, _: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if value is None:
        value = "" if shape.default in (NEEDED, None) else shape.default
    if known.is_money(shape):
        text = known.typed(value)
        return {"value": text, "suffix": known.unit, "kind": "money"}
    if shape.kind is Kind.RATE:
        return {"value": known.decimal(str(value))}
    return {"value": str(value)}


def _flag(shape: Shape, value: Any, _: str, __: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"on": bool(shape.default if value is None else value)}


def _choice(shape: Shape, value: Any, _: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now = value if value is not None else shape.default
    words = [(word, known.word(shape, word), word == now) for word in shape.choices]
    if shape.optional:
        words.insert(0, ("", known.words.t("No"), now is None))
    return {"choices": tuple(words)}


def _several(shape: Shape, value: Any, _: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now: Any = shape.default if value is None else value
    chosen = {str(word) for word in now} if isinstance(now, (list, frozenset, tuple)) else set()
    return {
        "choices": tuple((word, known.word(shape, word), word in chosen) for word in shape.choices),
        "on": bool(value),
    }


def _codes(shape: Shape, value: Any, _: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now = [str(each) for each in value] if isinstance(value, list) else []
    picks = known.picked(shape)
    if not picks:
        return {
            "value": ", ".join(now) if isinstance(value, list) else str(value or ""),
            "on": bool(now),
        }
    others = [(code, code) for code in now if code not in dict(picks)]
    chosen = tuple((code, name, code in now) for code, name in (*picks, *others))
    return {"kind": "picks", "choices": chosen, "on": bool(now)}


def _words(_: Shape, value: Any, path: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now = value if isinstance(value, dict) else {}
    languages = [*LANGUAGES, *(each for each in now if each not in LANGUAGES)]
    return {
        "on": bool(now),
        "inside": tuple(
            Node(
                path=f"{path}.{each}",
                kind="text",
                label=NAMES.get(each, each),
                value=str(now.get(each, "")),
                wrong=known.wrong.get(place_of(f"{path}.{each}"), ""),
            )
            for each in languages
        ),
    }


def _table(shape: Shape, value: Any, _: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now = value if isinstance(value, dict) else {}
    typed = known.typed if known.is_money(shape) else str
    return {
        "value": "\n".join(f"{code} = {typed(points)}" for code, points in now.items()),
        "on": bool(now),
    }


def _groups(_: Shape, value: Any, __: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    names = dict(known.picks.get("stores", ()))
    now = value if isinstance(value, dict) else {}
    return {
        "value": "\n".join(
            f"{group} = {', '.join(names.get(store, store) for store in stores)}"
            for group, stores in now.items()
        ),
        "on": bool(now),
    }


def _moment(_: Shape, value: Any, __: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    try:
        at = datetime.fromisoformat(str(value or "")).astimezone(known.zone)
    except ValueError:
        return {"value": str(value or "")}
    return {"value": at.strftime("%Y-%m-%dT%H:%M")}


def _part(shape: Shape, value: Any, path: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    inside = nodes(shape.inside, value, path, known)
    return {"inside": inside, "on": value is not None if shape.optional else bool(value)}


def _one_of(shape: Shape, value: Any, path: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now = variant_of(shape, value)
    choices = [(tag, known.word(shape, tag), tag == now) for tag in shape.variants]
    if shape.optional:
        choices.insert(0, ("", known.word(shape, ""), now == ""))
    return {
        "choices": tuple(choices),
        "value": now,
        "on": value is not None,
        "variants": tuple(
            (
                tag,
                known.word(shape, tag),
                nodes(inside, value if tag == now else {}, f"{path}!{tag}", known),
            )
            for tag, inside in shape.variants.items()
        ),
    }


def variant_of(shape: Shape, value: Any) -> str:  # noqa: ANN401 - JSON
    """Which of several kinds a part is: the first of whose own fields it has one."""
    tags = list(shape.variants)
    if value is None:
        return "" if shape.optional else tags[0]
    written = value if isinstance(value, dict) else {}
    return next((tag for tag in tags if tag in written), tags[0] if shape.optional else tags[-1])


def _rows(shape: Shape, value: Any, path: str, known: Known) -> dict[str, Any]:  # noqa: ANN401 - JSON
    now = value if isinstance(value, list) else []
    return {
        "on": bool(now),
        "rows": tuple(
            nodes(shape.inside, each, f"{path}.{place}", known) for place, each in enumerate(now)
        ),
    }


_SHOWN = {
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
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
