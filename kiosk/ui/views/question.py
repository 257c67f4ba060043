"""Two ways to go on, and the wait for a card."""

from kivy.properties import ObjectProperty, StringProperty

from kiosk.screens import ProofWay, ProveIt, TapNewCard, WorkOrShop
from kiosk.ui.views.base import View


class TwoWaysView(View):
    """A question with two buttons; the way out is in the header where "no" is an answer too."""

    title = StringProperty("")
    about = StringProperty("")
    picture = StringProperty("")
    yes = StringProperty("")
    no = StringProperty("")
    answer_no = ObjectProperty(None, allownone=True)


class WorkOrShopView(TwoWaysView):
    """A staff card: to work, or for one's own points."""

    def show(self, screen: WorkOrShop) -> None:
        """See `View.show`."""
        w = self.w
        self.finish = w.t("Finish")
        self.title = w.t("Hello {name}", name=screen.initial)
        self.about = w.t("This is a staff card. Do you come to work, or for your own points?")
        self.picture, self.answer_no = "user", False
        self.yes, self.no = w.t("To work"), w.t("My own points")


class ProveItView(TwoWaysView):
    """A gift that costs more than may be spent on the card's word alone."""

    def show(self, screen: ProveIt) -> None:
        """See `View.show`."""
        w = self.w
        self.finish = w.t("Finish")
        self.title = w.t("Is it really you?")
        allowed = w.t(
            "With your card alone you can spend up to {amount} now.", amount=w.counted(screen.most)
        )
        how, self.yes = {
            ProofWay.CODE: (
                w.t("For more, type the code that we send to your e-mail address."),
                w.t("Send me a code"),
            ),
            ProofWay.CHIP: (
                w.t("For more, hold the card against the reader again, and touch “Go on”."),
                w.t("Go on"),
            ),
        }[screen.way]
        self.about = f"{allowed} {how}"
        self.picture, self.no, self.answer_no = "card-waves", w.t("Not now"), False


class TapNewCardView(View):
    """The tap itself goes on."""

    title = StringProperty("")
    about = StringProperty("")
    notice = StringProperty("")
    back = StringProperty("")

    def show(self, screen: TapNewCard) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("The new card")
        self.about = w.t("Take a card from the box and hold it against the reader.")
        self.notice = (
            w.t("This card is somebody’s already: take another one.") if screen.taken else ""
        )
        self.back = w.t("Back")
