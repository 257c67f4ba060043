"""Booking: an entry goes into its account's journal and moves the balance, all in one."""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.db import Transaction, accounts, feed, members, vouchers
from backend.db.accounts import AccountRow, Posted
from backend_client.schemas import AccountSnapshot
from loyalty.chain import canonical, link
from loyalty.ids import EntryId, MemberId, ProgramId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.vouchers import Voucher, VoucherState

POINTS_MAX = 10**9
"""Points that one entry may move. Beyond, sums would leave what JSON can carry; nobody has them."""

_DRIFT = timedelta(days=1)
"""How far clocks of the shop may differ before somebody should look at them."""


def locked_account(tx: Transaction, member: MemberId, program: ProgramId) -> AccountRow:
    """The account, opened at need, which nobody else moves until the transaction ends."""
    found = accounts.account(tx, member, program, lock=True)
    if found is not None:
        return found
    if members.member(tx, member) is None:
        members.expect_member(tx, member)
    opened = accounts.open_account(tx, member, program)
    _tell(tx, opened)
    return opened


def post(tx: Transaction, entry: Entry) -> Posted:
    """Book an entry that is not booked yet; returns it with its place in the journal."""
    row = locked_account(tx, entry.member, entry.program)
    posted = Posted(position=row.snapshot.position + 1, entry=entry)
    chain = link(row.chain, canonical(entry))
    accounts.add_entry(tx, posted, chain)
    moved = replace(
        row,
        chain=chain,
        last_at=max(row.last_at or entry.occurred_at, entry.occurred_at),
        snapshot=_advanced(tx, row, posted),
    )
    accounts.save_account(tx, moved)
    _tell(tx, moved)
    return posted


def settle(tx: Transaction, voucher: Voucher, entry: EntryId) -> None:
    """Save a voucher; once it left `reserved`, the snapshot need not know how to undo it."""
    vouchers.save_voucher(tx, voucher)
    row = locked_account(tx, voucher.member, voucher.program)
    if voucher.state is VoucherState.RESERVED or entry not in row.snapshot.draws:
        return
    draws = {key: draw for key, draw in row.snapshot.draws.items() if key != entry}
    snapshot = row.snapshot.model_copy(update={"draws": draws})
    settled = replace(row, snapshot=snapshot)
    accounts.save_account(tx, settled)
    _tell(tx, settled)


def replayed(tx: Transaction, member: MemberId, program: ProgramId) -> AccountSnapshot:
    """The account as its whole journal says, with the draws of open reservations only."""
    journal = accounts.journal(tx, member, program)
    reserved = vouchers.open_reservations(tx, member, program)
    return _snapshot(replay(posted.entry for posted in journal), member, program, journal, reserved)


def shop_time(tx: Transaction, row: AccountRow) -> datetime:
    """Now, or the time of the account's latest entry when the shop's clocks differ a little.

    A debit that is dated before the credit it spends would be replayed before it.
    """
    if row.last_at is None or not tx.now < row.last_at < tx.now + _DRIFT:
        return tx.now
    return row.last_at


def _advanced(tx: Transaction, row: AccountRow, posted: Posted) -> AccountSnapshot:
    entry, before = posted.entry, row.snapshot
    reserved = vouchers.open_reservations(tx, entry.member, entry.program)
    if entry.kind is EntryKind.REDEEM:
        reserved |= {entry.id}
    if not _continues(row, entry):
        journal = accounts.journal(tx, entry.member, entry.program)
        return _snapshot(
            replay(each.entry for each in journal), entry.member, entry.program, journal, reserved
        )
    return AccountSnapshot.of(
        entry.member,
        entry.program,
        posted.position,
        _only(replay([entry], before.account()), reserved),
        welcomed=before.welcomed or entry.kind is EntryKind.WELCOME,
    )


def _continues(row: AccountRow, entry: Entry) -> bool:
    """Whether the snapshot knows all that booking this entry needs.

    Not when the entry is dated before others, nor when it is about one that is settled, nor in
    debt: who is paid first depends on every debit, and the snapshot has the open ones only.
    """
    if row.snapshot.debt or (row.last_at is not None and entry.occurred_at <= row.last_at):
        return False
    lots = {lot.entry for lot in row.snapshot.lots}
    return entry.about is None or entry.about in lots or entry.about in row.snapshot.draws


def _snapshot(
    account: Account,
    member: MemberId,
    program: ProgramId,
    journal: tuple[Posted, ...],
    reserved: frozenset[EntryId],
) -> AccountSnapshot:
    return AccountSnapshot.of(
        member,
        program,
        len(journal),
        _only(account, reserved),
        welcomed=any(posted.entry.kind is EntryKind.WELCOME for posted in journal),
    )


def _only(account: Account, reserved: frozenset[EntryId]) -> Account:
    draws = {entry: draw for entry, draw in account.draws.items() if entry in reserved}
    return replace(account, draws=draws)


def _tell(tx: Transaction, row: AccountRow) -> None:
    feed.tell(tx, "account", f"{row.member}/{row.program}")
