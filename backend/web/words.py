"""The words of the pages: one catalogue an area, French beside the English they are written in."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date, format_skeleton, get_day_names, get_month_names

from backend.words import Words, chosen
from wording import SOURCE_LANGUAGE

PAGES = Path(__file__).resolve().parents[2] / "assets" / "locale" / "pages"
LANGUAGES: Sequence[str] = ("fr", "en")
"""In the order in which a reader chooses."""
NAMES = {"fr": "Français", "en": "English"}


class PageWords(Words):
    """One language of the pages: a text is looked up in the catalogue of every area."""

    def __init__(self, language: str) -> None:
        areas = sorted(path for path in PAGES.iterdir() if path.is_dir())
        super().__init__(language, areas[0])
        for area in areas[1:]:
            self._catalogue.add_fallback(Words(language, area)._catalogue)  # noqa: SLF001 - its own kind

    def known(self, text: str) -> str:
        """A text in this language, with its blanks; empty where no catalogue has it."""
        found = str(self._catalogue.gettext(text)) if text else ""
        return found if found != text or self.language == SOURCE_LANGUAGE else ""

    def months(self) -> tuple[str, ...]:
        """The names of the months, from January on."""
        named = get_month_names("wide", context="stand-alone", locale=self.language)
        return tuple(str(named[number]) for number in range(1, 13))

    def weekdays(self) -> tuple[str, ...]:
        """The names of the days of the week within a sentence, from Monday on."""
        named = get_day_names("wide", locale=self.language)
        return tuple(str(named[number]) for number in range(7))

    def month(self, at: date) -> str:
        """A month with its year: "novembre 2026"."""
        return str(format_date(at, "LLLL y", locale=self.language))

    def birthday(self, kept: str) -> str:
        """A birthday, with the year or without: "14 mars 1980", "14 mars"."""
        *year, month, day = (int(part) for part in kept.split("-"))
        # 2000 has every day that a birthday without a year may be.
        on = date(year[0] if year else 2000, month, day)
        if year:
            return str(format_date(on, "long", locale=self._cldr))
        return str(format_skeleton("MMMMd", on, locale=self._cldr))

    def short_month(self, at: date, *, with_year: bool = True) -> str:
        """The same where room is scarce: "nov. 26", "nov."."""
        return str(format_date(at, "LLL yy" if with_year else "LLL", locale=self.language))

    def weekday(self, at: date) -> str:
        """A day of the week, where room is scarce: "lun."."""
        return str(format_date(at, "ccc", locale=self.language))


def later(text: str) -> str:
    """`text` as it is: marks what a page will translate, so that its translation is demanded."""
    return text


@lru_cache(maxsize=len(LANGUAGES))
def words_in(language: str) -> PageWords:
    """The words of a language of `LANGUAGES`; English for any other."""
    return PageWords(language if language in LANGUAGES else SOURCE_LANGUAGE)


def language_for(kept: str | None, accepted: str) -> str:
    """What the reader chose, else the first of the browser's languages that we have."""
    return kept if kept in LANGUAGES and kept else chosen(accepted, among=LANGUAGES)
