"""Where everything is built and joined, and nowhere else."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kiosk import SOFTWARE, screens
from kiosk.background import unbroken
from kiosk.config import Config, Credentials, load_credentials
from kiosk.display import Display
from kiosk.systemd import notify

if TYPE_CHECKING:
    from backend_client.rest.terminal import TerminalClient
    from devices.printers import Printer
    from devices.readers import CardReader
    from kiosk.context import Kiosk
    from kiosk.db import Database
    from kiosk.speech import VoiceProcess
    from kiosk.ui.app import UiOptions

log = logging.getLogger(__name__)

CLAIM_CHECK_S = 2.0
STORAGE_CHECK_S = 5.0
FINISH_S = 6.0
"""How long the end waits for paper on its way; the service manager waits a little longer."""
WATCHDOG_EVERY_S = 5.0


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
    # Importing makes many objects that all stay; looking for garbage among them cost a tenth of the
    # time to the first picture.
    gc.disable()
    from kiosk.speech import VoiceProcess
    from kiosk.ui.app import run as run_app

    voice = VoiceProcess(config.speech.output) if config.speech.output else None

    def drawn(at: float) -> None:
        gc.enable()
        if voice is not None:
            voice.warm()
        if first_frame is not None:
            first_frame(at)

    async def together(display: Display) -> None:
        beside = [asyncio.create_task(attach(display))] if attach is not None else []
        if voice is not None and config.speech.headset:
            beside.append(asyncio.create_task(_headphones(config, voice, display)))
        try:
            await story(config, display)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    try:
        return run_app(_options(config, voice, drawn), together)
    finally:
        if voice is not None:
            voice.close()


def _options(
    config: Config, voice: "VoiceProcess | None", drawn: Callable[[float], None]
) -> "UiOptions":
    """How the glass of this machine is driven."""
    from kiosk.speech import Mute
    from kiosk.ui.app import UiOptions

    screen = config.screen
    return UiOptions(
        width=screen.width,
        height=screen.height,
        fullscreen=screen.fullscreen,
        rotation=screen.rotation,
        mm_per_px=screen.mm_per_px,
        languages=screen.languages,
        reader_side=screen.reader_side,
        voice=voice or Mute(),
        home=config.storage.folder / "kivy",
        pictures=config.storage.pictures,
        first_frame=drawn,
    )


async def _headphones(config: Config, voice: "VoiceProcess", display: Display) -> None:
    """Speak into headphones while they are there."""
    from kiosk.headset import watch

    def changed(output: str) -> None:
        voice.listen_on(output or config.speech.output)
        display.headphones = bool(output)

    await unbroken("headphones", lambda: watch(config.speech.headset, changed))


async def story(config: Config, display: Display, open_parts: "OpenParts | None" = None) -> None:
    """The life of the kiosk: the invitation, then everything it needs, then its customers.

    Raises ConfigError, NewerDatabase, OtherCompany or DeviceError for what only a person can mend.
    """
    # The picture comes first: what follows imports and opens for a good half second.
    welcome = asyncio.ensure_future(display.ask(screens.Attract(welcome_points=0)))
    await asyncio.sleep(0.05)
    notify("READY=1")
    watchdog = asyncio.ensure_future(_watchdog())
    try:
        while True:
            credentials = await _credentials(config, display)
            welcome.cancel()
            if await _serve_as(config, credentials, display, open_parts or Parts.from_config):
                return
    finally:
        welcome.cancel()
        watchdog.cancel()


async def _serve_as(
    config: Config, credentials: Credentials, display: Display, open_parts: "OpenParts"
) -> bool:
    """Serve as this terminal, until the machine is claimed anew; True when staff wants a restart.

    The service manager begins again whatever ends well.
    """
    parts = await _parts(config, credentials, display, open_parts)
    async with open_kiosk(config, credentials, display, parts) as kiosk:
        from kiosk.context import RestartAsked
        from kiosk.flows.session import serve

        serving = asyncio.create_task(serve(kiosk))
        claimed = asyncio.create_task(_claimed_anew(config, kiosk))
        try:
            await asyncio.wait({serving, claimed}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (task for task in (serving, claimed) if task.done()):
                ended.result()
        except RestartAsked:
            log.warning("staff has asked to begin again")
            return True
        else:
            return False
        finally:
            serving.cancel()
            claimed.cancel()
            await asyncio.gather(serving, claimed, return_exceptions=True)


async def _claimed_anew(config: Config, kiosk: "Kiosk") -> None:
    """Wait until a shut-out kiosk got new credentials, and nobody stands before it."""
    while True:
        await asyncio.sleep(CLAIM_CHECK_S)
        if kiosk.sync.revoked and kiosk.session.card is None:
            found = load_credentials(config.storage.folder)
            if found not in (None, kiosk.credentials):
                log.warning("claimed anew: beginning again with the new token")
                return


async def _parts(
    config: Config, credentials: Credentials, display: Display, open_parts: "OpenParts"
) -> "Parts":
    """What the kiosk is joined to, waiting for a disk that can be written."""
    await asyncio.to_thread(_import_heavy)
    from kiosk.db import StorageTrouble

    while True:
        try:
            return await asyncio.to_thread(open_parts, config, credentials)
        except StorageTrouble as trouble:
            log.error("storage: %s: %s", config.storage.folder, trouble)  # noqa: TRY400 - the text says it all
            display.tell(screens.OutOfService(reason=screens.OutOfOrder.STORAGE))
        await asyncio.sleep(STORAGE_CHECK_S)


async def _credentials(config: Config, display: Display) -> Credentials:
    """The terminal's credentials, waiting for somebody to claim it: on the glass, or by hand."""
    found = load_credentials(config.storage.folder)
    if found is not None:
        return found
    log.warning("not claimed yet: the code is typed on the glass, or `python -m kiosk claim CODE`")
    asking = asyncio.create_task(_asked_to_set_up(config, display))
    try:
        while found is None:
            await asyncio.wait({asking}, timeout=CLAIM_CHECK_S)
            found = load_credentials(config.storage.folder)
        if isinstance(display.showing, screens.Told):
            await asking  # Who typed the code is told whose the kiosk is now, before it opens.
        return found
    finally:
        asking.cancel()


