"""Actions side by side."""

from kivy.properties import NumericProperty, VariableListProperty
from kivy.uix.layout import Layout
from kivy.uix.widget import Widget

from kiosk.ui.widgets import worn


class Row(Layout):
    """Children share the width by `size_hint_x`; one that is not `shown` takes no room."""

    padding = VariableListProperty([0, 0, 0, 0])
    spacing = NumericProperty(0)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("size", "pos", "children", "padding", "spacing"):
            self.fbind(name, self._trigger_layout)

    def add_widget(self, widget: Widget, *places: object, **named: object) -> None:
        for name in ("shown", "size_hint_x"):
            if widget.property(name, quiet=True):
                widget.fbind(name, self._trigger_layout)
        super().add_widget(widget, *places, **named)

    def remove_widget(self, widget: Widget, *places: object, **named: object) -> None:
        for name in ("shown", "size_hint_x"):
            if widget.property(name, quiet=True):
                widget.funbind(name, self._trigger_layout)
        super().remove_widget(widget, *places, **named)

    def do_layout(self, *_: object) -> None:
        """Place the children from the left, none narrower than a finger."""
        children = [child for child in reversed(self.children) if getattr(child, "shown", True)]
        if not children:
            return
        left, top, right, bottom = self.padding
        room = self.width - left - right - self.spacing * (len(children) - 1)
        shares = sum(child.size_hint_x or 0 for child in children) or 1
        x, tall = self.x + left, self.height - top - bottom
        for child in children:
            wide = max(room * (child.size_hint_x or 0) / shares, min(worn().action, room))
            child.size = (wide, tall)
            child.pos = (round(x), round(self.y + bottom))
            x += wide + self.spacing
