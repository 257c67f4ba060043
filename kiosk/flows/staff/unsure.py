"""Vouchers of which nobody knows whether they were printed: only staff decides."""

import logging

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.db import Transaction
from kiosk.flows.paper import gift_held, hand_over
from kiosk.flows.staff.shift import Shift
from kiosk.screens import Delivery, Tell, UnsureAct, UnsureVoucher
from kiosk.services import redeem
from kiosk.services.identify import visit
from kiosk.services.waiting import Unsure, reward_of, unsure
from loyalty.errors import LoyaltyError
from loyalty.ids import RedemptionId
from loyalty.vouchers import readable

log = logging.getLogger(__name__)


async def decide(shift: Shift) -> None:
    """Reprint or void them one by one, until staff goes back."""
    kiosk = shift.kiosk
    while True:
        found = await kiosk.db.run(unsure)
        lines = tuple(_line(kiosk, each) for each in found)
        screen = screens.UnsureVouchers(vouchers=lines, paper=kiosk.health.can_print)
        deed = await kiosk.ask(screen)
        if deed is None:
            return
        wanted = RedemptionId(deed.voucher.redemption)
        if deed.act is UnsureAct.REPRINT:
            await _reprint(shift, wanted)
        else:
            await _void(shift, wanted)


def _line(kiosk: Kiosk, each: Unsure) -> UnsureVoucher:
    return UnsureVoucher(
        redemption=each.voucher.redemption,
        code=readable(each.voucher.code),
        gift_name=gift_held(kiosk, each.reward, each.voucher).name,
        cost=each.reward.cost,
        at=each.at,
    )


async def _reprint(shift: Shift, wanted: RedemptionId) -> None:
    kiosk = shift.kiosk
    kept = await kiosk.db.run(Transaction.voucher, wanted)
    assert kept is not None
    found = await kiosk.db.run(visit, kept.voucher.member, now=kiosk.now())
    reward = await kiosk.db.run(reward_of, kept.voucher)
    gift = gift_held(kiosk, reward, kept.voucher)
    await shift.did("reprint", wanted)
    await hand_over(kiosk, found, reward, gift, wanted, Delivery.PAPER, duplicate=True)


async def _void(shift: Shift, wanted: RedemptionId) -> None:
    """It never came out: the points go back. A till that took it meanwhile wins."""
    kiosk = shift.kiosk
    try:
        await kiosk.db.run(redeem.give_back, wanted, now=kiosk.now())
    except LoyaltyError as no:
        log.info("an unsure voucher is not voided: %s", type(no).__name__)
        await shift.tell(Tell.REFUSED)
        return
    await shift.did("void", wanted)
    await shift.tell(Tell.DONE)
