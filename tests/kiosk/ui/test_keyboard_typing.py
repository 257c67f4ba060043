"""What a draft becomes when something is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.widgets import keyboard_typing as typing_
from loyalty import members


def typed_name(text: str) -> str:
    draft = ""
    for letter in text:
        draft = typing_.add_to_name(draft, letter)
    return draft


def test_the_first_letter_of_each_part_of_a_name_is_a_capital() -> None:
    drafts = {"": True, "A": False, "Anne-": True, "Anne ": True, "L'": False}
    assert {draft: typing_.capital_next(draft) for draft in drafts} == drafts


def test_a_name_takes_no_leading_and_no_double_space() -> None:
    assert typed_name("  Jean  Luc") == "Jean Luc"


def test_a_combining_accent_joins_its_letter() -> None:
    assert typed_name("Zoe\u0301") == "Zoé"


@pytest.mark.parametrize("hostile", ["\x1b", "\x00", "\u202e", "\n", "\t"])
def test_what_a_scanner_can_send_never_enters_a_draft(hostile: str) -> None:
    assert typing_.add_to_name("Ines", hostile) == "Ines"
    assert typing_.add_to_email("ines", hostile) == "ines"


def test_an_address_has_one_at_sign_no_space_and_small_letters() -> None:
    draft = ""
    for letter in "Ines @@Gmail.com":
        draft = typing_.add_to_email(draft, letter)
    assert draft == "ines@gmail.com"


def test_a_domain_key_completes_or_replaces_the_domain() -> None:
    assert typing_.with_domain("ines", "gmail.com") == "ines@gmail.com"
    assert typing_.with_domain("ines@", "gmail.com") == "ines@gmail.com"
    assert typing_.with_domain("ines@gmial.con", "gmail.com") == "ines@gmail.com"
    assert typing_.with_domain("", "gmail.com") == ""


def test_a_suffix_brings_its_dot_once() -> None:
    assert typing_.with_suffix("a@maison", ".fr") == "a@maison.fr"
    assert typing_.with_suffix("a@maison.", ".fr") == "a@maison.fr"
    assert typing_.with_suffix("a@maison.fr", ".fr") == "a@maison.fr"
    assert typing_.with_suffix("", ".fr") == ""


def test_backspace_takes_the_last_letter_with_its_marks() -> None:
    assert typing_.without_last("Zoé") == "Zo"
    assert typing_.without_last("n\u0308") == ""
    assert typing_.without_last("") == ""


def test_a_draft_is_never_longer_than_the_account_takes() -> None:
    assert len(typed_name("a" * 100)) == members.NAME_MAX == typing_.NAME_MAX
    assert typing_.EMAIL_MAX == members.EMAIL_MAX


@given(st.lists(st.characters(), max_size=60))
def test_whatever_is_typed_a_name_stays_one_printable_line(letters: list[str]) -> None:
    draft = typed_name("".join(letters))
    assert len(draft) <= typing_.NAME_MAX
    assert not any(ord(c) < 32 for c in draft)
