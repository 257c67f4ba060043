"""The display on a real window: questions, touches, languages, forgetting."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk import screens
from kiosk.screens import Screen
from tests.kiosk.ui import samples as data
from tests.kiosk.ui.bench import SIZES, Bench

pytestmark = pytest.mark.ui

NO_WAY_OUT = {"printing", *(name for name in data.samples() if name.startswith("out-of-service"))}
"""What ends by itself: nobody is asked."""

HAIR = 1.5
"""Pixels: rounding."""

IDS = [f"{width}x{height}" for width, height, _ in SIZES]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


def live(story: Coroutine[Any, Any, None]) -> None:
    """Run `story` on an event loop, not longer than a person would wait."""

    async def limited() -> None:
        async with asyncio.timeout(30):
            await story

    asyncio.run(limited())


async def asked(bench: Bench, screen: Screen[Any]) -> asyncio.Task[Any]:
    """The question on the glass, drawn, and not yet answered."""
    question = asyncio.create_task(bench.display.ask(screen))
    await asyncio.sleep(0)
    bench.settle()
    assert not question.done()
    return question


async def withdraw(question: asyncio.Task[Any]) -> None:
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question


def texts(bench: Bench) -> str:
    """Every text on the glass, one after the other."""
    from kiosk.ui.widgets.text import Text

    return " | ".join(
        widget.text for widget in bench.display.stage.walk() if isinstance(widget, Text)
    )


def test_every_screen_has_a_view(bench: Bench) -> None:
    bench.glass()
    from kiosk.ui.views import VIEWS, view_of
    from kiosk.ui.views.base import View

    declared = {
        value
        for value in vars(screens).values()
        if isinstance(value, type) and issubclass(value, Screen) and value is not Screen
    }
    assert declared == set(VIEWS)
    for screen in declared:
        assert issubclass(view_of(screen), View)


def test_every_screen_has_a_sample() -> None:
    from kiosk.ui.views import VIEWS

    assert {type(screen) for screen in data.samples().values()} == set(VIEWS)


@pytest.mark.parametrize(
    "size",
    [
        # The lowest and the tallest glass are in the gate, those between by `make test-long`.
        pytest.param(size, id=name, marks=() if size in (SIZES[0], SIZES[-1]) else pytest.mark.slow)
        for size, name in zip(SIZES, IDS, strict=True)
    ],
)
def test_every_screen_has_a_way_out_that_a_finger_can_hit(
    bench: Bench, size: tuple[int, int, float]
) -> None:
    async def story() -> None:
        bench.glass(size)
        look = bench.look
        assert look is not None
        small: dict[str, Any] = {}
        for name, screen in data.samples("fr").items():
            question = await asked(bench, screen)
            found = bench.targets()
            ways = {target for target in found if not target.startswith(("language:", "key:"))}
            assert ways or name in NO_WAY_OUT, f"no way out of {name}"
            for target, (_, _, width, height) in found.items():
                least = look.key if target.startswith("key:") else look.action
                if min(width, height) < least - HAIR:
                    small[f"{name} {target}"] = (width, height, least)
            await withdraw(question)
            bench.display.forget()
        assert not small

    live(story())


@pytest.mark.parametrize(
    ("name", "target", "answer"),
    [
        ("attract", "no-card", screens.AttractChoice.NO_CARD),
        ("take-a-card", "back", None),
        ("card-mute", "ok", None),
        ("join", "way:phone", screens.Way.PHONE),
        ("join", "way:email", screens.Way.EMAIL),
        ("join", "way:handoff", screens.Way.HANDOFF),
        ("join", "finish", None),
        ("hand-off", "back", None),
        ("claim", "claim", True),
        ("claim", "later", None),
        ("welcomed", "slip", screens.AfterClaim.SLIP),
        ("welcomed", "home", screens.AfterClaim.HOME),
        ("welcomed", "finish", None),
        ("home", "vouchers", screens.HomeChoice.VOUCHERS),
        ("home", "history", screens.HomeChoice.HISTORY),
        ("home", "finish", None),
        ("home-long", "gifts", screens.HomeChoice.GIFTS),
        ("choose", "back", None),
        ("confirm", "print", screens.Delivery.PAPER),
        ("confirm", "screen", screens.Delivery.SCREEN),
        ("confirm", "back", None),
        ("take-voucher", "done", None),
        ("voucher-on-screen", "done", None),
        ("printer-not_printed-paper", "give-back", screens.WayOut.GIVE_BACK),
        ("printer-not_printed-paper", "retry", screens.WayOut.RETRY),
        ("printer-unknown-silent", "screen", screens.WayOut.SCREEN),
        ("printer-unknown-silent", "finish", None),
        ("refused-not_enough", "ok", None),
        ("vouchers", "back", None),
        ("history", "back", None),
        ("still-there", "more-time", True),
        ("still-there", "finish", None),
        ("sorry", "ok", None),
    ],
)
def test_a_touch_answers(bench: Bench, name: str, target: str, answer: object) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, data.samples()[name])
        bench.touch(target)
        assert await question is answer

    live(story())


def test_the_gift_that_was_touched_is_the_answer(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        home = data.samples()["home-rich"]
        assert isinstance(home, screens.Home)
        question = await asked(bench, home)
        bench.touch("gift:tote")
        assert await question == screens.TakeGift(gift=home.gifts[1])

    live(story())


def test_a_gift_out_of_reach_cannot_be_touched(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, data.samples()["home"])
        assert not [name for name in bench.targets() if name.startswith("gift:")]
        await withdraw(question)

    live(story())


def test_a_voucher_is_shown_or_printed_again(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        mine = data.samples()["vouchers"]
        assert isinstance(mine, screens.MyVouchers)
        for target, delivery in (
            ("show:7Q2X-K9F4-M3HB", screens.Delivery.SCREEN),
            ("print:7Q2X-K9F4-M3HB", screens.Delivery.PAPER),
        ):
            question = await asked(bench, mine)
            bench.touch(target)
            assert await question == screens.OpenVoucher(
                voucher=mine.vouchers[0], delivery=delivery
            )

    live(story())


def test_without_a_printer_only_the_screen_is_offered(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, data.samples()["confirm-no-paper"])
        assert "print" not in bench.targets()
        bench.touch("screen")
        assert await question is screens.Delivery.SCREEN

    live(story())


def test_pages_are_turned_and_every_gift_can_be_reached(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        choose = data.samples()["choose"]
        assert isinstance(choose, screens.ChooseGift)
        question = await asked(bench, choose)
        seen = texts(bench)
        while "later" in bench.targets():
            bench.touch("later")
            seen += texts(bench)
        assert all(gift.name in seen for gift in choose.gifts)
        await withdraw(question)

    live(story())


def test_the_second_touch_of_an_answered_screen_does_nothing(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, data.samples()["confirm"])
        bench.touch("print")
        bench.touch("back")
        assert await question is screens.Delivery.PAPER
        bench.touch("back")
        after = await asked(bench, data.samples()["take-voucher"])
        bench.touch("done")
        assert await after is None

    live(story())


def test_a_button_looks_pressed_while_the_finger_is_on_it(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        assert bench.look is not None
        question = await asked(bench, data.samples()["join"])
        walk = bench.display.stage.walk()
        button = next(widget for widget in walk if getattr(widget, "name", "") == "way:phone")
        finger = bench.press("way:phone")
        assert tuple(button.fill) == bench.look.colours.brand_dark
        bench.lift(finger)
        assert await question is screens.Way.PHONE

    live(story())


def test_asking_the_same_screen_again_changes_it_in_place(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        first = await asked(bench, data.samples()["home"])
        view = bench.display.stage.uppermost
        await withdraw(first)
        second = await asked(bench, data.samples()["home-rich"])
        assert bench.display.stage.uppermost is view
        assert "407" in texts(bench)
        await withdraw(second)

    live(story())


def test_a_withdrawn_question_leaves_its_picture_and_takes_no_answer(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        await withdraw(await asked(bench, data.samples()["join"]))
        assert isinstance(bench.display.showing, screens.Join)
        bench.touch("way:email")
        assert isinstance(bench.display.showing, screens.Join)

    live(story())


def test_still_there_lies_over_the_screen_and_gives_it_back(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        home = await asked(bench, data.samples()["home"])
        beneath = bench.display.stage.uppermost
        silence = await asked(bench, screens.StillThere(seconds=20))
        assert isinstance(bench.display.showing, screens.StillThere)
        assert "Inès" in texts(bench), "the screen beneath stays in view"
        assert set(bench.targets()) == {"finish", "more-time"}
        bench.touch("more-time")
        assert await silence is True
        bench.settle()
        assert bench.display.stage.uppermost is beneath
        bench.touch("finish")
        assert await home is None

    live(story())


def test_still_there_goes_when_the_screen_beneath_is_asked_again(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        await withdraw(await asked(bench, data.samples()["home"]))
        silence = await asked(bench, screens.StillThere(seconds=20))
        bench.touch("more-time")
        assert await silence is True
        again = await asked(bench, data.samples()["home"])
        assert isinstance(bench.display.showing, screens.Home)
        bench.touch("history")
        assert await again is screens.HomeChoice.HISTORY

    live(story())


def test_a_language_change_keeps_the_screen_and_its_question(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, data.samples()["home"])
        assert "Bonjour Inès" in texts(bench)
        bench.touch("language:en")
        assert bench.display.language == "en"
        assert "Hello Inès" in texts(bench)
        bench.touch("language:fr")
        assert "Bonjour Inès" in texts(bench)
        bench.touch("finish")
        assert await question is None

    live(story())


def test_a_language_change_keeps_what_was_typed(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, screens.TypeFirstName())
        bench.touch("key:z")
        bench.touch("key:o")
        before = texts(bench)
        assert "Zo" in before
        bench.touch("language:en")
        assert "Zo" in texts(bench)
        bench.touch("continue")
        assert await question == "Zo"

    live(story())


def test_a_visit_begins_in_the_language_of_the_shop(bench: Bench) -> None:
    async def story() -> None:
        bench.glass()
        question = await asked(bench, data.samples()["home"])
        bench.touch("language:en")
        await withdraw(question)
        bench.display.forget()
        assert bench.display.language == "fr"

    live(story())


def test_a_shop_of_one_language_offers_no_other(bench: Bench) -> None:
    async def story() -> None:
        bench.glass(languages=("fr",))
        for name in ("attract", "home"):
            question = await asked(bench, data.samples("fr")[name])
            assert not [target for target in bench.targets() if target.startswith("language")]
            await withdraw(question)

    live(story())


def test_forget_leaves_nothing_personal_on_the_glass_or_in_the_measures(bench: Bench) -> None:
    async def story() -> None:
        from kiosk.ui.widgets.text import Text, broken, extent

        bench.glass(motion=True)
        for name in ("home-long", "home", "voucher-on-screen", "claim", "email"):
            question = await asked(bench, data.samples("fr")[name])
            await withdraw(question)
        views = list(bench.display.stage.children)
        labels = [widget for view in views for widget in view.walk() if isinstance(widget, Text)]
        assert any(label.text for label in labels)
        bench.display.forget()
        assert bench.display.showing is None
        assert not bench.display.stage.children
        assert not any(label.text for label in labels if label.text != "Maison Lise")
        assert all(view.screen is None for view in views)
        assert extent.cache_info().currsize == 0
        assert broken.cache_info().currsize == 0

    live(story())


def test_a_balance_is_not_faded_in_after_a_tap(bench: Bench) -> None:
    async def story() -> None:
        bench.glass(motion=True)
        await withdraw(await asked(bench, data.samples()["attract"]))
        question = asyncio.create_task(bench.display.ask(data.samples()["home"]))
        await asyncio.sleep(0)
        bench.settle(1)
        assert len(bench.display.stage.children) == 1
        assert bench.display.stage.uppermost.opacity == 1
        await withdraw(question)

    live(story())


def test_the_benchmark_hears_of_the_first_frame_of_a_screen_once(bench: Bench) -> None:
    async def story() -> None:
        heard: list[Screen[Any]] = []
        bench.glass().frame_done = lambda screen, _: heard.append(screen)
        home = data.samples()["home"]
        question = await asked(bench, home)
        bench.settle()
        assert heard == [home]
        await withdraw(question)

    live(story())


def test_touched_at_moves_with_every_touch(bench: Bench) -> None:
    async def story() -> None:
        display = bench.glass()
        question = await asked(bench, data.samples()["home"])
        before = display.touched_at
        bench.touch("history")
        assert display.touched_at > before
        await question

    live(story())


def test_a_voucher_on_the_screen_can_be_read_by_a_phone(bench: Bench) -> None:
    from PIL import Image
    from pyzbar.pyzbar import decode

    from kiosk.ui.widgets.qr import matrix

    rows = matrix(data.PAYLOAD)
    picture = Image.new("L", (len(rows), len(rows)), 255)
    picture.putdata([0 if module else 255 for row in rows for module in row])
    (found,) = decode(picture.resize((len(rows) * 6, len(rows) * 6), Image.Resampling.NEAREST))
    assert found.data.decode() == data.PAYLOAD
    assert bench is not None


def test_views_that_must_be_quick_are_built_beforehand(bench: Bench) -> None:
    async def story() -> None:
        display = bench.glass()
        display.scene.spares.prepare(screens.Home)
        question = await asked(bench, data.samples()["home"])
        assert "187" in texts(bench)
        await withdraw(question)

    live(story())


@pytest.fixture(autouse=True)
def _window_is_left_clean(bench: Bench, tmp_path: Path) -> Iterator[None]:
    del tmp_path
    yield
    bench.close()


def test_messages_take_turns_and_each_brings_its_picture_once_it_is_here(bench: Bench) -> None:
    display = bench.glass()
    said = (
        screens.Announcement(words={"fr": "Le thé compte double"}, picture="tea"),
        screens.Announcement(words={"fr": "Samedi, dégustation"}, picture="a" * 64),
    )

    async def story() -> None:
        question = await asked(bench, screens.Attract(welcome_points=0, messages=said))
        view = display.uppermost
        art, plain = view.ids.art, view.ids.art.unit
        assert "Le thé compte double" in texts(bench)
        assert art.texture is not None
        left, bottom, width, height = art.frame
        assert width / height == pytest.approx(4 / 3, abs=0.02)  # as it was taken
        assert bottom > view.ids.foot.y
        assert left + width < view.width
        assert art.card_unit < plain  # at its corner
        view._next_message(0)
        bench.settle()
        assert "Samedi, dégustation" in texts(bench)
        assert (art.texture, art.card_unit) == (None, plain)  # the second is not here yet
        await withdraw(question)

    live(story())
