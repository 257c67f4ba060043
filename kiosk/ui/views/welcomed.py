"""The welcome points are there."""

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.screens import AfterClaim, Welcomed
from kiosk.ui.views.base import View


class WelcomedView(View):
    """Amount, deadline, new balance; a slip for who asks."""

    private = True
    public = ()

    title = StringProperty("")
    number = StringProperty("")
    unit = StringProperty("")
    facts = ListProperty()
    printed = StringProperty("")
    slip = StringProperty("")
    offers_slip = BooleanProperty(False)
    gifts = StringProperty("")

    def show(self, screen: Welcomed) -> None:
        """See `View.show`."""
        w, name = self.w, screen.first_name
        self.finish = w.t("Finish")
        self.title = w.t("They are yours, {name}!", name=name) if name else w.t("They are yours!")
        self.number = w.bare(screen.balance)
        self.unit = w.unit(screen.balance)
        received = w.counted(screen.points)
        balance = w.counted(screen.balance)
        self.facts = [
            (w.t("Received"), f"+{received}"),
            (w.t("Your balance"), balance),
            *([(w.t("Valid until"), w.day(screen.deadline))] if screen.deadline else []),
        ]
        self.printed = ""
        if screen.slip_printed:
            self.printed = w.t("Your slip is printed below.")
        elif screen.slip_failed:
            self.printed = w.t("The slip did not come out. Your points are safe all the same.")
        self.slip = w.t("Print a slip")
        self.offers_slip = screen.slip_possible and not screen.slip_printed
        self.gifts = w.t("See my gifts")

    def print_slip(self) -> None:
        """Paper only for who asks (French law since 1 August 2023)."""
        self.answer(AfterClaim.SLIP)

    def go_home(self) -> None:
        """On to the gifts."""
        self.answer(AfterClaim.HOME)

    def aloud(self) -> tuple[str, ...]:
        """All that is on the paper."""
        screen = self.screen
        if not isinstance(screen, Welcomed) or not screen.ticket:
            return ()
        return (self.w.t("On the paper:"), *screen.ticket)
