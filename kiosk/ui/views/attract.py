"""The invitation to tap."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens import Announcement, Attract, AttractChoice, Trouble
from kiosk.ui.text import LANGUAGES
from kiosk.ui.views.base import View
from kiosk.ui.views.staff_corner import StaffCornerView
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.art import image_of
from kiosk.ui.widgets.buttons import TouchButton
from kiosk.words import Words

MESSAGE_S = 20.0
"""Long enough to be read twice in passing."""

MOST_NOTICES = 2
"""Two sentences can be read in passing; the reader comes first, then the printer."""

LOW_PX = 600
MOST_IN_A_ROW = 3


class AttractView(StaffCornerView):
    """Big words on the left, the card and the arrow on the right; portrait has them below."""

    title = StringProperty("")
    about = StringProperty("")
    card_words = StringProperty("")
    no_card = StringProperty("")
    ease = StringProperty("")
    message = StringProperty("")
    """What the merchant says of a campaign; one after the other."""
    picture = StringProperty("")
    """What belongs to the message; empty where there is none, or where it is not here yet."""
    notice = StringProperty("")
    notice_icon = StringProperty("warning")
    reader_away = BooleanProperty(False)
    middle = ObjectProperty((0, 0))
    """Where the card lies."""
    art_size = NumericProperty(1.0)
    low = BooleanProperty(False)
    """A glass of little height: languages and button share a row."""

    def begin(self, screen: Attract) -> None:
        """Choose the arrangement."""
        del screen
        self.low = self.look.height < LOW_PX and len(self.glass.languages) <= MOST_IN_A_ROW

    def show(self, screen: Attract) -> None:
        """See `View.show`."""
        w = self.w
        self.reader_away = Trouble.READER in screen.troubles
        self.title = w.t("One moment, please") if self.reader_away else w.t("Tap your card")
        points = screen.welcome_points
        self.about = "\n".join(
            (
                w.t("Your points, your gifts, your vouchers."),
                w.t("No card yet? Get {amount} to begin with.", amount=w.counted(points))
                if points
                else w.t("No card yet? It takes one minute."),
            )
        )
        self._say_message()
        self.card_words = w.t("Loyalty card")
        self.no_card = w.t("I have no card")
        self.ease = w.t("Accessibility")
        self.notice = "\n".join(
            plainly(trouble, w) for trouble in Trouble if trouble in screen.troubles
        )
        self.notice = "\n".join(self.notice.split("\n")[:MOST_NOTICES])
        if self.look.height < LOW_PX and "\n" in self.notice and screen.messages:
            self.about = ""  # no room: what is away matters more, and letters must stay readable
        self.notice_icon = "wifi-off" if screen.troubles == (Trouble.NETWORK,) else "warning"
        self.ids.languages.offer(self)

    def on_parent(self, *_: object) -> None:
        """Messages take turns while this is on the glass, without any motion."""
        Clock.unschedule(self._next_message)
        if self.parent is not None:
            Clock.schedule_interval(self._next_message, MESSAGE_S)

    def _next_message(self, _: float) -> None:
        self._turn += 1
        self._say_message()

    def _say_message(self) -> None:
        """The message whose turn it is, in the language of the glass or any it was written in."""
        said = self.screen.messages if isinstance(self.screen, Attract) else ()
        turn = said[self._turn % len(said)] if said else Announcement(words={})
        words = turn.words
        self.message = words.get(self.w.language) or next(iter(words.values()), "")
        self.picture = turn.picture if image_of(turn.picture) else ""

    def wipe(self) -> None:
        """The turns end with the view."""
        Clock.unschedule(self._next_message)
        super().wipe()

    _turn = 0

    def reword(self) -> None:
        """All languages are in view here, so the header needs no pill."""
        super().reword()
        self.language = ""

    def choose_no_card(self) -> None:
        """The customer has no card."""
        self.answer(AttractChoice.NO_CARD)

    def choose_ease(self) -> None:
        """The customer wants it easier to use."""
        self.answer(AttractChoice.EASE)


class Languages(BoxLayout):
    """One pill for each of the shop's languages; the one spoken now is dark."""

    def offer(self, view: View) -> None:
        """Show the shop's languages."""
        self.clear_widgets()
        look = worn()
        if len(view.glass.languages) < 2:
            return
        for code in view.glass.languages:
            pill = TouchButton(
                kind="pill_on" if code == view.w.language else "pill",
                text=LANGUAGES.get(code, code),
                name=f"language:{code}",
                size_px=25,
                size_hint=(None, None),
                height=look.px(62),
                pos_hint={"center_y": 0.5},
            )
            pill.width = max(pill.width_needed(), look.action)
            pill.bind(on_release=lambda _, code=code: view.glass.speak(code))
            self.add_widget(pill)


def plainly(trouble: Trouble, w: Words) -> str:
    """What is away, and what works all the same."""
    return {
        Trouble.READER: w.t("The card reader does not answer. Please ask our staff."),
        Trouble.PRINTER: w.t("The printer is resting: your vouchers show on this screen."),
        Trouble.PAPER: w.t("The paper has run out: your vouchers show on this screen."),
        Trouble.NETWORK: w.t("No network just now: your card, points and gifts still work."),
    }[trouble]
