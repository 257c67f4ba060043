"""A gift that cannot be taken after all."""

from kivy.properties import StringProperty

from kiosk.screens import GiftRefused, RefusalReason
from kiosk.ui.views.base import View


class GiftRefusedView(View):
    """Why, and that the points are untouched."""

    title = StringProperty("")
    about = StringProperty("")
    safe = StringProperty("")
    picture = StringProperty("")
    ok = StringProperty("")

    def show(self, screen: GiftRefused) -> None:
        """See `View.show`."""
        w = self.w
        self.title, self.about = {
            RefusalReason.NOT_ENOUGH: (
                w.t("Not quite enough points"),
                w.t("Your balance has changed meanwhile, at a till or on another kiosk."),
            ),
            RefusalReason.UNAVAILABLE: (
                w.t("This gift is gone for now"),
                w.t("We are sorry: it cannot be taken at the moment. Perhaps another one?"),
            ),
            RefusalReason.OFFLINE_LIMIT: (
                w.t("A little later, please"),
                w.t("Without the network we can only give a limited number of points in gifts."),
            ),
            RefusalReason.OFTEN: (
                w.t("You have had it as often as you can"),
                w.t("This gift, or gifts at all, can be had so many times only."),
            ),
            RefusalReason.PAUSED: (
                w.t("No gifts here for now"),
                w.t("Our staff has paused gifts at this kiosk. Please ask at the counter."),
            ),
            RefusalReason.STORAGE: (
                w.t("This kiosk cannot give it"),
                w.t("It cannot write anything down just now. Please ask our staff."),
            ),
            RefusalReason.CARD_LIMIT: (
                w.t("Too much for this card"),
                w.t("So much cannot be spent with this card alone. Please ask our staff.")
                if screen.allowed is None
                else w.t(
                    "With your card alone you can spend up to {amount} now.",
                    amount=w.counted(screen.allowed),
                ),
            ),
        }[screen.reason]
        self.safe = w.t("Your points are untouched.")
        self.picture = screen.gift.picture
        self.ok = w.t("All right")
