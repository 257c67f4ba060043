"""How a movement's points were counted, in plain words."""

from collections.abc import Callable
from functools import partial

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.screens import Because, Why
from kiosk.ui.views.base import View
from kiosk.ui.views.history import what_moved
from kiosk.words import Words

Line = tuple[str, str]
"""What it is, and how much."""


class WhyRow(BoxLayout):
    """One line of the calculation, as on a till's receipt."""

    what = StringProperty("")
    value = StringProperty("")
    loud = BooleanProperty(False)
    """A result."""


class WhyView(View):
    """From what was counted to the points, in pages."""

    private = True

    title = StringProperty("")
    about = StringProperty("")
    back = StringProperty("")
    where = StringProperty("")

    def begin(self, screen: Why) -> None:
        """Start at the first page, once."""
        del screen
        if self.fresh:
            self.ids.pages.page = 0
            self.ids.pages.bind(page=self.say_where, pages=self.say_where)

    def show(self, screen: Why) -> None:
        """See `View.show`."""
        w, line = self.w, screen.line
        self.title = w.t("How it was counted")
        self.about = f"{what_moved(line, w)} · {w.moment(line.at)}"
        self.finish, self.back = "", w.t("Back")
        rows = [(told, because) for because in line.because if (told := in_words(because, w))]
        self.ids.pages.fill([partial(_row, told, because) for told, because in rows])
        self.say_where()

    def say_where(self, *_: object) -> None:
        """The page that is shown, of how many."""
        pages = self.ids.pages
        self.where = self.w.t("{page} of {pages}", page=pages.page + 1, pages=pages.pages)


def _row(told: Line, because: Because) -> Widget:
    what, value = told
    return WhyRow(what=what, value=value, loud=because.message in {"basis", "points"})


def in_words(because: Because, w: Words) -> Line | None:
    """One line in words; None for a message that this version does not know."""
    head, _, kind = because.message.partition(".")
    told = _TOLD.get(head)
    return None if told is None else told(kind, because, w)


def _rated(kind: str, because: Because, w: Words) -> Line:
    if kind == "returned":
        return (w.t("The part that came back"), "")
    per = _money(because.per, w) if because.of_money else w.number(because.per)
    return (w.t("{amount} for {per}", amount=w.counted(because.points), per=per), "")


def _counted(kind: str, because: Because, w: Words) -> Line | None:
    if kind in {"ttc", "ht"}:
        what = w.t("Your purchase") if kind == "ttc" else w.t("Your purchase without tax")
        return (what, _money(because.amount, w))
    names = {
        "visits": w.t("Visits"),
        "typed_visits": w.t("Visits"),
        "articles": w.t("Articles"),
        "article_points": w.t("By article"),
        "line_points": w.t("What the article had earned"),
    }
    return (names[kind], w.number(because.count)) if kind in names else None


def _deducted(kind: str, because: Because, w: Words) -> Line | None:
    names = {
        "voucher": w.t("Vouchers"),
        "points": w.t("Paid with points"),
        "ticket_discount": w.t("Discount"),
    }
    return (names[kind], f"− {_money(because.amount, w)}") if kind in names else None


def _combined(kind: str, because: Because, w: Words) -> Line | None:
    del because
    names = {
        "best": w.t("The best campaign counts"),
        "multiply": w.t("The campaigns count together"),
        "add": w.t("The campaigns are added"),
    }
    return (names[kind], "") if kind in names else None


def _money(minor: int, w: Words) -> str:
    return w.money(minor, w.measure.currency)


_TOLD: dict[str, Callable[[str, Because, Words], Line | None]] = {
    "count": _counted,
    "deduct": _deducted,
    "basis": lambda _, b, w: (w.t("What counts"), _money(b.amount, w)),
    "rate": _rated,
    "give": lambda _, b, w: (w.t("Given"), w.counted(b.points)),
    "campaign": lambda _, b, w: (b.name, f"× {b.factor.replace('.', w.decimal_point)}"),
    "combine": _combined,
    "only": lambda _, __, w: (w.t("The campaign counts for some articles only"), ""),
    "cap": lambda _, b, w: (w.t("No more than"), w.counted(b.points)),
    "points": lambda _, b, w: (w.t("Makes"), w.counted(b.points)),
    "nature": lambda _, b, w: (w.t("Reason"), b.name),
}
"""How each kind of message is told."""
