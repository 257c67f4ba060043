"""A disk without a byte left: the balance is shown, nothing is taken, nothing is lost."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kiosk import screens
from kiosk.screens import Delivery
from tests.kiosk.counter import OTHER_CARD, Counter, backend, counter
from tests.kiosk.test_flows import JOINING, rich, take


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)  # noqa: S603, S607 - our own words


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (65536, 4096, 512, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    return filler


def test_a_full_disk_shows_the_balance_takes_nothing_and_loses_nothing(small_disk: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        filler = fill(small_disk)
        place.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.SCREEN))
        place.tap()
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.STORAGE
        place.glass.touch(None)
        shown = await place.glass.until_type(screens.Home)
        assert shown.balance == 207
        place.glass.touch(None)
        await place.leave()
        place.glass.script(*JOINING[:4])
        place.tap(OTHER_CARD)
        told = await place.glass.until_type(screens.OutOfService)
        assert told.reason is screens.OutOfOrder.STORAGE
        filler.unlink()
        place.glass.touch(None)
        await place.leave()
        await place.sell(10_00)
        assert await place.known_balance(217)
        await place.all_sent()
        assert await place.balance_at_till() == 217
        place.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.SCREEN))
        place.tap()
        await place.glass.until_type(screens.VoucherOnScreen)
        await place.all_sent()
        assert await place.balance_at_till() == 17
        await place.same_entries()

    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, small_disk) as place, asyncio.timeout(60):
                await journey(place)

    asyncio.run(run())
