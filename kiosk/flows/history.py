"""History: each movement in plain words, and why."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.db import Transaction
from kiosk.screens import HistoryLine, Movement
from kiosk.services.identify import Visit
from loyalty.explain import explain
from loyalty.ids import RedemptionId
from loyalty.ledger import Entry
from loyalty.program import in_language


async def history(kiosk: Kiosk, found: Visit) -> None:
    """Show what moved, newest first."""
    entries = await kiosk.db.run(Transaction.history, found.member)
    lines = [await _line(kiosk, found, entry) for entry in entries]
    await kiosk.ask(screens.History(balance=found.account.balance(kiosk.now()), lines=tuple(lines)))


async def _line(kiosk: Kiosk, found: Visit, entry: Entry) -> HistoryLine:
    language = kiosk.display.language
    why = explain(entry)
    gift_name = ""
    if why.message in ("redeem", "reversal"):
        held = await kiosk.db.run(Transaction.voucher, RedemptionId(entry.fact))
        reward = found.program.reward(held.voucher.reward) if held else None
        gift_name = in_language(reward.name, language) if reward else ""
    return HistoryLine(
        movement=Movement(why.message),
        points=entry.points,
        at=entry.occurred_at.astimezone(found.zone),
        spent=why.basis,
        currency=found.program.currency,
        rule=in_language(found.program.rule_in_words, language) if why.message == "earn" else "",
        gift_name=gift_name,
    )
