"""One language: gettext catalogues, and numbers, days and money by CLDR.

Kiosk and backend speak of different things and have catalogues of their own; how a language is read
and how it writes a number is the same for both, and stands here.
"""

import io
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_decimal_symbol,
)

SOURCE_LANGUAGE = "en"
"""The language the texts are written in; it needs no catalogue."""


class Wording:
    """The translations of one language, and how it writes numbers and days.

    `folder` holds a catalogue a language, ``<language>.po``.
    """

    def __init__(self, language: str, folder: Path) -> None:
        self.language = language
        self._folder = folder
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

    @property
    def fixed(self) -> frozenset[str]:
        """Every text that says the same to everybody: those without a place for a value."""
        return _fixed(self.language, self._folder)

    def number(self, value: int | Decimal) -> str:
        """A number with this language's thousands separator and decimal point."""
        return _with_minus(format_decimal(value, locale=self._cldr))

    @property
    def decimal_point(self) -> str:
        """What stands before decimals."""
        return str(get_decimal_symbol(self._cldr))

    def money(self, minor: int, currency: str) -> str:
        """An amount in minor units, such as "137,40 €"."""
        digits = get_currency_precision(currency)
        amount = Decimal(minor).scaleb(-digits)
        return _with_minus(format_currency(amount, currency, locale=self._cldr))

    def worth(self, name: str, minor: int, currency: str) -> str:
        """A reward by name, with the money that is put into it, if any: "12,50 € · Cheque"."""
        return f"{self.money(minor, currency)} · {name}" if minor else name

    def country(self, code: str) -> str:
        """A country's name, by its two letters; the letters where it has none."""
        return str(Locale.parse(self._cldr).territories.get(code, code))

    def day(self, at: datetime) -> str:
        """A day in full: "22 février 2027"."""
        return str(format_date(at, format="long", locale=self._cldr))

    def short_day(self, at: datetime) -> str:
        """A day where room is scarce, and still not taken for a month: "22 févr. 2027"."""
        return str(format_date(at, format="medium", locale=self._cldr))

    def moment(self, at: datetime) -> str:
        """Day and time, short: "22/11/2026 10:42"."""
        return str(format_datetime(at, format="short", locale=self._cldr, tzinfo=at.tzinfo))


def _with_minus(number: str) -> str:
    """With the minus sign: for want of one on keyboards, CLDR has a hyphen, where lines break."""
    return number.replace("-", "\N{MINUS SIGN}")


@lru_cache(maxsize=8)
def languages_of(folder: Path) -> Sequence[str]:
    """The languages that have a catalogue in `folder`, and the source language."""
    return sorted({SOURCE_LANGUAGE, *(path.stem for path in folder.glob("*.po"))})


def _catalogue(language: str, folder: Path) -> NullTranslations:
    """A catalogue of one's own, whose fallbacks are nobody else's."""
    return copy(_compiled(language, folder))


@lru_cache(maxsize=8)
def _fixed(language: str, folder: Path) -> frozenset[str]:
    """From the catalogue; for the language the texts are written in, from the left side of any."""
    source = language == SOURCE_LANGUAGE
    other = next((each for each in languages_of(folder) if each != SOURCE_LANGUAGE), language)
    entries = getattr(_compiled(other if source else language, folder), "_catalog", {})
    texts = (key if source else text for key, text in entries.items() if isinstance(key, str))
    return frozenset(text for text in texts if text and "{" not in text)


@lru_cache(maxsize=32)
def _compiled(language: str, folder: Path) -> NullTranslations:
    """The compiled catalogue. The `.po` file is all there is: nothing is compiled beforehand."""
    path = folder / f"{language}.po"
    compiled = io.BytesIO()
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
