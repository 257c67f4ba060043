"""Words in the customer's language, and balances in what the shop counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from wording import SOURCE_LANGUAGE, Wording, languages_of

__all__ = ["LOCALE", "SOURCE_LANGUAGE", "Counted", "Measure", "Words", "available"]

LOCALE = Path(__file__).resolve().parent.parent / "assets" / "locale"


class Counted(Enum):
    """What the shop's program counts."""

    POINTS = "points"
    VISITS = "visits"
    ARTICLES = "articles"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a balance is counted in, and the currency of what is money."""

    counted: Counted = Counted.POINTS
    currency: str = "EUR"


class Words(Wording):
    """One language: its translations, and how it writes numbers, balances and days."""

    def __init__(
        self, language: str, folder: Path = LOCALE, measure: Measure | None = None
    ) -> None:
        super().__init__(language, folder)
        self.measure = measure or Measure()

    def bare(self, balance: int) -> str:
        """A balance without its unit, unless it is money: "187", "18,70 €"."""
        if self.measure.counted is Counted.MONEY:
            return self.money(balance, self.measure.currency)
        return self.number(balance)

    def unit(self, balance: int) -> str:
        """What is counted, in the form for so many: "points"; "" for money, which says it."""
        match self.measure.counted:
            case Counted.POINTS:
                return self.tn("point", "points", balance)
            case Counted.VISITS:
                return self.tn("visit", "visits", balance)
            case Counted.ARTICLES:
                return self.tn("article", "articles", balance)
            case Counted.MONEY:
                return ""

    def taken(self, name: str, minor: int) -> str:
        """A gift by name, with the money that was chosen with it: "12,50 € · Cheque"."""
        return self.worth(name, minor, self.measure.currency)

    def counted(self, balance: int) -> str:
        """A balance with its unit: "187 points", "3 visits", "18,70 €"."""
        return f"{self.bare(balance)}\N{NO-BREAK SPACE}{self.unit(balance)}".strip()


def available(folder: Path = LOCALE) -> Sequence[str]:
    """The languages that have a catalogue, and the source language."""
    return languages_of(folder)
