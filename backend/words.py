"""Words for tickets, tills and explanations: gettext catalogues, dates and money by CLDR."""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_precision

LOCALE = Path(__file__).resolve().parent.parent / "assets" / "locale" / "backend"
SOURCE_LANGUAGE = "en"
"""The language the texts are written in; it needs no catalogue."""


class Words:
    """One language: its translations, and how it writes numbers and days."""

    def __init__(self, language: str, folder: Path = LOCALE) -> None:
        self.language = language
        self._catalogue = _catalogue(language, folder)
        # A shop in Europe writes the day before the month, in English too.
        self._cldr = {"en": "en_GB"}.get(language, language)

    def t(self, text: str, /, **values: object) -> str:
        """`text` in this language, with ``{name}`` filled from `values`."""
        return str(self._catalogue.gettext(text)).format(**values)

    def tn(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form for `count`, which also fills ``{count}``, written as this language does."""
        form = str(self._catalogue.ngettext(one, many, count))
        return form.format(count=self.number(count), **values)

    def number(self, value: int) -> str:
        """A whole number with this language's thousands separator."""
        return str(format_decimal(value, locale=self._cldr))

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

    def factor(self, value: Fraction) -> str:
        """What something is multiplied by: "2", "1.5", or "2/3" where no decimal says it."""
        exact = Decimal(value.numerator) / value.denominator
        if Fraction(exact) != value:
            return str(value)
        return str(format_decimal(exact, locale=self._cldr))


@lru_cache(maxsize=4)
def available(folder: Path = LOCALE) -> Sequence[str]:
    """The languages that have a catalogue, and the source language."""
    return sorted({SOURCE_LANGUAGE, *(path.stem for path in folder.glob("*.po"))})


def chosen(wanted: str, fallback: str = SOURCE_LANGUAGE) -> str:
    """The first language of an Accept-Language header that has a catalogue; else the fallback.

    The order is that of their weights (RFC 9110, 12.5.4); what cannot be read is passed over.
    """
    known = available()
    weighted = []
    for part in wanted.split(",")[:_LANGUAGES_MAX]:
        tag, _, rest = part.partition(";")
        language = tag.strip().partition("-")[0].lower()
        weight = _weight(rest)
        if language in known and weight > 0:
            weighted.append((-weight, language))
    return min(weighted, default=(0, fallback), key=lambda each: each[0])[1]


_LANGUAGES_MAX = 20


def _weight(parameters: str) -> float:
    _, _, value = parameters.partition("q=")
    try:
        return float(value) if value.strip() else 1.0
    except ValueError:
        return 0.0


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
