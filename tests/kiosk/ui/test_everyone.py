"""For everyone: what is drawn is read, all of it in large letters, and all of it by four keys."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from kiosk import screens
from kiosk.screens import Mode
from kiosk.words import Words
from tests.kiosk.ui.bench import SIZES, Bench
from tests.kiosk.ui.samples import worded
from tests.kiosk.ui.test_display import asked, live, withdraw
from tests.screenshots.studio import PANELS, Panel, Studio, faces, in_the_gate
from tests.screenshots.test_screens import cut_texts, outside, overlapping, visible

pytestmark = pytest.mark.ui

NAMES = tuple(faces("fr"))
LARGE = frozenset({Mode.LARGE})
TAB, ENTER, ESCAPE = 9, 13, 27

TO_SET_UP = {"out-of-service-not_claimed", "out-of-service-revoked"}
MUTE = {"printing", *(n for n in NAMES if n.startswith("out-of-service"))} - TO_SET_UP
"""Nothing can be chosen there: it ends by itself."""


TYPED_FACES = {
    name
    for name, screen in faces("fr").items()
    if isinstance(
        screen,
        screens.TypeEmail
        | screens.TypeFirstName
        | screens.TypePhone
        | screens.TypeBirthday
        | screens.FindMember
        | screens.TypeAddress
        | screens.TypeClaimCode
        | screens.TypeComment
        | screens.StaffPin
        | screens.TypePoints
        | screens.TypeCode,
    )
}
"""A keyboard has a page of its own, in whatever letters."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("kivy"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


