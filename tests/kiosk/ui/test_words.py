"""Every text of the kiosk exists in every language, with the same blanks and its typography."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from kiosk.words import LOCALE, SOURCE_LANGUAGE, available

KIOSK = Path(__file__).resolve().parents[3] / "kiosk"
BLANK = re.compile(r"\{(\w+)\}")

Texts = tuple[str, ...]


def said() -> Iterator[tuple[str, Texts]]:
    """Each text that is put into words anywhere in the kiosk, and where."""
    for path in sorted(KIOSK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (called := _called(node.func)) in {"t", "tn"}:
                wanted = 2 if called == "tn" else 1
                first = node.args[:wanted]
                where = f"{path.relative_to(KIOSK)}:{node.lineno}"
                yield where, tuple(_literal(argument, where) for argument in first)


def _called(function: ast.expr) -> str:
    """The last name of what is called: "t" for both `w.t` and `t`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literal(node: ast.expr, where: str) -> str:
    assert isinstance(node, ast.Constant), f"{where}: a text must be written out"
    assert isinstance(node.value, str), where
    return node.value


LANGUAGES = [code for code in available() if code != SOURCE_LANGUAGE]


def read(language: str) -> Catalog:
    with (LOCALE / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


@pytest.fixture(scope="module")
def french() -> Catalog:
    return read("fr")


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read(str(request.param))


def translation(catalogue: Catalog, texts: Texts) -> Texts:
    message = catalogue.get(texts[0] if len(texts) == 1 else texts)
    assert message is not None, f"no translation for {texts[0]!r}"
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_the_languages_that_are_promised_are_there() -> None:
    assert {"fr", "de", "ar", "es", "it", "nl"} <= set(LANGUAGES)


def test_every_text_is_translated_with_the_same_blanks(catalogue: Catalog) -> None:
    wrong = []
    for where, texts in said():
        message = catalogue.get(texts[0])
        if message is None or not message.string:
            wrong.append(f"{where}: {texts[0]!r} is not translated")
            continue
        if isinstance(message.id, str) != (len(texts) == 1):
            wrong.append(f"{where}: {texts[0]!r} is counted in one place only")
            continue
        wanted = set(BLANK.findall(texts[-1]))
        wrong += [
            f"{where}: {words!r} has other blanks than {texts[-1]!r}"
            for words in translation(catalogue, texts)
            if not words or set(BLANK.findall(words)) - wanted
        ]
    assert not wrong


def test_every_blank_is_kept(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            many = message.id if isinstance(message.id, str) else message.id[-1]
            last = message.string if isinstance(message.string, str) else message.string[-1]
            assert set(BLANK.findall(many)) == set(BLANK.findall(last)), message.id


def test_no_straight_quotes(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            strings = [message.string] if isinstance(message.string, str) else message.string
            for words in strings:
                assert "'" not in words, words
                assert '"' not in words, words


def test_french_has_narrow_spaces_and_real_apostrophes(french: Catalog) -> None:
    for message in french:
        if not message.id:
            continue
        strings = [message.string] if isinstance(message.string, str) else message.string
        for words in strings:
            assert "'" not in words, words
            assert not re.search(r"(?<![\u202f\w@/:.])[?!;:»]", words), words
            assert not re.search(r"\w[?!;»]", words), words
            assert "…" in words or "..." not in words, words


def test_nothing_is_left_that_nobody_says(catalogue: Catalog) -> None:
    used = {texts[0] for _, texts in said()}
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue}
    assert ids - {""} <= used


def test_no_layout_holds_words() -> None:
    """Words in a .kv would never be translated: texts are bound to properties, names are not."""
    for path in sorted(KIOSK.rglob("*.kv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = re.match(r"\s*(?:text|title|about|words|unit):\s*['\"](.+?)['\"]\s*$", line)
            assert not found or len(found[1]) <= 1, f"{path.name}:{number}: {line.strip()}"
