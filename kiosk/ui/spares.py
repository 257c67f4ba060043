"""What would make a visitor wait, done beforehand while there is none: views, pictures, tidying."""

import gc
from collections.abc import Callable, Sequence
from typing import Any

from kivy.clock import Clock
from kivy.graphics.opengl import glFinish

from kiosk.screens import Screen
from kiosk.ui.views.base import View
from kiosk.ui.widgets.art import pictures, texture_of

REFILL_S = 0.1
"""Between two views that are built while nobody is there."""

Kind = type[Screen[Any]]


class Spares:
    """Views that are built, and wait to be filled in. `make` builds one; `alone` says when."""

    def __init__(self, make: Callable[[Kind], View], alone: Callable[[], bool]) -> None:
        self._make = make
        self._alone = alone
        self._ready: dict[Kind, View] = {}
        self._wanted: tuple[Kind, ...] = ()
        self._pictures = pictures()
        self._frozen = False

    @property
    def views(self) -> Sequence[View]:
        """Those that wait."""
        return tuple(self._ready.values())

    def keep(self, screens: Sequence[Kind]) -> None:
        """Have the views of `screens` ready, now and whenever nobody is there.

        One per tick, because nobody must wait for it: reading all of them before the first frame
        would make that late, and building one when a card is tapped would make the balance late.
        """
        self._wanted = tuple(screens)
        self.refill()

    def prepare(self, screen: Kind) -> None:
        """Build the view of `screen`, so that its next showing only fills it in."""
        if screen not in self._ready:
            self._ready[screen] = self._make(screen)

    def take(self, screen: Kind) -> View:
        """The view of `screen`: the one that waits, or else a new one."""
        return self._ready.pop(screen, None) or self._make(screen)

    def drop(self) -> None:
        """None of them fits the look of now."""
        for view in self._ready.values():
            view.wipe()
        self._ready.clear()

    def refill_soon(self) -> None:
        """Begin when the invitation is on the glass."""
        Clock.schedule_once(self.refill, REFILL_S)

    def refill(self, *_: object) -> None:
        """Do the next thing, while there is no visitor."""
        if not self._alone():
            return
        # A software renderer (Mesa's llvmpipe) gives the memory of old frames back only when it is
        # made to finish: without this, 4 MB stay behind at each visit until 80 have gathered.
        glFinish()
        missing = [screen for screen in self._wanted if screen not in self._ready]
        if missing:
            self.prepare(missing[0])
        elif self._pictures:
            texture_of(self._pictures.pop())
        else:
            self._tidy()
            return
        self.refill_soon()

    def _tidy(self) -> None:
        """Collect now, while nobody is there: in the middle of a visit it would be felt."""
        gc.collect()
        if not self._frozen:
            # Kivy and the views' rules stay for good. Walking through them again would take a
            # quarter of a second; once only, for what is frozen is never given back.
            gc.freeze()
            self._frozen = True
