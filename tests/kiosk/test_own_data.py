"""A lost card, and a person's own data, at the kiosk."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.db import tables
from kiosk import screens
from kiosk.db import Transaction
from kiosk.screens import AttractChoice, HomeChoice, MyDataDeed, NoCard, Tell
from tests.kiosk.counter import CARD, OTHER_CARD, Counter, backend, counter
from tests.kiosk.test_flows import JOINING

pytestmark = pytest.mark.thorough

Journey = Callable[[Counter], Awaitable[None]]

LOST = ((screens.Attract, AttractChoice.NO_CARD), (screens.TakeACard, NoCard.LOST))
ADDRESS = "ines@example.org"


def walk(journey: Journey, folder: Path) -> None:
    """Run one journey of a member at a counter of its own."""

    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, folder) as place:
                async with asyncio.timeout(30):
                    place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
                    place.tap()
                    await place.glass.until_type(screens.Home)
                    await place.leave()
                    await place.all_sent()
                    await journey(place)
                assert place.glass.left == []

    asyncio.run(run())


def mailed(place: Counter) -> str:
    """The digits of the only code that waits to be mailed."""
    with place.backend.database.read(place.backend.shop.tenant) as tx:
        rows = tx.rows(select(tables.outbox).where(tables.outbox.c.key.like("code:%")))
        (row,) = rows
    return str(json.loads(row.content)["code"]).replace(" ", "")


def told(place: Counter) -> list[Tell]:
    return [screen.what for screen in place.glass.shown if isinstance(screen, screens.Told)]


def test_a_lost_card_is_replaced_by_a_code_and_the_old_one_says_so(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        glass = place.glass
        glass.script(*LOST, (screens.LostCard, True), (screens.TypeEmail, ADDRESS))
        await place.restart_invitation()
        await glass.until_type(screens.TypeCode)
        digits = mailed(place)
        wrong = f"{(int(digits) + 1) % 10**6:06}"
        glass.script((screens.TypeCode, digits))
        glass.touch(wrong)
        await glass.until_type(screens.TapNewCard)
        pads = [s.left for s in glass.shown if isinstance(s, screens.TypeCode)]
        assert pads[0] is None
        assert pads[1]
        place.tap(CARD)
        await glass.until(lambda s: isinstance(s, screens.TapNewCard) and s.taken)
        place.tap(OTHER_CARD)
        shown = await glass.until_type(screens.Home)
        assert (shown.first_name, shown.balance) == ("Inès", 50)
        glass.touch(None)
        await place.leave()
        place.tap(CARD)
        problem = await glass.until_type(screens.CardProblem)
        assert problem.notice is screens.CardNotice.BLOCKED
        glass.touch(None)
        await place.leave()

    walk(journey, tmp_path)


def test_whether_an_address_is_a_members_is_not_said(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        glass = place.glass
        glass.script(
            *LOST,
            (screens.LostCard, True),
            (screens.TypeEmail, "no address"),
            (screens.TypeEmail, "nobody@example.org"),
            (screens.TypeCode, "123456"),
            (screens.TypeCode, None),
        )
        await place.restart_invitation()
        await glass.until(lambda _: not glass.left)
        await glass.until_type(screens.Attract)
        mistakes = [s.mistake for s in glass.shown if isinstance(s, screens.TypeEmail)]
        assert screens.Mistake.SHAPE in mistakes or screens.Mistake.UNREADABLE in mistakes
        assert told(place) == []

    walk(journey, tmp_path)


def test_without_the_network_a_lost_card_gets_a_clear_word(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await place.unplugged()
        place.glass.script(*LOST, (screens.Told, None))
        await place.restart_invitation()
        await place.glass.until(lambda _: not place.glass.left)
        assert told(place) == [Tell.LOST_OFFLINE]

    walk(journey, tmp_path)


def test_consent_and_language_are_changed_and_all_data_is_had_by_a_code(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        glass = place.glass
        glass.script(
            (screens.Home, HomeChoice.MY_DATA),
            (screens.MyData, MyDataDeed.NEWS),
            (screens.MyData, MyDataDeed.EXPORT),
            (screens.DataLink, None),
            (screens.MyData, None),
            (screens.Home, None),
        )
        place.tap()
        await glass.until(lambda _: not glass.left)
        await place.leave()
        before, after = [s for s in glass.shown if isinstance(s, screens.MyData)][:2]
        assert (before.news, after.news) == (False, True)
        assert ADDRESS not in (before.email, after.email)
        (link,) = [s for s in glass.shown if isinstance(s, screens.DataLink)]
        assert link.url.startswith("http")

    walk(journey, tmp_path)


def test_a_removed_card_opens_nothing_at_once(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        glass = place.glass
        glass.script(
            (screens.Home, HomeChoice.MY_DATA),
            (screens.MyData, MyDataDeed.REMOVE_CARD),
            (screens.ConfirmRemoval, True),
            (screens.Told, None),
        )
        place.tap()
        await glass.until(lambda _: not glass.left)
        await place.leave()
        assert told(place) == [Tell.CARD_REMOVED]
        place.tap()
        problem = await glass.until_type(screens.CardProblem)
        assert problem.notice is screens.CardNotice.BLOCKED
        glass.touch(None)
        await place.leave()

    walk(journey, tmp_path)


def test_whoever_asks_is_forgotten_after_one_more_question(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        glass = place.glass
        glass.script(
            (screens.Home, HomeChoice.MY_DATA),
            (screens.MyData, MyDataDeed.ERASE),
            (screens.ConfirmErase, None),
            (screens.MyData, MyDataDeed.ERASE),
            (screens.ConfirmErase, True),
            (screens.Told, None),
        )
        place.tap()
        await glass.until(lambda _: not glass.left)
        await place.leave()
        assert told(place) == [Tell.ERASED]
        assert await place.kiosk.db.run(Transaction.card, place.key()) is None
        place.tap()
        await glass.until_type(screens.Join)

    walk(journey, tmp_path)


def test_without_the_network_my_data_says_so(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.cable.pulled = True
        glass = place.glass
        glass.script((screens.Home, HomeChoice.MY_DATA), (screens.Told, None), (screens.Home, None))
        place.tap()
        await glass.until(lambda _: not glass.left)
        await place.leave()
        assert told(place) == [Tell.OFFLINE]

    walk(journey, tmp_path)
