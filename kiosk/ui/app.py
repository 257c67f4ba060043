"""Opens the window and runs a story on it. Kivy is configured here, before its first import."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.display import Display
from kiosk.screens import Mode
from kiosk.speech import Mute, Voice
from kiosk.ui.theme import THEME, Look, Theme, dressed, load, offered
from wording.script import from_the_right

if TYPE_CHECKING:
    from kiosk.ui.display import KivyDisplay, Wardrobe

log = logging.getLogger(__name__)

Story = Callable[[Display], Coroutine[Any, Any, None]]

REMEDY = (
    "no window: apt install libgl1 libegl1 libgles2 libgl1-mesa-dri libmtdev1, "
    "and give a display or SDL_VIDEODRIVER=offscreen"
)


class NoWindow(Exception):
    """Kivy could make no window; the message is the remedy, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UiOptions:
    """How the glass is driven. `width` and `height` are as the customer sees them, in pixels."""

    width: int = 1280
    height: int = 800
    fullscreen: bool = False
    rotation: int = 0
    """How far the picture is turned clockwise on the panel: 0, 90, 180 or 270 degrees."""
    mm_per_px: float = 0.17
    """Size of a pixel; the default is a 10.1-inch panel of 1280 × 800."""
    languages: tuple[str, ...] = ("fr", "en")
    """The shop's languages; every visit begins in the first."""
    reader_side: str = "below"
    """Where the reader is, seen from the glass: "below", "left", "right" or "above"."""
    motion: bool = True
    modes: frozenset[Mode] = frozenset()
    """The ways to make it easier to use that this shop begins with."""
    voice: Voice = field(default_factory=Mute)
    """Who speaks; `Mute` for a kiosk without sound."""
    cursor: bool = False
    multisamples: int = 0
    """0: the kit's shapes are smooth by themselves, and a small GPU is spared."""
    home: Path = field(default_factory=lambda: Path("build/kivy"))
    """A folder for Kivy's own use; nothing is kept there."""
    theme: Path = THEME
    pictures: Path | None = None
    """The folder of the merchant's own pictures, by their hashes."""
    first_frame: Callable[[float], None] | None = None
    """Called with `time.monotonic()` when the first frame is on the glass."""


def run(options: UiOptions, story: Story) -> int:
    """Show `story` until it ends; 0 when it ended by itself or by SIGTERM.

    An exception of the story comes out of here. NoWindow when there is nothing to draw on, and
    ThemeError when the brand cannot be read.
    """
    theme = load(options.theme)
    open_window(options)
    wear_look(options, theme)
    asyncio.run(_live(options, theme, story))
    return 0


def open_window(options: UiOptions) -> None:
    """Configure Kivy, then import it and let it make its window; NoWindow when it cannot."""
    configure(options)
    from kivy.core.window import Window

    if Window is None:
        raise NoWindow(REMEDY)
    # A closed window would leave the shop with a black glass; SIGTERM is the way to stop.
    Window.bind(on_request_close=lambda *_, **__: True)
    # Kivy turns against the clock; mounting guides, kernels and people turn with it.
    Window.rotation = (360 - options.rotation) % 360
    Window.show_cursor = options.cursor


def configure(options: UiOptions) -> None:
    """Set Kivy up before its first import, without files, arguments, logs of its own, or exits."""
    options.home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        KIVY_HOME=str(options.home.resolve()),
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",  # else it writes config.ini and reads what somebody left there
        KIVY_NO_ENV_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_LOG_MODE="PYTHON",  # its warnings go where ours go
        # One provider each: after SDL, Kivy would try X11, whose failure ends the process.
        KIVY_WINDOW="sdl2",
        KIVY_TEXT="sdl2",
        KIVY_IMAGE="sdl2",
        # SDL would turn SIGTERM into a request to close, which is refused above.
        SDL_NO_SIGNAL_HANDLERS="1",
    )
    from kivy.config import Config

    logging.getLogger("kivy").setLevel(logging.WARNING)

    turned = options.rotation in {90, 270}
    width, height = (options.height, options.width) if turned else (options.width, options.height)
    for section, name, value in (
        ("kivy", "exit_on_escape", "0"),
        ("kivy", "log_level", "warning"),
        ("kivy", "keyboard_mode", ""),
        ("kivy", "pause_on_minimize", "0"),
        ("graphics", "width", str(width)),
        ("graphics", "height", str(height)),
        ("graphics", "fullscreen", "auto" if options.fullscreen else "0"),
        ("graphics", "borderless", "1" if options.fullscreen else "0"),
        ("graphics", "resizable", "0"),
        ("graphics", "multisamples", str(options.multisamples)),
        ("graphics", "maxfps", "60"),
        ("graphics", "show_cursor", "1" if options.cursor else "0"),
        ("graphics", "allow_screensaver", "0"),
    ):
        Config.set(section, name, value)
    # SDL turns touches into mouse events, so "mouse" is all of them; with mtdev beside it, as Kivy
    # has it on Linux, one finger would press twice.
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
    for name, _ in Config.items("modules"):
        Config.remove_option("modules", name)


