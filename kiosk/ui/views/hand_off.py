"""Joining on one's own phone: the code to scan."""

from typing import Any

from kivy.properties import ListProperty, StringProperty

from kiosk.screens import DataLink, HandOff
from kiosk.ui.views.base import View


class HandOffView(View):
    """The code large enough for a phone held at arm's length, and what happens then."""

    title = StringProperty("")
    about = StringProperty("")
    payload = StringProperty("")
    facts = ListProperty()
    back = StringProperty("")

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        assert isinstance(screen, HandOff)
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


class DataLinkView(HandOffView):
    """The same, for everything that is kept of somebody."""

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        assert isinstance(screen, DataLink)
        w = self.w
        self.title = w.t("Your data, on your phone")
        self.about = w.t("Scan this code: you get all that we keep of you. Show it to nobody else.")
        self.payload = screen.url
        self.facts = [(w.t("Open until"), w.day(screen.last_day))]
        self.back = w.t("Back")
