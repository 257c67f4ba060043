"""The keyboard on the glass, the field it types into, and the row between them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kivy.clock import Clock, ClockEvent
from kivy.lang import Builder
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    DictProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.ui.text import faced, shown
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.buttons import Box, Touch, TouchButton
from kiosk.ui.widgets.layouts import Act, Key, Layout, Row
from kiosk.ui.widgets.panel import Panel
from kiosk.ui.widgets.text import Text, extent
from wording.script import is_arabic

SHAPES = Path(__file__).with_name("keyboard.kv")

OFFER_PX = 26

CHIP_AIR_PX = 26
"""Beside a chip's words; half of it where they would not fit otherwise."""

REPEAT_AFTER_S = 0.5
REPEAT_EVERY_S = 0.09
"""A held backspace: long enough not to start by itself under a hand that is slow to lift."""


class KeyCap(Touch):
    """One key as drawn. Its whole cell can be hit: there is no dead gap between two keys."""

    definition = ObjectProperty()
    tone = OptionProperty("key", options=["key", "soft", "on"])
    fill = ColorProperty()
    edge = ColorProperty()

    def __init__(self, definition: Key, **values: object) -> None:
        self._letters = Text(halign="center", weight="semibold", lines=1, size_px=34)
        self._cell: Box = (0, 0, 0, 0)
        super().__init__(definition=definition, name=definition.name, key=True, **values)
        self.add_widget(self._letters)
        if definition.act in {Act.BACKSPACE, Act.SHIFT}:
            self._letters.weight = "icons"
        elif definition.act in {Act.PAGE, Act.SUFFIX}:
            self._letters.weight, self._letters.size_px = "bold", 28
        self.tone = "key" if definition.act in {Act.TYPE, Act.SUFFIX} else "soft"
        for name in ("state", "tone"):
            self.fbind(name, self._paint)
        self._paint()

    @property
    def target(self) -> Box:
        """The whole cell."""
        return self._cell

    @property
    def label(self) -> Text:
        """The letters on the key."""
        return self._letters

    def place(self, cell: Box, gap: float) -> None:
        """Draw the key in the middle of `cell`, `gap` away from its neighbours."""
        self._cell = cell
        x, y, width, height = cell
        self.pos = (round(x + gap / 2), round(y + gap / 2))
        self.size = (round(width - gap), round(height - gap))
        self._letters.pos, self._letters.size = self.pos, self.size

    def _paint(self, *_: object) -> None:
        ui = worn().colours
        tones = {"key": (ui.card, ui.ink), "soft": (ui.muted, ui.ink), "on": (ui.ink, ui.on_ink)}
        self.fill, letters = tones[self.tone]
        self.edge = ui.ink if self.tone == "on" else ui.line
        if self.state == "down":
            self.fill, letters, self.edge = ui.ink, ui.on_ink, ui.ink
        self._letters.colour = letters


