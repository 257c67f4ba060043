"""The till integrator's guide: its examples are run, in its order, against a real server."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.counter import document, join
from tests.support.server import company, connected, serving

pytestmark = pytest.mark.thorough

GUIDE = Path(__file__).parents[2] / "docs" / "till-guide.md"
EXAMPLE = re.compile(r"^```(python|sh) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_guides_examples_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = document()
    with (
        company(f"sqlite:///{tmp_path}/shop.db", program=program) as shop,
        serving(shop.app, tmp_path / "address.json") as url,
        connected(shop, url) as line,
    ):
        join(line, program, uid=bytes.fromhex("04a1b2c3d4e5f6"))
        known: dict[str, object] = {"URL": url, "KEY": line.till_key}
        ran = {"python": 0, "sh": 0}
        for kind, text in EXAMPLE.findall(GUIDE.read_text("utf-8")):
            ran[kind] += 1
            if kind == "python":
                exec(compile(text, str(GUIDE), "exec"), known)  # noqa: S102 - our own guide
                continue
            if shutil.which("curl") is None:
                continue
            environment = os.environ | {"URL": url, "KEY": line.till_key, "NO_PROXY": "*"}
            done = subprocess.run(  # noqa: S603 - our own guide
                ["/bin/sh", "-c", text],
                env=environment,
                capture_output=True,
                check=True,
                timeout=30,
            )
            assert b'"earned":50' in done.stdout
    assert ran == {"python": 7, "sh": 1}
    told = capsys.readouterr().out
    assert "Nouveau solde" in told
    assert "Gagnés avec un achat" in told
