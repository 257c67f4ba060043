"""The whole glass mirrored, for languages that are read from the right.

Layouts, shapes and positions know nothing of it: everything is placed as for English, and drawn and
touched through one mirror. What must not be turned around, letters and pictures, takes its texture
from the other side, which `readable` says.
"""

from typing import Any

from kivy.graphics import MatrixInstruction, PopMatrix, PushMatrix
from kivy.graphics.transformation import Matrix
from kivy.uix.floatlayout import FloatLayout

from kiosk.ui.widgets import worn


def readable(texture: Any, *, keeps_direction: bool = True) -> tuple[float, ...]:
    """The corners of `texture`, so that it is seen the right way round on a mirrored glass too."""
    corners = tuple(texture.tex_coords)
    if not (keeps_direction and worn().rtl):
        return corners
    # Kivy begins at the lower left and goes around: lower and upper ends change sides.
    return corners[2:4] + corners[:2] + corners[6:] + corners[4:6]


class Mirror(FloatLayout):
    """Draws and touches its children from the other side while the look is read from the right."""

    def __init__(self, **values: Any) -> None:
        self._turn = MatrixInstruction()
        super().__init__(**values)
        with self.canvas.before:
            PushMatrix()
        self.canvas.before.add(self._turn)
        with self.canvas.after:
            PopMatrix()
        self.fbind("size", self.face)
        self.face()

    def face(self, *_: object) -> None:
        """Look again which way the customer reads."""
        turned = Matrix()
        if worn().rtl:
            turned.scale(-1, 1, 1)
            turned = Matrix().translate(self.width, 0, 0).multiply(turned)
        self._turn.matrix = turned

    def inside(self, child: Any, event: str, touch: Any) -> bool:
        """Whether `child` took the touch, which it is told as it was placed."""
        touch.push()
        touch.apply_transform_2d(self.to_local)
        try:
            return bool(child.dispatch(event, touch))
        finally:
            touch.pop()

    def to_local(self, x: float, y: float, relative: bool = False) -> tuple[float, float]:
        """From the glass to where things were placed; Kivy asks for every touch."""
        del relative
        return (self.width - x if worn().rtl else x, y)

    def to_parent(self, x: float, y: float, relative: bool = False) -> tuple[float, float]:
        """The way back: it is the same."""
        return self.to_local(x, y, relative)
