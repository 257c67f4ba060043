"""Booking: entries go into their accounts' journals and move the balances, all in one.

`post` is the only way in, whoever writes: sales, returns, adjustments, expiries, openings,
transfers and merges. What an account keeps beside its journal is a snapshot: enough to book what
comes next in time without reading what came before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.db import Transaction, accounts, feed, journals, members, vouchers, webhooks
from backend.db.accounts import SHAPE, AccountRow
from backend.db.journals import Posted
from backend.errors import Refused
from backend.services.shop import stock
from backend_client.schemas.ledger import AccountSnapshot
from backend_client.schemas.problems import ProblemName
from loyalty.chain import canonical, link
from loyalty.errors import NotEnoughPoints
from loyalty.ids import EntryId, MemberId, ProgramId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.vouchers import Voucher, VoucherState

POINTS_MAX = 10**9
"""Points that one entry may move. Beyond, sums would leave what JSON can carry; nobody has them."""

_DRIFT = timedelta(days=1)
"""How far clocks of the shop may differ before somebody should look at them."""

_UNDOES = (EntryKind.REVERSAL, EntryKind.RETURN)
_CREDITS = (
    EntryKind.WELCOME,
    EntryKind.EARN,
    EntryKind.ADJUSTMENT,
    EntryKind.TRANSFER,
    EntryKind.OPENING,
)
"""What gives points, where it is positive: nothing but a lot that opens."""


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


def post(
    tx: Transaction,
    *entries: Entry,
    may_owe: bool = False,
    reserves: bool = False,
    new: bool = False,
) -> tuple[Posted, ...]:
    """Book entries, of one account or several; each with its place in its account's journal.

    An entry that is booked already stays as it is, so that a job or an import that runs again
    changes nothing. `may_owe` where the program lets a debit go below nothing; `reserves` where a
    voucher that may still be voided is written with it; `new` where what they are of was told for
    the first time, so that nothing is looked up. Raises NotEnoughPoints for a debt that is
    not allowed, and Refused when another entry stands under the id; then nothing is booked.
    """
    known = {} if new else journals.entries(tx, [entry.id for entry in entries])
    fresh: dict[EntryId, Entry] = {}
    for entry in entries:
        earlier = known[entry.id].entry if entry.id in known else fresh.setdefault(entry.id, entry)
        if not alike(earlier, entry):
            raise Refused(ProblemName.ID_REUSED, "another entry stands under this id")
    by_account: dict[tuple[MemberId, ProgramId], list[Entry]] = {}
    for entry in fresh.values():
        by_account.setdefault((entry.member, entry.program), []).append(entry)
    for (member, program), group in by_account.items():
        row = locked_account(tx, member, program)
        for posted in _book(tx, row, group, may_owe=may_owe, reserves=reserves):
            known[posted.entry.id] = posted
    return tuple(known[entry.id] for entry in entries)


def alike(one: Entry, other: Entry) -> bool:
    """Whether two entries say the same; the terminal and the server may have dated it apart."""
    return (one.id, one.member, one.program, one.kind, one.points, one.about) == (
        other.id,
        other.member,
        other.program,
        other.kind,
        other.points,
        other.about,
    )


def settle(tx: Transaction, voucher: Voucher, entry: EntryId) -> None:
    """Save a voucher, and what becomes of its piece.

    Once it left `reserved`, the snapshot need not know how to undo it.
    """
    vouchers.save_voucher(tx, voucher)
    stock.follow(tx, voucher)
    if voucher.state is not VoucherState.RESERVED:
        release_hold(tx, voucher.member, voucher.program, {entry})


def release_hold(
    tx: Transaction, member: MemberId, program: ProgramId, held: Collection[EntryId]
) -> None:
    """What was set aside is used, or back: the snapshot need not know how to undo it."""
    row = locked_account(tx, member, program)
    if row.snapshot.draws.keys().isdisjoint(held):
        return
    account = row.snapshot.account()
    kept = {debit for debit in account.draws if debit not in held}
    settled = replace(row, snapshot=_snapshot(row, account, kept, row.snapshot.position))
    accounts.save_account(tx, settled)
    _tell(tx, settled)


def replayed(tx: Transaction, row: AccountRow) -> AccountSnapshot:
    """The account as its whole journal says."""
    reserved = vouchers.open_reservations(tx, row.member, row.program)
    return _from_journal(tx, row, reserved).snapshot


def shop_time(tx: Transaction, row: AccountRow) -> datetime:
    """Now, or the time of the account's latest entry when the shop's clocks differ a little.

    A debit that is dated before the credit it spends would be replayed before it.
    """
    if row.last_at is None or not tx.now < row.last_at < tx.now + _DRIFT:
        return tx.now
    return row.last_at


def _book(
    tx: Transaction, row: AccountRow, entries: Sequence[Entry], *, may_owe: bool, reserves: bool
) -> tuple[Posted, ...]:
    """Write the entries of one account, in this order, and what they make of it."""
    written, chain = [], row.chain
    for position, entry in enumerate(entries, start=row.snapshot.position + 1):
        body = canonical(entry)
        chain = link(chain, body)
        written.append(Posted(position=position, entry=entry))
        journals.add_entry(tx, written[-1], body, chain)
    moved = _advanced(tx, replace(row, chain=chain), entries, reserves=reserves)
    moved = replace(moved, debt_max=_debt_allowed(row, moved.snapshot, entries, may_owe=may_owe))
    accounts.save_account(tx, moved)
    _tell(tx, moved)
    for posted in written:
        _announce(tx, posted)
    return tuple(written)


def _announce(tx: Transaction, posted: Posted) -> None:
    """News for other systems: what moved, and nothing of whose it is but the id."""
    entry = posted.entry
    webhooks.announce(
        tx,
        f"points.{entry.kind}",
        entry=entry.id,
        member=entry.member,
        program=entry.program,
        points=entry.points,
        position=posted.position,
        store=entry.store,
        fact=entry.fact,
        about=entry.about,
        occurred_at=entry.occurred_at.isoformat(),
    )


def _debt_allowed(
    row: AccountRow, after: AccountSnapshot, entries: Iterable[Entry], *, may_owe: bool
) -> int:
    """What the member may owe from now on. Raises NotEnoughPoints."""
    allowed = max(row.debt_max, row.snapshot.debt)
    takes = any(entry.points < 0 for entry in entries)
    if takes and not may_owe and after.debt > row.snapshot.debt:
        raise NotEnoughPoints(after.debt - row.snapshot.debt)
    return max(allowed, after.debt)


def _advanced(
    tx: Transaction, row: AccountRow, entries: Sequence[Entry], *, reserves: bool
) -> AccountRow:
    before = row.snapshot
    taken = {entry.id for entry in entries if reserves and entry.kind is EntryKind.REDEEM}
    if not _continues(row, entries):
        reserved = vouchers.open_reservations(tx, row.member, row.program)
        return _from_journal(tx, row, reserved | taken)
    # Without debt, the snapshot's draws are those of open reservations and no others.
    reserved = (
        vouchers.open_reservations(tx, row.member, row.program)
        if before.debt
        else frozenset(EntryId(debit) for debit in before.draws)
    )
    account = replay(entries, before.account())
    welcomed = before.welcomed or any(entry.kind is EntryKind.WELCOME for entry in entries)
    position = before.position + len(entries)
    return replace(
        row,
        snapshot=_snapshot(row, account, reserved | taken, position, welcomed=welcomed),
        last_at=_latest(row.last_at, *(entry.occurred_at for entry in entries)),
        moved_at=_latest(
            row.moved_at, *(e.occurred_at for e in entries if before.debt or not _gives(e))
        ),
    )


def _continues(row: AccountRow, entries: Iterable[Entry]) -> bool:
    """Whether the snapshot knows all that booking these entries needs.

    The order of credits among themselves means nothing while nothing is owed. Whatever else is
    dated before what is booked, takes a credit back, or is about what is settled, needs them all.
    """
    return row.shape == SHAPE and all(_follows(row, entry) for entry in entries)


def _follows(row: AccountRow, entry: Entry) -> bool:
    """Whether nothing that is booked depends on it, and it on nothing that the snapshot forgot."""
    if not _later(entry.occurred_at, row.moved_at):
        return False
    if row.snapshot.debt and not _later(entry.occurred_at, row.last_at):
        return False
    if _gives(entry):
        return True
    in_time = row.last_at is None or entry.occurred_at >= row.last_at
    return in_time and (entry.about is None or _is_known(row.snapshot, entry, entry.about))


def _is_known(snapshot: AccountSnapshot, entry: Entry, about: EntryId) -> bool:
    if entry.kind in _UNDOES:
        # In debt there are draws of what is not a reservation, too.
        return entry.points > 0 and not snapshot.debt and about in snapshot.draws
    return any(lot.entry == about for lot in snapshot.lots)


def _later(at: datetime, than: datetime | None) -> bool:
    return than is None or at > than


def _gives(entry: Entry) -> bool:
    return entry.kind in _CREDITS and entry.points > 0


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _from_journal(tx: Transaction, row: AccountRow, reserved: frozenset[EntryId]) -> AccountRow:
    entries = [posted.entry for posted in journals.journal(tx, row.member, row.program)]
    account = replay(entries)
    welcomed = any(entry.kind is EntryKind.WELCOME for entry in entries)
    return replace(
        row,
        snapshot=_snapshot(row, account, reserved, len(entries), welcomed=welcomed),
        last_at=_latest(*(entry.occurred_at for entry in entries)),
        moved_at=_moved_at(entries, account),
        shape=SHAPE,
    )


_NOT_YET = datetime(2999, 12, 31, tzinfo=UTC)
"""Later than any entry: what comes next is booked from the journal, whenever it happened."""


def _moved_at(entries: Iterable[Entry], account: Account) -> datetime | None:
    """When points last went, came back or paid a debt."""
    at = {entry.id: entry.occurred_at for entry in entries}
    moves = [entry for entry in entries if not _gives(entry)]
    waits = any(e.kind in _UNDOES and e.about is not None and e.about not in at for e in moves)
    owed = any(
        draw.lot is None or at.get(draw.lot, _NOT_YET) > at.get(debit, _NOT_YET)
        for debit, draws in account.draws.items()
        for draw in draws
    )
    if waits:
        return _NOT_YET  # what it undoes is still on its way
    if owed:
        return _latest(*at.values())
    about = (at.get(entry.about) for entry in moves if entry.about is not None)
    return _latest(*(entry.occurred_at for entry in moves), *about)


def _snapshot(
    row: AccountRow,
    account: Account,
    reserved: Iterable[EntryId],
    position: int,
    *,
    welcomed: bool | None = None,
) -> AccountSnapshot:
    """The account with the draws of what may still be voided, and of what is still owed."""
    kept = frozenset(reserved)
    draws = {
        debit: drawn
        for debit, drawn in account.draws.items()
        if debit in kept or any(draw.lot is None for draw in drawn)
    }
    return AccountSnapshot.of(
        row.member,
        row.program,
        position,
        replace(account, draws=draws),
        welcomed=row.snapshot.welcomed if welcomed is None else welcomed,
    )


def _tell(tx: Transaction, row: AccountRow) -> None:
    feed.tell(tx, "account", f"{row.member}/{row.program}")
