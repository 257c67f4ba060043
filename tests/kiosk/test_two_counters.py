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
COFFEE = 200
BALANCE = 1_050
"""More than one kiosk may give without the network, less than two together would."""


async def take_all_there_is_offline(place: Counter) -> None:
    """Gift after gift, until the kiosk says that it gives no more without the network."""
    place.cable.pulled = True
    for _ in range(PER_CARD // COFFEE):
        place.glass.script(
            (screens.Home, take),
            (screens.ConfirmGift, Delivery.SCREEN),
            (screens.VoucherOnScreen, None),
        )
    place.glass.script(
        (screens.Home, take),
        (screens.ConfirmGift, Delivery.SCREEN),
        (screens.GiftRefused, None),
        (screens.Home, None),
    )
    place.tap()
    async with asyncio.timeout(30):
        while place.glass.left:
            await asyncio.sleep(0.01)
    (refused,) = (each for each in place.glass.shown if isinstance(each, screens.GiftRefused))
    assert refused.reason is screens.RefusalReason.OFFLINE_LIMIT
    assert len(await place.vouchers()) == PER_CARD // COFFEE
    await place.leave()


def test_two_kiosks_cut_off_give_no_more_than_balance_and_limits(tmp_path: Path) -> None:
    """F2: each gives to its limit; the debt is seen, and no replay changes it."""

    async def run() -> None:
        with backend() as (shop, session):
            async with AsyncExitStack() as stack:
                left, right = [
                    await stack.enter_async_context(counter(shop, session, tmp_path / name))
                    for name in ("left", "right")
                ]
                await join(left)
                await left.sell((BALANCE - 50) * 100)
                for place in (left, right):
                    await place.known_balance(BALANCE)
                for place in (left, right):
                    await take_all_there_is_offline(place)
                journals = [
                    await place.kiosk.db.run(Transaction.to_send, 100) for place in (left, right)
                ]
                for place in (left, right):
                    place.cable.pulled = False
                for place in (left, right):
                    place.kiosk.sync.wake()
                    await place.all_sent()
                owed = BALANCE - 2 * PER_CARD
                assert BALANCE < 2 * PER_CARD <= BALANCE + 2 * PER_CARD
                assert await left.balance_at_till() == owed
                for place in (left, right):
                    assert await place.known_balance(owed)
                for _ in range(100):
                    for place, events in zip((left, right), journals, strict=True):
                        await asyncio.to_thread(place.kiosk.client.push, events)
                assert await left.balance_at_till() == owed
                await left.same_entries(CARD)
                assert len(await left.vouchers()) == 2 * PER_CARD // COFFEE
                with shop.database.read(shop.shop.tenant) as tx:
                    flags = {alert.flag for alert in facts.open_alerts(tx)}
                    assert len(access.terminals(tx)) == 2
                assert flags == {"overdrawn"}

    asyncio.run(run())
