"""Draws any screen at any size and in any language, without an application around it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from kiosk import screens
from kiosk.screens import Mode, Screen
from kiosk.ui.app import UiOptions, open_window
from kiosk.ui.theme import Look, Theme, dressed, load
from kiosk.words import Words
from tests.kiosk.ui.samples import LONG_NAME, samples
from wording.script import from_the_right


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A glass that is sold: its pixels, and how large one is."""

    width: int
    height: int
    mm_per_px: float

    @property
    def name(self) -> str:
        """Such as "1280x800"."""
        return f"{self.width}x{self.height}"


PANELS = (
    Panel(width=800, height=480, mm_per_px=0.193),  # Raspberry Pi Touch Display, 7 inches
    Panel(width=1024, height=600, mm_per_px=0.217),  # 10.1 inches
    Panel(width=1280, height=800, mm_per_px=0.170),  # 10.1 inches
    Panel(width=800, height=1280, mm_per_px=0.170),  # the same, upright
    Panel(width=1080, height=1920, mm_per_px=0.248),  # 21.5 inches, upright
)


def in_the_gate(panels: Iterable[Panel], names: Iterable[str]) -> list[Any]:
    """Every sample on every panel, as pytest's parameters; in the gate each kind of screen once.

    On the smallest panel, where room is scarce, the gate has all of them.
    """
    first = one_of_each()
    return [
        pytest.param(
            panel,
            name,
            id=f"{name}-{panel.name}",
            marks=() if number == 0 or name in first else (pytest.mark.slow,),
        )
        for name in names
        for number, panel in enumerate(panels)
    ]


def one_of_each() -> Mapping[str, Screen[Any]]:
    """The first sample of each kind of screen, in French."""
    kinds = {type(screen): name for name, screen in reversed(list(faces("fr").items()))}
    return {name: screen for name, screen in faces("fr").items() if name in kinds.values()}


def faces(language: str) -> Mapping[str, Screen[Any]]:
    """Every sample screen, and what a keyboard shows only after some typing."""
    return {
        **samples(language),
        "email-empty": screens.TypeEmail(),
        "phone-empty": screens.TypePhone(countries=("FR", "BE", "CH", "DE", "GB")),
        "birthday-empty": screens.TypeBirthday(),
        "email-hint": screens.TypeEmail(draft="ines.moreau@gmial.com"),
        "email-long": screens.TypeEmail(draft="ines.moreau-de-la-tour." * 4 + "@example.com"),
        "first-name-long": screens.TypeFirstName(draft=LONG_NAME[:40]),
        "consent-ticked": screens.AskConsent(draft=screens.Consents(program=True)),
    }


FRAMES = 4
"""What is laid out in one frame can move what is laid out in the next; four are plenty."""


class Studio:
    """One window per process; every picture is drawn beside it, in a buffer of its own size."""

    languages: Sequence[str] = ("fr", "en")
    reader_side = "below"

    def __init__(self, home: Path) -> None:
        open_window(UiOptions(home=home, motion=False))
        self._theme: Theme = load()
        self.words: Words = Words("en")
        self.look: Look | None = None
        self.dress(PANELS[2])

    def dress(
        self, panel: Panel, modes: frozenset[Mode] = frozenset(), language: str = "fr"
    ) -> None:
        """Everything drawn from now on is for `panel`, in those modes."""
        from kiosk.ui.text import register_fonts
        from kiosk.ui.widgets import load_kit, wear

        self.look = dressed(
            self._theme,
            (panel.width, panel.height),
            panel.mm_per_px,
            modes,
            motion=False,
            rtl=from_the_right(language),
        )
        wear(self.look)
        register_fonts()
        load_kit()

    def view(self, screen: Screen[Any], words: Words) -> Any:
        """The view of `screen`, laid out; whoever asked for it wipes it."""
        from kiosk.ui.views import view_of
        from kiosk.ui.views.large import LargeView

        assert self.look is not None
        self.words = words
        kind = view_of(type(screen))
        large = self.look.large and not kind.keyboard
        view: Any = LargeView(self, kind) if large else kind(self)
        view.size = (self.look.width, self.look.height)
        view.put(screen)
        self.settle()
        return view

    def settle(self) -> None:
        """Let everything that waits for the next frame happen."""
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(FRAMES):
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()

    def photograph(self, view: Any) -> Image.Image:
        """What is on the glass, as the customer sees it."""
        from kivy.graphics import ClearBuffers, ClearColor, Fbo

        assert self.look is not None
        size = (self.look.width, self.look.height)
        buffer = Fbo(size=size, with_stencilbuffer=True)
        with buffer:
            ClearColor(*self.look.colours.paper)
            ClearBuffers()
        buffer.add(view.canvas)
        buffer.draw()
        picture = Image.frombytes("RGBA", size, buffer.pixels)
        buffer.remove(view.canvas)
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")
        # The stage, which is not here, would have mirrored it.
        return ImageOps.mirror(picture) if self.look.rtl else picture

    def picture(self, screen: Screen[Any], words: Words) -> Image.Image:
        """`screen` in those words, on the panel of now."""
        view = self.view(screen, words)
        try:
            return self.photograph(view)
        finally:
            view.wipe()

    # --- what a view asks (the Glass protocol) ------------------------------------------------

    def answered(self, view: Any, answer: object) -> None:
        """Nobody asked."""

    def typed(self, view: Any, draft: str) -> None:
        """Nobody listens to a picture."""

    def speak(self, language: str) -> None:
        """Nobody listens."""
