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


@pytest.mark.parametrize(
    "screen",
    [
        screens.Attract(welcome_points=0),
        screens.OutOfService(reason=screens.OutOfOrder.PAUSED),
    ],
    ids=["invitation", "paused"],
)
def test_the_corner_is_held_for_a_while(
    bench: Bench, screen: screens.Screen[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.ui.views import staff_corner

    display = bench.glass()

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
