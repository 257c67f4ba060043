"""Gifts at the counter: taken and handed out in one go, or a promise that is taken back."""

from secrets import randbits

from backend.db import Transaction, vouchers
from backend.db.shops import Store
from backend.db.vouchers import Redeemed
from backend.errors import Refused
from backend.services.kiosks.redemptions import answer, held_before, reserve, void_if_held
from backend.services.points.ledger import settle
from backend_client.schemas.catalogue import GiftTaking
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from loyalty.ids import RedemptionId
from loyalty.vouchers import mint, redeem

_TILL = "till:"


def take_gift(
    tx: Transaction, store: Store, gift: str, body: GiftTaking, *, actor: str
) -> RedemptionAnswer:
    """The gift paid with points and handed out at once: nothing to print, nothing to redeem.

    Raises Refused, NotEnoughPoints, RewardUnavailable or MemberLimit; then nothing has changed.
    """
    wanted, code = RedemptionId(body.id), mint(randbits(64))
    request = RedemptionRequest(
        id=body.id,
        member=body.member,
        program=body.program or store.program,
        reward=gift,
        code=code,
        at=tx.now,
    )
    known = vouchers.by_redemption(tx, wanted)
    if known is not None:
        return held_before(tx, known, request, known.voucher.code)
    held = reserve(tx, store, request, code, actor=actor)
    taken = redeem(held.voucher, now=tx.now, store=store.id, place=store.name)
    settle(tx, taken, held.entry)
    if actor.startswith(_TILL):
        vouchers.add_redeemed(
            tx,
            Redeemed(id=body.id, redemption=wanted, till=actor.removeprefix(_TILL), at=tx.now),
        )
    found = vouchers.by_redemption(tx, wanted)
    assert found is not None
    return answer(tx, found)


def cancel(tx: Transaction, wanted: str) -> RedemptionAnswer:
    """A voucher that cannot be kept: void, its points given back. Raises Refused, VoucherRedeemed.

    For a gift that was sold out, broken, or promised by mistake.
    """
    held = vouchers.by_redemption(tx, RedemptionId(wanted))
    if held is None:
        raise Refused(ProblemName.NOT_FOUND, "no such redemption")
    void_if_held(tx, held, now=tx.now)
    voided = vouchers.by_redemption(tx, RedemptionId(wanted))
    assert voided is not None
    return answer(tx, voided)
