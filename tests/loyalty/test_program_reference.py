"""The reference page of the program document: current, whole, and its examples are programs."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

from loyalty.document import json_schema, read_program

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "program-reference.md").read_text(encoding="utf-8")


def printer() -> ModuleType:
    """The script that prints the page, which is no part of any package."""
    path = ROOT / "docs" / "print_program_reference.py"
    spec = importlib.util.spec_from_file_location("print_program_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_the_one_that_the_schema_prints() -> None:
    """If this fails: python docs/print_program_reference.py."""
    script = printer()
    assert PAGE.partition(script.MARK)[2] == script.printed(json_schema())


def test_every_field_and_every_word_of_the_schema_is_on_the_page() -> None:
    schema = json_schema()
    fields = {
        field
        for part in (schema, *schema["$defs"].values())
        for field in part.get("properties", {})
    }
    words = {word for part in schema["$defs"].values() for word in part.get("enum", ())}
    assert [name for name in sorted(fields | words) if f"`{name}`" not in PAGE] == []


def test_its_examples_are_programs() -> None:
    small, more = (
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    )
    assert read_program(json.dumps(small)).rewards[0].cost == 200
    whole = read_program(json.dumps({**small, **more}))
    assert whole.tiers is not None
    missing = set(json_schema()["properties"]) - set(small) - set(more)
    assert missing == {
        *("point_value", "rule_in_words", "unit", "only", "lines", "counts_from"),
        *("combine", "price_books"),
    }
