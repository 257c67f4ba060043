"""History: each movement in plain words, and why."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.screens import HistoryLine, Movement
from kiosk.services.history import Moved, moved
from kiosk.services.identify import Visit
from loyalty.explain import explain
from loyalty.program import in_language

_KNOWN = {movement.value for movement in Movement}


async def history(kiosk: Kiosk, found: Visit) -> None:
    """Show what moved, newest first."""
    latest = await kiosk.db.run(moved, found.member)
    lines = tuple(_line(each, found, kiosk.display.language) for each in latest)
    await kiosk.ask(screens.History(balance=found.account.balance(kiosk.now()), lines=lines))


def _line(each: Moved, found: Visit, language: str) -> HistoryLine:
    entry, why = each.entry, explain(each.entry)
    earned = why.message == Movement.EARN.value
    return HistoryLine(
        # An update of the backend may bring kinds of movements that this kiosk has no words for.
        movement=Movement(why.message) if why.message in _KNOWN else Movement.OTHER,
        points=entry.points,
        at=entry.occurred_at.astimezone(found.zone),
        spent=why.basis,
        currency=found.program.currency,
        rule=in_language(found.program.rule_in_words, language) if earned else "",
        gift_name=in_language(each.gift, language),
    )
