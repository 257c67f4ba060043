"""The birthday, for who likes a present; nobody has to."""

from kiosk.screens import Mistake
from kiosk.ui.views.typed import Question, TypingView
from kiosk.ui.widgets.layouts import Key, Layout, digits_layout

DIGITS = 8
"""Day, month, year."""


class TypeBirthdayView(TypingView):
    """Asks for day and month, and takes a year if it is typed."""

    def make_layout(self, language: str) -> Layout:
        """Ten digits."""
        del language
        return digits_layout()

    def type(self, draft: str, key: Key) -> str:
        """A digit more."""
        return draft + key.text if key.text in "0123456789" and len(draft) < DIGITS else draft

    def show(self, screen: Question) -> None:
        """The question, and what it is good for."""
        self.title = self.w.t("Your birthday")
        self.message = self.w.t("For a surprise on the day. Day and month are enough.")
        super().show(screen)
        self.drafted()

    def drafted(self) -> None:
        """Going on without one is as good a way as any, and says so."""
        self.go_on = self.w.t("Continue") if self.draft else self.w.t("Not today")

    def as_written(self) -> str:
        """Such as "14 / 03 / 1985"."""
        draft = str(self.draft)
        return " / ".join(part for part in (draft[:2], draft[2:4], draft[4:]) if part)

    def is_ready(self) -> bool:
        """Always: nobody has to tell."""
        return True

    def mistake_words(self, mistake: Mistake) -> str:
        """What to do about it."""
        del mistake
        return self.w.t("There is no such day. Type day and month, such as 14 03.")
