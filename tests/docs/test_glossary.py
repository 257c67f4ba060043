"""The glossary and the decisions: one word per thing, types that exist, pages that can be read."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("loyalty", "devices", "backend_client", "kiosk", "backend")
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))


def test_every_type_of_the_glossary_exists() -> None:
    named = {row[3].strip("`") for row in glossary() if len(row) == 4 and row[3] != "—"}
    assert named - types_of_the_code() == set()


def test_no_word_is_explained_twice() -> None:
    counted = Counter(row[0] for row in glossary())
    assert [word for word, times in counted.items() if times > 1] == []


def test_every_word_has_its_french_word_and_its_meaning() -> None:
    assert [row[0] for row in glossary() if not all(row)] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_why_what_and_what_follows_on_half_a_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(page.name[:4])}. ")
    marks = [text.index(f"**{part}.**") for part in ("Context", "Decision", "Consequence")]
    assert marks == sorted(marks)
    assert len(text.split()) <= 400


def glossary() -> list[list[str]]:
    """The cells of every table row, headings and rulers left out."""
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in rows if row[0] != "word" and not re.fullmatch("-+", row[0])]


def types_of_the_code() -> set[str]:
    """The classes and named types at the top level of the packages' modules."""
    names: set[str] = set()
    for package in PACKAGES:
        for module in (ROOT / package).rglob("*.py"):
            for node in ast.parse(module.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    names.add(node.name)
                elif isinstance(node, ast.Assign):
                    names |= {name.id for name in node.targets if isinstance(name, ast.Name)}
    return names
