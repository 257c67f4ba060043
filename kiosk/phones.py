"""Telephone numbers as people write them, country by country; kept as E.164."""

from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
)

DIGITS_MAX = 17
"""E.164 allows fifteen; somebody may type 00 before them."""

MOST_COUNTRIES = 5

# Where a shop's customers come from, beside its own country: the neighbours first.
_NEAR = {
    "FR": ("BE", "CH", "DE", "GB"),
    "BE": ("FR", "NL", "DE", "LU"),
    "CH": ("FR", "DE", "IT", "AT"),
    "LU": ("FR", "BE", "DE", "PT"),
    "DE": ("AT", "CH", "FR", "NL"),
    "AT": ("DE", "CH", "IT", "HU"),
    "ES": ("PT", "FR", "GB", "DE"),
    "IT": ("FR", "CH", "AT", "DE"),
    "NL": ("BE", "DE", "GB", "FR"),
    "GB": ("IE", "FR", "DE", "ES"),
    "MA": ("FR", "ES", "DZ", "BE"),
    "TN": ("FR", "DZ", "IT", "LY"),
    "DZ": ("FR", "MA", "TN", "ES"),
}
_FURTHER = ("FR", "DE", "GB", "ES", "IT")


class PhoneRefused(Exception):
    """Not a number; `flaw` is "empty", "too_short", "too_long" or "shape"."""

    def __init__(self, flaw: str) -> None:
        super().__init__(f"not a telephone number: {flaw}")
        self.flaw = flaw


def e164(typed: str, country: str) -> str:
    """The number with its country: "06 12 34 56 78" in FR is +33612345678. Raises PhoneRefused.

    Who writes the country, with + or 00, may come from anywhere.
    """
    if not any(letter.isdigit() for letter in typed):
        raise PhoneRefused("empty")
    try:
        number = phonenumbers.parse(typed, country)
    except NumberParseException as error:
        raise PhoneRefused("shape") from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise PhoneRefused(_flaw(number))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _flaw(number: PhoneNumber) -> str:
    """What is probably wrong: most people have a mobile number, and those are of one length."""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    usual = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if usual is None:
        return "shape"
    there = len(str(number.national_number))
    wanted = len(str(usual.national_number))
    return "too_short" if there < wanted else "too_long" if there > wanted else "shape"


def as_typed(digits: str, country: str) -> str:
    """The digits so far, set apart as that country does: "06 12 34"."""
    formatter = phonenumbers.AsYouTypeFormatter(country)
    shown = ""
    for digit in digits:
        shown = formatter.input_digit(digit)
    return shown


def add(digits: str, text: str) -> str:
    """`digits` with what was typed at their end: digits, and a + at the beginning."""
    kept = digits
    for letter in text:
        if (letter in "0123456789" and len(kept) < DIGITS_MAX) or (letter == "+" and not kept):
            kept += letter
    return kept


@lru_cache(maxsize=64)
def calling_code(country: str) -> str:
    """The country's code: "+33"."""
    return f"+{phonenumbers.country_code_for_region(country)}"


def near(home: str) -> tuple[str, ...]:
    """The countries that a shop in `home` offers, its own first."""
    others = (*_NEAR.get(home, ()), *_FURTHER)
    return tuple(dict.fromkeys((home, *others)))[:MOST_COUNTRIES]


def is_country(code: str) -> bool:
    """Whether numbers of that country are known (ISO 3166)."""
    return code in phonenumbers.SUPPORTED_REGIONS
