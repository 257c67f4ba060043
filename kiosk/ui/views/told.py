"""One thing told, with one way on."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens import Tell, Told
from kiosk.ui.views.base import View
from kiosk.words import Words

GOOD = {
    Tell.DONE,
    Tell.PRINTED,
    Tell.CARD_REMOVED,
    Tell.ERASED,
    Tell.MAILED,
    Tell.CLAIMED,
}
ICON_OF = {
    Tell.DONE: "circle-check",
    Tell.PRINTED: "printer",
    Tell.NOT_PRINTED: "printer",
    Tell.NEEDS_NETWORK: "wifi-off",
    Tell.NOT_ALLOWED: "lock",
    Tell.WAITS_FOR_SECOND: "hourglass",
    Tell.OFFLINE: "wifi-off",
    Tell.LOST_OFFLINE: "wifi-off",
    Tell.TOO_MANY: "hourglass",
    Tell.CARD_REMOVED: "circle-check",
    Tell.ERASED: "circle-check",
    Tell.MAILED: "circle-check",
    Tell.CLAIMED: "circle-check",
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
        self.title, self.about = _words(screen, self.w)
        self.icon = ICON_OF.get(screen.what, "warning")
        self.good = screen.what in GOOD
        self.ok = self.w.t("All right")


def _words(screen: Told, w: Words) -> tuple[str, str]:
    """What is told, and what follows from it."""
    told = _for_staff(w) | _for_customers(w) | _of_mail(w, screen.contact)
    return (told | _for_the_installer(w, screen.contact))[screen.what]


def _for_the_installer(w: Words, terminal: str) -> dict[Tell, tuple[str, str]]:
    return {
        Tell.CLAIMED: (
            w.t("This kiosk is yours"),
            w.t("It is {terminal} now, and opens by itself.", terminal=terminal),
        )
    }


def _of_mail(w: Words, contact: str) -> dict[Tell, tuple[str, str]]:
    return {
        Tell.MAILED: (
            w.t("Your voucher is on its way"),
            w.t("We have sent it to {contact}. It is good for one time.", contact=contact),
        ),
        Tell.NO_EMAIL: (
            w.t("We have no e-mail of yours"),
            w.t("Your voucher stays on your account. Please ask our staff."),
        ),
    }


def _for_customers(w: Words) -> dict[Tell, tuple[str, str]]:
    return {
        Tell.OFFLINE: (
            w.t("No network just now"),
            w.t("Please try again later, or ask at the counter."),
        ),
        Tell.LOST_OFFLINE: (
            w.t("No network just now"),
            w.t(
                "We cannot look for your account without it. Your points are safe: "
                "please come back later, or ask at the counter."
            ),
        ),
        Tell.NOT_NOW: (
            w.t("That did not work"),
            w.t("Nothing was changed. Please ask our staff."),
        ),
        Tell.TOO_MANY: (
            w.t("Enough codes for today"),
            w.t("Please use the last one you got, or ask our staff."),
        ),
        Tell.CODE_DEAD: (
            w.t("This code is used up"),
            w.t("It was typed wrong too often. Please begin again for a new one."),
        ),
        Tell.CARD_REMOVED: (
            w.t("The card is removed"),
            w.t("It opens nothing any more. Your points stay on your account."),
        ),
        Tell.ERASED: (
            w.t("You are forgotten"),
            w.t("Your name, address and cards are gone. Thank you for your visits."),
        ),
    }


def _for_staff(w: Words) -> dict[Tell, tuple[str, str]]:
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
    }
