"""A piece of a gift, kept while its chooser makes up their mind, so that nobody is disappointed."""

import logging

from backend_client.errors import BackendError
from backend_client.schemas.catalogue import HoldRequest
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.db import Transaction
from loyalty.errors import LoyaltyError
from loyalty.ids import RedemptionId
from loyalty.program import Reward

log = logging.getLogger(__name__)

KEEP_TIMEOUT_S = 0.8
"""How long each part of the call may take before the kiosk goes by what it last heard."""
KEEP_MAX_S = 1.2
"""How long all of it may take: a name server that is silent has no time limit of its own."""


async def keep(kiosk: Kiosk, reward: Reward, wanted: RedemptionId) -> bool:
    """Whether there is one to choose: kept at the backend, or there when last heard of.

    It is let go by itself when nobody takes it in time.
    """
    free = await kiosk.db.run(Transaction.free, reward.id)
    if free is None:
        return True
    request = HoldRequest(id=wanted)
    try:
        await abandonable(lambda: kiosk.client.keep(reward.id, request, KEEP_TIMEOUT_S), KEEP_MAX_S)
    except LoyaltyError:
        return False
    except (BackendError, TimeoutError) as error:
        log.info("no piece kept by the backend: %s", type(error).__name__)
        return free > 0
    return True


async def let_go(kiosk: Kiosk, reward: Reward, wanted: RedemptionId) -> None:
    """Somebody else may have it. One try: the backend lets it go by itself after a while."""
    if await kiosk.db.run(Transaction.free, reward.id) is None:
        return
    try:
        await abandonable(lambda: kiosk.client.let_go(wanted, KEEP_TIMEOUT_S), KEEP_MAX_S)
    except (BackendError, LoyaltyError, TimeoutError) as error:
        log.info("a piece is kept for a while yet: %s", type(error).__name__)
