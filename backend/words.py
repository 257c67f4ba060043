"""Words for tickets, tills, pages and explanations."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from wording import SOURCE_LANGUAGE, Wording, languages_of

__all__ = ["LOCALE", "SOURCE_LANGUAGE", "Words", "available", "chosen"]

LOCALE = Path(__file__).resolve().parent.parent / "assets" / "locale" / "backend"


class Words(Wording):
    """One language, with what only programs and tickets say."""

    def __init__(self, language: str, folder: Path = LOCALE) -> None:
        super().__init__(language, folder)

    def factor(self, value: Fraction) -> str:
        """What something is multiplied by: "2", "1.5", or "2/3" where no decimal says it."""
        exact = Decimal(value.numerator) / value.denominator
        return self.number(exact) if Fraction(exact) == value else str(value)


def available(folder: Path = LOCALE) -> Sequence[str]:
    """The languages that have a catalogue, and the source language."""
    return languages_of(folder)


def chosen(wanted: str, fallback: str = SOURCE_LANGUAGE, among: Sequence[str] | None = None) -> str:
    """The first language of an Accept-Language header that has a catalogue; else the fallback.

    The order is that of their weights (RFC 9110, 12.5.4); what cannot be read is passed over.
    """
    known = available() if among is None else among
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
