"""Arabic as it is drawn: letters joined, lines from the right, everything else as it was."""

import pytest

from wording.script import drawn, from_the_right, is_arabic

HELLO = "مرحبا"


def test_letters_are_joined_and_stand_in_the_order_of_the_eye() -> None:
    # From the left: alef, beh, hah, reh, meem; beh joined on both sides, meem at its beginning.
    assert drawn(HELLO, rtl=True) == "\ufe8e\ufe92\ufea3\ufeae\ufee3"


def test_lam_and_alef_are_one_sign() -> None:
    assert drawn("لا", rtl=True) == "\ufefb"


def test_a_latin_name_is_read_from_the_left_within_an_arabic_sentence() -> None:
    assert drawn(f"{HELLO} Inès", rtl=True).startswith("Inès ")
    assert drawn(f"{HELLO} Inès", rtl=False).endswith(" Inès")


def test_numbers_keep_their_digits_in_order_and_brackets_close_where_they_opened() -> None:
    line = drawn(f"{HELLO} 137 ({HELLO})", rtl=True)
    assert " 137 " in line
    assert line.startswith("(")
    assert line.index("(") < line.index(")")


@pytest.mark.parametrize(
    "line", ["", "+50", "−30", "18.70 €", "ines@example.org", "06 12 34 56 78", "7Q2X-K9F4", "Hi!"]
)
def test_what_has_no_arabic_letter_is_left_alone(line: str) -> None:
    assert drawn(line, rtl=True) == line
    assert not is_arabic(line)


def test_marks_of_direction_do_their_work_and_are_not_drawn() -> None:
    assert "\u200f" not in drawn(f"{HELLO} \u200f18.70 €", rtl=True)


def test_arabic_alone_is_read_from_the_right() -> None:
    assert [
        code for code in ("ar", "de", "en", "es", "fr", "it", "nl") if from_the_right(code)
    ] == ["ar"]
