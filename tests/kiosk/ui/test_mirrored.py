"""Arabic on the real glass: one mirror for everything, and nothing turned that must not be."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kiosk import screens
from kiosk.screens import Consents, Phone
from kiosk.words import Words
from tests.kiosk.ui import samples as data
from tests.kiosk.ui.bench import SIZES, Bench
from tests.kiosk.ui.test_display import asked, live, withdraw
from tests.kiosk.ui.test_keyboard import type_text
from tests.screenshots.studio import PANELS, Studio, faces
from tests.screenshots.test_screens import cut_texts, outside, overlapping

pytestmark = pytest.mark.ui

BOTH = ("fr", "ar")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("kivy"))


def test_what_stood_left_stands_right_and_is_touched_there(bench: Bench) -> None:
    display = bench.glass(languages=BOTH)

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        before = bench.targets()
        display.language = "ar"
        bench.settle()
        after = bench.targets()
        width = SIZES[2][0]
        for name in ("way:phone", "way:email", "finish"):
            x, y, wide, tall = before[name]
            assert after[name][1] == pytest.approx(y, abs=2)
            if name != "finish":  # it hugs its words, which are others now
                assert after[name] == pytest.approx((width - x - wide, y, wide, tall), abs=2)
        bench.touch("way:phone")
        assert await question is screens.Way.PHONE

    live(story())


def test_a_finger_that_slides_off_presses_nothing_on_a_mirrored_glass_either(
    bench: Bench,
) -> None:
    bench.glass(languages=("ar", "fr"))

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        finger = bench.press("way:phone")
        finger.move({"x": 0.5, "y": 0.99})
        bench.lift(finger)
        bench.settle()
        await asyncio.sleep(0)
        assert not question.done()
        await withdraw(question)

    live(story())


@pytest.mark.parametrize(
    ("screen", "typed", "meant"),
    [
        (screens.TypeEmail(), "zoe", "zoe"),
        (screens.TypePhone(countries=("FR", "BE")), "0612", Phone(typed="0612")),
        (screens.TypeFirstName(), "zoé", "Zoé"),
    ],
    ids=["email", "phone", "first-name"],
)
def test_what_was_typed_survives_a_change_of_language_and_direction(
    bench: Bench, screen: Any, typed: str, meant: object
) -> None:
    display = bench.glass(languages=BOTH)

    async def story() -> None:
        question = await asked(bench, screen)
        type_text(bench, display.stage.uppermost.layout, typed)
        for language in ("ar", "fr", "ar"):
            display.language = language
            bench.settle()
        bench.touch("continue")
        assert await question == meant

    live(story())


def test_ticks_survive_it_too(bench: Bench) -> None:
    display = bench.glass(languages=BOTH)

    async def story() -> None:
        question = await asked(bench, screens.AskConsent())
        bench.touch("consent:program")
        display.language = "ar"
        bench.settle()
        bench.touch("continue")
        assert await question == Consents(program=True)

    live(story())


def test_the_countdown_over_a_screen_turns_with_it(bench: Bench) -> None:
    display = bench.glass(languages=BOTH)

    async def story() -> None:
        beneath = await asked(bench, screens.Join(welcome_points=50))
        over = await asked(bench, screens.StillThere(seconds=20))
        display.language = "ar"
        bench.settle()
        bench.touch("more-time")
        assert await over is True
        await withdraw(beneath)

    live(story())


def test_a_name_is_typed_in_arabic_letters_or_in_latin_ones(bench: Bench) -> None:
    display = bench.glass(languages=("ar", "fr"))

    async def story() -> None:
        question = await asked(bench, screens.TypeFirstName())
        for key in ("key:hamzas", "key:أ", "key:ح", "key:م", "key:د"):
            bench.touch(key)
        assert display.stage.uppermost.draft == "أحمد"
        for _ in range(4):
            bench.touch("key:backspace")
        for key in ("key:latin", "key:l", "key:accents", "key:é", "key:a"):
            bench.touch(key)
        bench.touch("continue")
        assert await question == "Léa"

    live(story())


def test_digits_and_latin_keys_stand_as_on_every_keyboard(bench: Bench) -> None:
    bench.glass(languages=("ar", "fr"))

    async def story() -> None:
        question = await asked(bench, screens.TypePhone(countries=("FR",)))
        keys = bench.targets()
        assert keys["key:1"][0] < keys["key:2"][0] < keys["key:3"][0]
        await withdraw(question)
        question = await asked(bench, screens.TypeEmail())
        keys = bench.targets()
        assert keys["key:q"][0] < keys["key:w"][0] < keys["key:p"][0]
        await withdraw(question)

    live(story())


def test_a_code_is_not_mirrored(studio: Studio) -> None:
    from pyzbar.pyzbar import decode

    studio.dress(PANELS[2], language="ar")
    picture = studio.picture(faces("fr")["hand-off"], Words("ar"))
    (found,) = decode(picture)
    assert found.data.decode() == data.JOIN_URL


def test_latin_letters_are_not_mirrored(studio: Studio) -> None:
    """The same words, drawn on both glasses, are the same picture at the other side."""
    pictures = {}
    for language in ("fr", "ar"):
        studio.dress(PANELS[2], language=language)
        view = studio.view(faces("fr")["voucher-on-screen"], Words("fr"))
        picture, width = studio.photograph(view), PANELS[2].width
        from kiosk.ui.widgets.text import Text

        (code,) = (w for w in view.walk() if isinstance(w, Text) and w.weight == "mono")
        wide, tall = code.texture_size
        left = code.center_x - wide / 2
        if language == "ar":
            left = width - left - wide
        top = PANELS[2].height - code.center_y - tall / 2
        pictures[language] = picture.crop(
            (round(left), round(top), round(left + wide), round(top + tall))
        )
        view.wipe()
    from PIL import ImageChops, ImageFilter

    one, other = (pictures[code].convert("L").filter(ImageFilter.BoxBlur(2)) for code in pictures)
    difference = ImageChops.difference(one, other.resize(one.size))
    assert sum(difference.histogram()[64:]) < 0.02 * one.width * one.height


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[4]], ids=lambda panel: panel.name)
def test_every_screen_is_whole_in_arabic(studio: Studio, panel: Any, tmp_path: Path) -> None:
    del tmp_path
    studio.dress(panel, language="ar")
    wrong: dict[str, list[str]] = {}
    for name, screen in faces("fr").items():
        view = studio.view(screen, data.worded(name, Words("ar")))
        if found := cut_texts(view) + outside(view, panel) + overlapping(view):
            wrong[name] = found
        view.wipe()
    assert wrong == {}
