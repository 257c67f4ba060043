"""One person at the glass, from tap to goodbye; and the loop that serves one after the other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from backend_client.chips import Reading
from devices.readers import CardTap
from kiosk import screens
from kiosk.context import AnotherCard, Kiosk, RestartAsked, SessionOver, SessionState
from kiosk.db import StorageTrouble
from kiosk.flows import home
from kiosk.flows.attract import Errand, attract, show_notice
from kiosk.flows.enrol import enrol
from kiosk.flows.lost_card import lost_card
from kiosk.flows.sighting import tell_seen
from kiosk.flows.staff.work import work
from kiosk.services import redeem
from kiosk.services.identify import (
    BlockedCard,
    UnknownCard,
    Visit,
    identify,
    is_blocked,
    is_new,
)
from kiosk.services.staff import staff_card

log = logging.getLogger(__name__)

SORRY_S = 6.0

_STORY_OF = {Errand.STAFF: work, Errand.LOST_CARD: lost_card}

Story = Callable[[], Awaitable[None]]


async def serve(kiosk: Kiosk) -> None:
    """Serve people for ever. Whatever happens ends at the invitation, with nothing left behind."""
    waiting: CardTap | None = None
    while True:
        if kiosk.unsettled:
            await settle(kiosk)
        found = waiting or await _next(kiosk)
        if isinstance(found, CardTap):
            card = kiosk.card_key(found)
            waiting = await serve_one(
                kiosk, card, partial(session, kiosk, card, kiosk.reading(found))
            )
        else:
            waiting = None
            if found is not None:
                await serve_one(kiosk, None, partial(_STORY_OF[found], kiosk))


async def settle(kiosk: Kiosk) -> None:
    """Take up what a stop, or a story that broke off, has left open; later, if the disk is away."""
    try:
        settled = await kiosk.db.run(redeem.recover, now=kiosk.now())
    except StorageTrouble as trouble:
        kiosk.unsettled = True
        log.warning("storage: %s; what was left open is settled later", trouble)
        return
    kiosk.unsettled = False
    if settled:
        log.warning("took up %d things that had been left open", settled)
        kiosk.sync.wake()


async def _next(kiosk: Kiosk) -> CardTap | Errand | None:
    """Who comes next; None when the invitation itself failed, which is then begun again."""
    try:
        return await attract(kiosk)
    except StorageTrouble as trouble:
        log.error("storage: %s", trouble)  # noqa: TRY400 - the text says it all
        await _apologise(kiosk, screens.OutOfService(reason=screens.OutOfOrder.STORAGE))
    except Exception:
        # The failsafe, for the invitation too: a kiosk that ends is a black glass.
        log.exception("invitation failed")
        await asyncio.sleep(SORRY_S)
    return None


async def serve_one(kiosk: Kiosk, card: str | None, story: Story) -> CardTap | None:
    """Tell one person's story; returns the card whose turn comes now, if there is one.

    `card` is None for who shows none. Raises RestartAsked.
    """
    kiosk.session = SessionState(card=card)
    try:
        await story()
    except AnotherCard as another:
        return another.tap
    except SessionOver:
        pass
    except RestartAsked:
        raise
    except StorageTrouble as trouble:
        kiosk.unsettled = True
        log.error("storage: %s", trouble)  # noqa: TRY400 - the text says it all
        await _apologise(kiosk, screens.OutOfService(reason=screens.OutOfOrder.STORAGE))
    except Exception:
        # The failsafe: a fault in one story must not keep the next customer from theirs.
        kiosk.unsettled = True
        log.exception("session failed")
        await _apologise(kiosk, screens.Sorry())
    finally:
        kiosk.session = SessionState()
        kiosk.display.forget()
    return _turned_away(kiosk, card)


def _turned_away(kiosk: Kiosk, card: str | None) -> CardTap | None:
    """The card of somebody who came while nobody could be disturbed, if it still lies there."""
    lying = kiosk.slot.lying
    # Who works here has handled cards: what lies on the reader then is nobody's wish to be served.
    if card is None or lying is None or kiosk.card_key(lying) == card:
        return None
    return lying if kiosk.may_name(lying) else None


async def session(kiosk: Kiosk, card: str, reading: Reading | None = None) -> None:
    """The story of one tap: a stranger may join, a member is at home."""
    heard = kiosk.learnt
    if reading is not None:
        kiosk.session.reading = reading
        kiosk.session.chip = await _is_new(kiosk, card, reading)
    known = await kiosk.db.run(identify, card, now=kiosk.now())
    found = await enrol(kiosk, card) if isinstance(known, UnknownCard) else known
    if isinstance(found, BlockedCard):
        await show_notice(kiosk, screens.CardNotice.BLOCKED)
    elif found is not None and not await _at_work(kiosk, found):
        telling = asyncio.ensure_future(tell_seen(kiosk, card))
        try:
            await home.home(kiosk, found, heard)
        finally:
            telling.cancel()  # what is under way is still said
        if await kiosk.db.run(is_blocked, card):
            await show_notice(kiosk, screens.CardNotice.BLOCKED)


async def _is_new(kiosk: Kiosk, card: str, reading: Reading) -> bool:
    try:
        return await kiosk.db.run(is_new, card, reading)
    except StorageTrouble:
        log.warning("the chip's count cannot be kept: its card counts as a mere number")
        return False


async def _at_work(kiosk: Kiosk, found: Visit) -> bool:
    """Whether it is a staff card, and its bearer has come to work."""
    colleague = await kiosk.db.run(staff_card, found.member)
    if colleague is None:
        return False
    here_to_work = await kiosk.ask(screens.WorkOrShop(initial=colleague.initial))
    if here_to_work is None:
        return True
    if here_to_work:
        await work(kiosk, colleague)
    return here_to_work


async def _apologise(kiosk: Kiosk, screen: screens.Screen[object]) -> None:
    try:
        await asyncio.wait_for(kiosk.display.ask(screen), SORRY_S)
    except TimeoutError:
        return
