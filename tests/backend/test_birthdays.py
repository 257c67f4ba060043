"""Birthdays on pages: day first, as people write them, whatever is kept."""

import pytest

from backend.web import birthdays
from backend.web.words import words_in


@pytest.mark.parametrize(
    ("said", "kept", "shown"),
    [
        ("14/3", "03-14", "14/03"),
        ("14.03.1980", "1980-03-14", "14/03/1980"),
        ("29 2", "02-29", "29/02"),
        ("1980-03-14", "1980-03-14", "14/03/1980"),
        ("the fourteenth", "the fourteenth", None),
    ],
)
def test_a_birthday_is_written_day_first_and_shown_so(
    said: str, kept: str, shown: str | None
) -> None:
    assert birthdays.kept(said) == kept
    if shown is not None:
        assert birthdays.typed(kept) == shown
        assert birthdays.kept(shown) == kept


def test_none_is_none() -> None:
    assert birthdays.kept("") is None
    assert birthdays.typed(None) == ""


def test_it_is_read_in_the_readers_language_with_the_year_or_without() -> None:
    french, english = words_in("fr"), words_in("en")
    assert [french.birthday("02-29"), french.birthday("1980-03-14")] == [
        "29 février",
        "14 mars 1980",
    ]
    assert [english.birthday("02-29"), english.birthday("1980-03-14")] == [
        "29 February",
        "14 March 1980",
    ]
