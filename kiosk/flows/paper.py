"""Handing a voucher over: paper or screen, and every way out when the printer fails."""

import logging
import secrets
from dataclasses import dataclass

from devices.printers import Paper, PrinterStatus, PrintOutcome, Ticket
from kiosk import screens
from kiosk.context import Kiosk
from kiosk.db import StorageTrouble, Transaction
from kiosk.flows.by_mail import can_mail, mail_voucher
from kiosk.screens import Delivery, Gift, PrinterCause, PrinterState, WayOut
from kiosk.services import redeem
from kiosk.services.identify import Visit, again
from kiosk.tickets import Letterhead, last_day, voucher_ticket
from loyalty import vouchers
from loyalty.ids import RedemptionId
from loyalty.paper import JobState
from loyalty.program import Reward, in_language
from loyalty.vouchers import Voucher, VoucherState

log = logging.getLogger(__name__)

_JOB_STATE = {
    PrintOutcome.PRINTED: JobState.PRINTED,
    PrintOutcome.NOT_PRINTED: JobState.NOT_PRINTED,
    PrintOutcome.UNKNOWN: JobState.UNKNOWN,
}


def letterhead(kiosk: Kiosk, found: Visit) -> Letterhead:
    """What every ticket of this kiosk bears."""
    return Letterhead(
        store=found.store,
        terminal=kiosk.credentials.name,
        zone=found.zone,
        voucher_key=kiosk.voucher_key,
    )


def gift_held(kiosk: Kiosk, reward: Reward, voucher: Voucher) -> Gift:
    """What a voucher stands for, as the glass shows it; `reward` as it was taken."""
    words = kiosk.words()
    return Gift(
        id=reward.id,
        name=words.taken(in_language(reward.name, words.language), voucher.money),
        cost=reward.cost,
        missing=0,
        picture=reward.picture,
        worth=voucher.money,
    )


async def print_slip(kiosk: Kiosk, ticket: Ticket) -> bool:
    """Print something that is worth nothing; whether it came out for certain."""
    report = await kiosk.desk.print(ticket, _process_id())
    kiosk.health.set_printer(report.status)
    return report.outcome is PrintOutcome.PRINTED


async def hand_over(
    kiosk: Kiosk,
    found: Visit,
    reward: Reward,
    gift: Gift,
    wanted: RedemptionId,
    delivery: Delivery,
    *,
    duplicate: bool = False,
) -> None:
    """Give the voucher that is held under `wanted`, until it is taken, shown or given back.

    Somebody who walks away from certainly unprinted paper gets the points back.
    """
    sure_unprinted = False
    try:
        while delivery is Delivery.PAPER:
            kiosk.display.tell(screens.Printing(gift=gift))
            # From here on nothing is sure, whatever the last attempt ended in, until this one ends.
            sure_unprinted = False
            end = await _print_voucher(kiosk, found, reward, wanted, duplicate=duplicate)
            kiosk.health.set_printer(end.status)
            if end.state is JobState.PRINTED:
                await _take_voucher(kiosk, found, gift, wanted, end.ticket)
                return
            sure_unprinted = end.state is JobState.NOT_PRINTED and not duplicate
            match await _trouble(kiosk, gift, end.status, sure=sure_unprinted):
                case WayOut.RETRY:
                    duplicate = duplicate or end.state is JobState.UNKNOWN
                case WayOut.SCREEN:
                    delivery = Delivery.SCREEN
                case _:
                    return
        sure_unprinted = False
        await show_voucher(kiosk, found, reward, wanted)
    finally:
        if sure_unprinted:
            await kiosk.carried_through(_give_back(kiosk, wanted))


async def _give_back(kiosk: Kiosk, wanted: RedemptionId) -> None:
    try:
        await kiosk.db.run(redeem.give_back, wanted, now=kiosk.now())
    except StorageTrouble as trouble:
        kiosk.unsettled = True
        log.warning("storage: %s; the points go back later", trouble)
    kiosk.sync.wake()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """What became of one attempt."""

    state: JobState
    status: PrinterStatus
    ticket: Ticket


