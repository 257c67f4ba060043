"""Two kiosks cut off from the backend: what they may give away, and what is visible afterwards."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from backend.db import access, facts
from kiosk import screens
from kiosk.db import Transaction
from kiosk.screens import Delivery
from tests.kiosk.counter import CARD, Counter, backend, counter
from tests.kiosk.test_flows import join, take

pytestmark = pytest.mark.thorough

PER_CARD = 600
"""What the shop's program lets one card take at one kiosk without the network."""


async def take_two_coffees_offline(place: Counter) -> None:
    """Four gifts are wanted; the balance of 450 is enough for two."""
    place.cable.pulled = True
    for _ in range(2):
        place.glass.script(
            (screens.Home, take),
            (screens.ConfirmGift, Delivery.SCREEN),
            (screens.VoucherOnScreen, None),
        )
    place.glass.script((screens.Home, None))
    place.tap()
    async with asyncio.timeout(15):
        while place.glass.left:
            await asyncio.sleep(0.01)
    await place.leave()


def test_two_kiosks_cut_off_give_no_more_than_balance_and_limits(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with AsyncExitStack() as stack:
                left, right = [
                    await stack.enter_async_context(counter(shop, session, tmp_path / name))
                    for name in ("left", "right")
                ]
                await join(left)
                await left.sell(400_00)
                await left.known_balance(450)
                await right.known_balance(450)
                await take_two_coffees_offline(left)
                await take_two_coffees_offline(right)
                journals = [
                    await place.kiosk.db.run(Transaction.to_send, 100) for place in (left, right)
                ]
                for place in (left, right):
                    place.cable.pulled = False
                for place in (left, right):
                    place.kiosk.sync.wake()
                    await place.all_sent()
                debit = 4 * 200
                assert debit <= 450 + 2 * PER_CARD
                assert await left.balance_at_till() == 450 - debit
                assert await left.known_balance(450 - debit)
                assert await right.known_balance(450 - debit)
                for _ in range(100):
                    for place, events in zip((left, right), journals, strict=True):
                        await asyncio.to_thread(place.kiosk.client.push, events)
                assert await left.balance_at_till() == 450 - debit
                await left.same_entries(CARD)
                assert len(await left.vouchers()) == 4
                with shop.database.read(shop.shop.tenant) as tx:
                    flags = {alert.flag for alert in facts.open_alerts(tx)}
                    assert len(access.terminals(tx)) == 2
                assert flags == {"overdrawn"}

    asyncio.run(run())


def test_a_card_gets_no_more_offline_than_the_program_allows(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path) as place:
                await join(place)
                await place.sell(1000_00)
                await place.known_balance(1050)
                place.cable.pulled = True
                for _ in range(3):
                    place.glass.script(
                        (screens.Home, take),
                        (screens.ConfirmGift, Delivery.SCREEN),
                        (screens.VoucherOnScreen, None),
                    )
                place.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.SCREEN))
                place.tap()
                refused = await place.glass.until_type(screens.GiftRefused, within_s=15)
                assert refused.reason is screens.RefusalReason.OFFLINE_LIMIT
                assert len(await place.vouchers()) == 3

    asyncio.run(run())
