"""What to write instead of what was refused, for somebody who has not read our code."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loyalty.document.fields import MOST, Document
from loyalty.errors import ProgramRefused
from loyalty.sentences import Sentence, say


def refusal(error: ValidationError) -> ProgramRefused:
    """The first thing to put right."""
    # A field that is missing is most often one that was misspelt: that is said first.
    told = min(error.errors(include_url=False), key=lambda one: one["type"] == "missing")
    field = ".".join(str(part) for part in told["loc"] if not _unwritten(part))
    return ProgramRefused(field or "document", remedy(told))


def remedy(error: ErrorDetails) -> Sentence:
    """What to write instead of what a document's reader refused."""
    field = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "string_pattern_mismatch":
        return say(_SPELLED.get(_spelled(field, error["loc"]), "text.id"))
    tell = _REMEDIES.get(error["type"])
    return tell(field, error.get("ctx", {})) if tell else say("other", text=error["msg"])


def _spelled(field: str, path: tuple[int | str, ...]) -> str:
    """What the text should have been: a key is a language, or the name of a group."""
    if field == "[key]":
        return "id" if "groups" in path else "language"
    return field


def _unknown(field: str, _: dict[str, Any]) -> Sentence:
    # What is right elsewhere is wrong here: to offer it again would help nobody.
    known = {name for document in _documents() for name in document.model_fields} - {field}
    close = get_close_matches(field, sorted(known), n=1, cutoff=0.7)
    if close:
        return say("unknown.meant", name=field, meant=close[0])
    return say("unknown", name=field)


def _unwritten(part: int | str) -> bool:
    """Whether a part of pydantic's path stands for no field of the document."""
    return part == "[key]" or str(part).startswith("give by ")


_Tell = Callable[[str, dict[str, Any]], Sentence]


def _plain(message: str) -> _Tell:
    """Always the same sentence."""
    return lambda *_: say(message)


def _limit(message: str, blank: str, limit: str) -> _Tell:
    """A sentence with the limit that was passed."""
    return lambda _, found: say(message, **{blank: str(found[limit])})


_SPELLED = {
    "currency": "text.currency",
    "picture": "text.picture",
    "language": "text.language",
}
_MAPPINGS = {
    "groups": "mapping.groups",
    "points": "mapping.points",
    "per_article": "mapping.points",
    "settings": "mapping.settings",
}
_CHOICE = _limit("choice", "choices", "expected")
_REMEDIES: dict[str, _Tell] = {
    "missing": lambda field, _: say("missing", name=field),
    "extra_forbidden": _unknown,
    **dict.fromkeys(("int_type", "int_from_float", "int_parsing"), _plain("number.whole")),
    "int_parsing_size": lambda *_: say("number.whole_most", most=MOST),
    "greater_than": _limit("number.above", "least", "gt"),
    "greater_than_equal": _limit("number.least", "least", "ge"),
    "less_than_equal": _limit("number.most", "most", "le"),
    "finite_number": _plain("number.any"),
    **dict.fromkeys(("decimal_type", "decimal_parsing"), _plain("number.decimal")),
    "decimal_max_digits": _limit("number.digits", "most", "max_digits"),
    "string_type": _plain("text.quotes"),
    "string_too_short": _plain("text.empty"),
    "string_too_long": _limit("text.long", "most", "max_length"),
    "string_unicode": _plain("text.utf8"),
    "too_short": lambda field, _: say(
        "words.empty" if field in {"name", "message"} else "list.empty"
    ),
    **dict.fromkeys(("literal_error", "enum"), _CHOICE),
    **dict.fromkeys(
        (
            "datetime_type",
            "datetime_parsing",
            "datetime_from_date_parsing",
            "datetime_object_invalid",
            "timezone_aware",
        ),
        _plain("moment"),
    ),
    **dict.fromkeys(
        (
            "date_type",
            "date_parsing",
            "date_from_datetime_parsing",
            "date_from_datetime_inexact",
        ),
        _plain("day"),
    ),
    **dict.fromkeys(("time_type", "time_parsing"), _plain("hour")),
    "bool_type": _plain("flag"),
    **dict.fromkeys(("frozen_set_type", "tuple_type"), _plain("list")),
    "dict_type": lambda field, _: say(_MAPPINGS.get(field, "mapping.name")),
    "model_type": _plain("fields"),
    "json_invalid": _limit("json", "error", "error"),
}


def _documents(kind: type[Document] = Document) -> Iterator[type[Document]]:
    for part in kind.__subclasses__():
        yield part
        yield from _documents(part)
