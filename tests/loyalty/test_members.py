"""Names and addresses: everybody's are taken, nothing harmful is kept."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyalty.errors import EmailRefused, Flaw, NameRefused
from loyalty.members import EMAIL_MAX, NAME_MAX, email, first_name, masked, masked_phone, name_key


@pytest.mark.parametrize(
    "name",
    [
        *("Zoé", "Łukasz", "Þóra", "Nguyễn", "Ẹ́niọlá", "Иван", "Ελένη", "محمد", "דוד"),
        *("नमिता", "สมชาย", "さくら", "李", "한별", "Anne-Marie", "D'Arcy", "O’Neil", "’t Hooft"),
        *("J.-P.", "Jean Paul", "Núria·Gal", "Å", "a" * NAME_MAX),
    ],
)
def test_a_persons_name_is_taken_as_it_is(name: str) -> None:
    assert first_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoé  ", "Zoé"),
        ("Jean   Paul", "Jean Paul"),
        ("Jean\u00a0\u2009Paul", "Jean Paul"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("\u212bsa", "\u00c5sa"),
    ],
)
def test_a_name_is_kept_with_single_spaces_and_composed_letters(typed: str, kept: str) -> None:
    assert first_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("", Flaw.EMPTY),
        (" \u00a0 ", Flaw.EMPTY),
        ("a" * (NAME_MAX + 1), Flaw.TOO_LONG),
        ("Zoé 😀", Flaw.UNREADABLE),
        ("❤", Flaw.UNREADABLE),
        ("Zoé\ufe0f", Flaw.UNREADABLE),  # a variation selector
        ("\u202eéoZ", Flaw.UNREADABLE),  # right-to-left override
        ("Zoé\u200f", Flaw.UNREADABLE),
        ("Z\u2066oé", Flaw.UNREADABLE),
        ("Z\u200boé", Flaw.UNREADABLE),  # zero width
        ("Z\u200doé", Flaw.UNREADABLE),
        ("\ufeffZoé", Flaw.UNREADABLE),
        ("\u3164", Flaw.UNREADABLE),  # a letter that shows nothing
        ("\x1b@Zoé", Flaw.UNREADABLE),
        ("Zoé\n", Flaw.UNREADABLE),
        ("Zoé\nLili", Flaw.UNREADABLE),
        ("Zoé\tLili", Flaw.UNREADABLE),
        ("Zoé\x1cLili", Flaw.UNREADABLE),
        ("Zoé\u2028Lili", Flaw.UNREADABLE),
        ("\x00", Flaw.UNREADABLE),
        ("\ud800", Flaw.UNREADABLE),
        ("\ue000", Flaw.UNREADABLE),
        ("Z" + "\u0335" * 4, Flaw.UNREADABLE),  # a tower of marks
        ("Zoé2", Flaw.SHAPE),
        ("zoe@mail.fr", Flaw.SHAPE),
        ("<b>Zoé", Flaw.SHAPE),
        ("-", Flaw.SHAPE),
        ("\u0301Zoé", Flaw.SHAPE),  # an accent on nothing
    ],
)
def test_a_name_that_cannot_be_kept_is_refused_with_its_flaw(typed: str, flaw: Flaw) -> None:
    with pytest.raises(NameRefused) as refusal:
        first_name(typed)
    assert refusal.value.flaw is flaw


@given(st.text(max_size=50))
@example("e\u0301" * NAME_MAX)
def test_any_text_is_a_printable_name_or_refused(typed: str) -> None:
    try:
        name = first_name(typed)
    except NameRefused:
        return
    assert name.isprintable()
    assert 0 < len(name) <= NAME_MAX
    assert first_name(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zoe@mail.fr", "zoe@mail.fr"),
        ("  Zoe.Petit+Shop@Mail.Example.FR ", "zoe.petit+shop@mail.example.fr"),
        ("o'neil_7-x@my-shop.co.uk", "o'neil_7-x@my-shop.co.uk"),
        ("!#$%&'*+/=?^_`{|}~-@a.io", "!#$%&'*+/=?^_`{|}~-@a.io"),
        ("josé@españa.es", "josé@españa.es"),
        ("jose\u0301@a.es", "jos\u00e9@a.es"),
        ("иван@пример.рф", "иван@пример.рф"),
        ("x@उदाहरण.भारत", "x@उदाहरण.भारत"),
        ("x@xn--e1afmkfd.xn--p1ai", "x@xn--e1afmkfd.xn--p1ai"),
        ("x@9.museum", "x@9.museum"),
        ("a" * 64 + "@a.fr", "a" * 64 + "@a.fr"),
        ("a@" + "b." * 125 + "fr", "a@" + "b." * 125 + "fr"),
    ],
)
def test_an_address_is_kept_in_small_letters(typed: str, kept: str) -> None:
    assert email(typed) == kept


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("  ", Flaw.EMPTY),
        ("a" * 65 + "@a.fr", Flaw.TOO_LONG),
        ("é" * 33 + "@a.fr", Flaw.TOO_LONG),  # 66 octets
        ("a@" + "b." * 126 + "fr", Flaw.TOO_LONG),
        ("😀@a.fr", Flaw.UNREADABLE),
        ("zoe\u200b@a.fr", Flaw.UNREADABLE),
        ("\u202ezoe@a.fr", Flaw.UNREADABLE),
        ("zoe\x1b@a.fr", Flaw.UNREADABLE),
        ("zoe@a.fr\nBcc: all@a.fr", Flaw.UNREADABLE),
        ("\ud800@a.fr", Flaw.UNREADABLE),
        *((wrong, Flaw.SHAPE) for wrong in ("zoe", "zoe@", "@a.fr", "zoe@a", "zoe@a@b.fr")),
        *((wrong, Flaw.SHAPE) for wrong in (".zoe@a.fr", "zoe.@a.fr", "z..e@a.fr", "z e@a.fr")),
        *((wrong, Flaw.SHAPE) for wrong in ("zoe@-a.fr", "zoe@a-.fr", "zoe@a..fr", "zoe@.fr")),
        *((wrong, Flaw.SHAPE) for wrong in ("zoe@a.fr.", "zoe@a.f", "zoe@10.0.0.1", "z@a_b.fr")),
        *((wrong, Flaw.SHAPE) for wrong in ("z,e@a.fr", "zoe@a,fr", "z:e@a.fr", "<zoe@a.fr>")),
        *((wrong, Flaw.SHAPE) for wrong in ('"zoe"@a.fr', '"z e"@a.fr', "zoe@[10.0.0.1]")),
        *(
            (wrong, Flaw.SHAPE)
            for wrong in ("zoe@a。fr", "zoe\u00a0x@a.fr", "zoe’s@a.fr", "z\\@a.fr")
        ),
        ("zoe@" + "b" * 64 + ".fr", Flaw.SHAPE),
    ],
)
def test_what_is_no_address_is_refused_with_its_flaw(typed: str, flaw: Flaw) -> None:
    with pytest.raises(EmailRefused) as refusal:
        email(typed)
    assert refusal.value.flaw is flaw


addresses = (
    st.text(max_size=20) | st.from_regex(r"\A\w{1,5}@(\w{1,4}\.){1,2}\w{2,4}\Z") | st.emails()
)


@given(addresses)
def test_any_text_is_an_address_or_refused(typed: str) -> None:
    try:
        address = email(typed)
    except EmailRefused:
        return
    assert len(address.encode()) <= EMAIL_MAX
    assert address.isprintable()
    assert " " not in address
    assert email(address) == address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("zoe.petit@mail.example.fr", "z•••@•••.fr"),
        ("z@a.museum", "z•••@•••.museum"),
        ("zoe@intranet", "z•••@•••"),
        ("zoe", "z•••@•••"),
        ("", "•••@•••"),
    ],
)
def test_a_masked_address_shows_one_letter_and_the_countrys_ending(
    address: str, shown: str
) -> None:
    assert masked(address) == shown


@given(st.emails())
def test_masking_hides_all_that_names_the_person(address: str) -> None:
    first, ending = address[0], address.rpartition(".")[2]
    assert masked(address) == f"{first}•••@•••.{ending}"


@pytest.mark.parametrize(
    ("name", "found_under"),
    [
        ("Élise-Marie O'Neil", "elise marie o neil"),
        ("  Straße ", "strasse"),
        ("ÉLISE", "elise"),
        ("山田2", "山田2"),
    ],
)
def test_a_name_is_looked_up_without_case_accents_and_signs(name: str, found_under: str) -> None:
    assert name_key(name) == found_under


def test_of_a_number_two_digits_are_shown() -> None:
    assert masked_phone("+33612345678") == "•• •• •• 78"
