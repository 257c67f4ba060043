"""A shade over the whole glass: darker at night, while nobody is there."""

from typing import Any

from kivy.graphics import Color, Rectangle


class Shade:
    """Black over everything that `stage` shows, as dense as it must be."""

    def __init__(self, stage: Any) -> None:
        with stage.canvas.after:
            self._black = Color(0, 0, 0, 0)
            self._over = Rectangle(pos=stage.pos, size=stage.size)
        stage.bind(pos=self._follow, size=self._follow)

    def dim(self, percent: int) -> None:
        """So bright, of a hundred."""
        density = 1 - percent / 100
        if self._black.a != density:
            self._black.a = density

    def _follow(self, stage: Any, *_: object) -> None:
        self._over.pos, self._over.size = stage.pos, stage.size
