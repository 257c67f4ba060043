"""The vouchers that wait to be used, each with the gift it stands for."""

from dataclasses import dataclass
from datetime import datetime

from kiosk.db import Transaction
from kiosk.db.transaction import HeldVoucher
from loyalty.ids import MemberId
from loyalty.program import Reward
from loyalty.redemption import reservation_entry
from loyalty.vouchers import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One voucher of the member's."""

    voucher: Voucher
    sure: bool
    """Whether it is certain that the customer has it."""
    reward: Reward


def waiting(tx: Transaction, member: MemberId, *, now: datetime) -> tuple[Waiting, ...]:
    """What a till would still take, soonest deadline first."""
    return tuple(
        Waiting(voucher=held.voucher, sure=held.sure, reward=_reward(tx, held))
        for held in tx.vouchers_waiting(member, now=now)
    )


def _reward(tx: Transaction, held: HeldVoucher) -> Reward:
    """The gift, also when the program has it no more: its vouchers are good to their last day."""
    voucher = held.voucher
    known = tx.reward(voucher.reward)
    if known is not None:
        return known
    entry = tx.entry(reservation_entry(voucher.redemption))
    return Reward(
        id=voucher.reward,
        name={"": voucher.reward},
        cost=-entry.points if entry else 0,
        article="",
    )
