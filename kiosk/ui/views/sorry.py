"""Something unexpected."""

from kivy.properties import StringProperty

from kiosk.screens import Sorry
from kiosk.ui.views.base import View


class SorryView(View):
    """Nothing is lost; begin again."""

    title = StringProperty("")
    about = StringProperty("")
    ok = StringProperty("")

    def show(self, screen: Sorry) -> None:
        """See `View.show`."""
        del screen
        w = self.w
        self.title = w.t("Sorry, that went wrong")
        self.about = w.t("Nothing is lost. Please tap your card once more.")
        self.ok = w.t("Begin again")
