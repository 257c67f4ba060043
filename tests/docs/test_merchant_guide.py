"""The merchant's guides: each row of the ledger has its place, and both are printed anew."""

import importlib.util
import re
import tomllib
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

from backend.backoffice.rules.parts import PARTS, SERIES
from backend.backoffice.rules.shapes import Shape
from backend.web.page import LANGUAGE_COOKIE
from tests.support.members import join
from tests.support.server import NOWHERE, company, in_process
from tests.support.staff import at_work

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _printer() -> ModuleType:
    path = DOCS / "print_merchant_guide.py"
    spec = importlib.util.spec_from_file_location("print_merchant_guide", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


guide = _printer()
ROWS = tomllib.loads((DOCS / "rows.toml").read_text(encoding="utf-8"))
OURS = tomllib.loads((DOCS / "merchant.toml").read_text(encoding="utf-8"))


def test_every_row_has_its_line_and_no_other() -> None:
    assert list(OURS["rows"]) == list(ROWS)
    assert {row["at"].partition(":")[0] for row in OURS["rows"].values()} == set(OURS["places"])


@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_the_guides_are_printed_from_the_ledger_as_it_is(language: str) -> None:
    text = guide.guide(language).read_text(encoding="utf-8")
    assert text.partition(guide.MARK)[2] == guide.printed(language), (
        "run: python docs/print_merchant_guide.py"
    )


def test_the_french_guide_is_in_french() -> None:
    french = guide.printed("fr")
    assert "Programmes › Comment on gagne des points › **Les points vivent**" in french
    for row in OURS["rows"].values():
        assert not re.search(r"[^\u202f…][?!;»]|'", row["fr"]), row["fr"]


def test_every_field_that_the_guides_name_is_in_the_form_that_they_name() -> None:
    for row in OURS["rows"].values():
        name, _, field = row["at"].partition(":")
        if field:
            form = OURS["places"][name]["form"]
            shapes = SERIES[form].inside if form in SERIES else PARTS[form].shapes
            assert field in set(_keys(shapes)), row["at"]


def _keys(shapes: Iterable[Shape]) -> Iterator[str]:
    for shape in shapes:
        yield shape.key
        for inside in (shape.inside, *shape.variants.values()):
            yield from _keys(inside)


@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_what_the_guides_say_in_bold_is_said_by_a_page(language: str) -> None:
    said = {text.casefold() for text in _texts(language)}
    by_hand = guide.guide(language).read_text(encoding="utf-8").partition(guide.MARK)[0]
    for bold in re.findall(r"\*\*(.+?)\*\*", by_hand):
        assert bold.rstrip(".").casefold() in said, bold


def _texts(language: str) -> Iterator[str]:
    """What stands on the pages, in that language."""
    for path in (ROOT / "assets/locale/pages").rglob("*.po"):
        with path.open("rb") as file:
            for each in read_po(file):
                yield str(each.string if language == "fr" else each.id)


@pytest.mark.thorough
@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_every_step_that_the_guides_name_stands_on_its_page(language: str) -> None:
    with company() as shop, in_process(shop.app) as session:
        owner = at_work(shop)
        with shop.database.write(shop.shop.tenant) as tx:
            member = join(tx)
        session.headers["Cookie"] = f"{owner.browser['Cookie']}; {LANGUAGE_COOKIE}={language}"
        for place in OURS["places"].values():
            if "page" not in place:
                continue
            path = place["page"].format(program=shop.shop.program, member=member)
            answer = session.get(NOWHERE + path, timeout=30)
            assert answer.status_code == 200, path
            shown = {unescape(each).strip() for each in re.split(r"<[^>]*>", answer.text)}
            for step in place[language].split(" › "):
                known = {step, step.partition(",")[0]} & shown
                assert known or step[0].islower(), (path, step)
