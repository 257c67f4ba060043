"""Cards that prove their key, copies of them, and cards that are elsewhere too (F5)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.db import alerts, cards, tables
from devices.readers import Medium
from devices.simulate.ntag424 import SigningChip
from kiosk import screens
from kiosk.screens import Delivery, ProofWay, RefusalReason
from loyalty.ids import StoreId
from loyalty.vouchers import VoucherState
from tests.kiosk.counter import CARD, Counter, backend, counter
from tests.kiosk.test_flows import JOINING, ON_PAPER, take
from tests.support.chips import chip_of
from tests.support.server import PROGRAM

pytestmark = pytest.mark.thorough

LITTLE = json.dumps(
    json.loads(PROGRAM) | {"assurance": {"uid": {"at_once": 50}}, "guard": {"travel_s": 60}}
)
"""A mere number may spend 50 points; a coffee costs 200."""

Journey = Callable[[Counter, SigningChip], Awaitable[None]]


def walk(journey: Journey, folder: Path) -> None:
    async def run() -> None:
        with backend(LITTLE) as (shop, session):
            async with counter(shop, session, folder) as place:
                async with asyncio.timeout(60):
                    await journey(place, chip_of(place.kiosk.credentials.card_secret, CARD))
                assert place.glass.left == []

    asyncio.run(run())


def tap(place: Counter, chip: SigningChip, *, medium: Medium = Medium.CARD) -> None:
    uid = CARD if medium is Medium.CARD else bytes.fromhex("08010203")
    place.reader.present(uid, text=chip.sign())


async def rich(place: Counter, chip: SigningChip) -> None:
    """Somebody joined with a chip, and has 450 points."""
    place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
    tap(place, chip)
    await place.glass.until_type(screens.Home)
    await place.leave()
    await place.all_sent()
    await place.sell(400_00)
    assert await place.known_balance(450)


async def refused(place: Counter) -> screens.ProveIt:
    """What somebody who holds a copy is told when they want a coffee."""
    place.glass.script((screens.Home, take), (screens.ProveIt, None), (screens.Home, None))
    shown: screens.ProveIt = await place.glass.until_type(screens.ProveIt)
    await place.leave()
    return shown


async def takes_coffee(place: Counter) -> None:
    place.glass.script(
        *ON_PAPER,
        (screens.TakeVoucher, None),
        (screens.Home, None),
    )
    await place.glass.until_type(screens.TakeVoucher)
    await place.leave()


@pytest.mark.parametrize("online", [True, False])
def test_a_chip_takes_what_a_copy_of_its_number_may_only_look_at(
    tmp_path: Path, online: bool
) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await rich(place, chip)
        place.cable.pulled = not online
        place.tap()  # a card with the chip's number, and nothing else
        shown = await refused(place)
        home = next(s for s in place.glass.shown if isinstance(s, screens.Home) and s.balance > 50)
        assert home.balance == 450
        assert shown.most == 50
        assert shown.way is ProofWay.CHIP
        tap(place, chip)
        await takes_coffee(place)
        place.cable.pulled = False
        await place.all_sent()
        assert await place.balance_at_till() == 250
        (held,) = await place.vouchers()
        assert await place.state_at_till(held) is VoucherState.ISSUED

    walk(journey, tmp_path)


def test_a_chip_that_hides_its_number_is_known_by_what_it_says(tmp_path: Path) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await rich(place, chip)
        tap(place, chip, medium=Medium.RANDOM)
        await takes_coffee(place)

    walk(journey, tmp_path)


def test_a_text_that_was_copied_opens_the_account_and_spends_nothing_and_staff_is_told(
    tmp_path: Path,
) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await rich(place, chip)
        copied = chip.sign()
        tap(place, chip)
        await takes_coffee(place)
        place.reader.present(CARD, text=copied)
        await refused(place)

    walk(journey, tmp_path)


def test_a_card_that_was_read_badly_is_shown_again_and_the_gift_goes_on(tmp_path: Path) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await rich(place, chip)
        place.tap()
        place.glass.script((screens.Home, take))
        await place.glass.until_type(screens.ProveIt)
        place.reader.remove()
        tap(place, chip)
        while place.kiosk.session.reading is None:
            await asyncio.sleep(0)
        place.glass.script(
            (screens.ConfirmGift, Delivery.PAPER), (screens.TakeVoucher, None), (screens.Home, None)
        )
        place.glass.touch(True)
        await place.glass.until_type(screens.TakeVoucher)
        await place.leave()

    walk(journey, tmp_path)


def test_a_text_on_another_chip_is_that_other_chip(tmp_path: Path) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await rich(place, chip)
        place.glass.script((screens.Join, None))
        place.reader.present(CARD[::-1], text=chip.sign())
        await place.glass.until_type(screens.Join)
        await place.leave()

    walk(journey, tmp_path)


def test_a_card_seen_in_another_shop_a_minute_ago_is_blocked_here_and_staff_is_told(
    tmp_path: Path,
) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await rich(place, chip)
        shop = place.backend
        with shop.database.write(shop.shop.tenant) as tx:
            card = cards.card(tx, place.key())
            assert card is not None
            there = replace(card, seen_store=StoreId("bordeaux"), seen_at=datetime.now(UTC))
            cards.save_sighting(tx, there)
        tap(place, chip)
        shown = await place.glass.until_type(screens.CardProblem)
        assert shown.notice is screens.CardNotice.BLOCKED
        await place.leave()
        with shop.database.read(shop.shop.tenant) as tx:
            told = alerts.alerts(tx, is_open=True, after=None, limit=9)
        assert [each.flag for each in told] == ["card-in-two-places"]

    walk(journey, tmp_path)


def test_a_gift_beyond_every_way_says_how_much_can_be_spent(tmp_path: Path) -> None:
    async def journey(place: Counter, chip: SigningChip) -> None:
        await with_a_number(place)
        place.cable.pulled = True
        offline = screens.Trouble.NETWORK
        await place.glass.until(lambda screen: offline in getattr(screen, "troubles", ()))
        place.glass.script((screens.Home, take), (screens.GiftRefused, None), (screens.Home, None))
        tap(place, chip)
        shown = await place.glass.until_type(screens.GiftRefused)
        assert (shown.reason, shown.allowed) == (RefusalReason.CARD_LIMIT, 50)
        await place.leave()

    walk(journey, tmp_path)


async def with_a_number(place: Counter) -> None:
    """Somebody joined with a mere number, and has 450 points."""
    place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
    place.tap()
    await place.glass.until_type(screens.Home)
    await place.leave()
    await place.all_sent()
    await place.sell(400_00)
    assert await place.known_balance(450)


def digits(place: Counter) -> str:
    """The code in the mail that waits."""
    with place.backend.database.read(place.backend.shop.tenant) as tx:
        table = tables.outbox
        (content,) = tx.run(select(table.c.content).where(table.c.key.like("code:%"))).scalars()
    return str(json.loads(content)["code"]).replace(" ", "")


def test_a_number_takes_what_it_may_not_alone_once_the_code_was_typed(tmp_path: Path) -> None:
    async def journey(place: Counter, _: SigningChip) -> None:
        await with_a_number(place)
        place.glass.script(
            (screens.Home, take),
            (screens.ProveIt, True),
            (screens.TypeCode, lambda _: f"{(int(digits(place)) + 1) % 10**6:06}"),
            (screens.TypeCode, lambda _: digits(place)),
            (screens.ConfirmGift, Delivery.PAPER),
            (screens.TakeVoucher, None),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(screens.TakeVoucher)
        await place.leave()
        typed = [each for each in place.glass.shown if isinstance(each, screens.TypeCode)]
        assert [each.left for each in typed] == [None, 4]
        asked = next(each for each in place.glass.shown if isinstance(each, screens.ProveIt))
        assert (asked.way, asked.most) == (ProofWay.CODE, 50)
        await place.all_sent()
        assert await place.balance_at_till() == 250

    walk(journey, tmp_path)


def test_who_does_not_type_the_code_keeps_the_points(tmp_path: Path) -> None:
    async def journey(place: Counter, _: SigningChip) -> None:
        await with_a_number(place)
        place.glass.script(
            (screens.Home, take),
            (screens.ProveIt, True),
            (screens.TypeCode, None),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(screens.TypeCode)
        await place.leave()
        assert await place.balance_at_till() == 450

    walk(journey, tmp_path)
