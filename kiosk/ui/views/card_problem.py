"""A card that opens nothing: why, and what to do."""

from kivy.properties import StringProperty

from kiosk.screens import CardNotice, CardProblem
from kiosk.ui.views.base import View


class CardProblemView(View):
    """One sentence, one remedy."""

    title = StringProperty("")
    about = StringProperty("")
    picture = StringProperty("")
    ok = StringProperty("")

    def show(self, screen: CardProblem) -> None:
        """See `View.show`."""
        w = self.w
        self.title, self.about = {
            CardNotice.MUTE: (
                w.t("Once more, please"),
                w.t("The card left too early. Hold it against the reader for one second."),
            ),
            CardNotice.RANDOM: (
                w.t("This one we cannot recognise"),
                w.t(
                    "Phones and some cards change their number at every tap. "
                    "Please use a loyalty card: there are some in the box."
                ),
            ),
            CardNotice.BLOCKED: (
                w.t("This card no longer works"),
                w.t(
                    "It was replaced or reported lost. Your points are safe: "
                    "use your new card, or ask our staff."
                ),
            ),
        }[screen.notice]
        self.picture = "phone" if screen.notice is CardNotice.RANDOM else "card-waves"
        self.ok = w.t("All right")
