"""The corner that staff holds: a while, and there; a customer's touch goes nowhere."""

import asyncio
from collections.abc import Iterator

import pytest

from kiosk import screens
from kiosk.screens import AttractChoice
from tests.kiosk.ui.bench import Bench
from tests.kiosk.ui.test_display import asked, live, withdraw

pytestmark = pytest.mark.ui


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


PAUSED = screens.OutOfService(reason=screens.OutOfOrder.PAUSED)
LARGE = frozenset({screens.Mode.LARGE})


@pytest.mark.parametrize(
    ("screen", "modes"),
    [
        (screens.Attract(welcome_points=0), frozenset()),
        (PAUSED, frozenset()),
        (screens.Attract(welcome_points=0), LARGE),
    ],
    ids=["invitation", "paused", "large letters"],
)
def test_the_corner_is_held_for_a_while(
    bench: Bench,
    screen: screens.Screen[object],
    modes: frozenset[screens.Mode],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from kiosk.ui.views import staff_corner

    display = bench.glass(modes=modes)

    async def story() -> None:
        question = await asked(bench, screen)
        corner = (20, display.stage.top - 20)
        # A touch, and one in another place, however long: nothing.
        bench.lift(bench.press_at(*corner))
        bench.settle()
        assert not question.done()
        monkeypatch.setattr(staff_corner, "HOLD_S", 0.0)
        elsewhere = bench.press_at(display.stage.right - 20, 20)
        bench.settle()
        bench.lift(elsewhere)
        assert not question.done()
        finger = bench.press_at(*corner)
        bench.settle()
        await asyncio.sleep(0)
        assert question.done()
        assert question.result() is AttractChoice.STAFF
        bench.lift(finger)

    live(story())


def test_the_corner_is_no_choice_that_is_read_aloud(bench: Bench) -> None:
    bench.glass()

    async def story() -> None:
        question = await asked(bench, screens.Attract(welcome_points=0))
        assert not any("staff" in name for name in bench.targets())
        await withdraw(question)

    live(story())


def test_in_large_letters_the_corner_bears_the_shops_name_and_no_other_screen_has_it(
    bench: Bench,
) -> None:
    from kiosk.ui.widgets.text import Text

    display = bench.glass(modes=LARGE)

    async def story() -> None:
        for screen, there in (
            (screens.Attract(welcome_points=0), True),
            (screens.Join(welcome_points=0), False),
        ):
            question = await asked(bench, screen)
            first = next(each for each in display.uppermost.walk() if isinstance(each, Text))
            assert (first.text == display.scene.view.look.theme.name) is there
            assert display.uppermost.cornered is there
            await withdraw(question)

    live(story())
