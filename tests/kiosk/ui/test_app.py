"""The window as a process: what it does when it starts, when it ends, and which keys do nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.ui

ROOT = Path(__file__).resolve().parents[3]

BEGIN = """
import asyncio, sys
from pathlib import Path
from kiosk.screens import Attract, Join
from kiosk.ui.app import NoWindow, UiOptions, run

options = UiOptions(home=Path(sys.argv[1]))
"""


def kiosk(
    tmp_path: Path, story: str, *, video: str = "offscreen", within_s: float = 30
) -> subprocess.CompletedProcess[str]:
    """What a process that runs `story` on a window says and how it ends."""
    return subprocess.run(  # noqa: S603 — our own interpreter, our own text
        [sys.executable, "-c", BEGIN + story, str(tmp_path / "home")],
        cwd=ROOT,
        env=os.environ | {"SDL_VIDEODRIVER": video, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )


def test_the_application_ends_well_when_the_story_ends(tmp_path: Path) -> None:
    done = kiosk(
        tmp_path,
        """
async def story(display):
    display.tell(Attract(welcome_points=50))
    print(type(display.showing).__name__)

sys.exit(run(options, story))
""",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Attract\n"
    assert not done.stderr


def test_an_exception_of_the_story_comes_out(tmp_path: Path) -> None:
    done = kiosk(
        tmp_path,
        """
async def story(display):
    raise LookupError("the story broke")

run(options, story)
""",
    )
    assert done.returncode == 1
    assert "LookupError: the story broke" in done.stderr


def test_without_a_window_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = kiosk(
        tmp_path,
        """
async def story(display):
    print("never told")

try:
    run(options, story)
except NoWindow as error:
    print(error)
    sys.exit(3)
""",
        video="no-such-driver",
    )
    assert done.returncode == 3, done.stderr
    assert "apt install libgl1 libegl1 libgles2 libgl1-mesa-dri libmtdev1" in done.stdout
    assert "SDL_VIDEODRIVER=offscreen" in done.stdout


def test_importing_the_package_imports_no_kivy() -> None:
    code = (
        "import sys, kiosk.ui, kiosk.ui.app, kiosk.ui.theme, kiosk.ui.text; "
        "sys.exit('kivy' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 — our own interpreter, our own text
        [sys.executable, "-c", code], cwd=ROOT, check=False
    )
    assert done.returncode == 0


def test_no_key_leaves_the_kiosk_or_opens_a_panel(tmp_path: Path) -> None:
    done = kiosk(
        tmp_path,
        """
KEYS = {"escape": (27, ""), "F1": (282, ""), "F11": (292, ""), "F12": (293, ""),
        "q": (113, "q"), "w": (119, "w"), "e": (101, "e"), "c": (99, "c"), "F4": (285, ""),
        "delete": (127, ""), "tab": (9, ""), "menu": (319, "")}

async def story(display):
    from kivy.app import App
    from kivy.core.window import Window

    question = asyncio.ensure_future(display.ask(Join(welcome_points=50)))
    await asyncio.sleep(0.2)
    before = [type(widget).__name__ for widget in Window.walk()] if hasattr(Window, "walk") else (
        list(Window.children))
    for name, (key, letter) in KEYS.items():
        for modifiers in ([], ["ctrl"], ["alt"], ["meta"], ["ctrl", "alt"]):
            Window.dispatch("on_key_down", key, 0, letter, modifiers)
            Window.dispatch("on_keyboard", key, 0, letter, modifiers)
            Window.dispatch("on_key_up", key, 0)
    assert Window.dispatch("on_request_close"), "alt-F4 and the window's cross are refused"
    App.get_running_app().open_settings()
    await asyncio.sleep(0.3)
    assert list(Window.children) == before, Window.children
    assert question.result() is None, "Escape is the way out of the question, and no more"
    print("still here")

sys.exit(run(options, story))
""",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "still here\n"


def test_sigterm_ends_it_well(tmp_path: Path) -> None:
    story = """
async def story(display):
    print("showing", flush=True)
    await display.ask(Attract(welcome_points=50))

sys.exit(run(options, story))
"""
    with subprocess.Popen(  # noqa: S603 — our own interpreter, our own text
        [sys.executable, "-c", BEGIN + story, str(tmp_path / "home")],
        cwd=ROOT,
        env=os.environ | {"SDL_VIDEODRIVER": "offscreen", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "showing\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_kivy_keeps_no_files_of_its_own(tmp_path: Path) -> None:
    done = kiosk(
        tmp_path,
        """
async def story(display):
    display.tell(Attract(welcome_points=50))
    await asyncio.sleep(0.1)

sys.exit(run(options, story))
""",
    )
    assert done.returncode == 0, done.stderr
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


def test_one_finger_is_one_touch(tmp_path: Path) -> None:
    """With Kivy's usual providers beside each other, one finger presses twice."""
    done = kiosk(
        tmp_path,
        """
async def story(display):
    from kivy.base import EventLoop

    display.tell(Attract(welcome_points=50))
    await asyncio.sleep(0.1)
    print([type(provider).__name__ for provider in EventLoop.input_providers])

sys.exit(run(options, story))
""",
    )
    assert done.returncode == 0, done.stderr
    # The SDL one hands on fingers on telephones only; on Linux they arrive as the mouse.
    assert done.stdout == "['SDL2MotionEventProvider', 'MouseMotionEventProvider']\n"


def test_an_upright_panel_is_turned_clockwise(tmp_path: Path) -> None:
    done = kiosk(
        tmp_path,
        """
options = UiOptions(home=Path(sys.argv[1]), width=800, height=1280, rotation=90)

async def story(display):
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glFinish, glReadPixels

    display.tell(Attract(welcome_points=50))
    await asyncio.sleep(0.3)
    Window.dispatch("on_draw")
    glFinish()
    width, height = Window.system_size
    pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    # The brand's name, top left of the picture, is top right of a panel turned clockwise.
    name = bytes((0xC4, 0x39, 0x1F))
    corner = b"".join(
        pixels[(row * width + width * 9 // 10) * 3 : (row + 1) * width * 3]
        for row in range(height // 2, height)
    )
    print(width, height, name in corner)

sys.exit(run(options, story))
""",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1280 800 True\n"
