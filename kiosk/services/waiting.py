"""The vouchers that wait to be used, each with the gift it stands for."""

from dataclasses import dataclass
from datetime import datetime

from kiosk.db import Transaction
from loyalty.ids import MemberId
from loyalty.program import Reward
from loyalty.redemption import as_taken, reservation_entry
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
        Waiting(voucher=held.voucher, sure=held.sure, reward=reward_of(tx, held.voucher))
        for held in tx.vouchers_waiting(member, now=now)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """A voucher of which nobody knows whether it was printed."""

    voucher: Voucher
    reward: Reward
    at: datetime
    """When its points were held, in the shop's zone."""


def unsure(tx: Transaction) -> tuple[Unsure, ...]:
    """What waits for staff to decide, oldest first."""
    found = [
        Unsure(
            voucher=voucher, reward=reward_of(tx, voucher), at=entry.occurred_at.astimezone(zone)
        )
        for zone in (tx.zone(),)
        for voucher in tx.unsure_vouchers()
        if (entry := tx.entry(reservation_entry(voucher.redemption))) is not None
    ]
    return tuple(sorted(found, key=lambda each: each.at))


def reward_of(tx: Transaction, voucher: Voucher) -> Reward:
    """The gift as the voucher has it, also when the program has it no more.

    Its vouchers are good to their last day.
    """
    known = tx.reward(voucher.reward)
    if known is not None:
        return as_taken(known, voucher)
    entry = tx.entry(reservation_entry(voucher.redemption))
    return Reward(
        id=voucher.reward,
        name={"": voucher.reward},
        cost=-entry.points if entry else 0,
        article="",
    )
