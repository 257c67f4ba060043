"""The paper is out."""

from kivy.properties import ListProperty, StringProperty

from kiosk.screens import TakeVoucher
from kiosk.ui.views.base import View


class TakeVoucherView(View):
    """Take it; until when it is good; what is left."""

    private = True

    title = StringProperty("")
    facts = ListProperty()
    done = StringProperty("")

    def show(self, screen: TakeVoucher) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Take your voucher")
        self.facts = [
            (w.t("Your gift"), screen.gift.name),
            (w.t("At the till until"), w.day(screen.last_day)),
            (w.t("Your balance"), w.counted(screen.balance)),
        ]
        self.done = w.t("Thank you")

    def aloud(self) -> tuple[str, ...]:
        """All that is on the paper."""
        screen = self.screen
        if not isinstance(screen, TakeVoucher) or not screen.ticket:
            return ()
        return (self.w.t("On the paper:"), *screen.ticket)
