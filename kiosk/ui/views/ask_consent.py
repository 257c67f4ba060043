"""Consent, one row per purpose, both unticked."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.screens import AskConsent, Consents, Way
from kiosk.ui.views.base import Glass, View
from kiosk.ui.views.typed import load_shapes
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.buttons import Touch

LOW = 600
"""Pixels."""


class ConsentRow(Touch):
    """One purpose: a box to tick, what is allowed, and why. The whole row is touched."""

    words = StringProperty("")
    why = StringProperty("")
    tag = StringProperty("")
    """Whether it is needed, in words."""
    needed = BooleanProperty(False)
    wanted = BooleanProperty(False)
    """It was left out, and is asked for again."""
    ticked = BooleanProperty(False)
    ticked_words = StringProperty("")
    """Whether it is ticked, for those who do not see the box."""
    box = NumericProperty()
    hair = NumericProperty()

    def __init__(self, **values: object) -> None:
        look = worn()
        tallest = max(look.px(236 if look.portrait else 168), look.action)
        super().__init__(box=look.px(68), hair=look.px(3), size_hint_max_y=tallest, **values)


class AskConsentView(View):
    """Asks what the shop may do. What has been ticked is kept until the person leaves."""

    title = StringProperty("")
    program = BooleanProperty(False)
    news = BooleanProperty(False)
    program_words = StringProperty("")
    program_why = StringProperty("")
    program_tag = StringProperty("")
    news_words = StringProperty("")
    news_why = StringProperty("")
    news_tag = StringProperty("")
    ticked_words = StringProperty("")
    unticked_words = StringProperty("")
    notice = StringProperty("")
    low = BooleanProperty(False)
    """A low glass: a word about what is missing takes the title's place."""
    back = StringProperty("")
    go_on = StringProperty("")

    def __init__(self, glass: Glass, **values: object) -> None:
        load_shapes()
        super().__init__(glass, low=worn().height < LOW, **values)

    def begin(self, screen: AskConsent) -> None:
        """Take over what was ticked before."""
        self.program, self.news = screen.draft.program, screen.draft.news

    def take_over(self, before: View) -> None:
        """The ticks."""
        if isinstance(before, AskConsentView):
            self.program, self.news = before.program, before.news

    def show(self, screen: AskConsent) -> None:
        """The two purposes in plain words."""
        t = self.w.t
        self.info = t("Step {step} of {steps}", step=screen.step, steps=screen.steps)
        self.title = t("What do you allow us?")
        by_phone = screen.way is Way.PHONE
        self.program_words = (
            t("Keep my first name and phone number for my account")
            if by_phone
            else t("Keep my first name and e-mail for my account")
        )
        self.program_why = t("Without them there is no loyalty account. You can leave at any time.")
        self.program_tag = t("Needed")
        self.news_words = (
            t("Send me offers by text message") if by_phone else t("Send me offers by e-mail")
        )
        self.news_why = t("Your points do not depend on it. Every message lets you stop.")
        self.news_tag = t("As you like")
        self.notice = (
            t("To open your account we need your agreement to the first line.")
            if screen.missing and not self.program
            else ""
        )
        self.ticked_words, self.unticked_words = t("Ticked"), t("Not ticked")
        self.back, self.go_on = t("Back"), t("Continue")

    def on_program(self, _: object, ticked: bool) -> None:
        """What was missing is there."""
        if ticked:
            self.notice = ""

    def go(self) -> None:
        """What is ticked is the answer; whether it is enough, the flow says."""
        self.answer(Consents(program=self.program, news=self.news))

    def wipe(self) -> None:
        """Drop the ticks too."""
        self.program = self.news = False
        super().wipe()
