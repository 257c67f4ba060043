"""A card nobody knows: join, and how?"""

from kivy.properties import StringProperty

from kiosk.screens import Join, Way
from kiosk.ui.views.base import View
from kiosk.words import Counted, Words


class JoinView(View):
    """What joining gives, and how long it takes."""

    title = StringProperty("")
    about = StringProperty("")
    number = StringProperty("")
    unit = StringProperty("")
    by_phone = StringProperty("")
    by_email = StringProperty("")
    by_code = StringProperty("")
    """Empty while there is no network."""

    def show(self, screen: Join) -> None:
        """See `View.show`."""
        w, points = self.w, screen.welcome_points
        self.title = w.t("Welcome! This card is new.")
        self.about = (
            w.t("Your phone cannot take over just now. How else may we reach you?")
            if screen.no_link
            else w.t("Make it yours in one minute. How may we reach you?")
        )
        self.number = f"+{w.bare(points)}" if points else ""
        self.unit = welcome_unit(w, points) if points else ""
        self.finish = w.t("Not now")
        self.by_phone, self.by_email = w.t("By phone"), w.t("By e-mail")
        self.by_code = w.t("By QR code") if Way.HANDOFF in screen.ways else ""

    def take(self, way: str) -> None:
        """That is how."""
        self.answer(Way(way))


def welcome_unit(w: Words, points: int) -> str:
    """What stands below the number of what joining gives."""
    if w.measure.counted is Counted.POINTS:
        return w.tn("welcome point", "welcome points", points)
    return w.t("{unit} to welcome you", unit=w.unit(points)).strip()
