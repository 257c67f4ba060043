"""One thing told, with one way on."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens import Tell, Told
from kiosk.ui.views.base import View
from kiosk.words import Words

GOOD = {Tell.DONE, Tell.PRINTED}
ICON_OF = {
    Tell.DONE: "circle-check",
    Tell.PRINTED: "printer",
    Tell.NOT_PRINTED: "printer",
    Tell.NEEDS_NETWORK: "wifi-off",
    Tell.NOT_ALLOWED: "lock",
    Tell.WAITS_FOR_SECOND: "hourglass",
}


class ToldView(View):
    """A sign, what was done, and what that means."""

    title = StringProperty("")
    about = StringProperty("")
    icon = StringProperty("")
    good = BooleanProperty(True)
    ok = StringProperty("")

    def show(self, screen: Told) -> None:
        """See `View.show`."""
        self.title, self.about = _words(screen.what, self.w)
        self.icon = ICON_OF.get(screen.what, "warning")
        self.good = screen.what in GOOD
        self.ok = self.w.t("All right")


def _words(what: Tell, w: Words) -> tuple[str, str]:
    """What is told, and what follows from it."""
    return {
        Tell.DONE: (w.t("Done"), w.t("It counts at every till and kiosk.")),
        Tell.PRINTED: (w.t("Printed"), w.t("Please take the paper.")),
        Tell.NOT_PRINTED: (
            w.t("It did not print"),
            w.t("Look at the paper and the cover, then try again."),
        ),
        Tell.NEEDS_NETWORK: (
            w.t("No network"),
            w.t("This needs the back office. Gifts and vouchers work without it."),
        ),
        Tell.NOT_ALLOWED: (
            w.t("Not with your rights"),
            w.t("Ask a manager, or the owner of the shop."),
        ),
        Tell.WAITS_FOR_SECOND: (
            w.t("A second person must agree"),
            w.t("So many points are not given by one person alone. It waits in the back office."),
        ),
        Tell.REFUSED: (
            w.t("That cannot be done"),
            w.t("The rules of the shop say no. Nothing was changed."),
        ),
        Tell.NO_PIN: (
            w.t("No PIN yet"),
            w.t(
                "Give yourself a PIN in the back office, under Staff; "
                "the kiosk hears of it within a minute."
            ),
        ),
    }[what]
