"""How to begin without a card."""

from kivy.properties import StringProperty

from kiosk.screens import NoCard, TakeACard
from kiosk.ui.views.base import View


class TakeACardView(View):
    """Two steps; the tap itself goes on."""

    title = StringProperty("")
    first = StringProperty("")
    second = StringProperty("")
    third = StringProperty("")
    payload = StringProperty("")
    about = StringProperty("")
    back = StringProperty("")
    lost = StringProperty("")

    def show(self, screen: TakeACard) -> None:
        """See `View.show`."""
        w = self.w
        self.payload = screen.url
        self.about = w.t("Or scan the code and join on your phone, without a card.")
        if not screen.url:
            self.about = ""
        self.title = w.t("Take a card")
        self.first = w.t("Take one from the box: it is free.")
        self.second = w.t("Hold it against the reader.")
        self.third = w.t("Tell us how to reach you, and your first name.")
        self.back = w.t("Back")
        self.lost = w.t("I lost my card")

    def choose_lost(self) -> None:
        """Find me, and give me another one."""
        self.answer(NoCard.LOST)
