"""A brand is one file, and nobody must fail to read it."""

from pathlib import Path

import pytest

from kiosk.ui.text import ICONS, picture, shown
from kiosk.ui.theme import (
    CONTRAST_LEAST,
    CONTRAST_SHAPES,
    THEME,
    Look,
    ThemeError,
    contrast,
    load,
)


def brand(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The shipped theme with some lines changed."""
    text = THEME.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "theme.toml"
    path.write_text(text, "utf-8")
    return path


def look(width: int, height: int, mm_per_px: float = 0.17) -> Look:
    theme = load()
    return Look(
        theme=theme,
        width=width,
        height=height,
        mm_per_px=mm_per_px,
        colours=theme.colours,
        motion=True,
    )


def test_black_on_white_is_as_much_as_there_is() -> None:
    assert contrast((0, 0, 0, 1), (1, 1, 1, 1)) == pytest.approx(21)


def test_the_shipped_theme_can_be_read() -> None:
    assert load().name == "Maison Lise"


def test_a_brand_that_nobody_can_read_is_refused_by_the_name_of_the_pair(tmp_path: Path) -> None:
    pale = brand(tmp_path, ('brand = "#C4391F"', 'brand = "#FF9C80"'))
    with pytest.raises(ThemeError, match=r"\[colours\] brand on paper .* 4\.5:1"):
        load(pale)


def test_high_contrast_asks_for_seven_to_one(tmp_path: Path) -> None:
    grey = brand(tmp_path, ('soft = "#000000"', 'soft = "#6A6A6A"'))
    with pytest.raises(ThemeError, match=r"\[high_contrast\] soft on paper .* 7\.0:1"):
        load(grey)


def test_what_is_filled_is_told_from_what_is_not_in_every_mode() -> None:
    """A progress bar in gold on ink was black on black in high contrast, and so was the card."""
    theme = load()
    for colours in (theme.colours, theme.high_contrast):
        assert contrast(colours.gleam, colours.ink) >= CONTRAST_SHAPES
        assert contrast(colours.faded, colours.ink) >= CONTRAST_SHAPES
        assert contrast(colours.halo, colours.brand) >= CONTRAST_LEAST


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('brand = "#C4391F"', 'brand = "red"', r"\[colours\] brand must be a colour"),
        ('ink = "#1E1B33"', "", r"\[colours\] lacks ink"),
        ('ink = "#1E1B33"', 'ink = "#1E1B33"\ninc = "#000000"', "does not know inc"),
        ("radius = 28", 'radius = "big"', r"\[shape\] radius must be a whole number"),
        ("[type]", "[typ]", r"lacks the section \[type\]"),
        ("[brand]", "[brand", "cannot be read"),
    ],
)
def test_a_mistake_in_the_theme_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ThemeError, match=says):
        load(brand(tmp_path, (old, new)))


def test_sizes_follow_the_glass() -> None:
    assert look(1280, 800).px(100) == 100
    assert look(800, 480).px(100) == 60
    assert look(800, 1280).px(100) == 100
    assert look(1080, 1920).px(100) == 135


def test_letters_shrink_less_than_boxes() -> None:
    small = look(800, 480)
    assert small.letters(100) > small.px(100)


def test_an_action_is_twenty_millimetres_whatever_the_glass() -> None:
    assert look(800, 480, 0.193).action == 104
    assert look(1080, 1920, 0.248).action == 81
    assert look(1280, 800, 0.17).key == 71


def test_direction_marks_and_control_characters_never_reach_the_glass() -> None:
    assert shown("Ine\u0300s\u202e\u200f\x1b[2J\x07") == "In\u00e8s[2J"


def test_a_gift_without_a_picture_is_a_parcel() -> None:
    assert picture("no-such-thing") == picture("") == chr(ICONS["gift"])
