"""The pages speak French and English: every text they may show has its French, in one catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from backend.errors import STATUS
from backend.web.words import PAGES, words_in

BACKEND = Path(__file__).parents[2] / "backend"
AREAS = ("web", "backoffice", "till", "portal", "shop")
"""The packages of pages."""
SAYING = {"t": 0, "tn": 0, "later": 0, "mistake": 1}
"""What takes a text to translate, and as which argument."""
ROOMS = ("api", "services", "mail")
REFUSING = {"Refused": 1, "phrase": 0, "AddressRefused": 0}
"""What the backend says no with, and which argument says why."""
NO_READER = ("callers", "own", "kiosks")
"""What only programs are told."""
BLANK = re.compile(r"\{(\w*)\}")


def in_python() -> Iterator[str]:
    for path in (path for area in AREAS for path in (BACKEND / area).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                name = node.func.id if isinstance(node.func, ast.Name) else name
                yield from _texts(name, node.args)


def _texts(name: str, arguments: list[ast.expr]) -> Iterator[str]:
    if name in SAYING and len(arguments) > SAYING[name]:
        said = arguments[SAYING[name]]
        branches = (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,)
        for each in branches:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def in_templates() -> Iterator[str]:
    environment = Environment(autoescape=True)
    for path in sorted((BACKEND / "templates").rglob("*.html")):
        if path.parent.name == "mail":
            continue
        tree = environment.parse(path.read_text("utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("t", "tn"):
                said = call.args[0]
                branches = (said.expr1, said.expr2) if isinstance(said, nodes.CondExpr) else (said,)
                for each in branches:
                    if isinstance(each, nodes.Const):
                        yield str(each.value)


def refused() -> Iterator[str]:
    """What the backend refuses, which a page may have to show: by its English."""
    for path in (
        BACKEND / "outward.py",
        *(p for room in ROOMS for p in (BACKEND / room).rglob("*.py")),
    ):
        if path.stem in NO_READER or path.parent.name in NO_READER:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "")
                for each in node.args[REFUSING[name] :][:1] if name in REFUSING else ():
                    assert not isinstance(each, ast.JoinedStr), f"{path}:{each.lineno}: a phrase"
                    if isinstance(each, ast.Constant):
                        yield str(each.value)


def said() -> set[str]:
    titles = (title for _, title in STATUS.values())
    return {*in_python(), *in_templates(), *titles, *refused()}


def french() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(PAGES.glob("*/fr.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="fr"):
                if message.id:
                    one = message.id if isinstance(message.id, str) else message.id[0]
                    assert one not in found, f"{one!r} is in two catalogues, {path.parent.name} too"
                    text = message.string
                    found[one] = (text,) if isinstance(text, str) else tuple(text)
    return found


def test_every_text_of_the_pages_has_its_french_with_the_same_blanks() -> None:
    known = french()
    missing = sorted(said() - known.keys())
    assert not missing, "no French for:\n" + "\n".join(f'msgid "{text}"' for text in missing)
    for text in said():
        for words in known[text]:
            assert words, f"empty French for {text!r}"
            assert set(BLANK.findall(words)) - {"count"} == set(BLANK.findall(text)) - {"count"}


def test_no_french_of_the_pages_is_left_that_nobody_says() -> None:
    assert sorted(french().keys() - said()) == []


def test_french_of_the_pages_has_narrow_spaces_and_real_apostrophes() -> None:
    for texts in french().values():
        for words in texts:
            assert "'" not in words, words
            assert not re.search(r"[^\u202f][?!;:%]", re.sub(r"https?:", "", words)), words


def test_a_reader_gets_the_words_of_every_area() -> None:
    words = words_in("fr")
    assert words.t("Sign in") == "Se connecter"
    assert words.t("Fill this in") == "À remplir"
