"""At the till: what a voucher gives, and taking it, once."""

from backend.db import Transaction, facts, shops, vouchers
from backend.db.access import Till
from backend.db.facts import Alert
from backend.db.vouchers import Redeemed, VoucherRow
from backend.errors import Refused, phrase
from backend.services import clock
from backend.services.points.ledger import settle
from backend_client.schemas.events import EventStatus
from backend_client.schemas.ledger import VoucherBody
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.tills import TakenOffline, TakenResult, VoucherAnswer, VoucherRedemption
from backend_client.seals import code_of, qr_text, sealed_voucher, voucher_key
from loyalty.errors import (
    CodeMistyped,
    VoucherExpired,
    VoucherRedeemed,
    VoucherUnknown,
    VoucherVoided,
)
from loyalty.program import Reward
from loyalty.redemption import as_taken
from loyalty.terms import AmountOff
from loyalty.vouchers import Voucher, parse, redeem


def voucher_of(tx: Transaction, code: str) -> VoucherAnswer:
    """The voucher and what it gives. Raises CodeMistyped or VoucherUnknown."""
    return voucher_answer(tx, _find(tx, code))


def redeem_voucher(
    tx: Transaction, till: Till, code: str, body: VoucherRedemption
) -> VoucherAnswer:
    """The voucher taken, by this till, now. Raises a VoucherRefused leaf, or Refused."""
    row = _find(tx, code)
    known = vouchers.redeemed(tx, body.id)
    if known is not None:
        if (known.redemption, known.at) != (row.voucher.redemption, body.at):
            raise Refused(ProblemName.ID_REUSED, "another voucher was taken under this id")
        return voucher_answer(tx, row)
    clock.refuse_if_off(tx, "at", body.at)
    taken = redeem(row.voucher, now=tx.now, store=till.store.id, place=till.store.name)
    settle(tx, taken, row.entry)
    vouchers.add_redeemed(
        tx, Redeemed(id=body.id, redemption=taken.redemption, till=till.id, at=body.at)
    )
    return voucher_answer(tx, _with(row, taken))


def _find(tx: Transaction, code: str) -> VoucherRow:
    row = vouchers.by_code(tx, parse(code_of(seal_key(tx), code)))
    if row is None:
        raise VoucherUnknown(phrase("no such voucher"))
    return row


def _with(row: VoucherRow, voucher: Voucher) -> VoucherRow:
    return VoucherRow(voucher=voucher, entry=row.entry, program_version=row.program_version)


def scanned(tx: Transaction, row: VoucherRow) -> str:
    """What the voucher's QR code holds."""
    return qr_text(seal_key(tx), row.voucher, reward_of(tx, row))


def reward_of(tx: Transaction, row: VoucherRow) -> Reward | None:
    """What the voucher gives, by the rules under which it was taken."""
    program = shops.program(tx, row.voucher.program, row.program_version)
    reward = program.reward(row.voucher.reward) if program else None
    return as_taken(reward, row.voucher) if reward else None


def voucher_answer(tx: Transaction, row: VoucherRow) -> VoucherAnswer:
    """What is told of a voucher: what it gives, and the text that says so without a network."""
    reward = reward_of(tx, row)
    gives = reward.gives if reward else None
    return VoucherAnswer(
        voucher=VoucherBody.of(row.voucher),
        reward=dict(reward.name) if reward else {},
        article=reward.article if reward else "",
        money=gives.amount if isinstance(gives, AmountOff) else row.voucher.money or None,
        sealed=sealed_voucher(seal_key(tx), row.voucher, reward) if row.voucher.code else "",
    )


def seal_key(tx: Transaction) -> bytes:
    """The key under which the company's vouchers are sealed."""
    return voucher_key(tx.keys.cards)


def taken_offline(tx: Transaction, till: Till, told: TakenOffline) -> TakenResult:
    """What becomes of a voucher that a till took while it could not ask.

    Staff hears of what is odd, once. It counts by the time at which it was taken: one that expired
    since was good then.
    """
    flag = _take_late(tx, till, told)
    if flag is None:
        return TakenResult(id=told.id, status=EventStatus.ACCEPTED)
    if flag == _KNOWN:
        return TakenResult(id=told.id, status=EventStatus.KNOWN)
    known = facts.was_flagged(tx, flag, told.id)
    if not known:
        facts.raise_alert(tx, Alert(flag=flag, terminal=None, event=told.id, about=till.id))
    return TakenResult(id=told.id, status=EventStatus.FLAGGED, flag=flag)


_KNOWN = "known"


def _take_late(tx: Transaction, till: Till, told: TakenOffline) -> str | None:
    """The flag; None where it was taken and all is well."""
    known = vouchers.redeemed(tx, told.id)
    try:
        row = _find(tx, told.code)
    except (CodeMistyped, VoucherUnknown):
        return "voucher-unknown"
    if known is not None:
        same = (known.redemption, known.at) == (row.voucher.redemption, told.at)
        return _KNOWN if same else "id-reused"
    at = min(told.at, tx.now)
    try:
        taken = redeem(row.voucher, now=at, store=till.store.id, place=till.store.name)
    except VoucherRedeemed:
        return "voucher-twice"
    except VoucherVoided:
        return "voucher-voided"
    except VoucherExpired:
        return "voucher-expired"
    settle(tx, taken, row.entry)
    vouchers.add_redeemed(
        tx, Redeemed(id=told.id, redemption=taken.redemption, till=till.id, at=told.at)
    )
    return None
