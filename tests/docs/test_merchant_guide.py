"""The merchant's guides: each row of the ledger has its place, and both are printed anew."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.server import company, in_process

DOCS = Path(__file__).parents[2] / "docs"


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


@pytest.mark.thorough
def test_every_page_that_the_guides_name_answers() -> None:
    pages = {place["page"] for place in OURS["places"].values() if "page" in place}
    with company() as shop, in_process(shop.app) as session:
        for path in sorted(pages):
            answer = session.get(f"http://backend.test{path}", allow_redirects=False, timeout=10)
            assert answer.status_code in (200, 303), path
