"""My vouchers: show one as a QR code, or print it again with the same code."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.flows.paper import gift_held, hand_over
from kiosk.screens import VoucherLine
from kiosk.services.identify import Visit
from kiosk.services.waiting import Waiting, waiting
from kiosk.tickets import last_day


async def my_vouchers(kiosk: Kiosk, found: Visit) -> None:
    """List what waits to be used, until the person goes back."""
    while True:
        mine = await kiosk.db.run(waiting, found.member, now=kiosk.now())
        lines = tuple(_line(kiosk, found, each) for each in mine)
        choice = await kiosk.ask(screens.MyVouchers(vouchers=lines, paper=kiosk.health.can_print))
        if choice is None:
            return
        # Read again: a till may have taken it while the list was on the glass.
        mine = await kiosk.db.run(waiting, found.member, now=kiosk.now())
        for each in mine:
            if each.voucher.code == choice.voucher.code:
                await _hand_over(kiosk, found, each, choice.delivery)


async def _hand_over(kiosk: Kiosk, found: Visit, each: Waiting, delivery: screens.Delivery) -> None:
    gift = gift_held(kiosk, each.reward, each.voucher)
    wanted = each.voucher.redemption
    with kiosk.undisturbed():
        await hand_over(kiosk, found, each.reward, gift, wanted, delivery, duplicate=True)


def _line(kiosk: Kiosk, found: Visit, each: Waiting) -> VoucherLine:
    return VoucherLine(
        code=each.voucher.code,
        payload=kiosk.voucher_text(each.voucher, each.reward),
        gift_name=gift_held(kiosk, each.reward, each.voucher).name,
        last_day=last_day(each.voucher.deadline, found.zone),
        sure=each.sure,
    )
