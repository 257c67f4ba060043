#!/usr/bin/env python3
"""Prints the reference of the program document, from the schema that checks it.

python docs/print_program_reference.py    prints docs/program-reference.md anew, below its mark
"""

import ast
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from loyalty.document import json_schema  # noqa: E402 - found from wherever it is called

Part = Mapping[str, Any]
WORDS = ("loyalty/program", "loyalty/terms.py", "loyalty/sales.py")
"""Where the words to choose from are explained, beside each of them."""
PAGE = Path(__file__).with_name("program-reference.md")
MARK = "<!-- What follows is printed from the schema: python docs/print_program_reference.py -->\n"
FIRST = "ProgramDocument"


def main() -> int:
    """Print the page anew."""
    by_hand, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    PAGE.write_text(by_hand + mark + printed(json_schema()), encoding="utf-8")
    return 0


def printed(schema: Part) -> str:
    """Every field, from the program down to its smallest part."""
    parts = {FIRST: schema, **schema["$defs"]}
    told = words_told()
    lines = [""]
    for name in in_reading_order(parts):
        if "properties" in parts[name]:
            lines += section(name, parts[name], parts)
    lines += ["## Words to choose from", ""]
    for name in sorted(name for name in parts if "enum" in parts[name]):
        lines += choice(name, parts[name], told)
    return "\n".join(lines).rstrip() + "\n"


def in_reading_order(parts: Mapping[str, Part]) -> list[str]:
    """The parts, each after the first that mentions it."""
    found = [FIRST]
    for name in found:
        found += [each for each in dict.fromkeys(mentions(parts[name])) if each not in found]
    return found


def mentions(part: object) -> Iterator[str]:
    """The names of the parts that a part is made of."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield named(part["$ref"])
        inner = {key: value for key, value in part.items() if key not in {"$defs", "$ref"}}
        for value in inner.values():
            yield from mentions(value)
    elif isinstance(part, list):
        for value in part:
            yield from mentions(value)


def named(reference: str) -> str:
    """The name in a reference."""
    return reference.rsplit("/", 1)[-1]


def title(name: str) -> str:
    """A part's heading: its name in the document's own letters."""
    plain = name.removesuffix("Document")
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in plain)
    return spaced.strip().capitalize()


def section(name: str, part: Part, parts: Mapping[str, Part]) -> Iterator[str]:
    """One part: what it is, and a table of its fields."""
    yield f"## {title(name)}"
    yield ""
    yield one_line(part.get("description", ""))
    yield ""
    yield "| field | write | left out | what it is |"
    yield "| --- | --- | --- | --- |"
    needed = part.get("required", ())
    for field, told in part["properties"].items():
        left_out = "must be written" if field in needed else default(told)
        description = told.get("description") or described(told, parts)
        yield f"| `{field}` | {kind(told, parts)} | {left_out} | {one_line(description)} |"
    yield ""


def described(field: Part, parts: Mapping[str, Part]) -> str:
    """What the words to choose from say of themselves."""
    return str(parts[named(field["$ref"])].get("description", "")) if "$ref" in field else ""


def one_line(text: str) -> str:
    """Without what would end a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def default(field: Part) -> str:
    """What stands where the field is left out."""
    written = field.get("default")
    if written in (None, [], {}, ""):
        return "nothing"
    if isinstance(written, dict):
        return "its own defaults"
    return f"`{short(written)}`"


def short(value: object) -> str:
    """A value as JSON writes it."""
    return json.dumps(value) if not isinstance(value, str) else value


def kind(field: Part, parts: Mapping[str, Part]) -> str:
    """What can be written, in words."""
    for several in ("anyOf", "oneOf"):
        if several in field:
            kinds = [each for each in field[several] if each.get("type") != "null"]
            # An exact number may be written as text too: that is said above, once.
            exact = [each for each in kinds if each.get("type") == "number"]
            return " or ".join(dict.fromkeys(kind(each, parts) for each in exact or kinds))
    if "$ref" in field:
        return reference(named(field["$ref"]), parts)
    if "const" in field:
        return f'`"{field["const"]}"`'
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    return _KINDS[field["type"]](field, parts)


def reference(name: str, parts: Mapping[str, Part]) -> str:
    """A link to a part of this page, or the words of a short choice."""
    if "enum" in parts[name]:
        return ", ".join(f"`{word}`" for word in parts[name]["enum"])
    return f"[{title(name).lower()}](#{title(name).lower().replace(' ', '-')})"


def _number(field: Part, _: Mapping[str, Part]) -> str:
    low, above = field.get("minimum"), field.get("exclusiveMinimum")
    high = field.get("maximum")
    start = f"{low:g} or more" if low is not None else f"more than {above or 0:g}"
    most = f", {high:g} at most" if high is not None and high < 10**9 else ""
    name = "whole number" if field["type"] == "integer" else "number"
    return f"{name}, {start}{most}"


def _text(field: Part, _: Mapping[str, Part]) -> str:
    form = str(field.get("format", ""))
    forms = {"date": "day", "time": "hour", "date-time": "date with its time zone"}
    return forms.get(form, "text")


def _list(field: Part, parts: Mapping[str, Part]) -> str:
    return f"list of {kind(field['items'], parts)}"


def _mapping(field: Part, parts: Mapping[str, Part]) -> str:
    inner = field.get("additionalProperties")
    patterns = field.get("patternProperties", {})
    language = any("[a-z]{2}" in pattern for pattern in patterns)
    if language:
        return 'texts by language, such as `{"fr": "…"}`'
    inside = inner if isinstance(inner, dict) else next(iter(patterns.values()))
    return f"by name: {kind(inside, parts)}"


_KINDS: dict[str, Callable[[Part, Mapping[str, Part]], str]] = {
    "integer": _number,
    "number": _number,
    "string": _text,
    "array": _list,
    "object": _mapping,
    "boolean": lambda *_: "`true` or `false`",
}


def choice(name: str, part: Part, told: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The words of one choice, and what each means."""
    yield f"**{title(name)}**: {one_line(part.get('description', ''))}"
    yield ""
    for word in part["enum"]:
        meaning = one_line(told.get(name, {}).get(word, ""))
        yield f"- `{word}`{': ' + meaning if meaning else ''}"
    yield ""


def words_told() -> dict[str, dict[str, str]]:
    """What each word of each choice means, from the sentence below it in the code."""
    found: dict[str, dict[str, str]] = {}
    for place in WORDS:
        path = ROOT / place
        files = sorted(path.glob("*.py")) if path.is_dir() else [path]
        for file in files:
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    found[node.name] = dict(_sentences(node))
    return found


def _sentences(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for word, below in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(word, ast.Assign)
            and isinstance(word.value, ast.Constant)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            yield str(word.value.value), str(below.value.value)


if __name__ == "__main__":
    sys.exit(main())
