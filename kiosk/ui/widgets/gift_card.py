"""A gift to be touched: its picture, its name, and its price or how far it still is."""

from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens import Bar, Barred, Gift
from kiosk.ui.widgets import worn
from kiosk.ui.widgets.buttons import Touch
from kiosk.words import Words

FEW = 5
"""So many pieces are worth a word: who wants one should not wait."""


class GiftCard(Touch, BoxLayout):
    """One gift. What cannot be taken yet is pale, disabled, and says how many points it lacks."""

    gift = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    price = StringProperty("")
    picture = StringProperty("")
    within_reach = BooleanProperty(True)
    tone = NumericProperty(0)
    """Neighbours differ in ground."""
    ground = ColorProperty()
    sign = ColorProperty()

    def offer(self, gift: Gift, words: Words, tone: int) -> None:
        """Show `gift`."""
        ui = worn().colours
        self.gift = gift
        self.name = f"gift:{gift.id}"
        self.title, self.picture = gift.name, gift.picture
        self.within_reach = gift.within_reach
        self.disabled = not self.within_reach
        self.price = _price(gift, words)
        grounds = ((ui.teal_soft, ui.teal), (ui.gold_soft, ui.brand_dark))
        self.ground, self.sign = grounds[tone % 2]
        if self.disabled:
            self.ground, self.sign = ui.faded, ui.soft


def _price(gift: Gift, words: Words) -> str:
    """What it costs, how far it is, or that there is none or hardly any left."""
    if gift.left == 0:
        return words.t("Sold out")
    if gift.barred is not None:
        return _why_not(gift.barred, words)
    if gift.missing:
        return words.t("{amount} to go", amount=words.counted(gift.missing))
    cost = words.t("You choose how much") if gift.by_amount else words.counted(gift.cost)
    if gift.left is None or gift.left > FEW:
        return cost
    left = words.tn("only {count} left", "only {count} left", gift.left)
    return f"{cost} · {left}"


def _why_not(barred: Barred, words: Words) -> str:
    """Why it cannot be had now, and from when it can."""
    if barred.why is Bar.TIER and barred.tiers:
        return words.t("For {tiers}", tiers=barred.tiers)
    if barred.again is not None:
        return words.t("Again from {day}", day=words.short_day(barred.again))
    if barred.why is Bar.CARD:
        return words.t("Too much for this card")
    return words.t("Not for you now")


class MoreCard(Touch, BoxLayout):
    """The way to all that does not fit."""

    title = StringProperty("")
