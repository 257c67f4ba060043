"""Is it really the member? Asked where a gift costs more than the card's word is good for (F5)."""

import logging
from functools import partial

from backend_client.schemas.kiosks import SpendingCodeAsked, SpendingCodeRequest
from kiosk import screens
from kiosk.context import Kiosk
from kiosk.flows.asking import asked
from kiosk.flows.typed import typed_code
from kiosk.screens import Gift, ProofWay, RefusalReason, Tell
from kiosk.services.identify import Visit, is_new
from kiosk.services.trust import Trust, trust
from loyalty.ids import Points

log = logging.getLogger(__name__)


async def may_spend(kiosk: Kiosk, found: Visit, gift: Gift) -> bool:
    """Whether so much may be spent, once the person has shown what they can."""
    tried: set[ProofWay] = set()
    while True:
        known = await _known(kiosk, found)
        if known.most is None or gift.cost <= known.most:
            return True
        way = _way(kiosk, known, gift, tried)
        if way is None:
            refused = RefusalReason.CARD_LIMIT
            await kiosk.ask(screens.GiftRefused(reason=refused, gift=gift, allowed=known.most))
            return False
        if not await kiosk.ask(screens.ProveIt(gift=gift, most=known.most, way=way)):
            return False
        tried.add(way)
        if way is ProofWay.CODE and not await _by_code(kiosk):
            return False


async def within_reach(kiosk: Kiosk, found: Visit) -> Points | None:
    """The most that could be spent by whoever shows all they can; None for any number."""
    known = await _known(kiosk, found)
    ways = [known.most]
    if known.is_chip:
        ways.append(known.with_chip)
    if kiosk.health.online and kiosk.session.card is not None:
        ways.append(known.with_code)
    bounds = [most for most in ways if most is not None]
    return max(bounds) if len(bounds) == len(ways) else None


async def _known(kiosk: Kiosk, found: Visit) -> Trust:
    """How far they are trusted, with what the chip said when it was shown again."""
    at = kiosk.session
    if at.card is not None and at.reading is not None and not at.chip:
        at.chip = await kiosk.db.run(is_new, at.card, at.reading)
    return await kiosk.db.run(trust, found.member, kiosk.shown(), now=kiosk.now())


def _way(kiosk: Kiosk, known: Trust, gift: Gift, tried: set[ProofWay]) -> ProofWay | None:
    """What would be enough; None where nothing is that can be had here and now.

    A chip is shown again before anything is typed; who has a copy of it may still have the mail.
    """
    by_chip = known.is_chip and (known.with_chip is None or gift.cost <= known.with_chip)
    by_code = known.with_code is None or gift.cost <= known.with_code
    if by_chip and ProofWay.CHIP not in tried:
        return ProofWay.CHIP
    if by_code and kiosk.health.online and kiosk.session.card is not None:
        return ProofWay.CODE
    return ProofWay.CHIP if by_chip else None


async def _by_code(kiosk: Kiosk) -> bool:
    """Whether they typed the code that was sent to the card's owner; told why not else."""
    card = kiosk.session.card
    assert card is not None, "a code goes to the owner of a card"
    request = SpendingCodeRequest(id=kiosk.new_id(), card=card)
    sent = await asked(partial(kiosk.client.spending_code, request))
    if not isinstance(sent, SpendingCodeAsked):
        await kiosk.ask(screens.Told(what=sent))
        return False
    if not sent.contact:
        await kiosk.ask(screens.Told(what=Tell.NOT_NOW))
        return False
    check = partial(kiosk.client.check_spending_code, sent.id)
    passed = await typed_code(kiosk, sent.minutes, check, offline=Tell.OFFLINE)
    if isinstance(passed, Tell):
        await kiosk.ask(screens.Told(what=passed))
    elif passed is not None:
        kiosk.session.code = sent.id
    return kiosk.session.code is not None