def words_in(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_drawn_is_read_and_all_that_can_be_touched_can_be_chosen(
    studio: Studio, name: str
) -> None:
    from kiosk.ui.reading import Choice, Said, read
    from kiosk.ui.widgets.buttons import Touch
    from kiosk.ui.widgets.header import Header
    from kiosk.ui.widgets.keyboard import Field
    from kiosk.ui.widgets.text import Text

    studio.dress(PANELS[2])
    view = studio.view(faces("fr")[name], worded(name, Words("fr")))
    try:
        items = read(view)
        read_words = words_in(" ".join(i.text for i in items if isinstance(i, Said | Choice)))
        within = {
            id(child) for held in view.walk() if isinstance(held, Header | Field)
            for child in held.walk()
        }  # fmt: skip
        for text in view.walk():
            if not isinstance(text, Text) or text.weight == "icons" or not visible(text):
                continue
            if id(text) not in within and not is_drawing(text):
                assert words_in(text.text) <= read_words, f"{text.text!r} is not read"
        offered = {item.touch.name for item in items if isinstance(item, Choice)}
        touchable = {
            widget.name
            for widget in view.walk()
            if isinstance(widget, Touch) and widget.name and not widget.disabled
            and visible(widget) and not widget.name.startswith("key:")
        }  # fmt: skip
        assert touchable <= offered
        assert offered or name in MUTE
    finally:
        view.wipe()


def is_drawing(text: Any) -> bool:
    """Words painted on the drawn card: the title beside it says what to do with it."""
    from kiosk.ui.widgets.hero import HeroArt

    return isinstance(text.parent, HeroArt)


@pytest.mark.parametrize(
    ("panel", "name"),
    in_the_gate((PANELS[0], PANELS[4]), [name for name in NAMES if name not in TYPED_FACES]),
)
def test_every_screen_in_large_letters_is_whole(studio: Studio, panel: Panel, name: str) -> None:
    from kiosk.ui.widgets.text import Text

    studio.dress(panel, LARGE)
    view = studio.view(faces("fr")[name], worded(name, Words("fr")))
    try:
        offered: set[str] = set()
        for page in range(int(view.pages)):
            view.page = page
            studio.settle()
            for text in view.walk():
                if isinstance(text, Text) and text.text and visible(text):
                    assert tall_enough(text, studio), f"{text.text!r} is too small"
            assert not cut_texts(view)
            assert not outside(view, panel)
            assert not overlapping(view)
            offered |= names_of(view)
        view.page = 0
        assert names_of(view.inner) <= offered
    finally:
        view.wipe()


def tall_enough(text: Any, studio: Studio) -> bool:
    """Whether its capitals are those that EN 301 549, 5.1.4 asks for."""
    assert studio.look is not None
    letters, _, _ = text._fitted(*text.size)
    return bool(letters >= studio.look.least_letters)


def names_of(view: Any) -> set[str]:
    from kiosk.ui.reading import choices

    return {choice.touch.name for choice in choices(view)}


def test_a_choice_in_large_letters_answers_the_question(bench: Bench) -> None:
    bench.glass(SIZES[0], modes=LARGE)

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        while "way:email" not in bench.targets():
            bench.touch("page:later")
        bench.touch("way:email")
        assert await question is screens.Way.EMAIL

    live(story())


def test_a_mode_that_is_switched_redraws_what_is_asked_and_keeps_the_question(
    bench: Bench,
) -> None:
    display = bench.glass(SIZES[4])

    async def story() -> None:
        question = await asked(bench, screens.EaseOfUse(offered=display.offered))
        for mode in (Mode.CONTRAST, Mode.LOW, Mode.LARGE):
            display.modes = display.modes | {mode}
            bench.settle()
        assert not question.done()
        from kiosk.ui.widgets import worn

        reach = int(200 / SIZES[4][2])
        assert worn().height == reach
        assert all(y + height <= reach for _, y, _, height in bench.targets().values())
        bench.touch(f"mode:{Mode.CALM.value}")
        assert await question is Mode.CALM
        display.forget()
        assert display.modes == frozenset()
        assert worn().height == SIZES[4][1]

    live(story())


def test_a_low_panel_has_no_lower_mode(bench: Bench) -> None:
    assert Mode.LOW not in bench.glass(SIZES[0]).offered
    assert Mode.LOW in bench.glass(SIZES[4]).offered


async def by_keys(bench: Bench, wanted: str) -> None:
    """Move the frame to `wanted` and choose it."""
    display = bench.display
    for _ in range(60):
        if display.buttons.name == wanted:
            break
        display._key(None, TAB)
    assert display.buttons.name == wanted, f"{wanted} is not reached"
    key(bench, ENTER)
    await asyncio.sleep(0)


def key(bench: Bench, number: int) -> None:
    bench._window.dispatch("on_key_down", number, 0, None, [])
    bench.settle()


@pytest.mark.parametrize("modes", [frozenset(), LARGE], ids=["plain", "large"])
def test_everything_can_be_chosen_with_next_and_ok(bench: Bench, modes: frozenset[Mode]) -> None:
    bench.glass(modes=modes)

    async def story() -> None:
        for name, screen in faces("fr").items():
            question = await asked(bench, screen)
            offered, reached = names_of(bench.display.uppermost), set()
            bench.display.buttons.rest()
            for _ in offered:
                bench.display._key(None, TAB)
                reached.add(bench.display.buttons.name)
            assert reached == offered, name
            await withdraw(question)

    live(story())


def test_joining_by_four_buttons_alone(bench: Bench) -> None:
    bench.glass()

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        await by_keys(bench, "way:email")
        assert await question is screens.Way.EMAIL
        named = await asked(bench, screens.TypeFirstName())
        for letter in ("key:l", "key:é", "key:a"):
            await by_keys(bench, letter)
        await by_keys(bench, "continue")
        assert await named == "Léa"
        consent = await asked(bench, screens.AskConsent())
        await by_keys(bench, "consent:program")
        await by_keys(bench, "continue")
        assert await consent == screens.Consents(program=True)

    live(story())


@pytest.mark.parametrize("name", [n for n in NAMES if n not in MUTE and "attract" not in n])
def test_cancel_leaves_every_screen(bench: Bench, name: str) -> None:
    bench.glass()

    async def story() -> None:
        question = await asked(bench, faces("fr")[name])
        key(bench, ESCAPE)
        await asyncio.sleep(0)
        assert question.done()
        question.result()

    live(story())


def test_a_touch_takes_the_frame_away(bench: Bench) -> None:
    display = bench.glass()

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        key(bench, TAB)
        assert display.buttons.active
        bench.touch("finish")
        assert not display.buttons.active
        assert await question is None

    live(story())


def test_pictures_of_the_large_screens_are_not_blank(studio: Studio, tmp_path: Path) -> None:
    studio.dress(PANELS[0], LARGE)
    picture = studio.picture(faces("fr")["home"], Words("fr"))
    picture.save(tmp_path / "home.png")
    assert len(picture.getcolors(maxcolors=400_000) or ()) > 12
