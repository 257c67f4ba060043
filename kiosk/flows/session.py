"""One person at the glass, from tap to goodbye; and the loop that serves one after the other."""

import asyncio
import logging

from devices.readers import CardTap
from kiosk import screens
from kiosk.context import AnotherCard, Kiosk, SessionOver, SessionState
from kiosk.db import StorageTrouble
from kiosk.flows import home
from kiosk.flows.attract import attract, show_notice
from kiosk.flows.enrol import enrol
from kiosk.services.identify import BlockedCard, UnknownCard, identify

log = logging.getLogger(__name__)

SORRY_S = 6.0


async def serve(kiosk: Kiosk) -> None:
    """Serve people for ever. Whatever happens ends at the invitation, with nothing left behind."""
    waiting: CardTap | None = None
    while True:
        tap = waiting or await attract(kiosk)
        waiting = await serve_one(kiosk, tap)


async def serve_one(kiosk: Kiosk, tap: CardTap) -> CardTap | None:
    """Serve the bearer of one card; returns the card that took their place, if one did."""
    kiosk.session = SessionState(card=kiosk.card_key(tap))
    try:
        await session(kiosk, kiosk.session.card or "")
    except AnotherCard as another:
        return another.tap
    except SessionOver:
        pass
    except StorageTrouble:
        log.exception("storage")
        await _apologise(kiosk, screens.OutOfService(reason=screens.OutOfOrder.STORAGE))
    except Exception:
        # The failsafe: a fault in one story must not keep the next customer from theirs.
        log.exception("session failed")
        await _apologise(kiosk, screens.Sorry())
    finally:
        kiosk.session = SessionState()
        kiosk.display.forget()
    return None


async def session(kiosk: Kiosk, card: str) -> None:
    """The story of one tap: a stranger may join, a member is at home."""
    found = await kiosk.db.run(identify, card, now=kiosk.now())
    if isinstance(found, BlockedCard):
        await show_notice(kiosk, screens.CardNotice.BLOCKED)
    elif isinstance(found, UnknownCard):
        await enrol(kiosk, card)
    else:
        await home.home(kiosk, found)


async def _apologise(kiosk: Kiosk, screen: screens.Screen[None]) -> None:
    try:
        await asyncio.wait_for(kiosk.display.ask(screen), SORRY_S)
    except TimeoutError:
        return
