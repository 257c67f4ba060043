"""The last piece of a gift: whoever looks at it at a kiosk has it while they make up their mind."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from backend.services.shop.gifts import put_gift
from backend.services.shop.stock import move, stock_of
from backend_client.schemas.catalogue import GiftBody, MovementBody, MovementKind
from kiosk import screens
from kiosk.db import Transaction
from kiosk.flows import gifts, pieces
from kiosk.screens import Delivery
from loyalty.ids import RewardId
from tests.kiosk.counter import Counter, backend, counter
from tests.kiosk.test_flows import join, take
from tests.support.server import Company, new_id

pytestmark = pytest.mark.thorough


def stock(shop: Company, pieces: int) -> None:
    """So many coffees, and no more."""
    body = GiftBody(name={"fr": "Café", "en": "Coffee"}, stocked=True)
    came = MovementBody(id=new_id(), kind=MovementKind.DELIVERY, pieces=pieces)
    shop.database.run(shop.shop.tenant, put_gift, "coffee", body)
    shop.database.run(shop.shop.tenant, move, "coffee", shop.shop.store, came, actor="system")


def left(shop: Company) -> tuple[int, int, int]:
    """Pieces free, promised, and kept for whoever is choosing."""
    with shop.database.read(shop.shop.tenant) as tx:
        (found,) = stock_of(tx, "coffee").stock
    return found.free, found.promised, found.choosing


async def hears(place: Counter, pieces: int) -> None:
    """The kiosk has heard how many are free."""
    async with asyncio.timeout(40):
        while await place.kiosk.db.run(Transaction.free, RewardId("coffee")) != pieces:
            await asyncio.sleep(0.01)


def test_the_last_piece_is_kept_for_who_looks_at_it_and_let_go_when_they_do_not_want_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The backend is in this process, and the machine may be busy: here, its word is waited for.
    for module, name in (
        (pieces, "KEEP_TIMEOUT_S"),
        (pieces, "KEEP_MAX_S"),
        (gifts, "HOLD_TIMEOUT_S"),
        (gifts, "HOLD_MAX_S"),
    ):
        monkeypatch.setattr(module, name, 30.0)

    async def run() -> None:
        with backend() as (shop, session):
            stock(shop, 1)
            async with AsyncExitStack() as stack:
                one, two = [
                    await stack.enter_async_context(counter(shop, session, tmp_path / name))
                    for name in ("one", "two")
                ]
                await join(one)
                await one.sell(400_00)
                await one.known_balance(450)
                await two.known_balance(450)
                await hears(one, 1)

                def looks(_: screens.ConfirmGift) -> None:
                    assert left(shop) == (0, 0, 1)

                one.glass.script(
                    (screens.Home, take), (screens.ConfirmGift, looks), (screens.Home, None)
                )
                one.tap()
                async with asyncio.timeout(40):
                    while one.glass.left:
                        await asyncio.sleep(0.01)
                await one.leave()
                assert left(shop) == (1, 0, 0)

                await hears(two, 1)
                two.glass.script(
                    (screens.Home, take),
                    (screens.ConfirmGift, Delivery.SCREEN),
                    (screens.VoucherOnScreen, None),
                    (screens.Home, None),
                )
                two.tap()
                async with asyncio.timeout(40):
                    while two.glass.left:
                        await asyncio.sleep(0.01)
                await two.leave()
                assert left(shop) == (0, 1, 0)

                await hears(one, 0)
                one.glass.script(
                    (screens.Home, take), (screens.GiftRefused, None), (screens.Home, None)
                )
                one.tap()
                async with asyncio.timeout(40):
                    while one.glass.left:
                        await asyncio.sleep(0.01)
                await one.leave()
                refused = [s for s in one.glass.shown if isinstance(s, screens.GiftRefused)]
                assert [each.reason for each in refused] == [screens.RefusalReason.UNAVAILABLE]

    asyncio.run(run())
