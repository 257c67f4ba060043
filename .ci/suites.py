"""Runs the suites one after the other, each within its budget; `check` runs the quick ones."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = ROOT / ".venv" / "bin"
PYTEST = [BIN / "pytest", "-q"]
BUDGETS_SUM_S = 1500
"""The gate must stay quick: what takes long is marked slow, and run by `make test-long`."""

# Each test belongs to exactly one of these, by its markers; tests/deploy/test_workstation.py proves
# it. Those that own a pcscd or a whole shop are not spread over the cores.
MARKERS = {
    "fast": "not (thorough or postgres or pcsc or ui or pages or e2e or slow or hardware)",
    "thorough": "thorough and not (postgres or pcsc or ui or pages or e2e or slow or hardware)",
    "postgres": "postgres and not (pcsc or ui or pages or e2e or slow or hardware)",
    "pcsc": "pcsc and not (ui or pages or e2e or slow or hardware)",
    "ui": "ui and not (pages or e2e or slow or hardware)",
    "pages": "pages and not (e2e or slow or hardware)",
    "e2e": "e2e and not (slow or hardware)",
}

SUITES: dict[str, list[str | Path]] = {
    "format": [BIN / "ruff", "format", "--check", "-q", "."],
    "lint": [BIN / "ruff", "check", "-q", "."],
    "types": [BIN / "mypy"],
    "contracts": [BIN / "lint-imports"],
    "fast": [*PYTEST, "-n", "2", "-m", MARKERS["fast"], "tests"],
    "thorough": [*PYTEST, "-n", "2", "-m", MARKERS["thorough"], "tests"],
    "postgres": [*PYTEST, "-n", "2", "-m", MARKERS["postgres"], "tests"],
    "pcsc": [*PYTEST, "-m", MARKERS["pcsc"], "tests"],
    # A file stays on one core: its tests share a window.
    "ui": [*PYTEST, "-n", "2", "--dist", "loadfile", "-m", MARKERS["ui"], "tests"],
    "pages": [*PYTEST, "-n", "2", "-m", MARKERS["pages"], "tests"],
    "e2e": [*PYTEST, "-m", MARKERS["e2e"], "tests"],
}
CHECK = ("format", "lint", "types", "contracts", "fast")


def main(arguments: list[str]) -> int:
    """Run what was named, all suites when nothing was; the first failure's exit code ends it."""
    names = CHECK if arguments == ["check"] else tuple(arguments) or tuple(SUITES)
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"no suite {unknown[0]!r}; there is check, {', '.join(SUITES)}", file=sys.stderr)
        return 2
    budgets = read_budgets(HERE / "budget")
    spare_s = 0.0
    for name in names:
        started = time.monotonic()
        code = run_suite(name, int(budgets[name] + spare_s))
        # What a suite did not need, the next ones may: a slow quarter of an hour of a shared
        # machine fails nobody, and all of it still ends within the sum.
        spare_s = max(0.0, spare_s + budgets[name] - (time.monotonic() - started))
        if code:
            return code
    return 0


def read_budgets(path: Path) -> dict[str, int]:
    """Seconds by suite, from lines such as ``fast 120``. Their sum has a limit of its own."""
    lines = [line.partition("#")[0].split() for line in path.read_text("utf-8").splitlines()]
    budgets = {name: int(seconds) for name, seconds in filter(None, lines)}
    assert sum(budgets.values()) <= BUDGETS_SUM_S, f"{path} adds up to more than {BUDGETS_SUM_S} s"
    return budgets


def run_suite(name: str, budget_s: int) -> int:
    """The suite's exit code; 124 when it took longer than its budget."""
    # Python reads and writes UTF-8 whatever the locale; windows need no display.
    environment = {"SDL_VIDEODRIVER": "offscreen", **os.environ, "PYTHONUTF8": "1"}
    started = time.monotonic()
    print(f"--- {name} (at most {budget_s} s)", flush=True)
    # A group of its own: what the suite has started must not outlive it.
    process = subprocess.Popen(
        SUITES[name], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, process_group=0
    )
    try:
        code = process.wait(budget_s)
    except subprocess.TimeoutExpired:
        print(f"--- {name} took longer than its {budget_s} s", flush=True)
        return 124
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    verdict = "ok" if code == 0 else f"FAILED ({code})"
    print(f"--- {name} {verdict} in {time.monotonic() - started:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
