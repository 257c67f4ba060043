"""The operator's guide: what it tells to type works, in the order in which it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from backend.__main__ import main
from tests.support.server import PROGRAM

GUIDE = (Path(__file__).parents[2] / "docs" / "operator.md").read_text("utf-8")
NOT_HERE = ("postgresql://", "serve", "ID")
"""Commands that need a server, are one, or need a number that was printed: others test those."""


def commands() -> list[list[str]]:
    """Every `python -m backend …` of the guide's examples that works on a file."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    typed = [shlex.split(line) for line in lines if line.startswith("python -m backend ")]
    return [words[3:] for words in typed if not any(word.startswith(NOT_HERE) for word in words)]


def test_the_guides_commands_work_on_a_new_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("LOYALTY_DATABASE", "LOYALTY_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "program.json").write_text(PROGRAM)
    (tmp_path / "books.csv").write_text("Courriel;Solde\nlea@member.example;120\n")
    found: list[list[str]] = []
    for words in commands():
        if words not in found:
            found.append(words)
    assert {"shop", "staff", "till", "backup", "restore", "verify"} <= {each[0] for each in found}
    for words in found:
        assert main(words) == 0, (words, capsys.readouterr().err)
    assert (tmp_path / "restored.db").exists()
