"""Runs the suites one after the other, each within its budget; `check` runs the quick ones."""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = ROOT / ".venv" / "bin"
PATHS = ["loyalty", "devices", "backend_client", "kiosk", "backend", "demo", "benchmarks", "tests"]
PATHS += ["assets", "docs", ".ci"]
PYTEST = [BIN / "pytest", "-q"]
FAST = "not hardware and not ui and not slow and not e2e and not pcsc"

SUITES: dict[str, list[str | Path]] = {
    "format": [BIN / "ruff", "format", "--check", "-q", *PATHS],
    "lint": [BIN / "ruff", "check", "-q", *PATHS],
    "types": [BIN / "mypy"],
    "contracts": [BIN / "lint-imports"],
    "fast": [*PYTEST, "-n", "2", "-m", FAST, "tests"],
    "devices": [*PYTEST, "-m", "pcsc or (not ui and not slow)", "tests/devices"],
    "backend": [*PYTEST, "-m", "not e2e", "tests/backend", "tests/backend_client"],
    "ui": [*PYTEST, "-m", "ui and not slow", "tests"],
    "e2e": [*PYTEST, "-m", "e2e and not slow", "tests"],
}
CHECK = ("format", "lint", "types", "contracts", "fast")


def main(arguments: list[str]) -> int:
    """Run what was named; the exit code is that of the first suite that failed."""
    names = CHECK if arguments == ["check"] else tuple(arguments) or tuple(SUITES)
    budgets = read_budgets(HERE / "budget")
    for name in names:
        code = run_suite(name, budgets[name])
        if code:
            return code
    return 0


def read_budgets(path: Path) -> dict[str, int]:
    """Seconds by suite. A sum over 1500 ends the run: the gate must stay quick."""
    lines = [line.split() for line in path.read_text().splitlines() if line[:1] not in ("#", "")]
    budgets = {name: int(seconds) for name, seconds in lines}
    assert sum(budgets.values()) <= 1500, "the budgets add up to more than 1500 s"
    return budgets


def run_suite(name: str, budget_s: int) -> int:
    """The suite's exit code; 124 when it took longer than its budget."""
    environment = {**os.environ, "SDL_VIDEODRIVER": os.environ.get("SDL_VIDEODRIVER", "offscreen")}
    started = time.monotonic()
    print(f"--- {name} (at most {budget_s} s)", flush=True)
    try:
        code = subprocess.run(
            SUITES[name], cwd=ROOT, env=environment, timeout=budget_s, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"--- {name} took longer than its {budget_s} s", flush=True)
        return 124
    verdict = "ok" if code == 0 else f"FAILED ({code})"
    print(f"--- {name} {verdict} in {time.monotonic() - started:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
