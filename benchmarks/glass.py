"""What the glass costs: a change of screen, a finger, and a thousand visits.

    python -m benchmarks.glass glass FOLDER
    python -m benchmarks.glass sessions FOLDER

A change of screen is compared with a bare slide: a picture of the same size that moves across the
same window. Both are drawn until the graphics processor has finished (glFinish), in turn, in one
process, so that whatever else the machine does hits both alike.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import percentile, resident_mb

SIZE = (1280, 800)
CHANGES = 30
FRAMES = 11
"""Of a change of screen: 0.18 s, sixty times a second. The bare slide moves in as many."""
PAUSE_S = 0.25
FINGERS = 40
SESSIONS = 1_000
SETTLED = 100
"""Visits before memory is first measured: caches fill, and stay full."""


def main() -> int:
    """Print the figures of the part that is named, as JSON."""
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    part, folder = sys.argv[1], Path(sys.argv[2])
    bench = _bench(folder)
    print(json.dumps(_glass(bench) if part == "glass" else _sessions(bench)))
    return 0


def _bench(folder: Path) -> Any:
    from tests.kiosk.ui.bench import Bench

    bench = Bench(folder)
    bench.glass((*SIZE, 0.17), motion=True)
    return bench


# --- change of screen, finger -----------------------------------------------------------------


def _glass(bench: Any) -> dict[str, float]:
    from kiosk.ui.widgets.text import forget_measures
    from tests.kiosk.ui.samples import samples

    shown = samples("fr")
    pairs = [(shown["home"], shown["confirm"]), (shown["confirm"], shown["take-voucher"])]
    change, first, slide, pressed = [], [], [], []
    for number in range(CHANGES):
        before, after = pairs[number % len(pairs)]
        bench.display.tell(before)
        bench.settle()
        time.sleep(PAUSE_S)  # the blend to it is over
        bench.settle()
        bench.display.scene.spares.prepare(type(after))
        forget_measures(bench.display.words.fixed)  # what it says is somebody else's each time
        began, to_first = _until_drawn(bench, partial(bench.display.tell, after))
        for _ in range(FRAMES - 1):
            _frame(bench)
        first.append(to_first)
        change.append(time.process_time() - began)
        time.sleep(PAUSE_S)
        bench.settle()
        slide.append(_slide(bench))
    bench.display.tell(shown["claim"])
    bench.settle()
    fingers: list[Any] = []
    for _ in range(FINGERS):
        pressed.append(_until_drawn(bench, lambda: fingers.append(bench.press("later")))[1])
        _off(bench, fingers.pop())
    return {
        "to the first frame of a change p50 ms": _ms(first, 0.5),
        "change p50 ms": _ms(change, 0.5),
        "change p95 ms": _ms(change, 0.95),
        "bare slide p50 ms": _ms(slide, 0.5),
        "ratio (aim 1.3)": round(percentile(change, 0.5) / percentile(slide, 0.5), 2),
        "touch to pressed p50 ms": _ms(pressed, 0.5),
        "touch to pressed p95 ms (aim 50)": _ms(pressed, 0.95),
    }


def _off(bench: Any, finger: Any) -> None:
    """Slide off before lifting: nothing is answered."""
    finger.move({"x": 0.5, "y": 0.999})
    bench.lift(finger)
    bench.settle(1)


def _ms(values: list[float], part: float) -> float:
    return round(percentile(values, part) * 1000, 1)


def _until_drawn(bench: Any, do: Callable[[], object]) -> tuple[float, float]:
    """When it began, and seconds of the processor from what is done to the frame that shows it."""
    from kivy.graphics.opengl import glFinish

    glFinish()
    began = time.process_time()
    do()
    _frame(bench)
    return began, time.process_time() - began


def _frame(bench: Any) -> None:
    from kivy.graphics.opengl import glFinish

    bench.settle(1)
    glFinish()


def _slide(bench: Any) -> float:
    """A picture as large as the glass that moves across it, in seconds of the processor."""
    from kivy.graphics import Rectangle

    picture = _picture(bench)
    stage = bench.display.stage
    shown = list(stage.children)
    stage.clear_widgets()
    with stage.canvas:
        moving = Rectangle(texture=picture, size=SIZE)
    _frame(bench)
    began = time.process_time()
    for number in range(FRAMES):
        moving.pos = (SIZE[0] * (1 - (number + 1) / FRAMES), 0)
        _frame(bench)
    took = time.process_time() - began
    stage.canvas.remove(moving)
    for view in reversed(shown):
        stage.add_widget(view)
    return took


def _picture(bench: Any) -> Any:
    from kivy.graphics import Fbo

    buffer = Fbo(size=SIZE)
    buffer.add(bench.display.stage.canvas)
    buffer.draw()
    buffer.remove(bench.display.stage.canvas)
    return buffer.texture


# --- a thousand visits ------------------------------------------------------------------------


def _sessions(bench: Any) -> dict[str, float]:
    from kiosk import screens
    from tests.kiosk.ui.samples import samples

    shown = samples("fr")
    names = ("home", "confirm", "take-voucher", "history")
    first = 0.0

    async def visit(number: int) -> None:
        display = bench.display
        for name in names:
            screen = shown[name]
            if isinstance(screen, screens.Home):
                from dataclasses import replace

                screen = replace(screen, first_name=f"Inès {number}", balance=number)
            question = asyncio.ensure_future(display.ask(screen))
            await asyncio.sleep(0)
            bench.settle(2)
            question.cancel()
            await asyncio.gather(question, return_exceptions=True)
        display.forget()
        display.tell(screens.Attract(welcome_points=50))
        bench.settle(1)
        display.scene.spares.refill()  # as the invitation does while nobody is there

    async def story() -> None:
        nonlocal first
        for number in range(SESSIONS + SETTLED):
            await visit(number)
            if number == SETTLED:
                first = resident_mb(os.getpid())

    asyncio.run(story())
    last = resident_mb(os.getpid())
    return {
        f"MB after {SETTLED} visits": round(first, 1),
        f"MB after {SESSIONS} more": round(last, 1),
        "growth % (aim 2)": round((last / first - 1) * 100, 2),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
