"""Which views stand on the stage: the one that has the glass, and the countdown over it."""

from collections.abc import Callable
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock

from kiosk.screens import Attract, Mode, Screen, StillThere
from kiosk.ui.spares import Spares
from kiosk.ui.stage import Stage
from kiosk.ui.views import view_of
from kiosk.ui.views.base import Glass, View
from kiosk.ui.views.large import LargeView
from kiosk.ui.widgets import worn

FADE_S = 0.18
"""A change of screen; short enough never to be waited for."""

ARRIVES_AT, RISE_PX = 0.4, 28
"""How faint and how low a new view is at first: enough to be felt, too little to be a journey."""


class Scene:
    """Puts screens on `stage`, each as its view, and takes the views away again."""

    def __init__(self, glass: Glass, stage: Stage, modes: Callable[[], frozenset[Mode]]) -> None:
        self.view: View | None = None
        """The one that has the glass, or had it before the countdown."""
        self.over: View | None = None
        """The countdown, while it covers the other."""
        self._glass, self._stage, self._modes = glass, stage, modes
        self._leaving: list[View] = []
        self.spares = Spares(self._made, lambda: isinstance(self.showing, Attract))

    @property
    def uppermost(self) -> View | None:
        """The view that has the glass; None before the first."""
        return self.over or self.view

    @property
    def showing(self) -> Screen[object] | None:
        """The screen on the glass; None before the first and after `clear`."""
        return None if self.uppermost is None else self.uppermost.screen

    def put(self, screen: Screen[Any]) -> View:
        """`screen` is on the glass; returns the view that shows it."""
        if isinstance(screen, StillThere):
            return self._cover(screen)
        self.uncover()
        if self.view is not None and _kind_of(self.view) is view_of(type(screen)):
            self.view.put(screen)
            return self.view
        before = self.view
        self.view = view = self.spares.take(type(screen))
        view.put(screen)
        self._stage.add_widget(view)
        self._change(before, view)
        if isinstance(screen, Attract):
            self.spares.refill_soon()
        return view

    def uncover(self) -> bool:
        """Take the countdown away; whether there was one."""
        over, self.over = self.over, None
        if over is not None:
            self._retire(over)
        return over is not None

    def dress_again(self) -> dict[View, View]:
        """Make everything anew in the look of now; the new views by the old ones."""
        self.spares.drop()
        renewed = {
            before: self._redressed(before, before.screen)
            for before in (self.view, self.over)
            if before is not None and before.screen is not None
        }
        self.view = renewed.get(self.view, self.view) if self.view else None
        self.over = renewed.get(self.over, self.over) if self.over else None
        return renewed

    def reword(self) -> None:
        """Say the same in the language of now."""
        for view in (self.view, self.over):
            if view is not None:
                view.reword()

    def clear(self) -> None:
        """Nothing is on the glass, and nothing of it is left."""
        self.uncover()
        for view in [child for child in self._stage.children if isinstance(child, View)]:
            self._retire(view)
        self._empty()
        self.view = None

    def _made(self, screen: type[Screen[Any]]) -> View:
        """A view laid out on this glass before it is shown: text is measured once, not twice."""
        look, kind = worn(), view_of(screen)
        large = look.large and not kind.keyboard
        view = LargeView(self._glass, kind) if large else kind(self._glass)
        if Mode.LOW in self._modes():
            view.size_hint_y = None
        view.size = (look.width, look.height)
        return view

    def _redressed(self, before: View, screen: Screen[Any]) -> View:
        view = self._made(type(screen))
        view.put(screen)
        view.take_over(before)
        self._stage.add_widget(view)
        self._retire(before)
        return view

    def _change(self, before: View | None, view: View) -> None:
        """The new view takes the glass at once and settles; from Attract, without any motion.

        Two views drawn over each other would cost twice as much, and the glass would be late.
        """
        if before is None:
            return
        still = not worn().motion or isinstance(before.screen, Attract)
        self._leave(before)
        if still:
            return
        view.opacity, view.rise = ARRIVES_AT, RISE_PX
        Animation(opacity=1, rise=0, duration=FADE_S, transition="out_quad").start(view)

    def _leave(self, view: View) -> None:
        """Off the glass now; emptied once the view that follows has been drawn."""
        Animation.cancel_all(view)
        self._stage.remove_widget(view)
        self._leaving.append(view)
        Clock.schedule_once(self._empty, 0)

    def _empty(self, *_: object) -> None:
        while self._leaving:
            self._leaving.pop().wipe()

    def _retire(self, view: View) -> None:
        Animation.cancel_all(view)
        self._stage.remove_widget(view)
        view.wipe()

    def _cover(self, screen: StillThere) -> View:
        if self.over is None:
            self.over = self._made(type(screen))
            self._stage.add_widget(self.over)
        self.over.put(screen)
        return self.over


def _kind_of(view: View) -> type[View]:
    """The class of the view that says what is shown."""
    return type(view.inner) if isinstance(view, LargeView) else type(view)
