"""Any screen in large letters: one thing below the other, in pages.

It shows what another view says and offers; that view does the work, unseen.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import Screen
from kiosk.ui.reading import Choice, Item, Pictured, Said, read
from kiosk.ui.text import faced
from kiosk.ui.views.base import Glass, View
from kiosk.ui.views.staff_corner import Cornered, StaffCornerView
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.buttons import Touch, touch
from kiosk.ui.widgets.qr import Qr
from kiosk.ui.widgets.text import Text, broken, extent, line_height, words_of
from kiosk.words import Words

TITLE = 1.3
"""A loud text is so much larger than the others."""

LEADING = 1.04

SIGNS = "@.-_/,"
"""Behind these an address may go on in the next line."""


class LargeChoice(Touch):
    """A touchable as wide as the glass, its words in as many lines as they need."""

    words = StringProperty("")
    main = BooleanProperty(False)

    def height_at(self, width: float) -> float:
        """How tall it must be for its words."""
        look = worn()
        face = faced("bold", self.words)
        lines = broken(self.words, face, look.least_letters, self.room(width))
        tall = len(lines) * line_height(face, look.least_letters, LEADING)
        return max(look.action, tall + look.px(36))

    def room(self, width: float) -> float:
        """How wide its words may be."""
        return width - 2 * worn().px(32)


class LargeView(Cornered):
    """What `inner` says, in letters that are read with low vision."""

    page = NumericProperty(0)
    pages = NumericProperty(1)
    where = StringProperty("")

    def __init__(self, glass: Glass, inner: type[View]) -> None:
        self.inner = inner(_Behind(self, glass))
        self._items: tuple[Item, ...] = ()
        self._refill = Clock.create_trigger(self._fill, -1)
        load_large()
        super().__init__(glass)
        look = worn()
        self.inner.size = (look.width, look.height)
        self.ids.room.bind(size=self._refill, pos=self._refill)
        self.fbind("page", self._refill)

    @property
    def behind(self) -> View:
        """The view that says all this; the voice reads it whole, not page by page."""
        return self.inner

    @property
    def cornered(self) -> bool:
        """Where the view behind has the staff's corner, so has this one, under the shop's name."""
        return isinstance(self.inner, StaffCornerView)

    def put(self, screen: Screen[Any]) -> None:
        """Have it said by the view behind."""
        if type(self.screen) is not type(screen):
            self.page = 0
        self.inner.put(screen)
        super().put(screen)

    def take_over(self, before: View) -> None:
        """The view behind does the work, and has the draft."""
        self.inner.take_over(before.behind)

    def show(self, screen: Any) -> None:
        """The words of the view behind, as soon as it has laid them out."""
        del screen
        self.inner.reword()
        self.language = ""
        self.finish = ""
        # The inner view's layouts are triggers for the next frame, some for the one after.
        Clock.schedule_once(self._refill, -1)
        Clock.schedule_once(lambda _: self._refill(), 0)

    def wipe(self) -> None:
        """Drop what the view behind holds, too."""
        self._refill.cancel()
        self._items = ()
        self.inner.wipe()
        super().wipe()

    def turn(self, pages: int) -> None:
        """Go on by `pages`, or back."""
        self.page = min(max(0, self.page + pages), self.pages - 1)

    def _choose(self, choice: Choice) -> None:
        """Touch it on the view behind, which may then say something else."""
        touch(choice.touch)
        Clock.schedule_once(self._refill, 0)

    # --- pages ------------------------------------------------------------------------------

    def _fill(self, *_: object) -> None:
        room = self.ids.room
        if self.screen is None or min(room.size) <= 1:
            return
        self._items = read(self.inner)
        made = [cell for item in self._items for cell in self._cells(item)]
        layout = self._paged(made)
        named = [*self._shop(), *made]
        if len(self._paged(named)) == len(layout):  # else the room is for what there is to do
            made, layout = named, self._paged(named)
        self.pages = len(layout)
        self.page = min(self.page, self.pages - 1)
        self.where = self.w.t("{page} of {pages}", page=self.page + 1, pages=self.pages)
        room.clear_widgets()
        top = room.top
        for number in layout[int(self.page)]:
            widget, tall = made[number]
            widget.size_hint = (None, None)
            widget.size = (room.width, tall)
            widget.pos = (room.x, round(top - tall))
            room.add_widget(widget)
            top -= tall + worn().px(20)

    def _paged(self, cells: Sequence[tuple[Widget, float]]) -> list[list[int]]:
        return paged([tall for _, tall in cells], self.ids.room.height, worn().px(20))

    def _shop(self) -> Sequence[tuple[Widget, float]]:
        """Whose kiosk it is, where staff holds it to come in."""
        name = worn().theme.name
        return self._cells(Said(text=name)) if self.cornered and name else ()

    def _cells(self, item: Item) -> Sequence[tuple[Widget, float]]:
        room = self.ids.room
        if isinstance(item, Choice):
            button = LargeChoice(name=item.touch.name, main=item.main)
            button.words = divided(item.text, "bold", worn().least_letters, button.room(room.width))
            button.bind(on_release=lambda _: self._choose(item))
            return [(button, button.height_at(room.width))]
        if isinstance(item, Pictured):
            return [(Qr(payload=item.payload), min(room.width, room.height))]
        return _texts(item, room.width, room.height)


def load_large() -> None:
    """Define the layout of this view, once per process."""
    layout = str(Path(__file__).with_name("large.kv"))
    if layout not in Builder.files:
        Builder.load_file(layout)


def _texts(item: Said, width: float, height: float) -> Sequence[tuple[Widget, float]]:
    """A text in as many pieces as pages need it."""
    look = worn()
    weight = "extrabold" if item.loud else "semibold"
    face = faced(weight, item.text)
    letters = round(look.least_letters * (TITLE if item.loud else 1))
    if any(extent(word, face, letters) > width for word in words_of(item.text)):
        letters = look.least_letters
    tall = line_height(face, letters, LEADING)
    lines = broken(divided(item.text, weight, letters, width), face, letters, width)
    each = max(1, int(height // tall))
    return [
        (
            Text(
                text="\n".join(lines[first : first + each]),
                size_px=letters / look.scale_of_letters,
                weight=weight,
                leading=LEADING,
                valign="top",
            ),
            tall * len(lines[first : first + each]),
        )
        for first in range(0, len(lines), each)
    ]


def divided(text: str, weight: str, letters: int, width: float) -> str:
    """`text` with its words that are wider than a line in several lines, as addresses are.

    They are parted behind a sign, as people read them out; where there is none, anywhere: letters
    that are smaller than the mode promises would not be read at all.
    """
    face = faced(weight, text)
    return " ".join(
        word if extent(word, face, letters) <= width else _parted(word, face, letters, width)
        for word in text.split(" ")
    )


def _parted(word: str, face: str, letters: int, width: float) -> str:
    parts = []
    while extent(word, face, letters) > width and len(word) > 1:
        most = next(
            end for end in range(len(word) - 1, 0, -1)
            if end == 1 or extent(word[:end], face, letters) <= width
        )  # fmt: skip
        at_sign = max(word.rfind(sign, 0, most) for sign in SIGNS) + 1
        parts.append(word[: at_sign or most])
        word = word[at_sign or most :]
    return "\n".join([*parts, word])


def paged(heights: Sequence[float], room: float, gap: float) -> list[list[int]]:
    """The numbers of what stands on each page; what is taller than a page has one of its own."""
    pages: list[list[int]] = [[]]
    used = 0.0
    for number, tall in enumerate(heights):
        if pages[-1] and used + gap + tall > room:
            pages.append([])
            used = 0.0
        used += tall + (gap if pages[-1] else 0)
        pages[-1].append(number)
    return pages


class _Behind:
    """The glass as the unseen view knows it: its answers are those of the view in front."""

    def __init__(self, front: LargeView, glass: Glass) -> None:
        self._front = front
        self._glass = glass

    @property
    def words(self) -> Words:
        return self._glass.words

    @property
    def languages(self) -> Sequence[str]:
        return self._glass.languages

    @property
    def reader_side(self) -> str:
        return self._glass.reader_side

    def answered(self, view: View, answer: object) -> None:
        del view
        self._glass.answered(self._front, answer)

    def typed(self, view: View, draft: str) -> None:
        self._glass.typed(view, draft)

    def speak(self, language: str) -> None:
        self._glass.speak(language)
