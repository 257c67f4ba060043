"""At the till: what a voucher gives, and taking it, once."""

from backend.db import Transaction, shops, vouchers
from backend.db.access import Till
from backend.db.vouchers import Redeemed, VoucherRow
from backend.errors import Refused
from backend.services import clock
from backend.services.ledger import settle
from backend_client.schemas import ProblemName, VoucherAnswer, VoucherBody, VoucherRedemption
from loyalty.errors import VoucherUnknown
from loyalty.vouchers import Voucher, parse, redeem


def voucher_of(tx: Transaction, code: str) -> VoucherAnswer:
    """The voucher and what it gives. Raises CodeMistyped or VoucherUnknown."""
    return _answer(tx, _find(tx, code))


def redeem_voucher(
    tx: Transaction, till: Till, code: str, body: VoucherRedemption
) -> VoucherAnswer:
    """The voucher taken, by this till, now. Raises a VoucherRefused leaf, or Refused."""
    row = _find(tx, code)
    known = vouchers.redeemed(tx, body.id)
    if known is not None:
        if (known.redemption, known.at) != (row.voucher.redemption, body.at):
            raise Refused(ProblemName.ID_REUSED, "another voucher was taken under this id")
        return _answer(tx, row)
    clock.refuse_if_off(tx, "at", body.at)
    taken = redeem(row.voucher, now=tx.now, store=till.store.id, place=till.store.name)
    settle(tx, taken, row.entry)
    vouchers.add_redeemed(
        tx, Redeemed(id=body.id, redemption=taken.redemption, till=till.id, at=body.at)
    )
    return _answer(tx, _with(row, taken))


def _find(tx: Transaction, code: str) -> VoucherRow:
    row = vouchers.by_code(tx, parse(code))
    if row is None:
        raise VoucherUnknown("no such voucher")
    return row


def _with(row: VoucherRow, voucher: Voucher) -> VoucherRow:
    return VoucherRow(voucher=voucher, entry=row.entry, program_version=row.program_version)


def _answer(tx: Transaction, row: VoucherRow) -> VoucherAnswer:
    program = shops.program(tx, row.voucher.program, row.program_version)
    reward = program.reward(row.voucher.reward) if program else None
    return VoucherAnswer(
        voucher=VoucherBody.of(row.voucher),
        reward=dict(reward.name) if reward else {},
        article=reward.article if reward else "",
    )
