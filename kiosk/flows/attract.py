"""Waiting for somebody: a tap wins at any moment."""

import asyncio

from devices.readers import CardTap, CardUnreadable, Medium
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
        notice = _notice(tap)
        if notice is None:
            assert isinstance(tap, CardTap)
            return tap
        await show_notice(kiosk, notice)


async def show_notice(kiosk: Kiosk, notice: screens.CardNotice) -> None:
    """Say why a card opens nothing; goes on after a touch, a few seconds, or another tap."""
    question = asyncio.ensure_future(kiosk.display.ask(screens.CardProblem(notice=notice)))
    arrival = asyncio.ensure_future(kiosk.slot.arrival())
    await asyncio.wait({question, arrival}, timeout=NOTICE_S, return_when=asyncio.FIRST_COMPLETED)
    question.cancel()
    arrival.cancel()


def _notice(tap: CardTap | CardUnreadable) -> screens.CardNotice | None:
    if isinstance(tap, CardUnreadable):
        unsupported = tap.trouble is ReaderTrouble.UNSUPPORTED
        return screens.CardNotice.RANDOM if unsupported else screens.CardNotice.MUTE
    if tap.medium is Medium.RANDOM:
        return screens.CardNotice.RANDOM
    return None


async def _tap_or_touch(kiosk: Kiosk) -> CardTap | CardUnreadable | None:
    """What was presented; None when "I have no card" was touched."""
    taps = asyncio.ensure_future(kiosk.slot.next())
    try:
        while True:
            program = await kiosk.db.run(program_in_force)
            screen: screens.Screen[screens.AttractChoice | None]
            reason = _out_of_order(kiosk, program)
            if reason is not None:
                screen = screens.OutOfService(reason=reason)
            else:
                screen = screens.Attract(
                    welcome_points=welcome_points(program), troubles=kiosk.health.troubles()
                )
            kiosk.health.changed.clear()
            changed = asyncio.ensure_future(kiosk.health.changed.wait())
            question = asyncio.ensure_future(kiosk.display.ask(screen))
            try:
                await asyncio.wait({taps, question, changed}, return_when=asyncio.FIRST_COMPLETED)
                if taps.done() and reason is None:
                    return taps.result()
                if taps.done():
                    taps = asyncio.ensure_future(kiosk.slot.next())
                elif question.done() and question.result() is screens.AttractChoice.NO_CARD:
                    return None
            finally:
                changed.cancel()
                question.cancel()
    finally:
        taps.cancel()


def _out_of_order(kiosk: Kiosk, program: Program | None) -> screens.OutOfOrder | None:
    if kiosk.sync.revoked:
        return screens.OutOfOrder.REVOKED
    if program is None:
        return screens.OutOfOrder.STARTING
    return None


def welcome_points(program: Program | None) -> int:
    """What joining gives at once."""
    rules = program.rules(Occasion.ENROLMENT) if program else ()
    return sum(rule.give.points for rule in rules[:1] if isinstance(rule.give, Fixed))


async def _without_a_card(kiosk: Kiosk) -> CardTap | CardUnreadable | None:
    """Show where the cards are; a tap goes on, a touch or silence goes back."""
    taps = asyncio.ensure_future(kiosk.slot.next())
    question = asyncio.ensure_future(kiosk.display.ask(screens.TakeACard()))
    try:
        await asyncio.wait(
            {taps, question},
            timeout=kiosk.timing.idle_timeout_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        return taps.result() if taps.done() else None
    finally:
        taps.cancel()
        question.cancel()
