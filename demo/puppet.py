"""The kiosk with a remote hand: the real application, touched and photographed over a socket.

    python -m demo.puppet --config kiosk.toml --socket hand.sock

Nothing of this is on an appliance: the hand accompanies the display from outside, it sends real
touches to the real window, and reads what is on the glass.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.bootstrap import run
from kiosk.config import ConfigError, load_config
from kiosk.display import Display
from kiosk.ui.app import NoWindow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

POLL_S = 0.01
PRESS_S = 0.06
"""How long a finger rests: a key that shows its pressed state is seen pressed."""
SETTLE_S = 0.35
"""A picture is taken after the change of screen has come to rest."""


def main() -> int:
    """Run until SIGTERM; the exit code is the kiosk's."""
    parser = argparse.ArgumentParser(prog="python -m demo.puppet")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        return run(
            load_config(asked.config, dict(os.environ)),
            attach=lambda display: hand(display, asked.socket),
        )
    except (ConfigError, NoWindow) as error:
        print(f"puppet: {error}", file=sys.stderr)
        return 1


async def hand(display: Display, socket: Path) -> None:
    """Serve commands, one JSON object a line, until cancelled."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            while line := await reader.readline():
                answer = await _obey(display, json.loads(line))
                writer.write(json.dumps(answer, default=str).encode() + b"\n")
                await writer.drain()

    socket.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(converse, socket)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        socket.unlink(missing_ok=True)


async def _obey(display: Display, command: dict[str, Any]) -> dict[str, Any]:
    deeds: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "look": lambda: _at_once(_look(display)),
        "await": lambda: _await(display, command["screen"], command["within_s"]),
        "touch": lambda: _touch(command["target"], command["within_s"]),
        "type": lambda: _type(command["kind"], command["text"], command["language"]),
        "picture": lambda: _picture(Path(command["path"])),
    }
    try:
        return await deeds[command["do"]]()
    except TimeoutError:
        return {"error": f"{command} not within the time; on the glass: {_look(display)}"}


async def _at_once(answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def _look(display: Display) -> dict[str, Any]:
    showing = display.showing
    return {
        "screen": type(showing).__name__,
        "data": asdict(showing) if is_dataclass(showing) else {},
        "targets": sorted(_targets()),
        "at": time.monotonic(),
    }


def _targets() -> dict[str, tuple[float, float, float, float]]:
    from kivy.app import App

    from kiosk.ui.finder import targets

    return dict(targets(App.get_running_app().root))


async def _await(display: Display, screen: str, within_s: float) -> dict[str, Any]:
    async with asyncio.timeout(within_s):
        while type(display.showing).__name__ != screen:
            await asyncio.sleep(POLL_S)
    return _look(display)


async def _touch(target: str, within_s: float) -> dict[str, Any]:
    """Put a finger on the middle of the target, as soon as it is there, and lift it."""
    async with asyncio.timeout(within_s):
        while target not in (found := _targets()):
            await asyncio.sleep(POLL_S)
    x, y, width, height = found[target]
    finger = _finger(x + width / 2, y + height / 2)
    from kivy.base import EventLoop

    EventLoop.post_dispatch_input("begin", finger)
    await asyncio.sleep(PRESS_S)
    EventLoop.post_dispatch_input("end", finger)
    await asyncio.sleep(0)
    return {"touched": target}


async def _type(kind: str, text: str, language: str) -> dict[str, Any]:
    """Touch the keys that write `text`, one after the other, on the keyboard that is shown."""
    from kiosk.ui.widgets.layouts import email_layout, name_layout, touches

    layout = name_layout(language) if kind == "name" else email_layout(language)
    for key in touches(layout, text):
        await _touch(key, within_s=3)
    return {"typed": len(text)}


def _finger(x: float, y: float) -> Any:  # noqa: ANN401 - Kivy's own type, and Kivy has no types
    from kivy.core.window import Window
    from kivy.input.motionevent import MotionEvent

    class Finger(MotionEvent):
        """One touch of one finger, as a touch panel reports it."""

        def depack(self, args: dict[str, float]) -> None:
            """Where it is, as a share of the window."""
            self.sx, self.sy = args["x"], args["y"]
            self.profile = ["pos"]
            super().depack(args)

    place = {"x": x / Window.width, "y": y / Window.height}
    return Finger("finger", time.monotonic_ns(), place, is_touch=True, type_id="touch")


async def _picture(path: Path) -> dict[str, Any]:
    """What is on the glass, as a PNG file."""
    await asyncio.sleep(SETTLE_S)
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glFinish, glReadPixels
    from PIL import Image

    Window.dispatch("on_draw")
    glFinish()
    width, height = (int(side) for side in Window.system_size)
    pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    picture = Image.frombytes("RGB", (width, height), pixels)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path, optimize=True)
    return {"picture": str(path)}


if __name__ == "__main__":
    sys.exit(main())
