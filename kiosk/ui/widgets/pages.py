"""More things than fit, in pages: people do not find a scrollbar on a counter."""

from collections.abc import Callable, Sequence

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn
from kiosk.ui.widgets.row import Row

FEW_GROW = 1.5
"""A row of a page that is not full is at most so much taller."""


class Pages(Widget):
    """A grid of equal cells. `row_px` is the least height of a row at 1280 × 800.

    Only the cells of the page that is shown exist. `page` counts from 0.
    """

    page = NumericProperty(0)
    pages = NumericProperty(1)
    columns = NumericProperty(1)
    row_px = NumericProperty(96)
    row_least = NumericProperty(0)
    """Least height of a row in pixels of this glass, for what can be touched in it."""
    gap_px = NumericProperty(18)
    stretch = BooleanProperty(False)
    """Rows share the height of the page."""

    def __init__(self, **values: object) -> None:
        self._makers: Sequence[Callable[[], Widget]] = ()
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        for name in ("pos", "size", "page", "columns", "row_px", "row_least", "gap_px", "stretch"):
            self.fbind(name, self._place)

    def fill(self, makers: Sequence[Callable[[], Widget]]) -> None:
        """Show what `makers` make, each called when its page is shown."""
        self._makers = makers
        self._arrange()

    def turn(self, pages: int) -> None:
        """Go on by `pages`, or back by a negative number."""
        self.page = min(max(0, self.page + pages), self.pages - 1)

    @property
    def rows(self) -> int:
        """How many rows a page has room for."""
        gap = worn().px(self.gap_px)
        return max(1, int((self.height + gap) // (self._row() + gap)))

    def _row(self) -> float:
        return float(max(worn().letters(self.row_px), self.row_least))

    def _arrange(self, *_: object) -> None:
        self.clear_widgets()
        columns, rows, gap = int(self.columns), self.rows, worn().px(self.gap_px)
        each = columns * rows
        self.pages = max(1, -(-len(self._makers) // each))
        self.page = min(self.page, self.pages - 1)
        wide = (self.width - (columns - 1) * gap) / columns
        used = rows if self.pages > 1 else -(-len(self._makers) // columns)
        tall = self._tall(rows, used, gap) if self.stretch else self._row()
        first = int(self.page) * each
        for number, make in enumerate(self._makers[first : first + each]):
            row, column = divmod(number, columns)
            cell = make()
            cell.size_hint = (None, None)
            cell.size = (wide, tall)
            cell.pos = (
                round(self.x + column * (wide + gap)),
                round(self.y + self.height - tall - row * (tall + gap)),
            )
            self.add_widget(cell)

    def _tall(self, rows: int, used: int, gap: int) -> float:
        """A row's height where rows share the page; few of them grow, but not into posters."""
        full = (self.height - (rows - 1) * gap) / rows
        alone = (self.height - (used - 1) * gap) / max(1, used)
        return float(max(full, min(alone, FEW_GROW * full)))


class Turner(Row):
    """Back and forth through `pages`; nothing when there is one page only."""

    pages = ObjectProperty(None, rebind=True)
    where = StringProperty("")
    """Which page of how many, in words."""
    back = StringProperty("")
    on = StringProperty("")
    """What its two arrows are called aloud."""
    shown = BooleanProperty(True)
    """False leaves its room to its neighbours."""
