"""The kiosk cannot work at all."""

from kivy.properties import StringProperty

from kiosk.screens import OutOfOrder, OutOfService
from kiosk.ui.views.staff_corner import StaffCornerView


class OutOfServiceView(StaffCornerView):
    """What is broken, what still works, whom to call. It goes away by itself."""

    title = StringProperty("")
    about = StringProperty("")
    still = StringProperty("")
    icon = StringProperty("")

    def show(self, screen: OutOfService) -> None:
        """See `View.show`."""
        w = self.w
        starting = screen.reason is OutOfOrder.STARTING
        self.icon = "hourglass" if starting else "wrench"
        self.title = (
            w.t("One moment, we are opening") if starting else w.t("Out of service for now")
        )
        self.about = {
            OutOfOrder.STORAGE: w.t(
                "This kiosk cannot write anything down. Please tell our staff: "
                "its disk is full or broken."
            ),
            OutOfOrder.NOT_CLAIMED: w.t(
                "This kiosk does not belong to a shop yet. Installer: enter the code from the "
                "back office with “python -m kiosk claim CODE”."
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
        off = screen.reason is OutOfOrder.SWITCHED_OFF
        self.still = "" if off else w.t("Your points are safe, and the till counts them as always.")
