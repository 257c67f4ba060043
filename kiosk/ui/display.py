"""The glass itself: questions become views, touches become answers."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.uix.widget import Widget

from kiosk.screens import (
    Attract,
    Mode,
    OutOfService,
    Screen,
    StillThere,
)
from kiosk.speech import Mute, Voice
from kiosk.ui.four_buttons import KEYS, LOUDER, SOFTER, Button, FourButtons
from kiosk.ui.narrator import Narrator
from kiosk.ui.pace import Pace
from kiosk.ui.reading import Choice
from kiosk.ui.scene import Scene
from kiosk.ui.shade import Shade
from kiosk.ui.stage import Stage
from kiosk.ui.text import LANGUAGES
from kiosk.ui.theme import Look
from kiosk.ui.views.base import View
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.text import forget_measures
from kiosk.words import Measure, Words
from wording.script import from_the_right

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

FrameDone = Callable[[Screen[Any], float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wardrobe:
    """The looks that this glass has."""

    offered: tuple[Mode, ...]
    """The modes that make a difference here."""
    at_first: frozenset[Mode]
    """Those that every visit begins with."""
    wear: Callable[[frozenset[Mode], str], Look]
    """Every widget made from now on looks like that, for a reader of that language."""


@dataclass(slots=True)
class _Question:
    screen: Screen[Any]
    view: View
    answer: asyncio.Future[Any]


class KivyDisplay:
    """The `Display` port on a Kivy window. Everything happens on the event loop's thread.

    When a second question is asked while one is open, the newer has the glass and the older waits
    unanswered beneath it until its caller cancels it: only `StillThere` is meant to do that.
    """

    def __init__(
        self,
        *,
        languages: Sequence[str],
        pace: Pace,
        wardrobe: Wardrobe,
        reader_side: str = "below",
        voice: Voice | None = None,
    ) -> None:
        self.voice: Voice = voice or Mute()
        self.narrator = Narrator(self.voice, self)
        self._wardrobe = wardrobe
        self._modes = wardrobe.at_first
        self.stage = Stage()
        self.languages: Sequence[str] = tuple(languages)
        self._reader_side = reader_side
        self.words = Words(self.languages[0])
        self.frame_done: FrameDone | None = None
        """For the benchmark: called with the screen and `time.monotonic()` when the first frame of
        a new screen or of new content is really drawn, which waits for the graphics processor."""
        self._pace = pace
        self.scene = Scene(self, self.stage, lambda: self._modes)
        self._questions: list[_Question] = []
        self._touched_at = time.monotonic()
        self._undrawn: Screen[Any] | None = None
        self.buttons = FourButtons(self.stage.canvas.after, lambda: self.uppermost, self._framed)
        self._shade = Shade(self.stage)
        Window.bind(on_touch_down=self._touched, on_touch_up=self._touched)
        Window.bind(on_key_down=self._key, on_flip=self._drawn)

    @property
    def reader_side(self) -> str:
        """Where the reader is, as things are placed: on a mirrored glass left is right."""
        if not worn().rtl:
            return self._reader_side
        return {"left": "right", "right": "left"}.get(self._reader_side, self._reader_side)

    # --- the port ---------------------------------------------------------------------------

    async def ask(self, screen: Screen[Answer]) -> Answer:
        """Show `screen` and wait for its answer; see `kiosk.display.Display`."""
        question = _Question(screen, self._put(screen), asyncio.get_running_loop().create_future())
        self._questions.append(question)
        try:
            answer: Answer = await question.answer
        finally:
            self._questions.remove(question)
            if isinstance(screen, StillThere) and self._open_beneath():
                self.scene.uncover()
                self._pace.wake()
        return answer

    def tell(self, screen: Screen[Any]) -> None:
        """Show `screen` without waiting."""
        self._put(screen)

    @property
    def showing(self) -> Screen[object] | None:
        """The screen on the glass; None before the first and after `forget`."""
        return self.scene.showing

    @property
    def touched_at(self) -> float:
        """`time.monotonic()` of the last touch or key, whatever it hit."""
        return self._touched_at

    @property
    def language(self) -> str:
        """The customer's language, ISO 639-1."""
        return self.words.language

    @language.setter
    def language(self, code: str) -> None:
        if code == self.words.language:
            return
        self.words = Words(code, measure=self.words.measure)
        if from_the_right(code) != worn().rtl:
            self._wear(self._modes)
        else:
            self.scene.reword()
        self.narrator.saying()
        self._pace.wake()

    @property
    def measure(self) -> Measure:
        """See `kiosk.display.Display`."""
        return self.words.measure

    @measure.setter
    def measure(self, measure: Measure) -> None:
        if measure != self.words.measure:
            self.words = Words(self.words.language, measure=measure)

    @property
    def offered(self) -> tuple[Mode, ...]:
        """See `kiosk.display.Display`."""
        return self._wardrobe.offered

    @property
    def modes(self) -> frozenset[Mode]:
        """See `kiosk.display.Display`."""
        return self._modes

    @modes.setter
    def modes(self, on: frozenset[Mode]) -> None:
        if on == self._modes:
            return
        self._modes = on
        self._wear(on)
        if Mode.VOICE in on:
            self.narrator.saying()
        else:
            self.voice.stop()

    def _wear(self, modes: frozenset[Mode]) -> None:
        self._wardrobe.wear(modes, self.words.language)
        self.stage.face()
        renewed = self.scene.dress_again()
        for question in self._questions:  # what was asked is still asked
            question.view = renewed.get(question.view, question.view)
        self._pace.wake()

    @property
    def headphones(self) -> bool:
        """Whether what is said is heard by the person alone."""
        return self.narrator.headphones

    @headphones.setter
    def headphones(self, there: bool) -> None:
        if there == self.narrator.headphones:
            return
        self.narrator.headphones = there
        self.modes = self.modes | {Mode.VOICE} if there else self.modes - {Mode.VOICE}

    def dim(self, percent: int) -> None:
        """See `kiosk.display.Display`."""
        self._shade.dim(percent)
        self._pace.wake()

    def forget(self) -> None:
        """Wipe what was typed and shown; back to the shop's language and look."""
        self.scene.clear()
        self._undrawn = None
        self.language = self.languages[0]
        self.modes = self._wardrobe.at_first | ({Mode.VOICE} if self.narrator.headphones else set())
        self.voice.reset()
        self.buttons.rest()
        forget_measures(self._fixed())
        self._pace.wake()

    def _fixed(self) -> frozenset[str]:
        """Words that are the shop's, and nobody's: their pictures are kept."""
        return self.words.fixed | {*LANGUAGES.values(), worn().theme.name}

    # --- what a view asks (the Glass protocol) ------------------------------------------------

    def answered(self, view: View, answer: object) -> None:
        """Hand the first answer of the uppermost view to its question."""
        if view is not self.uppermost:
            return
        for question in reversed(self._questions):
            if question.view is view and question.screen is view.screen:
                if not question.answer.done():
                    question.answer.set_result(answer)
                return

    def speak(self, language: str) -> None:
        """The customer chose a language."""
        self.language = language

    # --- views ------------------------------------------------------------------------------

    def keep_ready(self, screens: Sequence[type[Screen[Any]]]) -> None:
        """Build the views of `screens` beforehand, now and whenever the invitation is shown."""
        self.scene.spares.keep(screens)

    def _put(self, screen: Screen[Any]) -> View:
        if not isinstance(screen, Attract | OutOfService):
            self._shade.dim(100)
        self._undrawn = screen
        self._pace.wake()
        if self.buttons.active:
            Clock.schedule_once(self.buttons.follow, 0)
        if not (isinstance(screen, StillThere) and isinstance(self.showing, StillThere)):
            self.narrator.saying()  # the countdown is said once, not every second
        return self.scene.put(screen)

    def _open_beneath(self) -> bool:
        """Whether the covered view still waits for its answer."""
        return any(
            question.view is self.scene.view and not question.answer.done()
            for question in self._questions
        )

    # --- the window -------------------------------------------------------------------------

    def _touched(self, *_: object) -> None:
        self._touched_at = time.monotonic()
        self._shade.dim(100)
        self._pace.lively()
        self.buttons.rest()
        self.voice.stop()

    def _key(self, _: object, key: int, *__: object) -> bool:
        """A key: one of the four buttons, or a letter, which the view takes for itself."""
        self._touched_at = time.monotonic()
        self._pace.lively()
        self.voice.stop()
        if key in {LOUDER, SOFTER}:
            self.voice.louder(1 if key == LOUDER else -1)
            self.narrator.saying()
            return True
        button = KEYS.get(key)
        if button is Button.OK and not self.buttons.name:
            self._repeat()
            return True
        return button is not None and self.buttons.press(button)

    # --- the voice --------------------------------------------------------------------------

    @property
    def uppermost(self) -> View | None:
        """The view that has the glass; None before the first."""
        return self.scene.uppermost

    def typed(self, view: View, draft: str) -> None:
        """Echo what was typed on the uppermost view, to who cannot see it."""
        top = self.uppermost
        if top is not None and view in (top, top.behind):
            self.narrator.typed(draft)

    def _framed(self, choice: Choice) -> None:
        """The frame of the four buttons has moved."""
        self._pace.wake()
        self.narrator.framed(choice)

    def _repeat(self) -> None:
        """Ok with nothing framed: say it again; on the invitation, switch the voice on."""
        if Mode.VOICE in self.offered and isinstance(self.showing, Attract):
            self.modes = self.modes | {Mode.VOICE}
        self.narrator.saying()

    def _drawn(self, *_: object) -> None:
        """Kivy has issued the commands of a frame and is about to show it."""
        if self.frame_done is None or self._undrawn is None:
            return
        glFinish()
        screen, self._undrawn = self._undrawn, None
        self.frame_done(screen, time.monotonic())

    def close(self) -> None:
        """Let go of the window and of everything shown."""
        Window.unbind(on_touch_down=self._touched, on_touch_up=self._touched)
        Window.unbind(on_key_down=self._key, on_flip=self._drawn)
        self.forget()
        self.scene.spares.drop()

    def attach(self, parent: Widget) -> None:
        """Put the stage into the window's root."""
        parent.add_widget(self.stage)
