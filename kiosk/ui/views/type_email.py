"""The e-mail address, on a keyboard with domain keys."""

from kiosk.screens import Mistake
from kiosk.ui.views.typed import Question, TypingView
from kiosk.ui.widgets.keyboard_hints import better_address
from kiosk.ui.widgets.keyboard_typing import add_to_email, with_domain, with_suffix
from kiosk.ui.widgets.layouts import Act, Key, Layout, email_layout


class TypeEmailView(TypingView):
    """Asks for the e-mail address, and notices a mistyped domain."""

    _better: str | None = None
    _finished = False

    def make_layout(self, language: str) -> Layout:
        """Letters, @, dot and domains."""
        return email_layout(language)

    def type(self, draft: str, key: Key) -> str:
        """An address grows by a letter or is completed by a domain."""
        if key.act is Act.DOMAIN:
            return with_domain(draft, key.text)
        if key.act is Act.SUFFIX:
            return with_suffix(draft, key.text)
        return add_to_email(draft, key.text)

    def begin(self, screen: Question) -> None:
        """A new question begins without a hint."""
        self._finished = False
        super().begin(screen)

    def show(self, screen: Question) -> None:
        """The question."""
        self.title = self.w.t("Your e-mail")
        super().show(screen)

    def press(self, key: Key) -> None:
        """A domain key needs something before the @: say so rather than do nothing."""
        if key.act is Act.DOMAIN and not self.draft:
            self.notice = self.w.t("First type what comes before the @ in your address.")
            return
        super().press(key)

    def put_draft(self, draft: str) -> None:
        """Whoever types on is not finished."""
        self._finished = False
        super().put_draft(draft)

    def drafted(self) -> None:
        """Say what was probably meant."""
        self._better = better_address(self.draft, finished=self._finished)
        if self._better is None:
            self.hint = self.offer = ""
            return
        domain = self._better.partition("@")[2]
        self.hint = self.w.t("Did you mean {domain}?", domain=domain)
        self.offer = self.w.t("Correct it")

    def accept_hint(self) -> None:
        """The customer agrees."""
        if self._better is not None:
            self.put_draft(self._better)

    def go(self) -> None:
        """Continue; a hint that only shows now is shown once before."""
        seen = bool(self.hint)
        self._finished = True
        self.drafted()
        if self.hint and not seen:
            return
        super().go()

    def mistake_words(self, mistake: Mistake) -> str:
        """What to do about it."""
        shape = self.w.t("An address looks like this: name@example.com")
        return {
            Mistake.EMPTY: self.w.t("Please type your e-mail address."),
            Mistake.TOO_LONG: self.w.t("This address is too long: please check it."),
            Mistake.UNREADABLE: self.w.t("An address has no spaces and no unusual signs."),
        }.get(mistake, shape)

    def wipe(self) -> None:
        """Drop the better address too."""
        self._better = None
        super().wipe()
