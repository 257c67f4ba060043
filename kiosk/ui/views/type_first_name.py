"""The first name, on a keyboard with accents."""

from kiosk.screens import Mistake
from kiosk.ui.views.typed import Question, TypingView
from kiosk.ui.widgets.keyboard_typing import add_to_name, capital_next
from kiosk.ui.widgets.layouts import Key, Layout, name_layout


class TypeFirstNameView(TypingView):
    """Asks for the first name."""

    def make_layout(self, language: str) -> Layout:
        """Letters, with the accents in view."""
        return name_layout(language)

    def type(self, draft: str, key: Key) -> str:
        """A name grows by one letter."""
        return add_to_name(draft, key.text)

    def capital_next(self) -> bool:
        """At the start, and after a space or a hyphen."""
        return capital_next(self.draft)

    def show(self, screen: Question) -> None:
        """The question and what the name is for."""
        self.title = self.w.t("Your first name")
        self.message = self.w.t("So that we can greet you. A nickname is fine.")
        super().show(screen)

    def mistake_words(self, mistake: Mistake) -> str:
        """What to do about it."""
        shape = self.w.t("A name needs at least one letter.")
        return {
            Mistake.EMPTY: self.w.t("Please type your first name, or any name you like."),
            Mistake.TOO_LONG: self.w.t("This name is too long for our cards: please shorten it."),
            Mistake.UNREADABLE: self.w.t("Letters, spaces, hyphens and apostrophes only, please."),
        }.get(mistake, shape)
