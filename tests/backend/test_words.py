"""What tickets, tills and explanations say: each text has its French, with the same blanks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from backend.words import LOCALE, Words, available, chosen

BACKEND = Path(__file__).parents[2] / "backend"
BLANK = re.compile(r"\{\w+\}")


def said() -> Iterator[str]:
    """Every text that code gives to `t` or, its first form, to `tn`; or keeps for them."""
    for path in sorted((BACKEND / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("t", "tn") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def french() -> dict[str, tuple[str, ...]]:
    with (LOCALE / "fr.po").open("rb") as source:
        found = read_po(source, locale="fr")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in found
        if message.id
    }


def test_every_text_has_its_french_with_the_same_blanks() -> None:
    known = french()
    for text in said():
        assert text in known, f"no French for {text!r}"
        for words in known[text]:
            assert set(BLANK.findall(words)) == set(BLANK.findall(text)), text


def test_no_french_is_left_that_nobody_says() -> None:
    counted = {"This purchase earns {count} point"}
    assert french().keys() - set(said()) - counted == set()


def test_french_has_narrow_spaces_and_real_apostrophes() -> None:
    for texts in french().values():
        for words in texts:
            assert "'" not in words, words
            assert not re.search(r"[^\u202f][?!;:%]", words), words


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de, en;q=0.4, fr;q=0.5", "fr"),
        ("fr;q=0, en", "en"),
        ("de", "en"),
        ("fr;q=nan", "en"),
        ("fr;q=x", "en"),
        (";;;,,,q=", "en"),
        ("*", "en"),
    ],
)
def test_the_first_language_that_we_have_is_chosen(header: str, language: str) -> None:
    assert chosen(header) == language


def test_numbers_and_money_are_written_as_the_reader_does() -> None:
    assert "fr" in available()
    assert Words("fr").money(1234_50, "EUR") == "1\u202f234,50\xa0€"
    assert Words("en").money(1234_50, "EUR") == "€1,234.50"
    assert Words("fr").tn("This purchase earns {count} point", "x", 1).startswith("Cet achat")
