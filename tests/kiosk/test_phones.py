"""Telephone numbers as people type them, in the countries that a shop meets."""

import pytest

from kiosk import phones


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("0612345678", "FR", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("+33612345678", "DE", "+33612345678"),
        ("0470123456", "BE", "+32470123456"),
        ("0781234567", "CH", "+41781234567"),
        ("015112345678", "DE", "+4915112345678"),
        ("07400123456", "GB", "+447400123456"),
        ("3123456789", "IT", "+393123456789"),
        ("0650123456", "MA", "+212650123456"),
    ],
)
def test_a_number_is_kept_with_its_country(typed: str, country: str, kept: str) -> None:
    assert phones.e164(typed, country) == kept


@pytest.mark.parametrize(
    ("typed", "country", "flaw"),
    [
        ("", "FR", "empty"),
        ("+", "FR", "empty"),
        ("061234567", "FR", "too_short"),
        ("06123456789", "FR", "too_long"),
        ("+999123456", "FR", "shape"),
    ],
)
def test_what_is_no_number_says_why(typed: str, country: str, flaw: str) -> None:
    with pytest.raises(phones.PhoneRefused) as refused:
        phones.e164(typed, country)
    assert refused.value.flaw == flaw


def test_digits_are_set_apart_as_the_country_does() -> None:
    assert phones.as_typed("0612345678", "FR") == "06 12 34 56 78"
    assert phones.as_typed("+32470123456", "FR") == "+32 470 12 34 56"
    assert phones.as_typed("", "FR") == ""


def test_only_digits_and_a_leading_plus_are_typed() -> None:
    assert phones.add("", "+") == "+"
    assert phones.add("06", "+") == "06"
    assert phones.add("06", "a ١-1") == "061"
    assert len(phones.add("", "1" * 40)) == phones.DIGITS_MAX


@pytest.mark.parametrize("home", ["FR", "DE", "MA", "JP"])
def test_the_shops_own_country_comes_first_and_none_twice(home: str) -> None:
    near = phones.near(home)
    assert near[0] == home
    assert len(set(near)) == len(near) == phones.MOST_COUNTRIES
    assert all(phones.is_country(code) for code in near)
