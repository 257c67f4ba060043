"""Words in the customer's language: gettext catalogues, plurals, dates and money by CLDR."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_decimal_symbol,
)

LOCALE = Path(__file__).resolve().parent.parent / "assets" / "locale"
SOURCE_LANGUAGE = "en"
"""The language the texts are written in; it needs no catalogue."""


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


class Words:
    """One language: its translations, and how it writes numbers, balances and days."""

    def __init__(
        self, language: str, folder: Path = LOCALE, measure: Measure | None = None
    ) -> None:
        self.language = language
        self.measure = measure or Measure()
        self._catalogue = _catalogue(language, folder)
        # A shop in Europe writes the day before the month, in English too.
        self._cldr = {"en": "en_GB"}.get(language, language)

    def t(self, text: str, /, **values: object) -> str:
        """`text` in this language, with ``{name}`` filled from `values`."""
        return str(self._catalogue.gettext(text)).format(**values)

    def tn(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form for `count`, which also fills ``{count}``, written as this language does."""
        chosen = str(self._catalogue.ngettext(one, many, count))
        return chosen.format(count=self.number(count), **values)

    def number(self, value: int) -> str:
        """A whole number with this language's thousands separator."""
        return str(format_decimal(value, locale=self._cldr))

    @property
    def decimal_point(self) -> str:
        """What stands before decimals."""
        return str(get_decimal_symbol(self._cldr))

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

    def counted(self, balance: int) -> str:
        """A balance with its unit: "187 points", "3 visits", "18,70 €"."""
        return f"{self.bare(balance)}\N{NO-BREAK SPACE}{self.unit(balance)}".strip()

    def money(self, minor: int, currency: str) -> str:
        """An amount in minor units, such as "137,40 €"."""
        digits = get_currency_precision(currency)
        amount = Decimal(minor).scaleb(-digits)
        return str(format_currency(amount, currency, locale=self._cldr))

    def day(self, at: datetime) -> str:
        """A day in full: "22 février 2027"."""
        return str(format_date(at, format="long", locale=self._cldr))

    def short_day(self, at: datetime) -> str:
        """A day where room is scarce, and still not taken for a month: "22 févr. 2027"."""
        return str(format_date(at, format="medium", locale=self._cldr))

    def moment(self, at: datetime) -> str:
        """Day and time, short: "22/11/2026 10:42"."""
        return str(format_datetime(at, format="short", locale=self._cldr, tzinfo=at.tzinfo))


def available(folder: Path = LOCALE) -> Sequence[str]:
    """The languages that have a catalogue, and the source language."""
    return sorted({SOURCE_LANGUAGE, *(path.stem for path in folder.glob("*.po"))})


@lru_cache(maxsize=16)
def _catalogue(language: str, folder: Path) -> NullTranslations:
    """The compiled catalogue. The `.po` file is all there is: nothing is compiled beforehand."""
    path = folder / f"{language}.po"
    compiled = io.BytesIO()
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
