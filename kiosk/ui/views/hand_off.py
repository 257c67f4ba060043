"""Joining on one's own phone: the code to scan."""

from kivy.properties import ListProperty, StringProperty

from kiosk.screens import HandOff
from kiosk.ui.views.base import View


class HandOffView(View):
    """The code large enough for a phone held at arm's length, and what happens then."""

    title = StringProperty("")
    about = StringProperty("")
    payload = StringProperty("")
    facts = ListProperty()
    back = StringProperty("")

    def show(self, screen: HandOff) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Go on with your phone")
        self.about = w.t("Scan this code with its camera and fill in the page. We greet you here.")
        self.payload = screen.url
        self.facts = [(w.t("Open until"), w.day(screen.last_day))]
        self.back = w.t("Back")

    def wipe(self) -> None:
        """Who photographs the code later could join with this card."""
        self.payload = ""
        super().wipe()
