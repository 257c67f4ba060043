"""The voucher is on its way."""

from kivy.properties import StringProperty

from kiosk.screens import Printing
from kiosk.ui.views.base import View


class PrintingView(View):
    """Told, not asked: it ends by itself."""

    title = StringProperty("")
    about = StringProperty("")

    def show(self, screen: Printing) -> None:
        """See `View.show`."""
        self.title = self.w.t("Your voucher is printing")
        self.about = self.w.t("{gift}: one moment, it comes out below.", gift=screen.gift.name)
