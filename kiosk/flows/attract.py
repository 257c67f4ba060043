"""Waiting for somebody: a tap wins at any moment."""

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

from backend_client.schemas.changes import CampaignChanged
from devices.readers import CardTap, CardUnreadable
from devices.readers import Trouble as ReaderTrouble
from kiosk import screens
from kiosk.context import Kiosk
from kiosk.db import Transaction
from kiosk.flows.handoff import link_for_a_phone
from kiosk.flows.set_up import set_up
from kiosk.services.identify import program_in_force
from kiosk.services.staff import out_of_service
from kiosk.words import Counted, Measure
from loyalty.program import Fixed, Occasion, Program

Answer = TypeVar("Answer")


class Errand(Enum):
    """What somebody wants who shows no card."""

    STAFF = "staff"
    """To work here."""
    LOST_CARD = "lost_card"


LOOK_AGAIN_S = 300.0
"""Campaigns begin and end by the clock: the invitation is made anew so often."""

BEGINS_AGAIN_S = 10.0
"""Within so long a kiosk that was claimed anew is begun again, as that terminal."""

NOTICE_S = 6.0
"""How long a card's problem is shown before the invitation returns."""


async def attract(kiosk: Kiosk) -> CardTap | Errand:
    """The next card that can name somebody, or what somebody wants who shows none."""
    while True:
        found = await _tap_or_touch(kiosk)
        if found is screens.AttractChoice.STAFF:
            return Errand.STAFF
        tap = await _touched(kiosk, found) if isinstance(found, screens.AttractChoice) else found
        if isinstance(tap, Errand):
            return tap
        if tap is None:
            continue
        notice = _notice(kiosk, tap)
        if notice is None:
            assert isinstance(tap, CardTap)
            return tap
        await show_notice(kiosk, notice)


async def show_notice(kiosk: Kiosk, notice: screens.CardNotice) -> None:
    """Say why a card opens nothing; goes on after a touch, a few seconds, or another tap."""
    await _until_touch_or_tap(kiosk, screens.CardProblem(notice=notice), NOTICE_S)


def _notice(kiosk: Kiosk, tap: CardTap | CardUnreadable) -> screens.CardNotice | None:
    if isinstance(tap, CardUnreadable):
        unsupported = tap.trouble is ReaderTrouble.UNSUPPORTED
        return screens.CardNotice.RANDOM if unsupported else screens.CardNotice.MUTE
    return None if kiosk.may_name(tap) else screens.CardNotice.RANDOM


async def _touched(
    kiosk: Kiosk, choice: screens.AttractChoice
) -> CardTap | CardUnreadable | Errand | None:
    """Do what was touched; a card that is presented meanwhile goes on."""
    if choice is screens.AttractChoice.EASE:
        return await _ease(kiosk)
    if choice is screens.AttractChoice.SET_UP:
        if await set_up(kiosk.display, kiosk.folder, kiosk.client.address):
            await asyncio.sleep(BEGINS_AGAIN_S)
        return None
    return await _without_a_card(kiosk)


async def _tap_or_touch(kiosk: Kiosk) -> CardTap | CardUnreadable | screens.AttractChoice:
    """What was presented, or what was touched."""
    while True:
        # Before anything is looked at: what changes from now on is looked at again.
        kiosk.health.changed.clear()
        screen = _invitation(
            kiosk,
            await kiosk.db.run(program_in_force),
            paused=await kiosk.db.run(out_of_service),
            said=await kiosk.db.run(Transaction.campaign_messages, kiosk.now()),
        )
        waits = {
            asyncio.ensure_future(kiosk.slot.arrival()),
            asyncio.ensure_future(kiosk.health.changed.wait()),
            question := asyncio.ensure_future(kiosk.display.ask(screen)),
        }
        try:
            left = _left_alone_in(kiosk)
            within = LOOK_AGAIN_S if left is None else min(left, LOOK_AGAIN_S)
            await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if _left_alone_in(kiosk) == 0:
                kiosk.display.forget()
            tap = kiosk.slot.take()
            if tap is not None and isinstance(screen, screens.Attract):
                return tap
            if question.done() and (choice := question.result()) is not None:
                return choice
        finally:
            for wait in waits:
                wait.cancel()


