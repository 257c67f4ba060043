"""Where views stand: one has the glass, another may cover it."""

from typing import Any

from kivy.uix.widget import Widget

from kiosk.ui.widgets.mirror import Mirror


class Stage(Mirror):
    """Holds the view, and the overlay above it. Only the uppermost is touched."""

    @property
    def uppermost(self) -> Widget | None:
        """The view that has the glass; None before the first."""
        return self.children[0] if self.children else None

    def on_touch_down(self, touch: Any) -> bool:
        """Give the touch to the uppermost view and to nothing beneath it."""
        return self.uppermost is not None and self.inside(self.uppermost, "on_touch_down", touch)

    def on_touch_move(self, touch: Any) -> bool:
        """As for `on_touch_down`."""
        return self.uppermost is not None and self.inside(self.uppermost, "on_touch_move", touch)

    def on_touch_up(self, touch: Any) -> bool:
        """As for `on_touch_down`."""
        return self.uppermost is not None and self.inside(self.uppermost, "on_touch_up", touch)
