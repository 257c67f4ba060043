"""A card nobody knows: join?"""

from kivy.properties import StringProperty

from kiosk.screens import Join
from kiosk.ui.views.base import View
from kiosk.words import Counted, Words


class JoinView(View):
    """What joining gives, and how long it takes."""

    title = StringProperty("")
    about = StringProperty("")
    number = StringProperty("")
    unit = StringProperty("")
    not_now = StringProperty("")
    join = StringProperty("")

    def show(self, screen: Join) -> None:
        """See `View.show`."""
        w, points = self.w, screen.welcome_points
        self.title = w.t("Welcome! This card is new.")
        self.about = w.t("Make it yours with your first name and your e-mail. It takes one minute.")
        self.number = f"+{w.bare(points)}" if points else ""
        self.unit = welcome_unit(w, points) if points else ""
        self.not_now = w.t("Not now")
        self.join = w.t("Join")


def welcome_unit(w: Words, points: int) -> str:
    """What stands below the number of what joining gives."""
    if w.measure.counted is Counted.POINTS:
        return w.tn("welcome point", "welcome points", points)
    return w.t("{unit} to welcome you", unit=w.unit(points)).strip()
