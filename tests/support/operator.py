"""Whoever runs the backend: types its commands, starts its servers."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from backend.__main__ import main
from tests.support.server import PROGRAM

ROOT = Path(__file__).parents[2]
_numbers = count()
START_MAX_S = 60
"""A loaded machine takes its time to import everything."""


class Operator:
    """Types commands in a folder of its own."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.key_file = folder / "loyalty.db.key"
        self.where = ["--database", url]
        self.servers = 1 if url.startswith("sqlite") else 2
        """How many may serve this database at once."""
        if not url.startswith("sqlite"):
            self.where += ["--key-file", str(self.key_file)]
        (folder / "program.json").write_text(PROGRAM)

    def types(self, *words: str) -> tuple[int, str, str]:
        """Exit status, what was printed, and what was complained of."""
        status = main([*words, *self.where])
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def gets(self, *words: str) -> dict[str, Any]:
        """What a command answers to programs."""
        status, out, _ = self.types(*words, "--json")
        assert status == 0
        answer: dict[str, Any] = json.loads(out)
        return answer

    def opens_a_shop(self, **other: str) -> dict[str, Any]:
        """A company with one store."""
        zone = other.get("time_zone", "Europe/Paris")
        program = other.get("program", str(self.folder / "program.json"))
        return self.gets("shop", "--name", "Maison Lise", "--time-zone", zone, "--program", program)


@contextmanager
def server(operator: Operator, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The real command, as a process that is killed at the end; its address."""
    announce = operator.folder / f"address-{next(_numbers)}.json"
    announce.unlink(missing_ok=True)
    with (operator.folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "backend", "serve", *operator.where),
                *("--port", str(port), "--announce", str(announce)),
            ],
            cwd=operator.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=log,
        )
        try:
            end = monotonic() + START_MAX_S
            while not announce.exists():
                assert process.poll() is None, (operator.folder / "log.txt").read_text()
                assert monotonic() < end
                threading.Event().wait(0.01)
            yield json.loads(announce.read_text())["url"], process
        finally:
            process.kill()
            process.wait(10)