class Keyboard(Widget):
    """The keys of one page of a layout. `on_key` is dispatched with the `Key` that was touched.

    Shift and the page keys are the keyboard's own business; everything else goes to the listener.
    A key is pressed at once when touched and types when the finger leaves it; when the next finger
    comes down first, it types then, so that fast hands keep their order.
    """

    layout = ObjectProperty(None, allownone=True)
    capital = BooleanProperty(False)
    """Whether the next letter is a capital, and the keys show it."""
    page = StringProperty("")
    names = DictProperty()
    """What keys are called aloud whose sign does not say it, by their names."""
    gap = NumericProperty(8)

    __events__ = ("on_key",)

    def __init__(self, **values: object) -> None:
        self._made: dict[str, list[KeyCap]] = {}
        self._caps: list[KeyCap] = []
        self._held: list[KeyCap] = []
        self._repeating: ClockEvent | None = None
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        for name in ("pos", "size", "gap"):
            self.fbind(name, self._place)
        self.fbind("layout", self._change_layout)
        self.fbind("page", self._change_page)
        self.fbind("capital", self._relabel)
        self.fbind("names", self._relabel)
        self._change_layout()

    @property
    def caps(self) -> Sequence[KeyCap]:
        """The keys in view."""
        return tuple(self._caps)

    def on_key(self, key: Key) -> None:
        """For listeners to bind."""

    def _change_layout(self, *_: object) -> None:
        self._made.clear()
        if self.layout is None:
            return
        first: Layout = self.layout
        if self.page == first.pages[0].name:
            self._change_page()
        else:
            self.page = first.pages[0].name

    def _change_page(self, *_: object) -> None:
        if self.layout is None or not self.page:
            return
        self._let_go()
        self.clear_widgets()
        if self.page not in self._made:
            self._made[self.page] = [self._cap(key) for key in self.layout.page(self.page).keys]
        self._caps = self._made[self.page]
        for cap in self._caps:
            self.add_widget(cap)
        self._relabel()
        self._arrange()

    def _cap(self, key: Key) -> KeyCap:
        cap = KeyCap(key)
        cap.fbind("on_press", self._pressed)
        cap.fbind("on_release", self._released)
        cap.fbind("state", self._lifted)
        return cap

    def _relabel(self, *_: object) -> None:
        for cap in self._caps:
            key: Key = cap.definition
            cap.label.text = self._written(key)
            cap.spoken = self.names.get(key.name, "")
            if key.act is Act.SHIFT:
                cap.tone = "on" if self.capital else "soft"

    def _written(self, key: Key) -> str:
        from kiosk.ui.text import icon

        if key.act in {Act.BACKSPACE, Act.SHIFT}:
            return icon(key.act.value)
        return as_typed(key.label, capital=self.capital) if key.act is Act.TYPE else key.label

    def _arrange(self, *_: object) -> None:
        if self.layout is None or min(self.size) <= 1:
            return
        page = self.layout.page(self.page)
        unit, row_height = self.width / page.across, self.height / len(page.rows)
        caps = iter(self._caps)
        for number, row in enumerate(page.rows, start=1):
            x = self.x + (self.width - unit * sum(key.width for key in row)) / 2
            y = self.top - number * row_height
            for key in row:
                # A keyboard is the same on every glass: on a mirrored one it is mirrored back.
                left = self.x + self.right - x - unit * key.width if worn().rtl else x
                next(caps).place((left, y, unit * key.width, row_height), self.gap)
                x += unit * key.width

    # --- fingers ----------------------------------------------------------------------------

    def _pressed(self, cap: KeyCap) -> None:
        for other in [held for held in self._held if held.state == "down"]:
            self._held.remove(other)
            self._commit(other)
        self._held = [cap]
        if cap.definition.act is Act.BACKSPACE:
            self._repeating = Clock.schedule_once(self._repeat, REPEAT_AFTER_S)

    def _repeat(self, _: float) -> None:
        """Delete once more, and again soon; the last lifting of the finger then deletes nothing."""
        backspace = next((cap for cap in self._caps if cap.definition.act is Act.BACKSPACE), None)
        if backspace is None or backspace.state != "down":
            return
        self._held.clear()
        self._commit(backspace)
        self._repeating = Clock.schedule_once(self._repeat, REPEAT_EVERY_S)

    def _lifted(self, _: KeyCap, state: str) -> None:
        if state == "normal" and self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None

    def _released(self, cap: KeyCap) -> None:
        if cap in self._held:
            self._held.remove(cap)
            self._commit(cap)

    def _let_go(self) -> None:
        self._held.clear()
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None
        for cap in self._caps:
            cap.state = "normal"

    def _commit(self, cap: KeyCap) -> None:
        key: Key = cap.definition
        if key.act is Act.SHIFT:
            self.capital = not self.capital
        elif key.act is Act.PAGE:
            self.page = key.text
        else:
            page = self.layout.page(self.page)
            self.dispatch("on_key", key)
            if page.once and key.act is Act.TYPE and key.text.isalpha():
                self.page = self.layout.after(page)


def as_typed(letter: str, *, capital: bool) -> str:
    """`letter` as the key types it; ß stays, for its capital would be two letters."""
    large = letter.upper()
    return large if capital and len(large) == 1 else letter


class Field(Panel):
    """What has been typed, with the cursor behind it; of a long text the end is shown."""

    draft = StringProperty("")
    wrong = BooleanProperty(False)
    size_px = NumericProperty(44)

    def __init__(self, **values: object) -> None:
        self._letters = Text(weight="semibold", lines=1)
        self._cursor = Cursor()
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        self.add_widget(self._letters)
        self.add_widget(self._cursor)
        for name in ("pos", "size", "draft", "size_px"):
            self.fbind(name, self._place)
        self._arrange()

    @property
    def written(self) -> str:
        """The letters that are shown."""
        return str(self._letters.text)

    def do_layout(self, *_: object) -> None:
        """The text and its cursor are placed by hand."""

    def _arrange(self, *_: object) -> None:
        look = worn()
        inset, letters = look.px(32), look.letters(self.size_px)
        cursor = look.px(4)
        room = max(self.width - 2 * inset - cursor - look.px(6), 1)
        text = tail(shown(self.draft), self._letters.weight, letters, room)
        wide = extent(text, faced(self._letters.weight, text), letters) if text else 0
        self._letters.size_px, self._letters.text = self.size_px, text
        # A space at the end is typed, and must be seen: the box is as wide as the measured text.
        self._letters.size = (wide + 2, self.height * 0.94)
        self._cursor.size = (cursor, round(letters * 1.12))
        at = (self.x + inset, self.x + inset + wide + look.px(4))
        if is_arabic(text) != look.rtl:
            # An address on a mirrored glass grows to the right, an Arabic name on any to the left.
            at = (self.right - inset - wide, self.right - inset - wide - look.px(4) - cursor)
        self._letters.pos = (round(at[0]), round(self.center_y - self._letters.height / 2))
        self._cursor.pos = (round(at[1]), round(self.center_y - self._cursor.height / 2))


