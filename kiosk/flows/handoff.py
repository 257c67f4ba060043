"""Joining on one's own phone: a QR code here, the shop's page there, and a greeting here again."""

import asyncio
import logging

from backend_client.errors import BackendError
from backend_client.schemas.kiosks import LinkAnswer, NewLink
from kiosk import screens
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.flows.typed import PATIENCE_S
from kiosk.services.identify import BlockedCard, UnknownCard, Visit, identify
from kiosk.tickets import last_day
from loyalty.errors import LoyaltyError

log = logging.getLogger(__name__)

LINK_MAX_S = 4.0
"""How long the link is waited for: longer, and the person would think the touch was not felt."""


class NoLink(Exception):
    """The backend gave no link: there is no network, or it has trouble of its own."""


async def hand_off(kiosk: Kiosk, card: str) -> Visit | BlockedCard | None:
    """The member that `card` opens once its bearer has joined; None when they went back.

    Raises NoLink without a network, at once or meanwhile.
    """
    link = await _link(kiosk, card)
    zone = await kiosk.db.run(lambda tx: tx.zone())
    screen = screens.HandOff(url=link.url, last_day=last_day(link.expires_at, zone))
    heard, reached = kiosk.learnt, False
    # Another card may take over meanwhile: nothing is lost, the link stays good for days.
    with kiosk.patient(PATIENCE_S):
        question = asyncio.ensure_future(kiosk.ask(screen))
        try:
            while True:
                found = await kiosk.db.run(identify, card, now=kiosk.now())
                if not isinstance(found, UnknownCard):
                    return found
                # The link itself came over the network: only its loss from here on counts.
                if reached and not kiosk.health.online:
                    raise NoLink
                reached = kiosk.health.online
                news = asyncio.ensure_future(kiosk.news(heard))
                await asyncio.wait({question, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if question.done():
                    question.result()
                    return None
                heard = kiosk.learnt
        finally:
            question.cancel()


async def link_for_a_phone(kiosk: Kiosk) -> str:
    """Where somebody without a card joins on their phone; empty when there is no such page now."""
    if not kiosk.health.online:
        return ""
    try:
        return (await _link(kiosk, None)).url
    except NoLink:
        return ""


async def _link(kiosk: Kiosk, card: str | None) -> LinkAnswer:
    request = NewLink(id=kiosk.new_id(), card=card)
    try:
        return await abandonable(lambda: kiosk.client.hand_off(request), LINK_MAX_S)
    except (BackendError, LoyaltyError, TimeoutError) as error:
        log.info("no link to finish on a phone: %s", type(error).__name__)
        raise NoLink from error
