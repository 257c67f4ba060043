"""Is it really the member? Asked where a gift costs more than the card's word is good for (F5)."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.screens import Gift, ProofWay, RefusalReason
from kiosk.services.identify import Visit, is_new
from kiosk.services.trust import Trust, trust


async def may_spend(kiosk: Kiosk, found: Visit, gift: Gift) -> bool:
    """Whether so much may be spent, once the person has shown what they can."""
    while True:
        known = await _known(kiosk, found)
        if known.most is None or gift.cost <= known.most:
            return True
        way = _way(known, gift)
        if way is None:
            refused = RefusalReason.CARD_LIMIT
            await kiosk.ask(screens.GiftRefused(reason=refused, gift=gift, allowed=known.most))
            return False
        if not await kiosk.ask(screens.ProveIt(gift=gift, most=known.most, way=way)):
            return False


async def _known(kiosk: Kiosk, found: Visit) -> Trust:
    """How far they are trusted, with what the chip said when it was shown again."""
    at = kiosk.session
    if at.card is not None and at.reading is not None and not at.chip:
        at.chip = await kiosk.db.run(is_new, at.card, at.reading)
    return await kiosk.db.run(trust, found.member, kiosk.shown(), now=kiosk.now())


def _way(known: Trust, gift: Gift) -> ProofWay | None:
    """What would be enough; None where nothing is that can be had here and now."""
    enough = known.with_chip is None or gift.cost <= known.with_chip
    return ProofWay.CHIP if known.is_chip and enough else None
