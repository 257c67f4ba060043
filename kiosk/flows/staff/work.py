"""Staff mode: the PIN, then the menu, until they finish or leave."""

import asyncio
import logging

from backend_client.signing import pin_digest
from kiosk import screens
from kiosk.context import Kiosk
from kiosk.db import Transaction
from kiosk.db.transaction import Colleague
from kiosk.flows.staff.machine import devices, summary
from kiosk.flows.staff.members import help_a_member
from kiosk.flows.staff.shift import Shift
from kiosk.flows.staff.unsure import decide
from kiosk.screens import StaffChoice, Tell
from kiosk.services import staff as service
from kiosk.services.staff import Pause

log = logging.getLogger(__name__)


async def work(kiosk: Kiosk, only: Colleague | None = None) -> None:
    """Ask for the PIN, then do what is chosen. `only`: the one whose staff card was shown."""
    with kiosk.undisturbed():
        shift = await _unlock(kiosk, only)
        if shift is None:
            return
        log.info("staff mode: opened")
        try:
            await _menu(shift)
        finally:
            await kiosk.carried_through(shift.close())
            log.info("staff mode: closed")


async def _unlock(kiosk: Kiosk, only: Colleague | None) -> Shift | None:
    """Who typed their PIN; None when they gave up."""
    colleagues = (only,) if only else await kiosk.db.run(Transaction.staff)
    if not colleagues:
        await kiosk.ask(screens.Told(what=Tell.NO_PIN))
        return None
    secret, wrong = bytes.fromhex(kiosk.credentials.card_secret), False
    while True:
        wait_s = (await kiosk.db.run(service.tries)).wait_s(kiosk.now())
        pin = await kiosk.ask(screens.StaffPin(wrong=wrong, wait_s=wait_s))
        if pin is None:
            return None
        if (await kiosk.db.run(service.tries)).wait_s(kiosk.now()):
            continue  # the pad was shut: nothing is looked at
        who = await asyncio.to_thread(service.whose, pin, secret, colleagues)
        if who is not None:
            await kiosk.db.run(service.opened, who, now=kiosk.now())
            kiosk.sync.wake()
            return Shift(kiosk, who, pin_digest(secret, pin))
        wrong = True
        await kiosk.db.run(service.count_wrong, now=kiosk.now())
        kiosk.sync.wake()


async def _menu(shift: Shift) -> None:
    kiosk = shift.kiosk
    while True:
        choice = await kiosk.ask(await _home(shift))
        match choice:
            case None:
                return
            case StaffChoice.MEMBER:
                await help_a_member(shift)
            case StaffChoice.UNSURE:
                await decide(shift)
            case StaffChoice.DEVICES:
                await devices(shift)
            case StaffChoice.SUMMARY:
                await summary(shift)
            case _:
                await _pause(shift, choice)


async def _home(shift: Shift) -> screens.StaffHome:
    kiosk = shift.kiosk
    unsure = await kiosk.db.run(Transaction.unsure_vouchers)
    return screens.StaffHome(
        initial=shift.who.initial,
        offered=offered(shift, await kiosk.db.run(service.paused)),
        unsure=len(unsure),
        troubles=kiosk.health.troubles(),
    )


def offered(shift: Shift, paused: str) -> tuple[StaffChoice, ...]:
    """What this person may do now."""
    found = [StaffChoice.MEMBER] if shift.may("members") else []
    if shift.may("vouchers"):
        found.append(StaffChoice.UNSURE)
    found += [StaffChoice.DEVICES, StaffChoice.SUMMARY]
    if shift.may("gifts") and paused != Pause.ALL:
        stopped = paused == Pause.GIFTS
        found.append(StaffChoice.RESUME_GIFTS if stopped else StaffChoice.PAUSE_GIFTS)
    found.append(StaffChoice.RESUME if paused == Pause.ALL else StaffChoice.PAUSE)
    return tuple(found)


async def _pause(shift: Shift, choice: StaffChoice) -> None:
    kiosk = shift.kiosk
    what = {StaffChoice.PAUSE_GIFTS: Pause.GIFTS, StaffChoice.PAUSE: Pause.ALL}
    await kiosk.db.run(service.pause, what.get(choice, Pause.NOTHING), shift.who, now=kiosk.now())
    kiosk.sync.wake()
