"""What is drawn can be read: its contrast is measured in the picture, no text lies on another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiosk.screens import Mode
from kiosk.ui.theme import CONTRAST, CONTRAST_HIGH, Rgba, contrast
from kiosk.words import Words
from tests.kiosk.ui import samples as data
from tests.screenshots.expansion import Expanded
from tests.screenshots.studio import PANELS, Panel, Studio, faces, one_of_each
from tests.screenshots.test_screens import visible

pytestmark = pytest.mark.ui

HIGH = frozenset({Mode.CONTRAST})
ROUNDING = 0.15
"""A colour on the glass has 256 steps."""
LEAST_PX = 4
AIR = 0.16
"""Of a line's height above and below its letters, which may touch another line's."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("kivy"))


@pytest.mark.parametrize(
    ("modes", "least"), [(frozenset(), CONTRAST), (HIGH, CONTRAST_HIGH)], ids=["plain", "contrast"]
)
def test_every_text_stands_out_from_what_it_is_drawn_on(
    studio: Studio, modes: frozenset[Mode], least: float
) -> None:
    panel = PANELS[0]
    studio.dress(panel, modes)
    pale: list[str] = []
    for name, screen in one_of_each().items():
        view = studio.view(screen, data.worded(name, Words("fr")))
        picture = studio.photograph(view)
        for text in texts(view):
            ground = _ground(picture, text, panel)
            if ground is None:
                continue
            ratio = contrast(tuple(text.colour), ground)
            if ratio < least - ROUNDING:
                pale.append(f"{name}: {text.text!r} {ratio:.1f}:1")
        view.wipe()
    assert pale == []


def test_no_text_lies_on_another_in_the_longest_language(studio: Studio) -> None:
    studio.dress(PANELS[0])
    over: list[str] = []
    for name, screen in faces("fr").items():
        view = studio.view(screen, data.worded(name, Expanded()))
        drawn = list(texts(view))
        over += [
            f"{name}: {one.text!r} / {other.text!r}"
            for number, one in enumerate(drawn)
            for other in drawn[number + 1 :]
            if _overlap(letters_box(one), letters_box(other))
        ]
        view.wipe()
    assert over == []


def test_a_pale_text_would_be_seen(studio: Studio, tmp_path: Path) -> None:
    """A measure that never objects would prove nothing."""
    del tmp_path
    studio.dress(PANELS[0])
    view = studio.view(faces("fr")["join"], Words("fr"))
    text = next(each for each in texts(view) if len(each.text) > 12)
    ground = _ground(studio.photograph(view), text, PANELS[0])
    assert ground is not None
    assert contrast(tuple(text.colour), ground) >= CONTRAST
    assert contrast((0.9, 0.85, 0.8, 1.0), ground) < CONTRAST
    view.wipe()


def texts(view: Any) -> Iterator[Any]:
    """The texts that are drawn: no pictograms, and not what cannot be chosen now (WCAG 1.4.3 leaves
    that out) nor the words painted on the drawn card, which stand beside it too.
    """
    from kiosk.ui.widgets.hero import HeroArt
    from kiosk.ui.widgets.text import Text

    for widget in view.walk():
        if (
            isinstance(widget, Text)
            and widget.text
            and widget.weight != "icons"
            and visible(widget)
            and not isinstance(widget.parent, HeroArt)
            and not getattr(widget.parent, "disabled", False)
        ):
            yield widget


def letters_box(text: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the letters."""
    (x, y), (wide, tall) = text._box.pos, text._box.size
    lines = max(1, len(str(text.text).split("\n")))
    air = tall / lines * AIR
    return (x, y + air, x + wide, y + tall - air)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide > LEAST_PX and tall > LEAST_PX


def _ground(picture: Image.Image, text: Any, panel: Panel) -> Rgba | None:
    """The colour that most of the text's box has: what the letters stand on."""
    left, bottom, right, top = letters_box(text)
    box = (
        max(0, round(left)),
        max(0, round(panel.height - top)),
        min(panel.width, round(right)),
        min(panel.height, round(panel.height - bottom)),
    )
    if box[2] - box[0] < LEAST_PX or box[3] - box[1] < LEAST_PX:
        return None
    colours: list[tuple[int, Any]] | None = picture.crop(box).getcolors(maxcolors=1 << 20)
    assert colours is not None
    ink = tuple(round(part * 255) for part in tuple(text.colour)[:3])
    # Bold letters can cover more of their box than they leave.
    rest = [(count, colour) for count, colour in colours if colour != ink]
    if not rest:
        return None
    red, green, blue = max(rest)[1]
    return (red / 255, green / 255, blue / 255, 1.0)
