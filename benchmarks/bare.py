"""A bare Kivy window of the kiosk's size with one label: what Kivy alone costs on this machine."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any


def run(width: int, height: int, first_frame: Callable[[float], None], stay_s: float) -> None:
    """Open it, tell when its first frame is drawn, and stay for so many seconds."""
    from pathlib import Path

    from kiosk.ui.app import UiOptions, configure

    configure(UiOptions(width=width, height=height, home=Path("build/bench/bare")))
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish
    from kivy.uix.label import Label

    class Bare(App):
        """One label."""

        def build(self) -> Any:
            """The root widget."""
            return Label(text="Posez votre carte")

    def flipped(*_: object) -> None:
        glFinish()
        Window.unbind(on_flip=flipped)
        first_frame(time.monotonic())

    async def live() -> None:
        app = Bare()
        running = asyncio.ensure_future(app.async_run("asyncio"))
        await asyncio.sleep(stay_s)
        app.stop()
        await running

    Window.bind(on_flip=flipped)
    asyncio.run(live())


if __name__ == "__main__":
    run(
        int(sys.argv[1]),
        int(sys.argv[2]),
        lambda at: print(f"first_frame {at}", flush=True),
        float(sys.argv[3]),
    )
