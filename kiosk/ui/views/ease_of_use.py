"""The ways to make the kiosk easier to use, each one touch."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens import EaseOfUse, Mode
from kiosk.ui.views.base import View
from kiosk.ui.widgets.buttons import Touch
from kiosk.words import Words


class ModeCard(Touch):
    """One mode: its pictogram, what it does, and whether it is on, in words."""

    icon = StringProperty("")
    title = StringProperty("")
    state_words = StringProperty("")
    on = BooleanProperty(False)


class EaseOfUseView(View):
    """What is switched shows at once: this screen is drawn that way too."""

    title = StringProperty("")
    done = StringProperty("")

    def show(self, screen: EaseOfUse) -> None:
        """One card for each mode that this kiosk has."""
        w = self.w
        self.title = w.t("Easier to use")
        self.done = w.t("Done")
        grid = self.ids.modes
        grid.clear_widgets()
        grid.cols = 1 if self.look.portrait else -(-len(screen.offered) // 2)
        for mode in screen.offered:
            grid.add_widget(self._card(mode, on=mode in screen.on))

    def _card(self, mode: Mode, *, on: bool) -> ModeCard:
        w = self.w
        title, state = title_of(mode, w), w.t("On") if on else w.t("Off")
        card = ModeCard(
            name=f"mode:{mode.value}",
            icon=mode.value,
            title=title,
            state_words=state,
            on=on,
            spoken=f"{title}, {state}",
        )
        card.bind(on_release=lambda _: self.answer(mode))
        return card


def title_of(mode: Mode, w: Words) -> str:
    """What the mode does, in a few words."""
    return {
        Mode.CONTRAST: w.t("Strong contrast"),
        Mode.LARGE: w.t("Large letters"),
        Mode.LOW: w.t("Everything lower"),
        Mode.CALM: w.t("No movement"),
        Mode.VOICE: w.t("Read aloud"),
    }[mode]
