"""The keyboard on a real window: fingers, a real keyboard beside it, hints and kind words."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kiosk import screens
from kiosk.screens import Consents, Mistake, Screen
from kiosk.ui.widgets import layouts
from tests.kiosk.ui.bench import SIZES, Bench

pytestmark = pytest.mark.ui

IDS = [f"{width}x{height}" for width, height, _ in SIZES]
PATIENCE_S = 5.0


@pytest.fixture(scope="module")
def one_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("kivy"))
    yield bench
    bench.close()


@pytest.fixture
def bench(one_bench: Bench) -> Bench:
    one_bench.glass()
    return one_bench


def asking(bench: Bench, screen: Screen[Any], story: Callable[[Any], None]) -> list[object]:
    """Ask `screen`, let `story` work its view, and tell the answers it got."""
    answers: list[object] = []

    async def live() -> None:
        question = asyncio.create_task(bench.display.ask(screen))
        await asyncio.sleep(0)
        bench.settle()
        story(bench.display.stage.children[0])
        for _ in range(3):
            await asyncio.sleep(0)
        if question.done():
            answers.append(question.result())
        else:
            question.cancel()
            await asyncio.gather(question, return_exceptions=True)

    asyncio.run(live())
    return answers


def type_text(bench: Bench, layout: layouts.Layout, text: str) -> None:
    for name in layouts.touches(layout, text):
        bench.lift(bench.press(name))
    bench.settle()


NAME, EMAIL = screens.TypeFirstName(), screens.TypeEmail()


def test_a_name_typed_on_the_glass_comes_back_with_its_capitals(bench: Bench) -> None:
    def story(_: Any) -> None:
        type_text(bench, layouts.name_layout("fr"), "anne-zoé")
        bench.touch("continue")

    assert asking(bench, NAME, story) == ["Anne-Zoé"]


def test_a_letter_of_the_accent_page_brings_the_letters_back(bench: Bench) -> None:
    def story(view: Any) -> None:
        bench.touch("key:accents")
        assert "key:â" in bench.targets()
        assert "key:a" not in bench.targets()
        bench.touch("key:â")
        assert "key:a" in bench.targets()
        assert view.draft == "Â"

    asking(bench, NAME, story)


def test_shift_makes_one_capital(bench: Bench) -> None:
    def story(view: Any) -> None:
        type_text(bench, layouts.name_layout("fr"), "mac")
        bench.touch("key:shift")
        type_text(bench, layouts.name_layout("fr"), "do")
        assert view.draft == "MacDo"

    asking(bench, NAME, story)


def test_shift_takes_the_capital_at_the_start_away(bench: Bench) -> None:
    def story(view: Any) -> None:
        bench.touch("key:shift")
        type_text(bench, layouts.name_layout("fr"), "de")
        assert view.draft == "de"

    asking(bench, NAME, story)


def test_an_address_is_completed_by_one_touch(bench: Bench) -> None:
    def story(_: Any) -> None:
        type_text(bench, layouts.email_layout("fr"), "ines.moreau@gmail.com")
        bench.touch("continue")

    assert asking(bench, EMAIL, story) == ["ines.moreau@gmail.com"]


def test_the_code_of_a_new_kiosk_is_grouped_and_cannot_go_on_half(bench: Bench) -> None:
    letters = "23456789ABCDEFGHJKMNPQRTVWXYZ"
    screen = screens.TypeClaimCode(address="https://loyalty.example", letters=letters)

    def story(view: Any) -> None:
        type_text(bench, layouts.code_layout(letters), "7Q2XK")
        assert view.written == "7Q2X-K"
        bench.touch("continue")
        assert view.notice
        type_text(bench, layouts.code_layout(letters), "9F4M3HBZZ")
        assert view.written == "7Q2X-K9F4-M3HB"
        bench.touch("continue")

    assert asking(bench, screen, story) == ["7Q2XK9F4M3HB"]


def test_the_address_of_a_server_is_typed_with_port_and_slash(bench: Bench) -> None:
    def story(_: Any) -> None:
        type_text(bench, layouts.address_layout("fr"), "192.168.1.20:8000/angers")
        bench.touch("continue")

    assert asking(bench, screens.TypeAddress(), story) == ["192.168.1.20:8000/angers"]


def test_an_address_with_digits_and_a_suffix(bench: Bench) -> None:
    def story(_: Any) -> None:
        type_text(bench, layouts.email_layout("fr"), "ines75@maison")
        bench.touch("key:suffix:.fr")
        bench.touch("continue")

    assert asking(bench, EMAIL, story) == ["ines75@maison.fr"]


def test_a_key_shows_at_once_that_it_is_pressed_and_types_when_left(bench: Bench) -> None:
    def story(view: Any) -> None:
        before = key(view, "key:a").fill
        finger = bench.press("key:a")
        assert key(view, "key:a").fill != before
        assert view.draft == ""
        bench.lift(finger)
        assert view.draft == "A"
        assert key(view, "key:a").fill == before

    asking(bench, NAME, story)


def test_a_finger_that_slides_away_types_nothing(bench: Bench) -> None:
    def story(view: Any) -> None:
        finger = bench.press("key:a")
        finger.sx, finger.sy = 0.5, 0.9
        bench.lift(finger)
        assert view.draft == ""
        bench.touch("key:z")
        assert view.draft == "Z"

    asking(bench, NAME, story)


def test_two_quick_fingers_keep_their_order(bench: Bench) -> None:
    def story(view: Any) -> None:
        first = bench.press("key:a")
        second = bench.press("key:b")
        bench.lift(second)
        bench.lift(first)
        assert view.draft.lower() == "ab"

    asking(bench, NAME, story)


def test_backspace_deletes_one_letter(bench: Bench) -> None:
    def story(view: Any) -> None:
        bench.touch("key:backspace")
        assert view.draft == "Inè"

    asking(bench, screens.TypeFirstName(draft="Inès"), story)


def test_a_held_backspace_repeats_and_stops_with_the_finger(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.ui.widgets import keyboard

    monkeypatch.setattr(keyboard, "REPEAT_AFTER_S", 0.02)
    monkeypatch.setattr(keyboard, "REPEAT_EVERY_S", 0.001)

    def story(view: Any) -> None:
        finger = bench.press("key:backspace")
        ends = time.monotonic() + PATIENCE_S
        while len(view.draft) > 6 and time.monotonic() < ends:
            bench.settle(1)
        left = view.draft
        assert 0 < len(left) <= 6
        bench.lift(finger)
        bench.settle(8)
        assert view.draft == left

    asking(bench, screens.TypeFirstName(draft="Maximilienne"), story)


def test_going_on_with_nothing_typed_gets_a_kind_word_that_the_next_key_clears(
    bench: Bench,
) -> None:
    def story(view: Any) -> None:
        bench.touch("continue")
        assert view.notice
        bench.touch("key:a")
        assert not view.notice

    assert asking(bench, NAME, story) == []


@pytest.mark.parametrize("screen", [screens.TypeFirstName, screens.TypeEmail])
@pytest.mark.parametrize("mistake", list(Mistake))
def test_every_mistake_has_its_kind_word(bench: Bench, screen: Any, mistake: Mistake) -> None:
    def story(view: Any) -> None:
        assert view.notice

    asking(bench, screen(draft="ab", mistake=mistake), story)


def test_a_mistake_asked_again_keeps_what_was_typed(bench: Bench) -> None:
    async def live() -> None:
        first = asyncio.create_task(bench.display.ask(EMAIL))
        await asyncio.sleep(0)
        bench.settle()
        view = bench.display.stage.children[0]
        type_text(bench, layouts.email_layout("fr"), "ines")
        bench.touch("continue")
        assert await first == "ines"
        again = asyncio.create_task(
            bench.display.ask(screens.TypeEmail(mistake=Mistake.SHAPE, draft=""))
        )
        await asyncio.sleep(0)
        bench.settle()
        assert bench.display.stage.children[0] is view
        assert view.draft == "ines"
        assert "@" in view.notice or view.notice
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)

    asyncio.run(live())


def test_one_touch_applies_the_hint(bench: Bench) -> None:
    def story(view: Any) -> None:
        assert "hint" not in bench.targets()
        type_text(bench, layouts.email_layout("fr"), "ines@gmial.com")
        assert "gmail.com" in view.hint
        bench.touch("hint")
        assert view.draft == "ines@gmail.com"
        assert "hint" not in bench.targets()

    asking(bench, EMAIL, story)


def test_an_unlikely_address_is_asked_about_once_and_then_taken(bench: Bench) -> None:
    def story(view: Any) -> None:
        type_text(bench, layouts.email_layout("fr"), "ines@gmail.co")
        assert not view.hint
        bench.touch("continue")
        assert view.hint
        bench.touch("continue")

    assert asking(bench, EMAIL, story) == ["ines@gmail.co"]


def test_a_domain_without_a_name_is_explained(bench: Bench) -> None:
    def story(view: Any) -> None:
        bench.touch("key:domain:gmail.com")
        assert view.draft == ""
        assert view.notice

    asking(bench, EMAIL, story)


def test_a_real_keyboard_types_too_and_opens_nothing(bench: Bench) -> None:
    def story(view: Any) -> None:
        for letter in "Zoé":
            view._keys.dispatch("on_textinput", letter)
        assert view.draft == "Zoé"
        assert view._keys.dispatch("on_key_down", (8, "backspace"), None, [])
        assert view.draft == "Zo"
        for shortcut in ((27, "escape"), (282, "f1"), (285, "f4")):
            assert view._keys.dispatch("on_key_down", shortcut, None, ["alt"])
        assert view._keys.dispatch("on_key_down", (13, "enter"), None, [])

    assert asking(bench, NAME, story) == ["Zo"]


def test_what_a_scanner_sends_does_no_harm(bench: Bench) -> None:
    def story(view: Any) -> None:
        view._keys.dispatch("on_textinput", "A\x1b[2J\u202eb")
        assert view.draft == "A[2Jb"

    asking(bench, NAME, story)


def test_a_change_of_language_changes_the_keys_and_keeps_the_draft(bench: Bench) -> None:
    def story(view: Any) -> None:
        first = [cap.name for cap in view.ids.keyboard.caps][:2]
        bench.display.language = "en"
        bench.settle()
        assert first == ["key:a", "key:z"]
        assert [cap.name for cap in view.ids.keyboard.caps][:2] == ["key:q", "key:w"]
        assert view.draft == "Inès"

    asking(bench, screens.TypeFirstName(draft="Inès"), story)


def test_nothing_typed_is_left_when_the_person_leaves(bench: Bench) -> None:
    kept: list[Any] = []

    def story(view: Any) -> None:
        kept.append(view)
        bench.display.forget()

    asking(bench, screens.TypeEmail(draft="ines@gmial.com"), story)
    (view,) = kept
    assert [view.draft, view.hint, view.notice, view._better] == ["", "", "", None]
    assert view._keys is None
    assert not view.ids.field.draft


def test_of_a_long_address_the_end_is_shown(bench: Bench) -> None:
    def story(view: Any) -> None:
        shown = view.ids.field.written
        assert shown.startswith("…")
        assert shown.endswith("example.com")

    asking(bench, screens.TypeEmail(draft="ines." * 30 + "@example.com"), story)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_keys_are_12_mm_wide_and_at_least_11_mm_tall(
    one_bench: Bench, size: tuple[int, int, float], language: str
) -> None:
    one_bench.glass(size, languages=(language,))

    def story(view: Any) -> None:
        for name in ("letters", "accents"):
            view.ids.keyboard.page = name
            one_bench.settle()
            for cap in view.ids.keyboard.caps:
                _, _, width, height = cap.target
                assert width * size[2] >= 12
                assert height * size[2] >= 11, "a low glass has no more, see keyboard_plan"

    asking(one_bench, NAME, story)


def test_keys_leave_no_gap_between_them(bench: Bench) -> None:
    def story(view: Any) -> None:
        keyboard = view.ids.keyboard
        for x in range(int(keyboard.x) + 1, int(keyboard.right) - 1, 7):
            hit = [cap for cap in keyboard.caps if cap.collide_point(x, keyboard.center_y + 1)]
            assert len(hit) == 1

    asking(bench, NAME, story)


# --- consent ----------------------------------------------------------------------------------


def test_nothing_is_ticked_beforehand(bench: Bench) -> None:
    assert asking(bench, screens.AskConsent(), lambda _: bench.touch("continue")) == [Consents()]


def test_a_touch_ticks_and_another_unticks(bench: Bench) -> None:
    def story(_: Any) -> None:
        bench.touch("consent:program")
        bench.touch("consent:news")
        bench.touch("consent:news")
        bench.touch("continue")

    assert asking(bench, screens.AskConsent(), story) == [Consents(program=True, news=False)]


def test_what_is_missing_is_said_until_it_is_ticked(bench: Bench) -> None:
    def story(view: Any) -> None:
        assert view.notice
        assert view.news
        bench.touch("consent:program")
        assert not view.notice

    asking(bench, screens.AskConsent(missing=True, draft=Consents(news=True)), story)


def key(view: Any, name: str) -> Any:
    return next(cap for cap in view.ids.keyboard.caps if cap.name == name)
