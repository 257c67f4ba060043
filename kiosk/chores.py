"""What a kiosk does by itself while it is open, beside its customers."""

import asyncio
import contextlib
import logging
from datetime import timedelta
from pathlib import Path

from backend_client.errors import BackendError
from kiosk import night
from kiosk.background import unbroken
from kiosk.config import Config
from kiosk.context import Kiosk
from kiosk.db import StorageTrouble, Transaction
from kiosk.pictures import fetch_missing
from kiosk.services.staff import office_says

log = logging.getLogger(__name__)

HEARTBEAT_EVERY_S = 60.0
FORGET_AFTER_DAYS = 90
"""A name that has not been here for so long is dropped; it is fetched again at the next tap."""
KEEP_SETTLED_DAYS = 400
"""A year and a month: what a customer at the kiosk may still ask about."""
HOUSEKEEPING_EVERY_S = 3600.0
PICTURES_EVERY_S = 900.0
"""What could not be fetched is tried again after so long, or when something is learnt."""


def begin(config: Config, kiosk: Kiosk) -> list[asyncio.Task[None]]:
    """All of it under way, until each task is cancelled."""
    return [
        asyncio.create_task(each)
        for each in (
            unbroken("sync", kiosk.sync.run),
            unbroken(
                "printer watch", lambda: kiosk.health.watch(lambda: kiosk.session.undisturbed)
            ),
            unbroken("heartbeat", lambda: _heartbeat(kiosk)),
            unbroken("housekeeping", lambda: _housekeeping(kiosk)),
            unbroken("pictures", lambda: _pictures(config.storage.pictures, kiosk)),
            unbroken("night", lambda: _night(config, kiosk)),
        )
    ]


async def _heartbeat(kiosk: Kiosk) -> None:
    """Tell the backend every minute how this machine is, when it can be reached."""
    while True:
        try:
            answer = await kiosk.sync.say(
                lambda waiting: kiosk.health.beat(kiosk.software, waiting, kiosk.now())
            )
            if await kiosk.db.run(office_says, paused=answer.paused):
                kiosk.health.changed.set()
        except (BackendError, StorageTrouble) as trouble:
            log.info("nobody heard how this kiosk is: %s", type(trouble).__name__)
        await asyncio.sleep(HEARTBEAT_EVERY_S)


async def _housekeeping(kiosk: Kiosk) -> None:
    """Forget what has been kept long enough."""
    while True:
        limit = kiosk.now() - timedelta(days=FORGET_AFTER_DAYS)
        try:
            gone = await kiosk.db.run(Transaction.forget_members_unseen_since, limit)
            log.info("forgot %d names that were not here for %d days", gone, FORGET_AFTER_DAYS)
            settled = await kiosk.db.run(
                Transaction.forget_settled, kiosk.now() - timedelta(days=KEEP_SETTLED_DAYS)
            )
            log.info("let go of %d settled vouchers and entries", settled)
        except StorageTrouble as trouble:
            log.warning("storage: %s; housekeeping is done later", trouble)
        await asyncio.sleep(HOUSEKEEPING_EVERY_S)


async def _pictures(folder: Path, kiosk: Kiosk) -> None:
    """Have the merchant's pictures here, of gifts and campaigns, whenever something was learnt."""
    while True:
        heard = kiosk.learnt
        wanted = await kiosk.db.run(Transaction.pictures)
        if await fetch_missing(folder, wanted, kiosk.client):
            kiosk.tell_news()
            kiosk.health.changed.set()  # the invitation may have one to show
            heard = kiosk.learnt
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PICTURES_EVERY_S):
                await kiosk.news(heard)


async def _night(config: Config, kiosk: Kiosk) -> None:
    """Dim the glass by the shop's hours."""
    while await kiosk.db.run(Transaction.store) is None:
        await kiosk.news(kiosk.learnt)  # the shop's hours need the shop's zone
    zone = await kiosk.db.run(Transaction.zone)
    await night.watch(
        config.night,
        kiosk.display,
        local=lambda: kiosk.now().astimezone(zone),
        clock=kiosk.clock,
    )
