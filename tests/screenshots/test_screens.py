"""Every screen can be drawn on every glass in the longest language, and nothing is cut off."""

import re
from pathlib import Path
from typing import Any

import pytest

from kiosk.words import Words, available
from tests.kiosk.ui import samples as data
from tests.screenshots import goldens
from tests.screenshots.expansion import EXPANSION, Expanded, expanded
from tests.screenshots.page import Shot, write_page
from tests.screenshots.studio import PANELS, Panel, Studio, faces, in_the_gate
from wording.script import from_the_right

NAMES = tuple(faces("fr"))

COLOURS_MIN = 12
"""A blank picture has one colour; even the plainest screen has letters, whose edges are many."""

HAIR = 3
"""Pixels: a hairline and rounding."""

SEVEN_FIGURES = ("1\u202f234\u202f567", "1.234.567", "1,234,567")
THEIRS = (data.LONG_NAME, *data.LONG_GIFT.values(), "Trois Fontaines", *SEVEN_FIGURES)
"""What people and shops write may be too long for any glass, and may end in "…": a long name, or
the word after a balance of seven figures."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("kivy"))


@pytest.mark.ui
@pytest.mark.parametrize(("panel", "name"), in_the_gate(PANELS, NAMES))
def test_a_screen_is_drawn_whole_in_the_longest_language(
    studio: Studio, panel: Panel, name: str
) -> None:
    studio.dress(panel)
    view = studio.view(faces("fr")[name], data.worded(name, Expanded()))
    try:
        picture = studio.photograph(view)
        colours = picture.getcolors(maxcolors=panel.width * panel.height)
        assert colours is not None
        assert len(colours) >= COLOURS_MIN, "the picture is blank"
        assert not cut_texts(view), "texts that end in …"
        assert not outside(view, panel), "texts or touchables outside the glass"
        assert not overlapping(view), "touchables drawn over each other"
    finally:
        view.wipe()


FROM_THE_RIGHT = [language for language in available() if from_the_right(language)]
FROM_THE_LEFT = [language for language in available() if not from_the_right(language)]


@pytest.mark.ui
def test_no_french_text_is_cut_on_the_tallest_glass(studio: Studio) -> None:
    assert cut_on(studio, PANELS[4], ["fr"]) == {}


@pytest.mark.ui
@pytest.mark.parametrize(
    "languages", [FROM_THE_LEFT[:3], FROM_THE_LEFT[3:], FROM_THE_RIGHT], ids=" ".join
)
def test_no_text_is_cut_on_the_smallest_glass(studio: Studio, languages: list[str]) -> None:
    assert cut_on(studio, PANELS[0], languages) == {}


def cut_on(studio: Studio, panel: Panel, languages: list[str]) -> dict[str, list[str]]:
    """The texts that end in "…", by language and screen; a view is built once and reworded."""
    studio.dress(panel, language=languages[0])
    cut: dict[str, list[str]] = {}
    for name, screen in faces("fr").items():
        view = studio.view(screen, data.worded(name, Words(languages[0])))
        for language in languages:
            studio.words = data.worded(name, Words(language))
            view.reword()
            studio.settle()
            if texts := cut_texts(view):
                cut[f"{language} {name}"] = texts
        view.wipe()
    return cut


@pytest.mark.ui
@pytest.mark.parametrize("name", goldens.NAMES)
def test_a_main_screen_looks_as_it_was_approved(studio: Studio, name: str) -> None:
    difference = goldens.compare(goldens.small(studio, name), name)
    assert difference.same, (
        f"{difference.changed:.1%} of {name} changed; if it is meant, "
        "run python -m tests.screenshots --update-golden"
    )


@pytest.mark.parametrize("text", ["Back", "Take my {count} points", "Step {step} of {steps}"])
def test_the_pseudo_language_is_forty_percent_longer(text: str) -> None:
    bare = re.sub(r"\{\w+\}|\W", "", text)
    longer = re.sub(r"\{\w+\}|\W", "", expanded(text))
    assert len(longer) >= EXPANSION * len(bare)
    assert re.findall(r"\{\w+\}", expanded(text)) == re.findall(r"\{\w+\}", text)


def test_the_page_shows_every_picture_with_its_filters(tmp_path: Path) -> None:
    shots = [Shot(screen="home", size=size, language="fr") for size in ("800x480", "1280x800")]
    page = write_page(tmp_path / "gallery", shots).read_text(encoding="utf-8")
    assert page.count("<figure ") == 2
    assert "<option>800x480</option>" in page
    assert 'href="1280x800/fr/plain/home.png"' in page


# --- what is looked for in a view -------------------------------------------------------------


def cut_texts(view: Any) -> list[str]:
    """The texts of ours that did not fit even in the smallest letters."""
    from kiosk.ui.widgets.text import Text

    return [
        widget.text
        for widget in view.walk()
        if isinstance(widget, Text)
        and widget.shortened
        and visible(widget)
        and not any(part in widget.text for part in THEIRS)
    ]


def outside(view: Any, panel: Panel) -> list[str]:
    """What is drawn beyond the edges of the glass."""
    from kiosk.ui.widgets.buttons import Touch
    from kiosk.ui.widgets.text import Text

    return [
        f"{type(widget).__name__} {getattr(widget, 'name', '') or getattr(widget, 'text', '')}"
        for widget in view.walk()
        if (isinstance(widget, Touch) or (isinstance(widget, Text) and widget.text))
        and visible(widget)
        and not (
            widget.x >= -HAIR
            and widget.y >= -HAIR
            and widget.right <= panel.width + HAIR
            and widget.top <= panel.height + HAIR
        )
    ]


def overlapping(view: Any) -> list[str]:
    """Pairs of touchables of which one is drawn over the other."""
    from kiosk.ui.widgets.buttons import Touch

    touches = [widget for widget in view.walk() if isinstance(widget, Touch) and visible(widget)]
    return [
        f"{one.name} / {other.name}"
        for number, one in enumerate(touches)
        for other in touches[number + 1 :]
        if one not in other.walk()
        and other not in one.walk()
        and min(one.right, other.right) - max(one.x, other.x) > HAIR
        and min(one.top, other.top) - max(one.y, other.y) > HAIR
    ]


def visible(widget: Any) -> bool:
    """Whether it is drawn at all: neither it nor what holds it is hidden or without size."""
    while widget is not None and hasattr(widget, "opacity"):
        if widget.opacity == 0 or min(widget.size) <= 0:
            return False
        widget = widget.parent
    return True
