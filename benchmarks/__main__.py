"""python -m benchmarks [PART …]: the figures of the kiosk, beside a bare window in the same run.

Parts: start, idle, taps, glass, sessions; all of them when none is named.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.figures import cpu_s, percentile, resident_mb

SIZE = ("1280", "800")
STARTS = 5
IDLE_S = 10.0
TAPS = 40
MEMBERS = (1_000, 1_000_000)
FOLDER = Path("build/bench")
"""Databases of so many members are made once, and used again."""


def main() -> int:
    """Print the figures; build/bench.json keeps them."""
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wanted = set(sys.argv[1:]) or {"start", "idle", "taps", "glass", "sessions"}
        figures: dict[str, object] = {}
        if "start" in wanted:
            figures["cold start"] = starts(folder)
        if "idle" in wanted:
            figures["idle"] = idle(folder)
        for members in MEMBERS if "taps" in wanted else ():
            figures[f"tap, {members} members"] = taps(FOLDER / f"members-{members}", members)
        for part in ("glass", "sessions"):
            if part in wanted:
                figures[part] = _of("benchmarks.glass", part, str(folder / part))
    text = json.dumps(figures, indent=2)
    Path("build").mkdir(exist_ok=True)
    Path("build/bench.json").write_text(text)
    print(text)
    return 0


def starts(folder: Path) -> dict[str, float]:
    """Seconds from the start of the process to the first frame, in turn with a bare window."""
    bare, kiosk = [], []
    for _ in range(STARTS):
        bare.append(_first_frame(_bare("1")))
        kiosk.append(_first_frame(_kiosk(folder)))
    return {
        "bare s": round(percentile(bare, 0.5), 3),
        "kiosk s": round(percentile(kiosk, 0.5), 3),
        "ratio (aim 1.5)": round(percentile(kiosk, 0.5) / percentile(bare, 0.5), 2),
    }


def idle(folder: Path) -> dict[str, float]:
    """Share of a core and memory while nobody is there, beside a bare window."""
    bare_cpu, bare_mb = _idle(lambda: _bare("60"))
    kiosk_cpu, kiosk_mb = _idle(lambda: _kiosk(folder))
    return {
        "bare % of a core": round(bare_cpu, 1),
        "kiosk % of a core": round(kiosk_cpu, 1),
        "more % (aim 2)": round(kiosk_cpu - bare_cpu, 1),
        "bare MB": round(bare_mb),
        "kiosk MB": round(kiosk_mb),
        "more MB (aim 80)": round(kiosk_mb - bare_mb),
    }


def taps(folder: Path, members: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each part of a tap, p50 and p95."""
    rows: list[dict[str, float]] = _of("benchmarks.tap", str(folder), str(members), str(TAPS))
    return {
        part: {
            "p50 ms": round(percentile([row[part] for row in rows], 0.5), 1),
            "p95 ms": round(percentile([row[part] for row in rows], 0.95), 1),
        }
        for part in rows[0]
    }


def _of(module: str, *arguments: str) -> Any:
    """What one of our own modules says at its end."""
    command = [sys.executable, "-m", module, *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ours
    return json.loads(output.splitlines()[-1])


def _first_frame(process: "subprocess.Popen[str]") -> float:
    started = time.monotonic()
    at = _await_first_frame(process)
    _end(process)
    return at - started


def _idle(start: Callable[[], "subprocess.Popen[str]"]) -> tuple[float, float]:
    process = start()
    _await_first_frame(process)
    time.sleep(5)
    before = cpu_s(process.pid)
    time.sleep(IDLE_S)
    used = (cpu_s(process.pid) - before) / IDLE_S * 100
    memory = resident_mb(process.pid)
    _end(process)
    return used, memory


def _await_first_frame(process: "subprocess.Popen[str]") -> float:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("first_frame"):
            return float(line.split()[1])
    raise RuntimeError("the window never drew a frame")


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=20)


def _bare(stay_s: str) -> "subprocess.Popen[str]":
    return _start("benchmarks.bare", *SIZE, stay_s)


def _kiosk(folder: Path) -> "subprocess.Popen[str]":
    config = folder / "kiosk.toml"
    if not config.exists():
        storage = folder / "kiosk"
        storage.mkdir()
        from benchmarks.tap import furnish

        furnish(storage, 1000)
        credentials = {
            "terminal": "t1",
            "name": "Angers-1",
            "token": "-",
            "card_secret": bytes(32).hex(),
            "store": "s1",
            "program": "p",
        }
        (storage / "terminal.json").write_text(json.dumps(credentials))
        config.write_text(
            '[backend]\nurl = "http://127.0.0.1:9"\n[reader]\ntarget = "simulated:"\n'
            f'[screen]\nfullscreen = false\n[storage]\nfolder = "{storage}"\n'
        )
    return _start("benchmarks.start", str(config))


def _start(module: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
