"""Each movement in plain words."""

from functools import partial

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import History, HistoryLine, Movement
from kiosk.ui.views.base import View
from kiosk.ui.widgets.buttons import Touch
from kiosk.ui.widgets.panel import Panel
from kiosk.words import Words


class HistoryRow(Touch, Panel):
    """One movement: what, when and why, and the points; touched for more where there is more."""

    what = StringProperty("")
    when = StringProperty("")
    points = StringProperty("")
    gained = BooleanProperty(True)
    more = BooleanProperty(False)


class HistoryView(View):
    """Newest first, in pages."""

    private = True

    title = StringProperty("")
    none = StringProperty("")
    back = StringProperty("")
    where = StringProperty("")

    def begin(self, screen: History) -> None:
        """Start at the first page, once."""
        del screen
        if self.fresh:
            self.ids.pages.page = 0
            self.ids.pages.bind(page=self.say_where, pages=self.say_where)

    def show(self, screen: History) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("History")
        self.finish = w.t("Finish")
        self.info = w.counted(screen.balance)
        self.back = w.t("Back")
        self.none = "" if screen.lines else w.t("Nothing yet. Your next purchase will be here.")
        self.ids.pages.fill(
            [partial(self._row, number, line) for number, line in enumerate(screen.lines)]
        )
        self.say_where()

    def say_where(self, *_: object) -> None:
        """The page that is shown, of how many."""
        pages = self.ids.pages
        self.where = self.w.t("{page} of {pages}", page=pages.page + 1, pages=pages.pages)

    def _row(self, number: int, line: HistoryLine) -> Widget:
        w = self.w
        sign = "+" if line.points >= 0 else "−"
        moment = w.moment(line.at)
        what, points = what_moved(line, w), f"{sign}{w.bare(abs(line.points))}"
        row = HistoryRow(
            name=f"why:{number}" if line.because else "",
            disabled=not line.because,
            what=what,
            when=f"{moment} · {line.rule}" if line.rule else moment,
            points=points,
            gained=line.points >= 0,
            more=bool(line.because),
            spoken=f"{what}, {points}, {moment}",
            private=True,
        )
        row.bind(on_release=lambda _: self.answer(line))
        return row


def what_moved(line: HistoryLine, w: Words) -> str:
    """The movement in words."""
    match line.movement:
        case Movement.WELCOME:
            return w.t("Welcome points")
        case Movement.EARN:
            return w.t("Purchase of {amount}", amount=w.money(line.spent, line.currency))
        case Movement.REDEEM:
            return w.t("Gift: {gift}", gift=line.gift_name)
        case Movement.REVERSAL:
            return (
                w.t("Given back: {gift}", gift=line.gift_name)
                if line.gift_name
                else (w.t("Points given back"))
            )
        case Movement.EXPIRY:
            return w.t("Points not used in time")
        case Movement.OTHER:
            return w.t("Points added") if line.points >= 0 else w.t("Points taken")
