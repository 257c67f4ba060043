"""Somebody who touches anything at all: no fault, no dead end, nothing of anybody left behind."""

import asyncio
import gc
import logging
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from devices.readers import Medium
from kiosk import screens
from kiosk.config import Session
from kiosk.flows import handoff, typed
from kiosk.screens import Mode
from tests.kiosk.ui.bench import SIZES, Bench
from tests.kiosk.ui.shop import Place, shop_window

pytestmark = pytest.mark.ui

NAME, LOCAL, NUMBER = "Zébulonne", "zebulonne.canari", "0612345678"
"""Somebody whose traces are looked for."""
CARDS = [bytes.fromhex(uid) for uid in ("04a1b2c3d4e5f6", "04ffeeddccbbaa", "04000000000042")]
TIMING = Session.model_construct(idle_timeout_s=5, warning_s=1)
KEYS = (9, 13, 27, 273, 274, 269, 270)
"""Next, ok, cancel, up, down, softer, louder."""
BY_THEMSELVES = (screens.Printing, screens.OutOfService)
"""Nothing can be touched there: they end without anybody."""
LOOK_EVERY = 250
TWO_THOUSAND_S = 2400
"""Eleven minutes of two busy cores, and as many again."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


def walk(
    bench: Bench, folder: Path, caplog: pytest.LogCaptureFixture, steps: int, chance: random.Random
) -> None:
    """So many touches, cards and keys; what must hold is looked at now and then, and at the end."""
    bench.glass(SIZES[0], languages=("fr", "en", "ar"))
    caplog.set_level(logging.INFO)
    caplog.clear()

    async def story() -> None:
        async with shop_window(bench, folder, languages=("fr", "en", "ar"), timing=TIMING) as place:
            place.kiosk.timing = Session()  # who joins is not hurried, however slow the machine
            await join(place)
            place.kiosk.timing = TIMING
            for number in range(steps):
                await step(place, chance)
                if number % LOOK_EVERY == LOOK_EVERY - 1:
                    await left_alone(place)
                    assert traces(place) == []
            await left_alone(place)
            assert traces(place) == []
            assert place.bench.display.modes == frozenset()

    with pytest.MonkeyPatch.context() as patch:
        for module in (handoff, typed):  # three minutes for a look at one's phone are too many here
            patch.setattr(module, "PATIENCE_S", 8)
        asyncio.run(story())
    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [(record.getMessage(), record.exc_info) for record in faults] == []
    for secret in (NAME, LOCAL, NUMBER, "33612345678", *(card.hex() for card in CARDS)):
        assert secret.lower() not in caplog.text.lower()


async def join(place: Place) -> None:
    """The person joins, so that there is something to leave behind."""
    place.reader.present(CARDS[0])
    await place.see(screens.Join)
    await place.touch("way:email")
    await place.see(screens.TypeEmail)
    view = place.bench.display.stage.uppermost
    view.put_draft(f"{LOCAL}@example.org")
    await place.touch("continue")
    await place.see(screens.TypeFirstName)
    place.bench.display.stage.uppermost.put_draft(NAME)
    await place.touch("continue")
    await place.see(screens.AskConsent)
    await place.touch("consent:program")
    await place.touch("continue")
    await place.see(screens.ClaimWelcome)
    await place.touch("claim")
    shown = await place.see(screens.Welcomed)
    assert shown.first_name == NAME


async def step(place: Place, chance: random.Random) -> None:
    """One thing that somebody does."""
    dice = chance.random()
    if place.showing is None:  # somebody has just left, and the invitation is being fetched
        await place.until(lambda screen: screen is not None)
    targets = list(place.bench.targets())
    if not isinstance(place.showing, BY_THEMSELVES):
        assert targets, f"no way out of {type(place.showing).__name__}"
    if dice < 0.72 and targets:
        await place.touch(chance.choice(targets))
    elif dice < 0.80:
        width, height, _ = SIZES[0]
        finger = place.bench.press_at(chance.uniform(0, width), chance.uniform(0, height))
        await place.frames()
        place.bench.lift(finger)
    elif dice < 0.88:
        place.bench._window.dispatch("on_key_down", chance.choice(KEYS), 0, None, [])
    elif dice < 0.95:
        place.reader.present(chance.choice(CARDS))
    elif dice < 0.96:
        place.reader.present(bytes.fromhex("08aabbcc"), medium=Medium.RANDOM)
    elif dice < 0.98:
        place.reader.remove()
    else:
        place.cable.pulled = not place.cable.pulled
    await place.frames()


async def left_alone(place: Place) -> None:
    """Nobody does anything any more: the invitation comes back by itself."""
    place.reader.remove()
    place.cable.pulled = False
    await place.until(lambda screen: isinstance(screen, screens.Attract))
    await place.until(lambda _: place.bench.display.language == "fr")
    await place.until(lambda _: not place.bench.display.modes)
    await place.kiosk.db.run(lambda tx: tx.queue_length())
    await place.frames(5)


# --- traces -----------------------------------------------------------------------------------


def traces(place: Place) -> list[str]:
    """Where something of the person is left: widgets, Kivy's caches, and live objects."""
    gc.collect()
    return [*_in_widgets(place.bench), *_in_caches(), *_in_objects()]