async def _print_voucher(
    kiosk: Kiosk, found: Visit, reward: Reward, wanted: RedemptionId, *, duplicate: bool
) -> _Printed:
    """Print once: the job is on the disk before the first byte, its outcome after the last."""
    now = kiosk.now()
    current = await kiosk.db.run(again, found, now=now)
    voucher = await _voucher(kiosk, wanted)
    ticket = voucher_ticket(
        voucher,
        reward,
        found.program,
        current.account,
        head=letterhead(kiosk, current),
        words=kiosk.words(),
        now=now,
        duplicate=duplicate,
    )
    job = await kiosk.db.run(redeem.print_job, wanted, now=now)
    # The paper comes out whether or not somebody still stands here, and its outcome must reach the
    # ledger.
    return await kiosk.carried_through(_print_and_record(kiosk, ticket, job, wanted))


async def _print_and_record(
    kiosk: Kiosk, ticket: Ticket, job: int, wanted: RedemptionId
) -> _Printed:
    report = await kiosk.desk.print(ticket, _process_id())
    state = _JOB_STATE[report.outcome]
    await kiosk.db.run(redeem.printed, job, wanted, state, now=kiosk.now())
    kiosk.sync.wake()
    return _Printed(state=state, status=report.status, ticket=ticket)


async def show_voucher(kiosk: Kiosk, found: Visit, reward: Reward, wanted: RedemptionId) -> None:
    """The voucher on the glass, as a QR code and in letters: from then on it is the customer's."""
    voucher = await _voucher(kiosk, wanted)
    if voucher.state is VoucherState.RESERVED:
        await kiosk.db.run(redeem.issue, wanted, now=kiosk.now())
        kiosk.sync.wake()
    while True:
        current = await kiosk.db.run(again, found, now=kiosk.now())
        by_mail = await kiosk.ask(
            screens.VoucherOnScreen(
                gift_name=gift_held(kiosk, reward, voucher).name,
                payload=kiosk.voucher_text(voucher, reward),
                code=vouchers.readable(voucher.code),
                last_day=last_day(voucher.deadline, found.zone),
                balance=current.account.balance(kiosk.now()),
                by_mail=can_mail(kiosk, current),
            )
        )
        if not by_mail or await mail_voucher(kiosk, wanted):
            return


async def _take_voucher(
    kiosk: Kiosk, found: Visit, gift: Gift, wanted: RedemptionId, ticket: Ticket
) -> None:
    voucher = await _voucher(kiosk, wanted)
    current = await kiosk.db.run(again, found, now=kiosk.now())
    kiosk.session.undisturbed = False  # the paper is out: who comes next need not wait
    await kiosk.ask(
        screens.TakeVoucher(
            gift=gift,
            balance=current.account.balance(kiosk.now()),
            last_day=last_day(voucher.deadline, found.zone),
            ticket=ticket.lines(),
        )
    )


async def _voucher(kiosk: Kiosk, wanted: RedemptionId) -> Voucher:
    kept = await kiosk.db.run(Transaction.voucher, wanted)
    assert kept is not None
    return kept.voucher


async def _trouble(kiosk: Kiosk, gift: Gift, status: PrinterStatus, *, sure: bool) -> WayOut | None:
    cause = PrinterCause.SILENT
    if status.reachable and status.paper is Paper.OUT:
        cause = PrinterCause.PAPER
    elif status.reachable and status.cover_open:
        cause = PrinterCause.COVER
    state = PrinterState.NOT_PRINTED if sure else PrinterState.UNKNOWN
    return await kiosk.ask(screens.PrinterTrouble(gift=gift, state=state, cause=cause))


def _process_id() -> bytes:
    """Four printable characters that the printer echoes when the paper is out."""
    return bytes(0x21 + secrets.randbelow(0x7E - 0x21 + 1) for _ in range(4))
