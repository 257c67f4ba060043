"""Holding points for a gift: the one thing a terminal asks, and may be told no."""

from dataclasses import replace
from datetime import datetime

from backend.db import Transaction, accounts, cards, journals, members, shops, vouchers
from backend.db.access import Terminal
from backend.db.shops import Store
from backend.db.vouchers import VoucherRow
from backend.errors import Refused
from backend.services.points.belonging import holder
from backend.services.points.ledger import locked_account, post, settle, shop_time
from backend.services.selling import assurance, spending
from backend.services.selling.assurance import NOTHING, Shown
from backend.services.selling.situations import check_limits, situation
from backend.services.shop import stock
from backend_client.schemas.ledger import EntryBody, VoucherBody
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from backend_client.seals import snapshot_key, with_seal
from loyalty import redemption
from loyalty.errors import RewardUnavailable
from loyalty.ids import MemberId, ProgramId, RedemptionId, RewardId
from loyalty.rewards import amount, granted, options
from loyalty.vouchers import VoucherCode, parse


def hold_redemption(
    tx: Transaction, terminal: Terminal, request: RedemptionRequest, *, chip: bool = False
) -> RedemptionAnswer:
    """The points held and the voucher; `chip`, whether the card's chip proved its key.

    Raises Refused, NotEnoughPoints, RewardUnavailable, MemberLimit or CodeMistyped; then nothing
    is held.
    """
    code, wanted = parse(request.code), RedemptionId(request.id)
    if vouchers.is_abandoned(tx, wanted):
        raise Refused(ProblemName.ABANDONED, "the terminal gave this redemption up")
    known = vouchers.by_redemption(tx, wanted)
    if known is not None:
        return held_before(tx, known, request, code)
    if vouchers.by_code(tx, code) is not None:
        raise Refused(ProblemName.CODE_TAKEN, "mint another code")
    typed = assurance.typed(tx, request.passed, _person(tx, request), terminal.id)
    shown, actor = Shown(chip=chip, code=typed), f"terminal:{terminal.id}"
    return answer(tx, reserve(tx, terminal.store, request, code, actor=actor, shown=shown))


def _person(tx: Transaction, request: RedemptionRequest) -> MemberId:
    """Who asks: the bearer of the card, else the account's own member."""
    card = cards.card(tx, request.card) if request.card else None
    return card.member if card else MemberId(request.member)


def void_if_held(tx: Transaction, held: VoucherRow, *, now: datetime) -> journals.Posted:
    """Give the points of a reserved voucher back. Raises VoucherRedeemed."""
    entry = journals.entry(tx, held.entry)
    assert entry is not None
    cancellation = redemption.void(held.voucher, entry.entry, now=now)
    known = journals.reversal_of(tx, held.entry)
    posted = known or post(tx, cancellation.entry)[0]
    settle(tx, cancellation.voucher, held.entry)
    return posted


def held_before(
    tx: Transaction, known: VoucherRow, request: RedemptionRequest, code: VoucherCode
) -> RedemptionAnswer:
    """The same answer to the same request. Raises Refused for another one."""
    voucher = known.voucher
    same = (voucher.program, voucher.reward, voucher.code, voucher.points)
    account = holder(tx, MemberId(request.member), voucher.program)
    other = voucher.member not in (request.member, account)
    if other or same != (request.program, request.reward, code, request.points or 0):
        raise Refused(ProblemName.ID_REUSED, "another redemption was asked under this id")
    return answer(tx, known)


def reserve(
    tx: Transaction,
    place: Store,
    request: RedemptionRequest,
    code: VoucherCode,
    *,
    actor: str,
    shown: Shown = NOTHING,
) -> VoucherRow:
    """The voucher, with points and piece held for it. Raises what `hold_redemption` raises."""
    member, program = MemberId(request.member), shops.program(tx, ProgramId(request.program))
    if members.member(tx, member) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    if program is None:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    reward = program.reward(RewardId(request.reward))
    if reward is None:
        raise RewardUnavailable(f"{program.id} does not offer it")
    who, card = spending.spender(tx, member, request.card, program)
    row = locked_account(tx, who.account, program.id)
    check_limits(tx, reward, who.account, program, place)
    balance = row.snapshot.account().balance(tx.now)
    seen = situation(tx, who.by or who.account, program, place, balance=balance)
    granted(options({reward.id: reward.terms}, seen)[0])
    cost = amount(reward, program.currency, balance, request.points).points
    spending.check(tx, who, card, cost, program, place, shown=shown)
    reservation = redemption.reserve(
        row.snapshot.account(),
        reward,
        program,
        who.account,
        redemption=RedemptionId(request.id),
        code=code,
        store=place.id,
        now=shop_time(tx, row),
        zone=place.zone,
        chosen=request.points,
    )
    # Points and piece are held together or not at all: whoever loses the race keeps the points.
    stock.promise(tx, reward.id, place.id, RedemptionId(request.id), actor=actor)
    post(tx, replace(reservation.entry, by=who.by), reserves=True)
    held = VoucherRow(
        voucher=reservation.voucher, entry=reservation.entry.id, program_version=program.version
    )
    vouchers.add_voucher(tx, held)
    return held


def answer(tx: Transaction, held: VoucherRow) -> RedemptionAnswer:
    """What is told of a voucher and the points that it holds."""
    posted = journals.entry(tx, held.entry)
    row = accounts.account(tx, held.voucher.member, held.voucher.program)
    assert posted is not None
    assert row is not None
    return RedemptionAnswer(
        voucher=VoucherBody.of(held.voucher),
        entry=EntryBody.of(posted.entry),
        position=posted.position,
        account=with_seal(snapshot_key(tx.keys.cards), row.snapshot),
    )
