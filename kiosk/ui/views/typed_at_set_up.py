"""What is typed once in a kiosk's life: where its backend is, and the code of the shop."""

from typing import Any

from kiosk.screens import Mistake, SetUpFault, TypeAddress, TypeClaimCode
from kiosk.ui.views.typed_by_staff import StaffTypingView
from kiosk.ui.widgets.keyboard_typing import with_suffix
from kiosk.ui.widgets.layouts import Act, Key, Layout, address_layout, code_layout
from kiosk.words import Words

ADDRESS_MAX = 200
CODE_LETTERS = 12
GROUP = 4
"""A code is written in groups of so many."""


class TypeAddressView(StaffTypingView):
    """The address of a server; https:// need not be typed."""

    def make_layout(self, language: str) -> Layout:
        """Letters, digits, dot, slash and colon."""
        return address_layout(language)

    def type(self, draft: str, key: Key) -> str:
        """Small letters, no spaces."""
        if key.act is Act.SUFFIX:
            return with_suffix(draft, key.text)
        return (draft + key.text.strip().lower())[:ADDRESS_MAX]

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        assert isinstance(screen, TypeAddress)
        self.title = self.w.t("Address of the back office")
        self.message = self.w.t("As it stands in the browser, such as loyalty.example.com")
        self.notice = _about(screen.fault, self.w)
        self.words_of()


class TypeClaimCodeView(StaffTypingView):
    """Twelve letters in three groups, of an alphabet in which none is taken for another."""

    _letters = ""

    def begin(self, screen: Any) -> None:
        """The letters that this code is made of."""
        self._letters = screen.letters
        super().begin(screen)

    def make_layout(self, language: str) -> Layout:
        """The letters of codes."""
        del language
        return code_layout(self._letters)

    def type(self, draft: str, key: Key) -> str:
        """A letter more, as long as the code is not complete; a keyboard may send small ones."""
        letter = key.text.upper()
        return draft + letter if letter in self._letters and len(draft) < CODE_LETTERS else draft

    def as_written(self) -> str:
        """In groups, as the back office shows it."""
        return "-".join(self.draft[n : n + GROUP] for n in range(0, len(self.draft), GROUP))

    def is_ready(self) -> bool:
        """Once it is complete."""
        return len(self.draft) == CODE_LETTERS

    def mistake_words(self, mistake: Mistake) -> str:
        """The only one there can be: it is not complete."""
        del mistake
        return self.w.t("A code has twelve letters and digits.")

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        assert isinstance(screen, TypeClaimCode)
        self.title = self.w.t("Code of this kiosk")
        self.message = self.w.t(
            "The back office at {address} shows it, under Kiosks.", address=screen.address
        )
        self.notice = _about(screen.fault, self.w)
        self.words_of()


def _about(fault: SetUpFault | None, w: Words) -> str:
    """What went wrong, with what to do; empty for nothing."""
    if fault is None:
        return ""
    return {
        SetUpFault.NO_ADDRESS: w.t("That is no address: it looks like loyalty.example.com"),
        SetUpFault.SILENT: w.t("Nothing answers there. Check the address and the network."),
        SetUpFault.STRANGER: w.t("Something answers there, but not this back office."),
        SetUpFault.MISTYPED: w.t("A letter is wrong. Please compare it with the back office."),
        SetUpFault.USED_UP: w.t("This code is good no more. Please make a new one."),
        SetUpFault.OTHER_SHOP: w.t(
            "This kiosk holds another shop’s records: it takes only that shop’s codes."
        ),
        SetUpFault.DISK: w.t("This kiosk cannot write anything down: its disk is full or broken."),
    }[fault]
