"""Taking a gift: choose, confirm, hold the points, and hand over the voucher."""

import logging

from backend_client.errors import BackendError
from kiosk import screens
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.db import StorageTrouble
from kiosk.flows.paper import hand_over
from kiosk.screens import Delivery, Gift, RefusalReason
from kiosk.services import redeem
from kiosk.services.identify import Visit
from kiosk.tickets import last_day
from loyalty import vouchers
from loyalty.earning import deadline
from loyalty.errors import LoyaltyError, NotEnoughPoints, OfflineLimit
from loyalty.ids import RedemptionId, RewardId
from loyalty.program import Reward, in_language
from loyalty.rewards import offers
from loyalty.vouchers import Voucher

log = logging.getLogger(__name__)

HOLD_TIMEOUT_S = 0.8
"""How long each part of the call may take before the kiosk decides by itself."""
HOLD_MAX_S = 1.2
"""How long all of it may take: a name server that is silent has no time limit of its own."""


async def choose_gift(kiosk: Kiosk, found: Visit) -> Gift | None:
    """The gift that was touched among all of them."""
    now, language = kiosk.now(), kiosk.display.language
    gifts = tuple(
        Gift(
            id=offer.reward.id,
            name=in_language(offer.reward.name, language),
            cost=offer.reward.cost,
            missing=offer.missing,
            picture=offer.reward.picture,
        )
        for offer in offers(found.program, found.account, now=now)
    )
    return await kiosk.ask(
        screens.ChooseGift(
            first_name=found.person.first_name if found.person else "",
            balance=found.account.balance(now),
            gifts=gifts,
        )
    )


async def take_gift(kiosk: Kiosk, found: Visit, gift: Gift) -> None:
    """Confirm, hold, hand over. The points are never lost, and there are never two vouchers."""
    reward = found.program.reward(RewardId(gift.id))
    if reward is None:
        await kiosk.ask(screens.GiftRefused(reason=RefusalReason.UNAVAILABLE, gift=gift))
        return
    if reward.cost > found.account.balance(kiosk.now()):
        await kiosk.ask(screens.GiftRefused(reason=RefusalReason.NOT_ENOUGH, gift=gift))
        return
    delivery = await _confirm(kiosk, found, gift, reward)
    if delivery is None:
        return
    kiosk.session.rejects_taps = True
    try:
        voucher = await hold(kiosk, found, reward)
        if isinstance(voucher, RefusalReason):
            await kiosk.ask(screens.GiftRefused(reason=voucher, gift=gift))
            return
        await hand_over(kiosk, found, reward, gift, voucher.redemption, delivery)
    finally:
        kiosk.session.rejects_taps = False


async def _confirm(kiosk: Kiosk, found: Visit, gift: Gift, reward: Reward) -> Delivery | None:
    now = kiosk.now()
    until = deadline(now, reward.voucher, found.zone)
    assert until is not None
    balance = found.account.balance(now)
    return await kiosk.ask(
        screens.ConfirmGift(
            first_name=found.person.first_name if found.person else "",
            balance=balance,
            gift=gift,
            remaining=balance - reward.cost,
            place=found.store.name,
            last_day=last_day(until, found.zone),
            paper=kiosk.health.can_print,
        )
    )


async def hold(kiosk: Kiosk, found: Visit, reward: Reward) -> Voucher | RefusalReason:
    """Hold the points: by the backend's word, or within the offline limits without it."""
    wanted = RedemptionId(kiosk.new_id())
    try:
        request = await kiosk.db.run(
            redeem.ask,
            found.member,
            reward.id,
            wanted=wanted,
            code=vouchers.mint(kiosk.draw()),
            now=kiosk.now(),
        )
        try:
            answer = await abandonable(
                lambda: kiosk.client.hold(request, HOLD_TIMEOUT_S), HOLD_MAX_S
            )
        except LoyaltyError as no:
            await kiosk.db.run(redeem.refused, wanted)
            return _reason(no)
        except (BackendError, TimeoutError) as error:
            log.info("holding without the backend: %s", type(error).__name__)
            return await _hold_offline(kiosk, wanted)
        voucher = await kiosk.db.run(redeem.held, answer, now=kiosk.now())
        kiosk.sync.wake()
        return voucher
    except StorageTrouble:
        log.exception("nothing was taken")
        return RefusalReason.STORAGE


async def _hold_offline(kiosk: Kiosk, wanted: RedemptionId) -> Voucher | RefusalReason:
    try:
        voucher = await kiosk.db.run(redeem.hold_offline, wanted, now=kiosk.now())
    except LoyaltyError as no:
        await kiosk.db.run(redeem.abandon, wanted, now=kiosk.now())
        kiosk.sync.wake()
        return _reason(no)
    kiosk.sync.wake()
    return voucher


def _reason(no: LoyaltyError) -> RefusalReason:
    match no:
        case NotEnoughPoints():
            return RefusalReason.NOT_ENOUGH
        case OfflineLimit():
            return RefusalReason.OFFLINE_LIMIT
        case _:
            return RefusalReason.UNAVAILABLE
