"""The stamp card: what is filled, what is to come, and the gift at the end."""

from math import ceil
from typing import Any

from kivy.clock import Clock
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn
from kiosk.ui.widgets.art import Disc

SHARE = 0.86
"""Of its cell, the rest is air."""


class Stamps(Widget):
    """`total` discs in as many rows as make them largest; the first `filled` bear a star."""

    filled = NumericProperty(0)
    total = NumericProperty(0)

    def __init__(self, **values: object) -> None:
        self._place = Clock.create_trigger(self._arrange, -1)
        super().__init__(**values)
        for name in ("pos", "size"):
            self.fbind(name, self._place)
        for name in ("filled", "total"):
            self.fbind(name, self._fill)
        self._fill()

    def _fill(self, *_: object) -> None:
        self.clear_widgets()
        for number in range(int(self.total)):
            self.add_widget(self._disc(number))
        self._place()

    def _disc(self, number: int) -> Any:
        ui = worn().colours
        done, last = number < self.filled, number + 1 == self.total
        icon = "gift" if last else "star" if done else ""
        ground = ui.gleam if done else (*ui.on_ink[:3], 0.16)
        return Disc(icon=icon, ground=ground, ink=ui.ink if done else ui.on_ink)

    def _arrange(self, *_: object) -> None:
        total = int(self.total)
        if not total or min(self.size) <= 1:
            return
        rows = min(range(1, total + 1), key=lambda n: -self._side(n))
        side, columns = self._side(rows), ceil(total / rows)
        left = self.x
        top = self.center_y + rows * side / 2
        for number, disc in enumerate(reversed(self.children)):
            row, column = divmod(number, columns)
            disc.size = (side * SHARE, side * SHARE)
            disc.pos = (round(left + column * side), round(top - (row + 1) * side))

    def _side(self, rows: int) -> float:
        """How large a cell is in so many rows."""
        return float(min(self.width / ceil(self.total / rows), self.height / rows))
