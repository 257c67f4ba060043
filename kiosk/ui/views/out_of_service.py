"""The kiosk cannot work at all."""

from kivy.properties import StringProperty

from kiosk.screens import AttractChoice, OutOfOrder, OutOfService
from kiosk.ui.views.staff_corner import StaffCornerView


class OutOfServiceView(StaffCornerView):
    """What is broken, what still works, whom to call. It goes away by itself."""

    title = StringProperty("")
    about = StringProperty("")
    still = StringProperty("")
    icon = StringProperty("")
    set_up = StringProperty("")
    """What the button says that begins the set-up; empty where there is nothing to set up."""

    def show(self, screen: OutOfService) -> None:
        """See `View.show`."""
        w = self.w
        self.icon = "hourglass" if screen.reason is OutOfOrder.STARTING else "wrench"
        self.title = {
            OutOfOrder.STARTING: w.t("One moment, we are opening"),
            OutOfOrder.NOT_CLAIMED: w.t("Welcome: this kiosk is new"),
        }.get(screen.reason, w.t("Out of service for now"))
        self.about = {
            OutOfOrder.STORAGE: w.t(
                "This kiosk cannot write anything down. Please tell our staff: "
                "its disk is full or broken."
            ),
            OutOfOrder.NOT_CLAIMED: w.t(
                "It does not belong to a shop yet. Make a code in the back office, under "
                "Kiosks, and type it here."
            ),
            OutOfOrder.REVOKED: w.t(
                "This kiosk has been shut out by the back office. Please tell our staff: "
                "it needs a new code."
            ),
            OutOfOrder.STARTING: w.t(
                "The kiosk is fetching the shop's program. It begins by itself."
            ),
            OutOfOrder.SWITCHED_OFF: w.t("This kiosk is not in use at the moment."),
            OutOfOrder.PAUSED: w.t("This kiosk is taking a break."),
        }[screen.reason]
        nobodys = screen.reason in {OutOfOrder.SWITCHED_OFF, OutOfOrder.NOT_CLAIMED}
        self.still = (
            "" if nobodys else w.t("Your points are safe, and the till counts them as always.")
        )
        self.set_up = {
            OutOfOrder.NOT_CLAIMED: w.t("Set it up"),
            OutOfOrder.REVOKED: w.t("Type a new code"),
        }.get(screen.reason, "")

    def begin_set_up(self) -> None:
        """Whoever has a code goes on."""
        self.answer(AttractChoice.SET_UP)
