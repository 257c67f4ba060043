"""The page for integrators: what it shows is what the commands print."""

import re
from pathlib import Path

import pytest

from loyalty import __main__ as command

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "engine-commands.md").read_text(encoding="utf-8")
SALE, PAST = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
PRINTED = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("name", "printed"), list(zip(["quote", "explain"], PRINTED[:2], strict=True))
)
def test_the_page_shows_what_is_printed(
    name: str,
    printed: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sale = tmp_path / "sale.json"
    sale.write_text(SALE, encoding="utf-8")
    assert f"python -m loyalty {name} assets/programs/octave.json sale.json" in PAGE
    assert command.main([name, str(ROOT / "assets/programs/octave.json"), str(sale)]) == 0
    assert capsys.readouterr().out == printed


def test_the_page_shows_what_a_past_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """F8."""
    past = tmp_path / "past.json"
    past.write_text(PAST, encoding="utf-8")
    program = "assets/programs/one-euro-one-point.json"
    assert f"python -m loyalty replay {program} past.json" in PAGE
    assert command.main(["replay", str(ROOT / program), str(past)]) == 0
    assert capsys.readouterr().out == PRINTED[2]


def test_the_refusal_on_the_page_is_the_one_that_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sale = tmp_path / "sale.json"
    sale.write_text(SALE.replace("5000", '"50,00"'), encoding="utf-8")
    program = str(ROOT / "assets/programs/octave.json")
    assert command.main(["quote", program, str(sale)]) == command.REFUSED
    assert f"`{capsys.readouterr().err.strip()}`" in PAGE
