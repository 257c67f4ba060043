"""What the rules refuse is said by a message id with its arguments, and in English beside it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from loyalty.errors import Flaw
from loyalty.sentences import ENGLISH, say

LOYALTY = Path(__file__).parents[2] / "loyalty"
MADE = {
    *(f"typed.{flaw.value}" for flaw in Flaw),
    *(f"{what}.{how}" for what in ("currency", "tier") for how in ("meant", "unknown")),
}
"""The ids that are put together where they are said."""


def trees() -> Iterator[ast.Module]:
    for path in sorted(LOYALTY.rglob("*.py")):
        if path.name != "sentences.py":
            yield ast.parse(path.read_text("utf-8"))


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_sentence_is_its_english_and_knows_what_it_was_made_of() -> None:
    said = say("unknown.meant", name="cots", meant="cost")
    assert said == "'cots' is not known here; was 'cost' meant?"
    assert (said.message, said.arguments) == ("unknown.meant", {"name": "cots", "meant": "cost"})


def test_whatever_is_said_has_its_english_with_the_same_blanks() -> None:
    calls = 0
    for node in (node for tree in trees() for node in ast.walk(tree)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"):
            continue
        named = {each.arg for each in node.keywords}
        ids = [str(each.value) for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
        for message in (each for each in ids if each in ENGLISH and None not in named):
            calls += 1
            assert blanks(ENGLISH[message]) == named, message
    assert calls > 50


def test_no_english_stands_there_that_nobody_says() -> None:
    said = {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert ENGLISH.keys() - said - MADE == set()


def test_a_refusal_of_the_rules_is_never_a_bare_text() -> None:
    """In `vectors` and on the command line a programmer reads; everywhere else a shop may."""
    for path in sorted(LOYALTY.rglob("*.py")):
        if path.parent.name == "vectors" or path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                told = node.exc.args[-1:]
                texts = [each for each in told if isinstance(each, (ast.Constant, ast.JoinedStr))]
                assert not texts, f"{path.name}:{node.lineno}"
