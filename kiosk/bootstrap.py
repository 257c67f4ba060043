"""Where everything is built and joined, and nowhere else."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kiosk import screens
from kiosk.config import Config, Credentials, load_credentials
from kiosk.display import Display
from kiosk.systemd import notify

if TYPE_CHECKING:
    from backend_client.rest import TerminalClient
    from devices.printers import Printer
    from devices.readers import CardReader
    from kiosk.context import Kiosk
    from kiosk.db import Database

log = logging.getLogger(__name__)

SOFTWARE = "loyalty-kiosk 0.1.0"
CLAIM_CHECK_S = 2.0
WATCHDOG_EVERY_S = 5.0
FORGET_AFTER_DAYS = 90
"""A name that has not been here for so long is dropped; it is fetched again at the next tap."""
HOUSEKEEPING_EVERY_S = 3600.0


class Attach(Protocol):
    """Something that accompanies the display, such as the demonstration's remote hand."""

    def __call__(self, display: Display, /) -> Coroutine[Any, Any, None]:
        """Runs beside the story until it is cancelled."""
        ...


def run(
    config: Config,
    attach: Attach | None = None,
    first_frame: Callable[[float], None] | None = None,
) -> int:
    """Open the window and tell the story until the process is asked to end; the exit code.

    `first_frame` is told when the first picture is on the glass, by the monotonic clock.
    """
    from kiosk.ui.app import UiOptions
    from kiosk.ui.app import run as run_app

    screen = config.screen
    options = UiOptions(
        width=screen.width,
        height=screen.height,
        fullscreen=screen.fullscreen,
        rotation=screen.rotation,
        mm_per_px=screen.mm_per_px,
        languages=screen.languages,
        reader_side=screen.reader_side,
        home=config.storage.folder / "kivy",
        first_frame=first_frame,
    )

    async def together(display: Display) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(story(config, display))
            if attach is not None:
                tasks.create_task(attach(display))

    return run_app(options, together)


async def story(config: Config, display: Display) -> None:
    """The life of the kiosk: the invitation, then everything it needs, then its customers."""
    # The picture comes first: what follows imports and opens for a good half second.
    welcome = asyncio.ensure_future(display.ask(screens.Attract(welcome_points=0)))
    await asyncio.sleep(0.05)
    notify("READY=1")
    watchdog = asyncio.ensure_future(_watchdog())
    try:
        credentials = await _credentials(config, display)
        welcome.cancel()
        async with open_kiosk(config, credentials, display) as kiosk:
            from kiosk.flows.session import serve

            await serve(kiosk)
    finally:
        welcome.cancel()
        watchdog.cancel()


async def _credentials(config: Config, display: Display) -> Credentials:
    """The terminal's credentials, waiting for somebody to claim it."""
    told = False
    while True:
        found = load_credentials(config.storage.folder)
        if found is not None:
            return found
        if not told:
            log.warning("not claimed yet: run `python -m kiosk claim CODE`")
            display.tell(screens.OutOfService(reason=screens.OutOfOrder.NOT_CLAIMED))
            told = True
        await asyncio.sleep(CLAIM_CHECK_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the kiosk is joined to. `from_config` opens what the settings name."""

    database: "Database"
    client: "TerminalClient"
    reader: "CardReader"
    printer: "Printer | None"

    @classmethod
    def from_config(cls, config: Config, credentials: Credentials) -> "Parts":
        """The appliance's own. Raises TargetError, or StorageTrouble."""
        from backend_client.rest import TerminalClient
        from devices.printers import open_printer
        from devices.readers import open_reader
        from kiosk.db import Database

        target = config.printer.target
        return cls(
            reader=open_reader(config.reader.target),
            printer=open_printer(target) if target else None,
            client=TerminalClient(config.backend.url, credentials.token),
            database=Database(config.storage.folder / "kiosk.db"),
        )


@contextlib.asynccontextmanager
async def open_kiosk(
    config: Config, credentials: Credentials, display: Display, parts: Parts | None = None
) -> AsyncIterator["Kiosk"]:
    """Everything joined, with sync and the reader's watch running until the block ends."""
    await asyncio.to_thread(_import_heavy)
    from kiosk.context import Kiosk, SessionState
    from kiosk.hardware import CardSlot, PrinterDesk
    from kiosk.health import Health
    from kiosk.services import redeem
    from kiosk.sync import Sync

    if parts is None:
        parts = await asyncio.to_thread(Parts.from_config, config, credentials)
    desk = PrinterDesk(parts.printer)
    health = Health(desk)
    kiosk: Kiosk

    def reader_changed() -> None:
        health.set_reader(kiosk.slot.up)

    def learnt() -> None:
        kiosk.tell_news()
        health.changed.set()

    kiosk = Kiosk(
        display=display,
        db=parts.database,
        slot=CardSlot(parts.reader, reader_changed),
        desk=desk,
        health=health,
        sync=Sync(parts.database, parts.client, online=health.set_online, learnt=learnt),
        client=parts.client,
        credentials=credentials,
        timing=config.session,
        session=SessionState(),
    )
    settled = await kiosk.db.run(redeem.recover, now=kiosk.now())
    if settled:
        log.warning("took up %d things that a stop had left open", settled)
    kiosk.slot.start()
    background = [
        asyncio.create_task(kiosk.sync.run()),
        asyncio.create_task(health.watch(lambda: kiosk.session.rejects_taps)),
        asyncio.create_task(_housekeeping(kiosk)),
    ]
    try:
        yield kiosk
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        kiosk.slot.stop()
        desk.close()
        parts.client.close()
        await asyncio.to_thread(parts.database.close)


def _import_heavy() -> None:
    """What the first picture does not need, imported off the event loop."""
    import kiosk.flows.session  # noqa: F401 - it brings all the others


async def _housekeeping(kiosk: "Kiosk") -> None:
    from datetime import timedelta

    from kiosk.db import StorageTrouble, Transaction

    while True:
        limit = kiosk.now() - timedelta(days=FORGET_AFTER_DAYS)
        try:
            gone = await kiosk.db.run(Transaction.forget_members_unseen_since, limit)
            log.info("forgot %d names that were not here for %d days", gone, FORGET_AFTER_DAYS)
        except StorageTrouble:
            log.exception("housekeeping")
        await asyncio.sleep(HOUSEKEEPING_EVERY_S)


async def _watchdog() -> None:
    """Tell systemd that the event loop turns; a frozen glass is restarted."""
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(WATCHDOG_EVERY_S)
