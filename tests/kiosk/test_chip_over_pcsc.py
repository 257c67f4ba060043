"""The ladder of trust over a real card service: chips, their copies and phones (F5)."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from devices.cards.atr import DESFIRE, contactless_atr
from devices.simulate.chips import Chip, Phone, StorageCard
from devices.simulate.ntag424 import CopiedChip, SigningChip
from kiosk import screens
from kiosk.screens import Delivery
from tests.kiosk.counter import CARD, Counter, backend, counter
from tests.kiosk.test_chip_cards import LITTLE
from tests.kiosk.test_flows import JOINING, take
from tests.support.chips import chip_of
from tests.support.pcsc import PcscRig

pytestmark = pytest.mark.pcsc

Put = Callable[[Chip | None], Awaitable[None]]


async def wants_coffee(place: Counter, put: Put, chip: Chip) -> list[str]:
    """Tap, touch the coffee, and go; the names of the screens that came."""
    place.glass.shown.clear()
    place.glass.script(
        (screens.Home, take),
        (screens.ConfirmGift, Delivery.PAPER) if isinstance(chip, SigningChip) else _NO,
        (screens.TakeVoucher, None) if isinstance(chip, SigningChip) else (screens.Home, None),
    )
    if isinstance(chip, SigningChip):
        place.glass.script((screens.Home, None))
    await put(chip)
    await place.glass.until(lambda screen: not isinstance(screen, screens.Attract))
    await place.glass.until_type(screens.Attract)
    await put(None)
    return place.glass.types()


_NO = (screens.ProveIt, None)


def test_a_copy_of_a_chip_sees_the_points_and_a_phone_nobodys_and_only_the_chip_spends(
    tmp_path: Path, pcsc_rig: PcscRig
) -> None:
    async def put(chip: Chip | None) -> None:
        await asyncio.to_thread(pcsc_rig.take)
        if chip is not None:
            await asyncio.to_thread(pcsc_rig.put, chip)

    async def journey(place: Counter) -> None:
        chip = chip_of(place.kiosk.credentials.card_secret, CARD)
        place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
        await put(chip)
        await place.glass.until_type(screens.Home)
        await place.glass.until_type(screens.Attract)
        await put(None)
        await place.all_sent()
        await place.sell(800_00)
        assert await place.known_balance(850)
        chip.counter = 1  # it lives in the chips' process, and was read once there
        clone = StorageCard(uid=CARD, atr=contactless_atr(DESFIRE))
        copied = CopiedChip(uid=CARD, text=chip_of("00" * 32, CARD).sign())
        assert await wants_coffee(place, put, clone) == ["Home", "ProveIt", "Home"]
        assert await wants_coffee(place, put, copied) == ["Home", "ProveIt", "Home"]
        shown = await wants_coffee(place, put, chip)
        assert "TakeVoucher" in shown
        await put(Phone())
        told = await place.glass.until_type(screens.CardProblem)
        assert told.notice is screens.CardNotice.RANDOM
        await put(None)
        await place.all_sent()
        assert await place.balance_at_till() == 650

    async def run() -> None:
        with backend(LITTLE) as (shop, session):
            made = counter(shop, session, tmp_path, reader_target="pcsc:")
            async with made as place, asyncio.timeout(60):
                await journey(place)

    asyncio.run(run())
