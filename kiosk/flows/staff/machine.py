"""Looking after the machine: the device panel, and the day's summary."""

import asyncio
import logging
import shutil

from backend_client.errors import BackendError
from devices.printers import Paper, Ticket
from kiosk import screens
from kiosk.context import Kiosk, RestartAsked
from kiosk.db import StorageTrouble, Transaction
from kiosk.db.summary import day_summary
from kiosk.flows.paper import print_slip
from kiosk.flows.staff.shift import Shift
from kiosk.screens import DeviceDeed, PaperLeft, Tell
from kiosk.services.identify import program_in_force
from kiosk.tickets import Letterhead, summary_ticket, trial_ticket
from loyalty.program import in_language

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How soon the panel shows what changed without telling: the queue, the clock, the disk."""
SYNC_MAX_S = 15.0

_PAPER = {
    Paper.PLENTY: PaperLeft.ENOUGH,
    Paper.LOW: PaperLeft.LOW,
    Paper.OUT: PaperLeft.OUT,
    Paper.UNKNOWN: PaperLeft.UNKNOWN,
}


async def devices(shift: Shift) -> None:
    """Show how every part is, live, and mend what can be mended from here."""
    kiosk = shift.kiosk
    done: DeviceDeed | None = None
    failed: DeviceDeed | None = None
    while True:
        deed = await _ask_panel(kiosk, done, failed)
        if deed is None:
            return
        if deed is DeviceDeed.RESTART:
            await shift.did("restart")
            raise RestartAsked
        kiosk.display.tell(await _panel(kiosk, None, None, under_way=deed))
        well = await _do(kiosk, deed)
        done, failed = (deed, None) if well else (None, deed)
        if deed in (DeviceDeed.READER, DeviceDeed.PRINTER):
            await shift.did("recover")


async def _ask_panel(
    kiosk: Kiosk, done: DeviceDeed | None, failed: DeviceDeed | None
) -> DeviceDeed | None:
    """What is touched; meanwhile the panel is kept as it is now."""
    screen = await _panel(kiosk, done, failed)
    question = asyncio.ensure_future(kiosk.ask(screen))
    try:
        while True:
            await asyncio.wait({question}, timeout=LOOK_EVERY_S)
            if question.done():
                return question.result()
            latest = await _panel(kiosk, done, failed)
            if latest != screen and isinstance(kiosk.display.showing, screens.DevicePanel):
                question.cancel()
                screen = latest
                question = asyncio.ensure_future(kiosk.ask(screen, fresh=False))
    finally:
        question.cancel()


async def _panel(
    kiosk: Kiosk,
    done: DeviceDeed | None,
    failed: DeviceDeed | None,
    under_way: DeviceDeed | None = None,
) -> screens.DevicePanel:
    """Every part as it is now."""
    health, zone = kiosk.health, await kiosk.db.run(Transaction.zone)
    program = await kiosk.db.run(program_in_force)
    store = await kiosk.db.run(Transaction.store)
    contact = kiosk.sync.contact_at
    name = in_language(program.name, kiosk.display.language) if program else ""
    return screens.DevicePanel(
        reader=health.reader_up,
        printer=health.printer.ready if kiosk.desk.installed else None,
        paper=_PAPER[health.printer.paper],
        online=health.online,
        contact=contact.astimezone(zone).replace(second=0, microsecond=0) if contact else None,
        queue=await kiosk.db.run(Transaction.queue_length),
        disk_free_mb=shutil.disk_usage(kiosk.folder).free // 10**8 * 100,
        clock=kiosk.wall().astimezone(zone).replace(second=0, microsecond=0),
        clock_trusted=kiosk.clock_trusted,
        terminal=kiosk.credentials.name,
        store=store.name if store else "",
        software=kiosk.software,
        program=f"{name} · {program.version}" if program else "",
        claimed=not kiosk.sync.revoked,
        under_way=under_way,
        done=done,
        failed=failed,
    )


async def _do(kiosk: Kiosk, deed: DeviceDeed) -> bool:
    """Whether it went well."""
    match deed:
        case DeviceDeed.READER:
            await kiosk.slot.open_anew()
            return kiosk.slot.up
        case DeviceDeed.PRINTER:
            kiosk.health.set_printer(await kiosk.desk.open_anew())
            return kiosk.health.printer.ready
        case DeviceDeed.TEST_PRINT:
            return await print_slip(kiosk, await _trial(kiosk))
        case _:
            return await _sync(kiosk)


async def _sync(kiosk: Kiosk) -> bool:
    try:
        async with asyncio.timeout(SYNC_MAX_S):
            while await kiosk.sync.push():
                pass
            await kiosk.sync.pull()
    except (BackendError, StorageTrouble, TimeoutError) as trouble:
        log.info("sync by hand: %s", type(trouble).__name__)
        return False
    return True


async def _trial(kiosk: Kiosk) -> Ticket:
    return trial_ticket(head=await _head(kiosk), words=kiosk.words(), now=kiosk.now())


async def summary(shift: Shift) -> None:
    """Print what this kiosk did today."""
    kiosk = shift.kiosk
    head = await _head(kiosk)
    day = kiosk.now().astimezone(head.zone).date()
    tallies = await kiosk.db.run(Transaction.tallies, day)
    ticket = summary_ticket(
        day_summary(tallies, unsure=len(await kiosk.db.run(Transaction.unsure_vouchers))),
        head=head,
        words=kiosk.words(),
        now=kiosk.now(),
    )
    printed = await print_slip(kiosk, ticket)
    await shift.did("summary")
    await shift.tell(Tell.PRINTED if printed else Tell.NOT_PRINTED)


async def _head(kiosk: Kiosk) -> Letterhead:
    store = await kiosk.db.run(Transaction.store)
    assert store is not None, "staff is let in once the shop is known"
    zone = await kiosk.db.run(Transaction.zone)
    return Letterhead(
        store=store,
        terminal=kiosk.credentials.name,
        zone=zone,
        voucher_key=kiosk.voucher_key,
    )
