"""What moved on an account, newest first, with the gift each movement was about."""

from dataclasses import dataclass

from kiosk.db import Transaction
from loyalty.ids import MemberId, RedemptionId
from loyalty.ledger import Entry
from loyalty.program import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One entry, and the name of its gift by language; empty where there is none."""

    entry: Entry
    gift: Words
    money: int
    """What was chosen with it, in minor units; 0 for a gift at its price."""


def moved(tx: Transaction, member: MemberId) -> tuple[Moved, ...]:
    """The member's latest entries known here."""
    return tuple(_moved(tx, entry) for entry in tx.history(member))


def _moved(tx: Transaction, entry: Entry) -> Moved:
    held = tx.voucher(RedemptionId(entry.fact))
    reward = tx.reward(held.voucher.reward) if held else None
    return Moved(
        entry=entry,
        gift=reward.name if reward else {},
        money=held.voucher.money if held else 0,
    )
