"""A few facts, each a quiet name and what it is."""

from kivy.clock import Clock
from kivy.properties import ListProperty, NumericProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn
from kiosk.ui.widgets.text import Text

ROW_PX = 60
NAME_SHARE = 0.44


class Facts(Widget):
    """Rows of (name, value). The first row is the loud one when `loud` is 1."""

    rows = ListProperty()
    loud = NumericProperty(0)
    cap = NumericProperty(1.0)

    def __init__(self, **values: object) -> None:
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        for name in ("pos", "size", "cap"):
            self.fbind(name, self._place)
        self.fbind("rows", self._fill)
        self.fbind("loud", self._fill)
        self._fill()

    def height_at(self, width: float, cap: float) -> float:
        """How tall the rows are at `cap` of their size; used by `Stack`."""
        del width
        return len(self.rows) * worn().letters(ROW_PX) * cap

    def _fill(self, *_: object) -> None:
        ui = worn().colours
        self.clear_widgets()
        for number, (name, value) in enumerate(self.rows):
            loud = number < self.loud
            self.add_widget(Text(text=name, size_px=31, lines=2, colour=ui.soft, leading=0.95))
            self.add_widget(
                Text(
                    text=value,
                    size_px=32,
                    lines=2,
                    leading=0.95,
                    weight="bold" if loud else "semibold",
                    colour=ui.brand if loud else ui.ink,
                )
            )
        self.height = self.height_at(self.width, 1)
        self._place()

    def _arrange(self, *_: object) -> None:
        if not self.rows:
            return
        tall = self.height / len(self.rows)
        split = self.width * NAME_SHARE
        gap = worn().px(20)
        cells = list(reversed(self.children))
        for number in range(len(self.rows)):
            bottom = self.y + self.height - (number + 1) * tall
            name, value = cells[2 * number : 2 * number + 2]
            name.pos, name.size = (self.x, bottom), (split - gap, tall)
            value.pos, value.size = (self.x + split, bottom), (self.width - split, tall)
