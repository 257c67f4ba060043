"""Taking a gift: choose, confirm, hold the points, and hand over the voucher."""

import logging
from datetime import datetime

from backend_client.errors import BackendError, BackendRefused
from backend_client.schemas.problems import PROBLEM, ProblemName
from kiosk import screens
from kiosk.background import abandonable
from kiosk.context import Kiosk, SessionOver
from kiosk.db import StorageTrouble
from kiosk.flows import pieces
from kiosk.flows.amounts import settle
from kiosk.flows.paper import hand_over
from kiosk.flows.standing import barred
from kiosk.flows.trust import may_spend
from kiosk.screens import Delivery, Gift, RefusalReason
from kiosk.services import redeem
from kiosk.services.identify import Visit
from kiosk.services.staff import Pause, paused
from kiosk.tickets import last_day
from loyalty import vouchers
from loyalty.earning import deadline
from loyalty.errors import (
    AssuranceLimit,
    EarnOnlyCard,
    HouseholdCap,
    LoyaltyError,
    MemberLimit,
    NotEnoughPoints,
    OfflineLimit,
    RewardUnavailable,
)
from loyalty.ids import Points, RedemptionId, RewardId
from loyalty.program import Reward, Takes, Validity, in_language
from loyalty.redemption import as_taken
from loyalty.rewards import Offer, missing, offers
from loyalty.vouchers import Voucher

log = logging.getLogger(__name__)

HOLD_TIMEOUT_S = 0.8
"""How long each part of the call may take before the kiosk decides by itself."""
HOLD_MAX_S = 1.2
"""How long all of it may take: a name server that is silent has no time limit of its own."""


def gift_of(kiosk: Kiosk, found: Visit, offer: Offer) -> Gift:
    """A reward as the glass shows it."""
    reward, language = offer.reward, kiosk.display.language
    cost = _cost(found, offer, kiosk.now())
    least = 1 if reward.by_amount and reward.takes is Takes.CHOSEN else cost
    return Gift(
        id=reward.id,
        name=in_language(reward.name, language),
        cost=cost,
        missing=offer.missing,
        picture=reward.picture,
        left=found.free.get(reward.id),
        by_amount=reward.by_amount and reward.takes is Takes.CHOSEN,
        barred=barred(kiosk.session.standing, found, reward, least, language),
    )


def _cost(found: Visit, offer: Offer, now: datetime) -> Points:
    """What it takes, or must be there for it where that is more than its price."""
    reward = offer.reward
    if not reward.by_amount:
        return reward.cost
    if reward.takes is Takes.ALL and offer.affordable:
        return found.account.balance(now)
    return max(reward.terms.usable.from_points, 1)


async def choose_gift(kiosk: Kiosk, found: Visit, *, only_now: bool = False) -> Gift | None:
    """The gift that was touched among all of them; `only_now`: those that can be taken, if any."""
    now = kiosk.now()
    choices = offers(found.program, found.account, now=now)
    gifts = tuple(gift_of(kiosk, found, offer) for offer in choices)
    within_reach = tuple(gift for gift in gifts if gift.within_reach)
    return await kiosk.ask(
        screens.ChooseGift(
            first_name=found.person.first_name if found.person else "",
            balance=found.account.balance(now),
            gifts=within_reach if only_now and within_reach else gifts,
        )
    )


async def take_gift(kiosk: Kiosk, found: Visit, gift: Gift) -> None:
    """Confirm, hold, hand over. The points are never lost, and there are never two vouchers."""
    reward = found.program.reward(RewardId(gift.id))
    reason = await _why_not(kiosk, found, reward)
    if reward is None or reason is not None:
        reason = reason or RefusalReason.UNAVAILABLE
        await kiosk.ask(screens.GiftRefused(reason=reason, gift=gift))
        return
    settled = await settle(kiosk, found, reward, gift)
    if settled is None or not await may_spend(kiosk, found, settled):
        return
    gift = settled
    wanted = RedemptionId(kiosk.new_id())
    if not await pieces.keep(kiosk, reward, wanted):
        await kiosk.ask(screens.GiftRefused(reason=RefusalReason.UNAVAILABLE, gift=gift))
        return
    try:
        delivery = await _confirm(kiosk, found, gift, reward.voucher)
    except SessionOver:
        await pieces.let_go(kiosk, reward, wanted)
        raise
    if delivery is None:
        await pieces.let_go(kiosk, reward, wanted)
        return
    with kiosk.undisturbed():
        voucher = await hold(kiosk, found, reward, gift, wanted)
        if isinstance(voucher, Voucher):
            taken = as_taken(reward, voucher)
            await hand_over(kiosk, found, taken, gift, voucher.redemption, delivery)
            return
    await kiosk.ask(screens.GiftRefused(reason=voucher, gift=gift))


