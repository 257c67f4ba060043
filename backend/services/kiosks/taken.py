"""Facts about gifts: points held, vouchers issued, voided or given up."""

from dataclasses import replace

from backend.db import Transaction, cards, facts, journals, shops, vouchers
from backend.db.access import Terminal
from backend.db.vouchers import VoucherRow
from backend.services.kiosks.redemptions import void_if_held
from backend.services.points.ledger import POINTS_MAX, alike, locked_account, settle
from backend.services.points.notes import Notes, entry_of, is_bookable, post_once
from backend.services.selling import assurance, spending
from backend.services.selling.assurance import Shown
from backend.services.selling.spending import Spender
from backend.services.shop import stock
from backend_client.schemas.events import (
    RedemptionAbandoned,
    VoucherIssued,
    VoucherReserved,
    VoucherVoided,
)
from loyalty import redemption
from loyalty import vouchers as rules
from loyalty.errors import CodeMistyped
from loyalty.ids import RedemptionId
from loyalty.ledger import Entry, EntryKind
from loyalty.rewards import worth
from loyalty.vouchers import VoucherCode, VoucherState

VOUCHER_ISSUED: str = VoucherIssued.model_fields["type"].default


def reserve(tx: Transaction, terminal: Terminal, event: VoucherReserved, notes: Notes) -> None:
    entry = entry_of(tx, terminal, event.entry.entry(), notes)
    wanted = RedemptionId(event.voucher.redemption)
    if vouchers.is_abandoned(tx, wanted):
        notes.flag("abandoned-before")
    known = vouchers.by_redemption(tx, wanted)
    if known is not None:
        _reserved_before(tx, known, entry, event, notes)
        return
    told = (event.voucher.member, event.voucher.program, redemption.reservation_entry(wanted))
    fits = told == (entry.member, entry.program, entry.id) and entry.fact == wanted
    if not fits or entry.kind is not EntryKind.REDEEM or not is_bookable(entry, sign=-1):
        notes.flag("entry-differs")
        return
    _check_price(tx, entry, event, notes)
    _check_trust(tx, terminal, entry, event, notes)
    before = locked_account(tx, entry.member, entry.program).snapshot.debt
    if not post_once(tx, entry, notes):
        return
    if locked_account(tx, entry.member, entry.program).snapshot.debt > before:
        notes.flag("overdrawn")
    _add_voucher(tx, entry, event, notes)


def _reserved_before(
    tx: Transaction, known: VoucherRow, entry: Entry, event: VoucherReserved, notes: Notes
) -> None:
    if entry.id != known.entry or _code(event, notes) != known.voucher.code:
        notes.flag("entry-differs")
        return
    post_once(tx, entry, notes)
    # The paper in the customer's hand says the terminal's deadline: what it promises, holds.
    if event.voucher.deadline > known.voucher.deadline:
        settle(tx, replace(known.voucher, deadline=event.voucher.deadline), known.entry)


def _check_price(tx: Transaction, entry: Entry, event: VoucherReserved, notes: Notes) -> None:
    program = shops.program(tx, entry.program)
    if program is None:
        return
    voucher = event.voucher.voucher()
    reward, points = program.reward(voucher.reward), -entry.points
    if reward is None:
        notes.flag("reward-differs")
        return
    said = (points, worth(reward, program.currency, points)) if reward.by_amount else (0, 0)
    fits = reward.by_amount or reward.cost == points
    if not fits or said != (voucher.points, voucher.money):
        notes.flag("reward-differs")


def _check_trust(
    tx: Transaction, terminal: Terminal, entry: Entry, event: VoucherReserved, notes: Notes
) -> None:
    """Whether the kiosk that decided by itself kept to what such a card may spend (F5)."""
    card = None if event.card is None else cards.card(tx, event.card)
    program = shops.program(tx, entry.program)
    if event.asked or card is None or program is None:
        return
    shown = Shown(chip=assurance.heard(tx, event.card, event.proof, terminal.id))
    who = Spender(account=entry.member, by=entry.by)
    spent = spending.spent_today(tx, who, program, terminal.store)
    most = redemption.most_at_once(shown.level(card), spent, program.assurance)
    if most is not None and -entry.points > most:
        notes.flag("assurance")


