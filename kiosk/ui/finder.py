"""Where things can be touched, by name: for tests, for the scripted demo, for a benchmark."""

from collections.abc import Iterator
from typing import Any

from kiosk.ui.widgets.buttons import Box, Touch


def targets(root: Any) -> dict[str, Box]:
    """Each visible, enabled touchable on `root` by its name: x, y, width, height in the window.

    `root` is the display's stage, of which only the uppermost view counts, or any other widget.
    """
    top = getattr(root, "uppermost", None) or root
    return {touch.name: _on_glass(root, touch.target) for touch in _visible(top) if touch.name}


def _on_glass(root: Any, box: Box) -> Box:
    """Where that is on the glass, which may be mirrored."""
    x, y, width, height = box
    left = min(root.to_parent(edge, y)[0] for edge in (x, x + width))
    return (left, y, width, height)


def _visible(widget: Any) -> Iterator[Touch]:
    if widget.opacity == 0 or widget.disabled:
        return
    if isinstance(widget, Touch):
        yield widget
    for child in widget.children:
        yield from _visible(child)
