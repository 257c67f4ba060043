"""The smallest message that a JSON Schema of the OpenAPI document accepts."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_EXAMPLES = (
    "x1234567", "EUR", "fr", "Europe/Paris", "a@b.example", "123456", "2026-01", "2026-01-01",
    "0" * 64, "04a1b2c3d4e5f6", "1.00", "1", "x" * 12, "#000000", "00:00",
)  # fmt: skip


class Bodies:
    """Writes messages; fields whose name is known are filled with what is known."""

    def __init__(
        self, document: Mapping[str, Any], known: Mapping[str, str], words: Mapping[str, str]
    ) -> None:
        """`known` is written wherever its name stands; `words` only where one is required."""
        self._schemas = document["components"]["schemas"]
        self._known, self._words = known, words

    def names(self, schema: Mapping[str, Any]) -> set[str]:
        """The known things that a message of this schema would name, at its first level."""
        found = self._resolved(schema)
        return {name for name in found.get("properties", {}) if name in self._known}

    def smallest(self, schema: Mapping[str, Any]) -> Any:
        """A message: what is required, and whatever names something that is known."""
        found = self._resolved(schema)
        if "const" in found or "enum" in found:
            return found.get("const", next(iter(found.get("enum", ())), None))
        kind = found.get("type")
        if kind == "object" or "properties" in found:
            return self._object(found)
        if kind == "array":
            return [self.smallest(found["items"])] * found.get("minItems", 0)
        if kind == "string":
            return _string(found)
        number = max(found.get("minimum", 1), found.get("exclusiveMinimum", 0) + 1, 1)
        return {"boolean": True, "integer": number, "number": number}.get(str(kind))

    def _object(self, found: Mapping[str, Any]) -> dict[str, Any]:
        made = {}
        for name, schema in found.get("properties", {}).items():
            if name in self._known and self._is_text(schema):
                made[name] = self._known[name]
            elif name in found.get("required", ()):
                made[name] = self._worded(name, schema)
        if found.get("minProperties") and not made:
            made["fr"] = _any_value(self, found)
        return made

    def _worded(self, name: str, schema: Mapping[str, Any]) -> Any:
        """What is required, in the words that such a field takes."""
        if name in self._words and self._is_text(schema):
            return self._words[name]
        if name in self._words and self._resolved(schema).get("type") == "array":
            return [self._words[name]]
        return self.smallest(schema)

    def _is_text(self, schema: Mapping[str, Any]) -> bool:
        return self._resolved(schema).get("type") == "string"

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while True:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
            elif choices := schema.get("anyOf") or schema.get("oneOf"):
                schema = next((each for each in choices if each.get("type") != "null"), choices[0])
            elif "allOf" in schema:
                schema = schema["allOf"][0]
            else:
                return schema


def _string(found: Mapping[str, Any]) -> str:
    if found.get("format") == "date-time":
        return datetime.now(UTC).isoformat()
    if found.get("format") == "date":
        return "2026-01-01"
    shortest, longest = found.get("minLength", 0), found.get("maxLength", 10**6)
    for each in _EXAMPLES:
        text = each.ljust(shortest, "x")
        if len(text) <= longest and re.search(found.get("pattern", ""), text):
            return text
    raise AssertionError(f"no example for a text like {found}: add one")


def _any_value(bodies: Bodies, found: Mapping[str, Any]) -> Any:
    """A value of a mapping, whose keys a pattern may choose."""
    patterns = found.get("patternProperties") or {"": found.get("additionalProperties", {})}
    return bodies.smallest(next(iter(patterns.values())))