async def _why_not(kiosk: Kiosk, found: Visit, reward: Reward | None) -> RefusalReason | None:
    """Why the gift cannot be taken, as far as it is known before it is asked for."""
    if await kiosk.db.run(paused) != Pause.NOTHING:
        return RefusalReason.PAUSED
    if reward is None:
        return RefusalReason.UNAVAILABLE
    short = missing(reward.terms, found.account.balance(kiosk.now()))
    return RefusalReason.NOT_ENOUGH if short else None


async def _confirm(kiosk: Kiosk, found: Visit, gift: Gift, good: Validity) -> Delivery | None:
    now = kiosk.now()
    until = deadline(now, good, found.zone)
    assert until is not None
    balance = found.account.balance(now)
    return await kiosk.ask(
        screens.ConfirmGift(
            first_name=found.person.first_name if found.person else "",
            balance=balance,
            gift=gift,
            remaining=balance - gift.cost,
            place=found.store.name,
            last_day=last_day(until, found.zone),
            paper=kiosk.health.can_print,
        )
    )


async def hold(
    kiosk: Kiosk, found: Visit, reward: Reward, gift: Gift, wanted: RedemptionId
) -> Voucher | RefusalReason:
    """Hold the points: by the backend's word, or within the offline limits without it."""
    try:
        return await _hold(kiosk, found, reward, gift, wanted)
    except LoyaltyError as no:
        return _reason(no)
    except StorageTrouble as trouble:
        # The backend may hold the points: what was asked stays written down, to be abandoned.
        kiosk.unsettled = True
        log.error("storage: %s; nothing was taken", trouble)  # noqa: TRY400 - the text says it all
        return RefusalReason.STORAGE
    finally:
        kiosk.sync.wake()


async def _hold(
    kiosk: Kiosk, found: Visit, reward: Reward, gift: Gift, wanted: RedemptionId
) -> Voucher:
    code = vouchers.mint(kiosk.draw())
    request = await kiosk.db.run(
        redeem.ask,
        found.member,
        reward,
        wanted=wanted,
        code=code,
        now=kiosk.now(),
        shown=kiosk.shown(),
        points=gift.cost if reward.by_amount else None,
    )
    try:
        answer = await abandonable(lambda: kiosk.client.hold(request, HOLD_TIMEOUT_S), HOLD_MAX_S)
    except LoyaltyError:
        await kiosk.db.run(redeem.refused, wanted)
        raise
    except (BackendError, TimeoutError) as error:
        log.info("no hold by the backend: %s", type(error).__name__)
        if not _may_go_on(error):
            await kiosk.db.run(redeem.refused, wanted)
            raise RewardUnavailable(reward.id) from error
        return await _hold_offline(kiosk, wanted)
    if (answer.entry.points, answer.voucher.money) != (-gift.cost, gift.worth):
        # The program has changed, and the kiosk has not heard yet: not the price on the glass.
        await kiosk.db.run(redeem.abandon, wanted, now=kiosk.now())
        raise RewardUnavailable(reward.id)
    return await kiosk.db.run(redeem.held, answer, now=kiosk.now())


def _may_go_on(error: BackendError | TimeoutError) -> bool:
    """Whether the kiosk may decide by itself: without an answer, or for a member just enrolled.

    Not when the backend said no, least of all to a kiosk whose token was revoked.
    """
    if not isinstance(error, BackendRefused):
        return True
    return error.problem.type == PROBLEM + ProblemName.NOT_FOUND


async def _hold_offline(kiosk: Kiosk, wanted: RedemptionId) -> Voucher:
    try:
        return await kiosk.db.run(
            redeem.hold_offline,
            wanted,
            now=kiosk.now(),
            seal_key=kiosk.seal_key,
            clock_trusted=kiosk.clock_trusted,
            shown=kiosk.shown(),
        )
    except LoyaltyError:
        await kiosk.db.run(redeem.abandon, wanted, now=kiosk.now())
        raise


def _reason(no: LoyaltyError) -> RefusalReason:
    match no:
        case NotEnoughPoints():
            return RefusalReason.NOT_ENOUGH
        case OfflineLimit():
            return RefusalReason.OFFLINE_LIMIT
        case MemberLimit():
            return RefusalReason.OFTEN
        case AssuranceLimit() | EarnOnlyCard() | HouseholdCap():
            return RefusalReason.CARD_LIMIT
        case _:
            return RefusalReason.UNAVAILABLE
