"""A voucher that did not come out, or perhaps did."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens import PrinterCause, PrinterState, PrinterTrouble, WayOut
from kiosk.ui.views.base import View
from kiosk.words import Words


class PrinterTroubleView(View):
    """What happened, what it means for the points, and the ways out."""

    title = StringProperty("")
    cause = StringProperty("")
    about = StringProperty("")
    nothing_out = BooleanProperty(False)
    give_back = StringProperty("")
    retry = StringProperty("")
    as_code = StringProperty("")

    def show(self, screen: PrinterTrouble) -> None:
        """See `View.show`."""
        w = self.w
        self.finish = w.t("Later")
        self.nothing_out = screen.state is PrinterState.NOT_PRINTED
        self.cause = _cause(screen.cause, w)
        if self.nothing_out:
            self.title = w.t("Your voucher did not print")
            self.about = w.t(
                "Your points are safe, and your voucher for “{gift}” waits for you.",
                gift=screen.gift.name,
            )
            self.retry = w.t("Try again")
        else:
            self.title = w.t("Did your voucher come out?")
            self.about = w.t(
                "If it did, take it. If not, print it again or keep it on your phone: "
                "it is the same voucher, good for one time."
            )
            self.retry = w.t("Print again")
        self.give_back = w.t("Give my points back")
        self.as_code = w.t("On my phone")

    def choose_give_back(self) -> None:
        """Nothing was printed: the points return."""
        self.answer(WayOut.GIVE_BACK)

    def choose_retry(self) -> None:
        """Once more, with the same code."""
        self.answer(WayOut.RETRY)

    def choose_screen(self) -> None:
        """As a QR code."""
        self.answer(WayOut.SCREEN)


def _cause(cause: PrinterCause, w: Words) -> str:
    return {
        PrinterCause.PAPER: w.t("The printer has run out of paper."),
        PrinterCause.COVER: w.t("The cover of the printer is open."),
        PrinterCause.SILENT: w.t("The printer does not answer."),
    }[cause]
