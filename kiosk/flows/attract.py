"""Waiting for somebody: a tap wins at any moment."""

import asyncio

from devices.readers import CardTap, CardUnreadable
from devices.readers import Trouble as ReaderTrouble
from kiosk import screens
from kiosk.context import Kiosk
from kiosk.services.identify import program_in_force
from loyalty.program import Fixed, Occasion, Program

NOTICE_S = 6.0
"""How long a card's problem is shown before the invitation returns."""


async def attract(kiosk: Kiosk) -> CardTap:
    """The next card that can name somebody."""
    while True:
        tap = await _tap_or_touch(kiosk)
        if tap is None:
            tap = await _without_a_card(kiosk)
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


async def _tap_or_touch(kiosk: Kiosk) -> CardTap | CardUnreadable | None:
    """What was presented; None when "I have no card" was touched."""
    while True:
        # Before anything is looked at: what changes from now on is looked at again.
        kiosk.health.changed.clear()
        screen = _invitation(kiosk, await kiosk.db.run(program_in_force))
        waits = {
            asyncio.ensure_future(kiosk.slot.arrival()),
            asyncio.ensure_future(kiosk.health.changed.wait()),
            question := asyncio.ensure_future(kiosk.display.ask(screen)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            tap = kiosk.slot.take()
            if isinstance(screen, screens.OutOfService):
                continue
            if tap is not None:
                return tap
            if question.done() and question.result() is screens.AttractChoice.NO_CARD:
                return None
        finally:
            for wait in waits:
                wait.cancel()


def _invitation(
    kiosk: Kiosk, program: Program | None
) -> screens.Screen[screens.AttractChoice | None]:
    if kiosk.sync.revoked:
        return screens.OutOfService(reason=screens.OutOfOrder.REVOKED)
    if program is None:
        return screens.OutOfService(reason=screens.OutOfOrder.STARTING)
    return screens.Attract(welcome_points=welcome_points(program), troubles=kiosk.health.troubles())


def welcome_points(program: Program | None) -> int:
    """What joining gives at once."""
    rules = program.rules(Occasion.ENROLMENT) if program else ()
    return sum(rule.give.points for rule in rules[:1] if isinstance(rule.give, Fixed))


async def _without_a_card(kiosk: Kiosk) -> CardTap | CardUnreadable | None:
    """Show where the cards are; a tap goes on, a touch or silence goes back."""
    await _until_touch_or_tap(kiosk, screens.TakeACard(), kiosk.timing.idle_timeout_s)
    return kiosk.slot.take()


async def _until_touch_or_tap(kiosk: Kiosk, screen: screens.Screen[None], within_s: float) -> None:
    question = asyncio.ensure_future(kiosk.display.ask(screen))
    arrival = asyncio.ensure_future(kiosk.slot.arrival())
    try:
        await asyncio.wait(
            {question, arrival}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        question.cancel()
        arrival.cancel()