class Cursor(Widget):
    """Where the next letter goes. It stands still: nothing on this glass blinks."""


def tail(text: str, weight: str, letters: int, width: float) -> str:
    """The end of `text` that fits into `width`, after "…" when its beginning does not."""
    weight = faced(weight, text)
    if extent(text, weight, letters) <= width:
        return text
    start = 1
    while start < len(text) and extent(f"…{text[start:]}", weight, letters) > width:
        start += 1
    return f"…{text[start:]}"


class Chips(Widget):
    """Keys that complete an address, in one or two centred rows. `on_chip` brings the `Key`."""

    keys = ObjectProperty(())
    rows = NumericProperty(1)
    chosen = StringProperty("")
    """The name of the key that counts now."""

    __events__ = ("on_chip",)

    def __init__(self, **values: object) -> None:
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        self.fbind("keys", self._make)
        self.fbind("chosen", self._mark)
        for name in ("pos", "size", "rows"):
            self.fbind(name, self._place)
        self._make()

    def on_chip(self, key: Key) -> None:
        """For listeners to bind."""

    def _make(self, *_: object) -> None:
        self.clear_widgets()
        keys: Row = self.keys
        for key in keys:
            chip = TouchButton(
                kind="pill", name=key.name, text=key.label, size_px=26, padding_px=CHIP_AIR_PX
            )
            chip.key = True
            chip.bind(on_release=lambda _, key=key: self.dispatch("on_chip", key))
            self.add_widget(chip)
        self._mark()
        self._arrange()

    def _mark(self, *_: object) -> None:
        for chip in self.children:
            chip.kind = "pill_on" if chip.name == self.chosen else "pill"

    def _arrange(self, *_: object) -> None:
        chips = list(reversed(self.children))
        if not chips or min(self.size) <= 1:
            return
        look = worn()
        gap, rows = look.px(14), min(self.rows, len(chips))
        tall = min((self.height - gap * (rows - 1)) / rows, look.px(66))
        per_row = -(-len(chips) // rows)
        top = self.center_y + (tall * rows + gap * (rows - 1)) / 2
        for number in range(rows):
            row = chips[number * per_row : (number + 1) * per_row]
            y = top - (number + 1) * tall - number * gap
            self._arrange_row(row, round(y), round(tall), gap)

    def _arrange_row(self, row: list[Any], y: int, tall: int, gap: int) -> None:
        wished, room = self._wished(row, CHIP_AIR_PX), self.width - gap * (len(row) - 1)
        if sum(wished) > room:
            wished = self._wished(row, CHIP_AIR_PX / 2)
        part = min(1.0, room / sum(wished))
        x = self.x
        for chip, wide in zip(row, wished, strict=True):
            chip.size = (round(wide * part), tall)
            chip.pos = (round(x), y)
            x += wide * part + gap

    def _wished(self, row: list[Any], air: float) -> list[float]:
        for chip in row:
            chip.padding_px = air
        return [chip.width_needed() for chip in row]


class Hint(Touch):
    """A kind guess at what was meant; touching it anywhere applies it."""

    text = StringProperty("")
    offer = StringProperty("")
    offer_width = NumericProperty(0)
    """How wide the words of the offer are."""

    def on_offer(self, *_: object) -> None:
        """Measure the words: the pill around them is as wide as they are."""
        letters = worn().letters(OFFER_PX)
        words = shown(self.offer)
        self.offer_width = extent(words, faced("bold", words), letters) if words else 0


def load_keyboard() -> None:
    """Define the shapes of the keyboard, once per process."""
    if str(SHAPES) not in Builder.files:
        Builder.load_file(str(SHAPES))
