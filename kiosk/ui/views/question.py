"""Two ways to go on, and the wait for a card."""

from kivy.properties import ObjectProperty, StringProperty

from kiosk.screens import (
    ConfirmErase,
    ConfirmRemoval,
    LostCard,
    ProofWay,
    ProveIt,
    TapNewCard,
    WorkOrShop,
)
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


class LostCardView(TwoWaysView):
    """How a member without their card is found."""

    def show(self, screen: LostCard) -> None:
        """See `View.show`."""
        del screen
        w = self.w
        self.finish = w.t("Back")
        self.title = w.t("Your card is lost?")
        self.about = w.t(
            "Your points are safe. We send a code to the mailbox of your account; "
            "then you tap a new card, and the old one opens nothing."
        )
        self.picture, self.answer_no = "mail", False
        self.yes, self.no = w.t("Find me by e-mail"), w.t("Find me by phone")


class ConfirmRemovalView(TwoWaysView):
    """A card less."""

    def show(self, screen: ConfirmRemoval) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Remove this card?")
        self.about = (
            w.t("It is your only card. Without it, a code by mail finds your account again.")
            if screen.last
            else w.t("It opens nothing any more, at once. Your other cards stay.")
        )
        self.picture = "card"
        self.yes, self.no = w.t("Remove it"), w.t("Keep it")


class ConfirmEraseView(TwoWaysView):
    """No account any more."""

    private = True

    def show(self, screen: ConfirmErase) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Forget you for good?")
        lost = w.t("You lose {amount}.", amount=w.counted(screen.balance))
        if screen.vouchers:
            lost += " " + w.tn(
                "{count} voucher waits to be used.",
                "{count} vouchers wait to be used.",
                screen.vouchers,
            )
        self.about = lost + "\n" + w.t("Nobody can undo this.")
        self.picture = "warning"
        self.yes, self.no = w.t("Forget me"), w.t("Keep my account")


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
