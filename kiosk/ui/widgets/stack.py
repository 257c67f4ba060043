"""Things one above the other, all made a little smaller together when they do not fit."""

from kivy.properties import NumericProperty, OptionProperty
from kivy.uix.layout import Layout
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn
from kiosk.ui.widgets.text import STEPS, Text


class Stack(Layout):
    """A column that fits.

    Texts, and all that has `height_at` and `cap`, take the height they need; a child with
    `size_hint_y` shares the rest; any other keeps its height. `spacing` is in pixels at 1280 × 800.
    """

    spacing = NumericProperty(16)
    align = OptionProperty("top", options=["top", "middle", "bottom"])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("size", "pos", "children", "spacing", "align"):
            self.fbind(name, self._trigger_layout)

    def add_widget(self, widget: Widget, *places: object, **named: object) -> None:
        for name in ("text", "size_px", "lines", "weight", "height", "size_hint_y"):
            if widget.property(name, quiet=True):
                widget.fbind(name, self._again)
        super().add_widget(widget, *places, **named)

    def remove_widget(self, widget: Widget, *places: object, **named: object) -> None:
        for name in ("text", "size_px", "lines", "weight", "height", "size_hint_y"):
            if widget.property(name, quiet=True):
                widget.funbind(name, self._again)
        super().remove_widget(widget, *places, **named)

    def _again(self, *_: object) -> None:
        if not self._placing:
            self._trigger_layout()

    _placing = False

    def do_layout(self, *_: object) -> None:
        """Find the largest scale at which all fits, and place the children from the top."""
        children = [child for child in reversed(self.children) if self._counts(child)]
        if not children or self.width < 1 or self.height < 1:
            return
        for cap in STEPS:
            heights, gaps = self._heights(children, cap), self._gaps(children, cap)
            fits = all(
                child.fits_at(self.width, cap)
                for child in children
                if isinstance(child, Text) and child.lines != 1  # a lone line shrinks by itself
            )
            if fits and sum(heights) + gaps <= self.height:
                break
        rest = max(0.0, self.height - sum(heights) - gaps)
        shares = sum(_share(child) for child in children)
        top = self.top
        if not shares:
            top -= {"top": 0.0, "middle": 0.5, "bottom": 1.0}[self.align] * rest
        self._placing = True
        for child, height in zip(children, heights, strict=True):
            tall = height + (rest * _share(child) / shares if shares else 0)
            if _measured(child):
                child.cap = cap
            child.size = (self.width, tall)
            child.pos = (self.x, round(top - tall))
            if tall:
                top -= tall + worn().px(self.spacing) * cap
        self._placing = False

    def _counts(self, child: Widget) -> bool:
        """An empty text or a child of no height takes no room, and no gap."""
        if isinstance(child, Text):
            return bool(child.text)
        if _measured(child):
            return bool(child.height_at(self.width, 1) > 0)
        return bool(_share(child)) or child.height > 0

    def _heights(self, children: list[Widget], cap: float) -> list[float]:
        return [
            child.height_at(self.width, cap)
            if _measured(child)
            else 0.0
            if _share(child)
            else float(child.height)
            for child in children
        ]

    def _gaps(self, children: list[Widget], cap: float) -> float:
        return (len(children) - 1) * worn().px(self.spacing) * cap


def _measured(child: Widget) -> bool:
    return hasattr(child, "height_at")


def _share(child: Widget) -> float:
    """The child's part of the height that is left; nothing for what knows its own height."""
    return 0.0 if _measured(child) else float(child.size_hint_y or 0)
