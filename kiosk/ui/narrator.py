"""What is heard of the glass: its screens, what is framed and typed, and short sounds."""

from typing import Any, Protocol

from kivy.clock import Clock

from kiosk.screens import (
    CardProblem,
    GiftRefused,
    Home,
    Join,
    Mode,
    PrinterTrouble,
    Screen,
    Sorry,
    TakeVoucher,
    Welcomed,
)
from kiosk.speech import Mute, Voice
from kiosk.ui import spoken
from kiosk.ui.reading import Choice
from kiosk.ui.views.base import View
from kiosk.words import Words

SAY_AFTER_FRAMES = 3
"""The view has laid itself out by then: what is laid out in one frame can change the next."""

EARCON_OF: dict[type[Screen[Any]], str] = {
    Home: "tap",
    Join: "tap",
    Welcomed: "success",
    TakeVoucher: "success",
    CardProblem: "refusal",
    GiftRefused: "refusal",
    PrinterTrouble: "refusal",
    Sorry: "refusal",
}
"""Short sounds, each beside words that say the same."""


class Seen(Protocol):
    """What the narrator looks at: the display."""

    @property
    def words(self) -> Words:
        """The customer's words."""
        ...

    @property
    def modes(self) -> frozenset[Mode]:
        """Those that are on; with `VOICE` somebody listens."""
        ...

    @property
    def uppermost(self) -> View | None:
        """The view that has the glass."""
        ...


class Narrator:
    """Says it, when somebody listens; a short sound for everybody."""

    def __init__(self, voice: Voice, seen: Seen) -> None:
        self.voice = voice
        self.headphones = False
        """What is said is heard by the person alone."""
        self._seen = seen
        self._mute = isinstance(voice, Mute)
        self._frames_left = 0

    def saying(self) -> None:
        """Say what is on the glass as soon as it is laid out."""
        if self._mute:
            return  # a kiosk without sound need not count frames
        idle = self._frames_left == 0
        self._frames_left = SAY_AFTER_FRAMES
        if idle:
            Clock.schedule_once(self._count_frames, 0)

    def _count_frames(self, _: float) -> None:
        self._frames_left -= 1
        if self._frames_left > 0:
            Clock.schedule_once(self._count_frames, 0)
        else:
            self._say_screen()

    def _say_screen(self) -> None:
        view = self._seen.uppermost
        if view is None or view.screen is None:
            return
        earcon = EARCON_OF.get(type(view.screen), "")
        if self._listened():
            words = self._seen.words
            text = spoken.of_screen(view.behind, words, headphones=self.headphones)
            self.voice.say(text, words.language, earcon)
        elif earcon:
            self.voice.earcon(earcon)

    def framed(self, choice: Choice) -> None:
        """The frame of the four buttons has moved."""
        if self._listened():
            words = self._seen.words
            self._say(spoken.of_choice(choice, words, headphones=self.headphones))

    def typed(self, draft: str) -> None:
        """A letter was typed or taken back: what stands there now."""
        if self._listened() and draft:
            self._say(spoken.of_draft(draft, self._seen.words, headphones=self.headphones))

    def _say(self, text: str) -> None:
        self.voice.say(spoken.sentences([text]), self._seen.words.language)

    def _listened(self) -> bool:
        return Mode.VOICE in self._seen.modes