def _in_widgets(bench: Bench) -> list[str]:
    stage = bench.display.stage
    spare = bench.display.scene.spares.views
    return [
        f"{type(widget).__name__}.{name}"
        for root in (stage, *spare)
        for widget in root.walk()
        for name in ("text", "draft", "written", "payload", "spoken", "hint", "offer")
        if _personal(getattr(widget, name, ""))
    ]


def _in_caches() -> list[str]:
    from kivy.cache import Cache

    from kiosk.ui.widgets.text import words_drawn

    drawings = [f"drawing {text}" for text in words_drawn() if _personal(text)]
    return drawings + [
        f"cache {category}"
        for category, kept in Cache._objects.items()
        for key, entry in kept.items()
        if _personal(key) or _personal(entry.get("value"))
    ]


def _in_objects() -> list[str]:
    """Screens, drafts and people that are still alive; what the database and the wire keep for
    themselves is theirs, and so is what this test itself holds."""
    from kiosk.context import SessionState
    from kiosk.db.transaction import KnownMember
    from kiosk.flows.enrol import Draft
    from kiosk.services.enrol import Application
    from kiosk.services.identify import Visit

    kinds = (screens.Screen, KnownMember, Visit, Draft, Application, SessionState)
    return [
        f"object {type(each).__name__}"
        for each in gc.get_objects()
        if issubclass(type(each), kinds) and _personal(repr(each))  # a weak proxy has no class left
    ]


def _personal(value: object) -> bool:
    return isinstance(value, str) and any(part in value for part in (NAME, LOCAL, NUMBER))


# --- how long ---------------------------------------------------------------------------------

ONCE = settings(
    max_examples=1,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ONCE
@given(chance=st.randoms(use_true_random=True))
def test_sixty_touches_of_anything(
    bench: Bench,
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    chance: random.Random,
) -> None:
    walk(bench, tmp_path_factory.mktemp("shop"), caplog, 60, chance)


@pytest.mark.slow
@pytest.mark.timeout(TWO_THOUSAND_S)
@ONCE
@given(chance=st.randoms(use_true_random=True))
def test_two_thousand_touches_of_anything(
    bench: Bench,
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    chance: random.Random,
) -> None:
    walk(bench, tmp_path_factory.mktemp("shop"), caplog, 2000, chance)


def test_the_traces_that_are_looked_for_can_be_found(bench: Bench) -> None:
    """A look that never finds anything would prove nothing."""
    bench.glass(SIZES[0], modes=frozenset({Mode.CALM}))

    async def story() -> None:
        asking = asyncio.ensure_future(bench.display.ask(screens.TypeFirstName(draft=NAME)))
        await asyncio.sleep(0)
        bench.settle()
        assert any("draft" in trace for trace in _in_widgets(bench))
        assert _in_objects() == ["object TypeFirstName"]
        assert _in_caches() == [f"drawing {NAME}"]
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        bench.display.forget()
        assert _in_caches() == []

    asyncio.run(story())
