"""What the screens of the staff that list things have in common: rows to touch, in pages."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.views.base import Glass, View
from kiosk.ui.widgets.buttons import Touch
from kiosk.ui.widgets.panel import Panel


class ListRow(Touch, Panel):
    """One thing of a list: what, detail, and a value at its end. Touched when it has a name."""

    icon = StringProperty("")
    what = StringProperty("")
    detail = StringProperty("")
    value = StringProperty("")
    good = BooleanProperty(True)
    well = BooleanProperty(False)
    """A part of the machine that works: its sign is calm."""


class ActsRow(Panel):
    """One thing of a list, with what can be done to it in buttons."""


class TwoActRow(ActsRow):
    """One thing of a list and one or two things to do with it."""

    what = StringProperty("")
    detail = StringProperty("")
    first = StringProperty("")
    first_name = StringProperty("")
    second = StringProperty("")
    second_name = StringProperty("")

    __events__ = ("on_this", "on_that")

    def on_this(self) -> None:
        """The first of the two was touched."""

    def on_that(self) -> None:
        """The other was."""


class PagedView(View):
    """A view with rows in pages, whose `.kv` has `Pages` of the id "pages"."""

    private = True

    title = StringProperty("")
    about = StringProperty("")
    back = StringProperty("")
    where = StringProperty("")

    def __init__(self, glass: Glass, **values: object) -> None:
        load_rows()
        super().__init__(glass, **values)

    def begin(self, screen: object) -> None:
        """Start at the first page, once."""
        del screen
        if self.fresh:
            self.ids.pages.page = 0
            self.ids.pages.bind(page=self.say_where, pages=self.say_where)

    def list(self, makers: Sequence[Callable[[], Widget]]) -> None:
        """Show what `makers` make."""
        self.back = self.w.t("Back")
        self.ids.pages.fill(makers)
        self.say_where()

    def say_where(self, *_: object) -> None:
        """The page that is shown, of how many."""
        pages = self.ids.pages
        self.where = self.w.t("{page} of {pages}", page=pages.page + 1, pages=pages.pages)

    def choice(self, answer: object, **looks: object) -> Callable[[], Widget]:
        """A maker of a row that answers with `answer` when it is touched."""
        return partial(self._choice, answer, looks)

    def _choice(self, answer: object, looks: dict[str, object]) -> Widget:
        row = ListRow(**looks)
        row.bind(on_release=lambda _: self.answer(answer))
        return row


class ListedView(PagedView):
    """A heading, rows in pages, the way back, and perhaps one main thing to do."""

    notice = StringProperty("")
    main = StringProperty("")
    columns = NumericProperty(1)
    row_px = NumericProperty(96)
    two_acts = BooleanProperty(False)

    def do_main(self) -> None:
        """The main thing was touched."""
        raise AssertionError(f"{type(self).__name__} has no main thing to do")


def load_rows() -> None:
    """Define the layout of these views, once per process."""
    layout = str(Path(__file__).with_name("listed.kv"))
    if layout not in Builder.files:
        Builder.load_file(layout)
