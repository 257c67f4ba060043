"""The welcome points, to be claimed."""

from kivy.properties import StringProperty

from kiosk.screens import ClaimWelcome
from kiosk.ui.views.base import View
from kiosk.ui.views.join import welcome_unit


class ClaimWelcomeView(View):
    """One number, one touch."""

    private = True
    public = ()

    title = StringProperty("")
    about = StringProperty("")
    number = StringProperty("")
    unit = StringProperty("")
    later = StringProperty("")
    claim = StringProperty("")

    def show(self, screen: ClaimWelcome) -> None:
        """See `View.show`."""
        w, name = self.w, screen.first_name
        self.title = w.t("Welcome {name}!", name=name) if name else w.t("Welcome!")
        self.about = w.t("Your welcome points are ready. Take them now: they count at once.")
        self.number = f"+{w.bare(screen.points)}"
        self.unit = welcome_unit(w, screen.points)
        self.later = w.t("Later")
        self.claim = w.t("Take them")