def wear_look(
    options: UiOptions,
    theme: Theme,
    size: tuple[int, int] | None = None,
    modes: frozenset[Mode] | None = None,
    language: str | None = None,
) -> Look:
    """The theme on this glass, worn by every widget from now on; fonts and kit are loaded.

    `size` is the window's own, in pixels, when it is not given; `modes` and `language` the shop's.
    """
    from kivy.core.window import Window

    from kiosk.ui.text import register_fonts
    from kiosk.ui.widgets import load_kit, wear

    look = dressed(
        theme,
        size or (int(Window.width), int(Window.height)),
        options.mm_per_px,
        options.modes if modes is None else modes,
        motion=options.motion,
        rtl=from_the_right(language or options.languages[0]),
    )
    Window.clearcolor = look.colours.paper
    wear(look)
    register_fonts()
    load_kit()
    return look


def wardrobe(options: UiOptions, theme: Theme, size: tuple[int, int] | None = None) -> "Wardrobe":
    """What the display may wear on this glass."""
    from kivy.core.window import Window

    from kiosk.ui.display import Wardrobe

    height = size[1] if size else int(Window.height)
    return Wardrobe(
        offered=offered(height, options.mm_per_px, voice=not isinstance(options.voice, Mute)),
        at_first=options.modes,
        wear=lambda modes, language: wear_look(options, theme, size, modes, language),
    )


async def _live(options: UiOptions, theme: Theme, story: Story) -> None:
    """The window, until the story ends or the process is asked to."""
    display = _display(options, theme)
    _tell_first_frame(options, display)
    app = _glass(display.stage)
    telling = asyncio.create_task(story(display))
    telling.add_done_callback(lambda _: app.stop())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, telling.cancel)
    try:
        await app.async_run("asyncio")
    finally:
        telling.cancel()
        display.close()
    with suppress(asyncio.CancelledError):
        await telling


def _display(options: UiOptions, theme: Theme) -> "KivyDisplay":
    """The display that these options describe."""
    from kivy.clock import Clock

    from kiosk.ui.display import KivyDisplay
    from kiosk.ui.pace import Pace
    from kiosk.ui.widgets.art import look_also_in

    if options.pictures is not None:
        look_also_in(options.pictures)
    return KivyDisplay(
        languages=options.languages,
        pace=Pace(Clock),
        reader_side=options.reader_side,
        wardrobe=wardrobe(options, theme),
        voice=options.voice,
    )


def _tell_first_frame(options: UiOptions, display: "KivyDisplay") -> None:
    """Once the first frame is on the glass, say so, and build what a visitor would wait for."""
    from kivy.core.window import Window

    def first_flip(*_: object) -> None:
        Window.unbind(on_flip=first_flip)
        if options.first_frame is not None:
            options.first_frame(time.monotonic())
        display.keep_ready(_soonest())

    Window.bind(on_flip=first_flip)


def _glass(stage: Any) -> Any:
    """The Kivy application: a window with the stage in it, and none of Kivy's own panels."""
    from kivy.app import App

    class Glass(App):
        use_kivy_settings = False

        def build(self) -> Any:
            return stage

        def open_settings(self, *_: object) -> bool:
            """Nothing: F1 is not for customers. True keeps Kivy from trying the opposite."""
            return True

        def close_settings(self, *_: object) -> bool:
            """Nothing was opened."""
            return False

        def _install_settings_keys(self, window: Any) -> None:
            """No key opens anything."""

    return Glass()


def _soonest() -> list[type[Any]]:
    """What is shown right after a tap, first: a balance must not wait for its layout."""
    from kiosk import screens

    return [screens.Home, screens.Join, screens.ConfirmGift, screens.Printing, screens.TakeVoucher]