def _code(event: VoucherReserved, notes: Notes) -> VoucherCode:
    try:
        return rules.parse(event.voucher.code)
    except CodeMistyped:
        notes.flag("code-mistyped")
        return VoucherCode("")


def _add_voucher(tx: Transaction, entry: Entry, event: VoucherReserved, notes: Notes) -> None:
    code = _code(event, notes)
    if code and vouchers.by_code(tx, code) is not None:
        notes.flag("code-collision")
        code = VoucherCode("")
    program = shops.program(tx, entry.program)
    row = VoucherRow(
        voucher=replace(event.voucher.voucher(), code=code, state=VoucherState.RESERVED),
        entry=entry.id,
        program_version=program.version if program else 0,
    )
    vouchers.add_voucher(tx, row)
    if not stock.promise_regardless(
        tx, row.voucher.reward, entry.store, row.voucher.redemption, actor="facts"
    ):
        notes.flag("stock-short")
    _catch_up(tx, row)


def _catch_up(tx: Transaction, row: VoucherRow) -> None:
    """What was told of the voucher before we knew of it: facts may arrive in any order."""
    wanted = row.voucher.redemption
    if journals.reversal_of(tx, row.entry) is not None:
        settle(tx, rules.void(row.voucher), row.entry)
    elif facts.was_told(tx, VOUCHER_ISSUED, wanted):
        settle(tx, rules.issue(row.voucher), row.entry)


def issue(tx: Transaction, event: VoucherIssued, notes: Notes) -> None:
    row = vouchers.by_redemption(tx, RedemptionId(event.redemption))
    if row is None:
        notes.flag("redemption-unknown")
        return
    if row.voucher.state is VoucherState.VOIDED:
        notes.flag("issued-after-void")
    issued = rules.issue(row.voucher)
    if issued != row.voucher:
        settle(tx, issued, row.entry)


def void(tx: Transaction, terminal: Terminal, event: VoucherVoided, notes: Notes) -> None:
    told = entry_of(tx, terminal, event.entry.entry(), notes)
    row = vouchers.by_redemption(tx, RedemptionId(event.redemption))
    if row is None:
        notes.flag("redemption-unknown")
        if _may_undo(told, event):
            post_once(tx, told, notes)
        else:
            notes.flag("entry-differs")
        return
    if row.voucher.state is VoucherState.REDEEMED:
        notes.flag("void-after-redeem")
        return
    held = journals.entry(tx, row.entry)
    assert held is not None
    due = redemption.void(row.voucher, held.entry, now=told.occurred_at).entry
    if alike(told, due):
        post_once(tx, told, notes)
        settle(tx, rules.void(row.voucher), row.entry)
    else:
        notes.flag("entry-differs")
        notes.place(void_if_held(tx, row, now=tx.now))


def _may_undo(told: Entry, event: VoucherVoided) -> bool:
    wanted = RedemptionId(event.redemption)
    about = redemption.reservation_entry(wanted)
    undoes = told.kind is EntryKind.REVERSAL and told.about == about
    return undoes and 0 < told.points <= POINTS_MAX


def abandon(tx: Transaction, terminal: Terminal, event: RedemptionAbandoned, notes: Notes) -> None:
    wanted = RedemptionId(event.redemption)
    vouchers.abandon(tx, wanted, terminal.id, event.at)
    row = vouchers.by_redemption(tx, wanted)
    if row is None or row.voucher.state is VoucherState.VOIDED:
        return
    if row.voucher.state is VoucherState.RESERVED:
        notes.place(void_if_held(tx, row, now=tx.now))
    else:
        notes.flag("abandoned-after-issue")
