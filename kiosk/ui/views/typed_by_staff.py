"""What staff types: whom they look for, and why points move."""

from typing import Any

from kiosk.screens import FindFault, FindMember, Mistake, TypeComment
from kiosk.ui.views.typed import TypingView
from kiosk.ui.widgets.keyboard_typing import add_to_email
from kiosk.ui.widgets.layouts import Act, Key, Layout, email_layout, name_layout

COMMENT_MOST = 120


class StaffTypingView(TypingView):
    """Typing for staff: no steps, and no mistakes of shape."""

    def begin(self, screen: Any) -> None:
        """Take over the draft, where the screen brings one."""
        if self.fresh:
            self.draft = getattr(screen, "draft", "")
        self._mistake = None
        self.capital = self.capital_next()

    def mistake_words(self, mistake: Mistake) -> str:
        """The only one there can be: nothing was typed."""
        del mistake
        return self.w.t("Please type something first.")

    def words_of(self) -> None:
        """The words around the keys."""
        self.info = ""
        self.lay_out()


class FindMemberView(StaffTypingView):
    """A name or an address; a card on the reader does it too."""

    def make_layout(self, language: str) -> Layout:
        """Letters, @, dot and digits."""
        return email_layout(language)

    def type(self, draft: str, key: Key) -> str:
        """Whatever is on the keys."""
        return add_to_email(draft, key.text) if key.act is Act.TYPE else draft + key.text

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        assert isinstance(screen, FindMember)
        w = self.w
        self.title = w.t("Tap their card, or type")
        self.message = w.t("The beginning of the name, or the whole e-mail address.")
        self.notice = {
            None: "",
            FindFault.NOBODY: w.t("Nobody fits that."),
            FindFault.OFFLINE: w.t("No network: only a card finds somebody."),
            FindFault.CARD_UNKNOWN: w.t("This card is nobody’s."),
        }[screen.fault]
        self.words_of()


class TypeCommentView(StaffTypingView):
    """A few words for the books; none is an answer too."""

    def make_layout(self, language: str) -> Layout:
        """Letters, with the accents in view."""
        return name_layout(language)

    def type(self, draft: str, key: Key) -> str:
        """One line, not too long."""
        return (draft + key.text)[:COMMENT_MOST]

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        assert isinstance(screen, TypeComment)
        w = self.w
        sign = "+" if screen.points >= 0 else "−"
        self.title = w.t("Comment")
        amount = f"{sign}{w.counted(abs(screen.points))}"
        self.message = w.t("{amount}. A few words on why; or none.", amount=amount)
        self.notice = ""
        self.words_of()

    def go(self) -> None:
        """Continue, with words or without."""
        self.answer(self.draft.strip())