async def _asked_to_set_up(config: Config, display: Display) -> None:
    """Ends when somebody has claimed this machine on the glass."""
    from kiosk.flows.set_up import set_up

    nobodys = screens.OutOfService(reason=screens.OutOfOrder.NOT_CLAIMED)
    claimed = False
    while not claimed:
        if await display.ask(nobodys) is screens.AttractChoice.SET_UP:
            claimed = await set_up(display, config.storage.folder, config.backend.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the kiosk is joined to. `from_config` opens what the settings name."""

    database: "Database"
    client: "TerminalClient"
    reader: "CardReader"
    printer: "Printer | None"

    @classmethod
    def from_config(cls, config: Config, credentials: Credentials) -> "Parts":
        """The appliance's own. Raises DeviceError, NewerDatabase or StorageTrouble."""
        from backend_client.rest.terminal import TerminalClient
        from devices.printers import open_printer
        from devices.readers import open_reader
        from kiosk.db import Database

        target = config.printer.target
        return cls(
            reader=open_reader(config.reader.target),
            printer=open_printer(target) if target else None,
            database=Database(config.storage.folder / "kiosk.db"),
            client=TerminalClient(credentials.address(config), credentials.token),
        )


OpenParts = Callable[[Config, Credentials], Parts]


@contextlib.asynccontextmanager
async def open_kiosk(
    config: Config, credentials: Credentials, display: Display, parts: Parts | None = None
) -> AsyncIterator["Kiosk"]:
    """Everything joined, with sync and the reader's watch running until the block ends.

    Raises OtherCompany; without `parts`, what `Parts.from_config` raises.
    """
    if parts is None:
        parts = await _parts(config, credentials, display, Parts.from_config)
    else:
        await asyncio.to_thread(_import_heavy)
    from kiosk.chores import begin

    kiosk = _joined(config, credentials, display, parts)
    background: list[asyncio.Task[None]] = []
    try:
        await _take_up(kiosk)
        kiosk.slot.start()
        background += begin(config, kiosk)
        yield kiosk
    finally:
        await kiosk.finish(FINISH_S)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        kiosk.slot.stop()
        kiosk.desk.close()
        parts.client.close()
        await asyncio.to_thread(parts.database.close)


def _joined(config: Config, credentials: Credentials, display: Display, parts: Parts) -> "Kiosk":
    """The kiosk made of its parts; nothing runs yet."""
    from kiosk.context import Kiosk
    from kiosk.hardware import CardSlot, PrinterDesk
    from kiosk.health import Health
    from kiosk.sync import Sync

    desk = PrinterDesk(parts.printer)
    health = Health(desk)
    kiosk: Kiosk

    def reader_changed() -> None:
        health.set_reader(kiosk.slot.up)

    def learnt() -> None:
        kiosk.tell_news()
        health.changed.set()

    def online(answers: bool) -> None:
        if answers != health.online:
            health.set_online(answers)
            kiosk.tell_news()

    kiosk = Kiosk(
        display=display,
        db=parts.database,
        slot=CardSlot(parts.reader, reader_changed),
        desk=desk,
        health=health,
        sync=Sync(parts.database, parts.client, online=online, learnt=learnt),
        client=parts.client,
        credentials=credentials,
        timing=config.session,
        languages=config.screen.languages,
        country=config.screen.country,
        software=SOFTWARE,
        folder=config.storage.folder,
    )
    return kiosk


async def _take_up(kiosk: "Kiosk") -> None:
    """Go on where the last run ended. A disk that cannot be written is waited for later."""
    from kiosk.db import StorageTrouble
    from kiosk.flows.session import settle
    from kiosk.services.belong import belong

    ours = kiosk.credentials
    try:
        await kiosk.db.run(
            belong, card_secret=ours.card_secret, terminal=ours.terminal, program=ours.program
        )
    except StorageTrouble as trouble:
        log.error("storage: %s", trouble)  # noqa: TRY400 - the text says it all
    await kiosk.sync.recall_contact()
    await settle(kiosk)


def _import_heavy() -> None:
    """What the first picture does not need, imported off the event loop."""
    import kiosk.chores
    import kiosk.flows.session  # noqa: F401 - these two bring all the others


async def _watchdog() -> None:
    """Tell systemd that the event loop turns; a frozen glass is restarted."""
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(WATCHDOG_EVERY_S)
