"""What to write instead of what was refused, for somebody who has not read our code."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loyalty.document.fields import MOST, Document
from loyalty.errors import ProgramRefused


def refusal(error: ValidationError) -> ProgramRefused:
    """The first thing to put right."""
    # A field that is missing is most often one that was misspelt: that is said first.
    told = min(error.errors(include_url=False), key=lambda one: one["type"] == "missing")
    field = ".".join(str(part) for part in told["loc"] if not _unwritten(part))
    return ProgramRefused(field or "document", _remedy(told))


def _remedy(error: ErrorDetails) -> str:
    """What to write instead, for somebody who has not read our code."""
    field = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "string_pattern_mismatch":
        return _SPELLED[_spelled(field, error["loc"])]
    say = _REMEDIES.get(error["type"])
    return say(field, error.get("ctx", {})) if say else error["msg"]


def _spelled(field: str, path: tuple[int | str, ...]) -> str:
    """What the text should have been: a key is a language, or the name of a group."""
    if field == "[key]":
        return "id" if "groups" in path else "language"
    return field


def _meant(field: str) -> str:
    # What is right elsewhere is wrong here: to offer it again would help nobody.
    known = {name for document in _documents() for name in document.model_fields} - {field}
    close = get_close_matches(field, sorted(known), n=1, cutoff=0.7)
    return f"; was {close[0]!r} meant?" if close else ": leave it out"


def _unwritten(part: int | str) -> bool:
    """Whether a part of pydantic's path stands for no field of the document."""
    return part == "[key]" or str(part).startswith("give by ")


_SPELLED = {
    "id": "write small letters, digits and hyphens, such as free-coffee",
    "currency": "write its three capital letters, such as EUR",
    "picture": "write the picture's name in small letters, digits and hyphens, without .png",
    "language": "write the language as two small letters, such as fr",
}
_A_WHOLE_NUMBER = "write a whole number, without comma or quotes, such as 200"
_A_DAY = "write a day that exists, such as 2026-01-31"
_AN_HOUR = "write an hour, such as 09:30"
_A_DATE = "write a day that exists, with its time zone, such as 2026-01-31T00:00:00+01:00"
_POINTS_BY_ARTICLE = 'write points by article, such as {"CAFE": 10}'
_MAPPINGS = {
    "name": 'write texts by language, such as {"fr": "Un café offert"}',
    "groups": 'write the stores of each group, such as {"loire": ["angers", "nantes"]}',
    "points": _POINTS_BY_ARTICLE,
    "per_article": _POINTS_BY_ARTICLE,
    "settings": 'write what the extension is to know, such as {"every": 10}',
}
_REMEDIES: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "missing": lambda field, _: f"{field!r} is missing: write it",
    "extra_forbidden": lambda field, _: f"{field!r} is not known here{_meant(field)}",
    "int_type": lambda *_: _A_WHOLE_NUMBER,
    "int_from_float": lambda *_: _A_WHOLE_NUMBER,
    "int_parsing": lambda *_: _A_WHOLE_NUMBER,
    "int_parsing_size": lambda *_: f"write a whole number, {MOST} at most",
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
    "too_short": lambda field, _: (
        "write it in at least one language"
        if field in {"name", "message"}
        else "write at least one"
    ),
    "literal_error": lambda _, said: f"write {said['expected']}",
    "enum": lambda _, said: f"write {said['expected']}",
    "datetime_type": lambda *_: _A_DATE,
    "datetime_parsing": lambda *_: _A_DATE,
    "datetime_from_date_parsing": lambda *_: _A_DATE,
    "datetime_object_invalid": lambda *_: _A_DATE,
    "timezone_aware": lambda *_: _A_DATE,
    "date_type": lambda *_: _A_DAY,
    "date_parsing": lambda *_: _A_DAY,
    "date_from_datetime_parsing": lambda *_: _A_DAY,
    "date_from_datetime_inexact": lambda *_: _A_DAY,
    "time_type": lambda *_: _AN_HOUR,
    "time_parsing": lambda *_: _AN_HOUR,
    "bool_type": lambda *_: "write true or false",
    "frozen_set_type": lambda *_: "write a list between [ and ]",
    "tuple_type": lambda *_: "write a list between [ and ]",
    "dict_type": lambda field, _: _MAPPINGS.get(field, _MAPPINGS["name"]),
    "model_type": lambda *_: "write fields between { and }",
    "string_unicode": lambda *_: "write it in UTF-8",
    "json_invalid": lambda _, said: f"this is not JSON: {said['error']}",
}


def _documents(kind: type[Document] = Document) -> Iterator[type[Document]]:
    for part in kind.__subclasses__():
        yield part
        yield from _documents(part)
