"""My vouchers: show one as a QR code, or print it again with the same code."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.flows.paper import hand_over
from kiosk.screens import Delivery, Gift, VoucherLine
from kiosk.services.identify import Visit, visit
from kiosk.tickets import last_day
from loyalty import vouchers
from loyalty.program import in_language


async def my_vouchers(kiosk: Kiosk, found: Visit) -> None:
    """List what waits to be used, until the person goes back."""
    while True:
        found = await kiosk.db.run(visit, found.member, now=kiosk.now())
        choice = await kiosk.ask(
            screens.MyVouchers(vouchers=_lines(kiosk, found), paper=kiosk.health.can_print)
        )
        if choice is None:
            return
        held = next(h for h in found.vouchers if h.voucher.code == choice.voucher.code)
        reward = found.program.reward(held.voucher.reward)
        if reward is None:
            gift = Gift(id=held.voucher.reward, name="", cost=0, missing=0)
            await kiosk.ask(
                screens.GiftRefused(reason=screens.RefusalReason.UNAVAILABLE, gift=gift)
            )
            continue
        gift = Gift(
            id=reward.id,
            name=in_language(reward.name, kiosk.display.language),
            cost=reward.cost,
            missing=0,
            picture=reward.picture,
        )
        delivery: Delivery = choice.delivery
        await hand_over(
            kiosk, found, reward, gift, held.voucher.redemption, delivery, duplicate=True
        )


def _lines(kiosk: Kiosk, found: Visit) -> tuple[VoucherLine, ...]:
    language = kiosk.display.language
    lines = []
    for held in found.vouchers:
        reward = found.program.reward(held.voucher.reward)
        lines.append(
            VoucherLine(
                code=held.voucher.code,
                payload=vouchers.payload(held.voucher.code),
                gift_name=in_language(reward.name, language) if reward else held.voucher.reward,
                last_day=last_day(held.voucher.deadline, found.zone),
                sure=held.sure,
            )
        )
    return tuple(lines)
