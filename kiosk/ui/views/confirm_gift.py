"""Take this gift? Nothing is taken before the answer."""

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.screens import ConfirmGift, Delivery
from kiosk.ui.views.base import View
from kiosk.ui.views.choose_gift import own_line


class ConfirmGiftView(View):
    """Cost, what remains, where to use it and until when."""

    private = True

    picture = StringProperty("")
    title = StringProperty("")
    facts = ListProperty()
    about = StringProperty("")
    paper = BooleanProperty(True)
    back = StringProperty("")
    as_code = StringProperty("")
    print_it = StringProperty("")

    def show(self, screen: ConfirmGift) -> None:
        """See `View.show`."""
        w = self.w
        self.info = own_line(self, screen.first_name, screen.balance)
        self.picture = screen.gift.picture
        self.title = screen.gift.name
        self.facts = [
            (w.t("Price"), w.counted(screen.gift.cost)),
            (w.t("You will have left"), w.counted(screen.remaining)),
            (w.t("To use at"), screen.place),
            (w.t("Until"), w.day(screen.last_day)),
        ]
        self.paper = screen.paper
        self.about = (
            w.t("The voucher prints below the screen. You can also keep it on your phone.")
            if screen.paper
            else w.t(
                "The printer is resting: your voucher shows on the screen, to be photographed."
            )
        )
        self.back = w.t("Back")
        self.as_code = w.t("On my phone")
        self.print_it = w.t("Print my voucher")

    def take_on_screen(self) -> None:
        """The voucher as a QR code."""
        self.answer(Delivery.SCREEN)

    def take_on_paper(self) -> None:
        """The voucher on paper."""
        self.answer(Delivery.PAPER)
