"""What every view is made on.

How a view is written
---------------------
The screen `Join` in `kiosk/screens/` has its view `JoinView` in `views/join.py` and its layout
in `views/join.kv`; the table `VIEWS` in `views/__init__.py` joins them.

* `show(screen)` puts the screen into words and numbers: it sets the view's properties, all of
  them, from `screen` and ``self.w`` (the customer's words). It is called for a new screen, for the
  same screen with new content, and for a change of language, so it must not touch what the
  customer has typed or ticked.
* `begin(screen)` is for just that: it takes over a draft. It is called before `show`, for a new
  screen or new content, never for a change of language. `self.fresh` is true the first time.
* `answer(value)` ends the question. Only the first one counts.
* `info` and `finish` are the right side of the header. Set `finish` to words to get a way out
  there, or have a button named "back" or the like below: every screen has a way out.
* The `.kv` holds layout only: no words, sizes as ``look.px(n)`` with n in pixels at 1280 × 800,
  letters as `size_px`, colours as ``ui.ink``. ``look.portrait`` chooses the direction; `Content`
  and `Actions` do so already. `Stack` makes its texts smaller together rather than clip them.
* Everything that can be touched has a `name`, the same in every language.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens import Screen
from kiosk.ui.theme import Look
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.text import Text
from kiosk.words import Words


class Glass(Protocol):
    """What a view may ask of the display that shows it."""

    @property
    def words(self) -> Words:
        """The customer's words."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """The shop's languages; the first one is where every visit begins."""
        ...

    @property
    def reader_side(self) -> str:
        """Where the reader is, seen from the glass: "below", "left", "right" or "above"."""
        ...

    def answered(self, view: "View", answer: object) -> None:
        """The customer answered on `view`; all but the first answer are ignored."""

    def typed(self, view: "View", draft: str) -> None:
        """`draft` stands there now: it is said aloud to who listens. Never called for a PIN."""

    def speak(self, language: str) -> None:
        """Show everything in `language` from now on."""


class View(BoxLayout):
    """One screen on the glass: header on top, the rest as its `.kv` says."""

    info = StringProperty("")
    finish = StringProperty("")
    aside = StringProperty("")
    """What the pill beside the language says; see `do_aside`."""
    language = StringProperty("")
    """What the header's pill offers."""
    earlier = StringProperty("")
    later = StringProperty("")
    """What the arrows between pages are called."""
    private: ClassVar[bool] = False
    """Whether its texts tell of the person, so that a loudspeaker leaves them out; see `public`."""
    public: ClassVar[tuple[str, ...]] = ("title",)
    """The properties of a private view whose words may be heard by everybody."""
    keyboard: ClassVar[bool] = False
    """Whether it is a keyboard, which has a page of its own even in large letters."""
    fresh = BooleanProperty(True)
    rise = NumericProperty(0)
    """How far below its place it is drawn, in pixels at 1280 × 800, while it arrives."""

    def __init__(self, glass: Glass, **values: object) -> None:
        self.glass = glass
        self.screen: Screen[Any] | None = None
        super().__init__(**values)

    @property
    def w(self) -> Words:
        """The customer's words."""
        return self.glass.words

    @property
    def behind(self) -> "View":
        """The view whose words these are: itself."""
        return self

    @property
    def look(self) -> Look:
        return worn()

    def begin(self, screen: Any) -> None:
        """Take over what `screen` brings of the customer's own; see the module."""

    def take_over(self, before: "View") -> None:
        """Go on from a view of the same screen in another look: what was typed is not lost."""

    def show(self, screen: Any) -> None:
        """Set every property from `screen` and `self.w`; see the module."""
        raise AssertionError(f"{type(self).__name__} does not show {type(screen).__name__}")

    def aloud(self) -> tuple[str, ...]:
        """What is said of `self.screen` beside what is drawn: the words of a paper."""
        return ()

    def answer(self, value: object) -> None:
        """The customer's answer."""
        self.glass.answered(self, value)

    def do_aside(self) -> None:
        """The pill beside the language was touched."""
        raise AssertionError(f"{type(self).__name__} has nothing beside its question")

    def put(self, screen: Screen[Any]) -> None:
        """Show a new screen, or new content of the same."""
        self.begin(screen)
        self.screen = screen
        self.fresh = False
        self.reword()

    def reword(self) -> None:
        """Show the same screen in the language of now."""
        self.language = self._other_language()
        self.earlier, self.later = self.w.t("Previous"), self.w.t("Next")
        if self.screen is not None:
            self.show(self.screen)

    def wipe(self) -> None:
        """Drop everything that was shown; the view is not used again."""
        self.screen = None
        for widget in list(self.walk()):
            if isinstance(widget, Text):
                widget.text = ""
        self.clear_widgets()

    def _other_language(self) -> str:
        """The language after this one in the shop's list, around; none when there is one only."""
        languages = list(self.glass.languages)
        if len(languages) < 2:
            return ""
        here = languages.index(self.w.language) if self.w.language in languages else -1
        return languages[(here + 1) % len(languages)]
