"""The telephone number, on a keypad that writes it as its country does."""

from kivy.properties import StringProperty

from kiosk import phones
from kiosk.screens import Mistake, Phone, TypePhone
from kiosk.ui.views.base import View
from kiosk.ui.views.typed import Question, TypingView
from kiosk.ui.widgets.layouts import Act, Key, Layout, phone_layout


class TypePhoneView(TypingView):
    """Asks for the telephone number; its country is one touch."""

    country = StringProperty("FR")
    _countries: tuple[str, ...] = ()

    def make_layout(self, language: str) -> Layout:
        """A keypad, and the countries in the customer's words, or by number in large letters."""
        del language
        return phone_layout([(code, self._called(code)) for code in self._countries])

    def _called(self, code: str) -> str:
        number = phones.calling_code(code)
        return number if self.look.large else f"{number} {self.w.country(code)}"

    def type(self, draft: str, key: Key) -> str:
        """A number grows by a digit; a + begins one of anywhere."""
        return phones.add(draft, key.text)

    def press(self, key: Key) -> None:
        """A country is chosen, the digits stay."""
        if key.act is Act.COUNTRY:
            self.country = key.text
            self.put_draft(self.draft.removeprefix("+"))
        else:
            super().press(key)

    def begin(self, screen: Question) -> None:
        """The countries of this shop."""
        assert isinstance(screen, TypePhone)
        if self._countries != screen.countries:
            self._countries, self._layout_language = screen.countries, ""
        super().begin(screen)

    def take_draft(self, screen: Question) -> None:
        """Digits and country."""
        assert isinstance(screen, TypePhone)
        if self.fresh or screen.draft.typed:
            self.country = screen.draft.country
            self.draft = phones.add("", screen.draft.typed)

    def take_over(self, before: View) -> None:
        """The country too."""
        if isinstance(before, TypePhoneView):
            self.country = before.country
        super().take_over(before)

    def show(self, screen: Question) -> None:
        """The question."""
        self.title = self.w.t("Your phone number")
        super().show(screen)

    def drafted(self) -> None:
        """The country that counts, unless the number says its own."""
        abroad = self.draft.startswith("+")
        self.chosen = "" if abroad else f"key:country:{self.country}"

    def as_written(self) -> str:
        """Set apart as the country does."""
        return phones.as_typed(self.draft, self.country)

    def is_ready(self) -> bool:
        """Whether there is a digit."""
        return any(letter.isdigit() for letter in self.draft)

    def meant(self) -> Phone:
        """The digits, and where they are read."""
        return Phone(typed=self.draft, country=self.country)

    def mistake_words(self, mistake: Mistake) -> str:
        """What to do about it."""
        return {
            Mistake.EMPTY: self.w.t("Please type your phone number."),
            Mistake.TOO_SHORT: self.w.t("A digit seems to be missing: please check the number."),
            Mistake.TOO_LONG: self.w.t("There is a digit too many: please check the number."),
        }.get(mistake, self.w.t("This number does not exist: please check it and its country."))

    def wipe(self) -> None:
        """Drop the country too: it tells where somebody is from."""
        self.country = "FR"
        super().wipe()
