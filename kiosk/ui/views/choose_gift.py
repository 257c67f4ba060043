"""All gifts, in pages."""

from functools import partial

from kivy.properties import StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import ChooseGift, Gift
from kiosk.ui.views.base import View
from kiosk.ui.widgets.gift_card import GiftCard


class ChooseGiftView(View):
    """Affordable ones come first; the others say how far they are."""

    private = True

    title = StringProperty("")
    back = StringProperty("")
    where = StringProperty("")

    def begin(self, screen: ChooseGift) -> None:
        """Start at the first page, once."""
        del screen
        if self.fresh:
            self.ids.pages.page = 0
            self.ids.pages.bind(page=self.say_where, pages=self.say_where)

    def show(self, screen: ChooseGift) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Choose your gift")
        self.info = own_line(self, screen.first_name, screen.balance)
        self.back = w.t("Back")
        self.ids.pages.fill(
            [partial(self._card, gift, number) for number, gift in enumerate(screen.gifts)]
        )
        self.say_where()

    def say_where(self, *_: object) -> None:
        """The page that is shown, of how many."""
        pages = self.ids.pages
        self.where = self.w.t("{page} of {pages}", page=pages.page + 1, pages=pages.pages)

    def _card(self, gift: Gift, number: int) -> Widget:
        card = GiftCard()
        card.offer(gift, self.w, number)
        card.bind(on_release=lambda _: self.answer(gift))
        return card


def own_line(view: View, name: str, balance: int) -> str:
    """Who is here and what they have, for the header: "Inès · 207 points"."""
    points = view.w.counted(balance)
    return f"{name} · {points}" if name else points
