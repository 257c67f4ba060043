"""Where a card is shown: the backend is told, and a card that is elsewhere too is blocked (F5)."""

import logging

from backend_client.errors import BackendError
from backend_client.schemas.changes import CardStatus
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.db import StorageTrouble, Transaction

log = logging.getLogger(__name__)

SEEN_MAX_S = 20.0
"""How long the answer is waited for; the account is on the glass meanwhile."""

STANDING_MAX_S = 2.0
"""How long staff waits for it: without, what cannot be had is refused when it is asked for."""


async def tell_seen(kiosk: Kiosk, card: str) -> None:
    """Say that the card was shown here; take it as blocked when it was frozen for that.

    What the backend says of its bearer's standing is for the screens of this visit. Without the
    network nothing is said: what the kiosk knows of the card stands.
    """
    try:
        seen = await abandonable(lambda: kiosk.client.seen(card), SEEN_MAX_S)
        if card == kiosk.session.card and seen.standing != kiosk.session.standing:
            kiosk.session.standing = seen.standing
            kiosk.tell_news()
        if seen.card.status is CardStatus.BLOCKED:
            log.warning("the backend has blocked the card that lies here")
            await kiosk.db.run(Transaction.learn_card, seen.card)
            kiosk.tell_news()
    except (BackendError, TimeoutError) as error:
        log.info("nobody heard where a card was shown: %s", type(error).__name__)
    except StorageTrouble as trouble:
        log.warning("storage: %s", trouble)


async def ask_standing(kiosk: Kiosk, member: str) -> None:
    """Learn where somebody stands whom staff helps without their card, if the backend says so."""
    try:
        kiosk.session.standing = await abandonable(
            lambda: kiosk.client.standing(member), STANDING_MAX_S
        )
    except (BackendError, TimeoutError) as error:
        kiosk.session.standing = None
        log.info("nobody says where a member stands: %s", type(error).__name__)