def _left_alone_in(kiosk: Kiosk) -> float | None:
    """Seconds until a language or a mode that somebody chose and left is undone; None for never."""
    display = kiosk.display
    if not display.modes and display.language == kiosk.languages[0]:
        return None
    return max(0.0, display.touched_at + kiosk.timing.idle_timeout_s - kiosk.clock())


def _invitation(
    kiosk: Kiosk, program: Program | None, *, paused: bool, said: Sequence[CampaignChanged]
) -> screens.Screen[screens.AttractChoice | None]:
    if paused:
        return screens.OutOfService(reason=screens.OutOfOrder.PAUSED)
    if kiosk.sync.revoked:
        return screens.OutOfService(reason=screens.OutOfOrder.REVOKED)
    if program is None:
        return screens.OutOfService(reason=screens.OutOfOrder.STARTING)
    if not program.earning and not program.rewards:
        return screens.OutOfService(reason=screens.OutOfOrder.SWITCHED_OFF)
    kiosk.display.measure = Measure(counted=Counted(program.unit.value), currency=program.currency)
    return screens.Attract(
        welcome_points=welcome_points(program),
        troubles=kiosk.health.troubles(),
        messages=tuple(
            screens.Announcement(words=each.message, picture=each.picture or "") for each in said
        ),
    )


def welcome_points(program: Program | None) -> int:
    """What joining gives at once."""
    rules = program.rules(Occasion.ENROLMENT) if program else ()
    return sum(rule.give.points for rule in rules[:1] if isinstance(rule.give, Fixed))


async def _without_a_card(kiosk: Kiosk) -> CardTap | CardUnreadable | Errand | None:
    """Show where the cards are; a tap goes on, a touch or silence goes back.

    The code for joining without a card appears when the backend has given a link.
    """
    link = asyncio.ensure_future(_page(kiosk))
    try:
        choice = await _until_touch_or_tap(
            kiosk, screens.TakeACard(), kiosk.timing.idle_timeout_s, until=link
        )
        if link.done() and choice is None:
            screen = screens.TakeACard(url=link.result())
            choice = await _until_touch_or_tap(kiosk, screen, kiosk.timing.idle_timeout_s)
    finally:
        link.cancel()
    return Errand.LOST_CARD if choice is screens.NoCard.LOST else kiosk.slot.take()


async def _page(kiosk: Kiosk) -> str:
    """Where somebody joins on their phone; does not return while there is no such page."""
    url = await link_for_a_phone(kiosk)
    if not url:
        # The screen that shows is right as it is: to show it again would say it again.
        await asyncio.get_running_loop().create_future()
    return url


async def _ease(kiosk: Kiosk) -> CardTap | CardUnreadable | None:
    """Switch modes on and off until the person is content; a tap begins the visit with them."""
    display = kiosk.display
    while True:
        screen = screens.EaseOfUse(offered=display.offered, on=display.modes)
        chosen = await _until_touch_or_tap(kiosk, screen, kiosk.timing.idle_timeout_s)
        if chosen is None:
            return kiosk.slot.take()
        display.modes = display.modes ^ {chosen}


async def _until_touch_or_tap(
    kiosk: Kiosk,
    screen: screens.Screen[Answer],
    within_s: float,
    *,
    until: asyncio.Future[str] | None = None,
) -> Answer | None:
    """The answer; None when a card was presented first, nobody did anything, or `until` came."""
    question = asyncio.ensure_future(kiosk.display.ask(screen))
    arrival = asyncio.ensure_future(kiosk.slot.arrival())
    try:
        ends: set[asyncio.Future[Any]] = {question, arrival}
        if until is not None:
            ends.add(until)
        await asyncio.wait(ends, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        return question.result() if question.done() else None
    finally:
        question.cancel()
        arrival.cancel()
