"""The voucher as a QR code, to be photographed."""

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.screens import VoucherOnScreen
from kiosk.ui.views.base import View


class VoucherOnScreenView(View):
    """The code large enough for a phone held at arm's length, and its readable letters."""

    private = True

    title = StringProperty("")
    payload = StringProperty("")
    code = StringProperty("")
    about = StringProperty("")
    facts = ListProperty()
    can_mail = BooleanProperty(False)
    mail = StringProperty("")
    done = StringProperty("")

    def show(self, screen: VoucherOnScreen) -> None:
        """See `View.show`."""
        w = self.w
        self.title = screen.gift_name
        self.payload = screen.payload
        self.code = screen.code
        self.about = w.t("Take a photo of it and show it at the till. It is good for one time.")
        self.facts = [
            (w.t("Until"), w.day(screen.last_day)),
            (w.t("Your balance"), w.counted(screen.balance)),
        ]
        self.can_mail = screen.by_mail
        self.mail = w.t("By e-mail")
        self.done = w.t("I have my photo")

    def wipe(self) -> None:
        """A voucher is worth money to who photographs it later."""
        self.payload = ""
        super().wipe()
