"""Keyboards as data: everything a customer needs can be reached, and nothing stands there twice."""

import string
from collections import Counter

import pytest

from kiosk.ui.widgets import layouts
from kiosk.ui.widgets.layouts import Act, Layout

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "ar")
ROW_WIDTH_TOLERANCE = 1e-6


def typable(layout: Layout) -> set[str]:
    """What can be typed, following page keys from the first page."""
    seen: set[str] = set()
    waiting = [layout.pages[0].name]
    letters: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for key in layout.page(name).keys:
            if key.act is Act.PAGE:
                waiting.append(key.text)
            if key.act is Act.TYPE:
                letters.add(key.text)
    assert seen == {page.name for page in layout.pages}
    return letters


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_name_can_be_typed(language: str) -> None:
    letters = typable(layouts.name_layout(language))
    assert set(string.ascii_lowercase) <= letters
    assert set("àâäáãåæçéèêëîïíìñóòôöõøœùûüúýÿß") <= letters
    assert set("łšžğşřőűćđě") <= letters
    assert set(" -'") <= letters


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_of_an_address_can_be_typed(language: str) -> None:
    letters = typable(layouts.email_layout(language))
    assert set(string.ascii_lowercase + string.digits + "@.-_+") <= letters
    assert " " not in letters


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [layouts.name_layout, layouts.email_layout])
def test_no_page_holds_the_same_key_twice(language: str, make: layouts.MakeLayout) -> None:
    layout = make(language)
    for page in layout.pages:
        names = Counter(key.name for key in (*page.keys, *layout.domains))
        assert max(names.values()) == 1, names.most_common(1)
        labels = Counter(key.label for key in page.keys if key.label)
        assert max(labels.values()) == 1, labels.most_common(1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [layouts.name_layout, layouts.email_layout])
def test_rows_are_full_so_that_keys_line_up(language: str, make: layouts.MakeLayout) -> None:
    for page in make(language).pages:
        widths = {sum(key.width for key in row) for row in page.rows}
        if page.name == make(language).pages[0].name:
            assert len(widths) == 1, widths
        assert len(page.rows) == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [layouts.name_layout, layouts.email_layout])
def test_every_page_has_a_backspace_and_a_way_back(language: str, make: layouts.MakeLayout) -> None:
    layout = make(language)
    for page in layout.pages:
        acts = [key.act for key in page.keys]
        assert acts.count(Act.BACKSPACE) == 1
        if len(layout.pages) > 1:
            assert Act.PAGE in acts


def test_the_accents_of_common_french_names_are_in_view_at_once() -> None:
    first = {key.text for key in layouts.name_layout("fr").pages[0].keys}
    assert set("éèëïç") <= first


def test_a_frenchman_finds_azerty_and_a_german_qwertz() -> None:
    first_rows = {
        language: "".join(key.text for key in layouts.name_layout(language).pages[0].rows[0])
        for language in ("fr", "en", "de")
    }
    assert first_rows == {"fr": "azertyuiop", "en": "qwertyuiop", "de": "qwertzuiopü"}


def test_domain_keys_say_what_they_complete() -> None:
    keys = layouts.email_layout("fr").domains
    assert [key.text for key in keys] == [
        "gmail.com",
        "orange.fr",
        "free.fr",
        "hotmail.fr",
        "icloud.com",
    ]
    assert keys[0].name == "key:domain:gmail.com"


def test_the_way_to_a_letter_is_told_for_a_puppet() -> None:
    layout = layouts.name_layout("fr")
    assert layouts.touches(layout, "zoé") == ["key:z", "key:o", "key:é"]
    assert layouts.touches(layout, "â o") == [
        "key:accents",
        "key:â",
        "key:space",
        "key:o",
    ]


def test_the_way_to_an_address_goes_through_the_domain_key() -> None:
    layout = layouts.email_layout("fr")
    assert layouts.touches(layout, "a1@gmail.com") == [
        "key:a",
        "key:digits",
        "key:1",
        "key:domain:gmail.com",
    ]


def test_what_cannot_be_typed_is_said() -> None:
    with pytest.raises(KeyError):
        layouts.touches(layouts.name_layout("fr"), "李")
