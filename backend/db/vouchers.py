"""Vouchers and what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Row, insert, or_, select

from backend.db import feed, tables, webhooks
from backend.db.transaction import Transaction
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RewardId, StoreId, TerminalId
from loyalty.redemption import reservation_entry
from loyalty.vouchers import Voucher, VoucherCode, VoucherState


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """A voucher, the entry that pays for it, and the rules it was taken under."""

    voucher: Voucher
    entry: EntryId
    program_version: int


def add_voucher(tx: Transaction, row: VoucherRow) -> None:
    """Write a new voucher down; an empty code says that another one has it."""
    voucher = row.voucher
    tx.add(
        tables.vouchers,
        {
            "redemption": voucher.redemption,
            "code": voucher.code or None,
            "member": voucher.member,
            "program": voucher.program,
            "program_version": row.program_version,
            "reward": voucher.reward,
            "entry": row.entry,
            "points": voucher.points,
            "money": voucher.money,
            **_standing(voucher),
        },
    )
    _keep(tx, row)
    feed.tell(tx, "voucher", voucher.redemption)


def save_voucher(tx: Transaction, voucher: Voucher) -> None:
    """The voucher as it stands now."""
    known = by_redemption(tx, voucher.redemption)
    assert known is not None, "only what was reserved can move"
    tx.change(tables.vouchers, {"redemption": voucher.redemption, **_standing(voucher)})
    _keep(tx, replace(known, voucher=voucher))
    if voucher.state is not VoucherState.RESERVED:
        webhooks.announce(
            tx,
            f"voucher.{voucher.state}",
            redemption=voucher.redemption,
            member=voucher.member,
            program=voucher.program,
            reward=voucher.reward,
        )
    feed.tell(tx, "voucher", voucher.redemption)


def _standing(voucher: Voucher) -> dict[str, object]:
    return {
        "state": voucher.state.value,
        "deadline": voucher.deadline,
        "redeemed_at": voucher.redeemed_at,
        "redeemed_in": voucher.redeemed_in,
        "redeemed_place": voucher.redeemed_place,
    }


def _keep(tx: Transaction, row: VoucherRow) -> None:
    tx.keep(tables.vouchers, row.voucher.redemption, row)
    if row.voucher.code:
        tx.keep(tables.vouchers, ("code", row.voucher.code), row)


def by_redemption(tx: Transaction, wanted: RedemptionId) -> VoucherRow | None:
    """The voucher of a redemption; nobody else moves it until the end of the transaction."""
    which = tables.vouchers.c.redemption == wanted
    return tx.known(tables.vouchers, wanted, lambda: _first(tx, which))


def by_code(tx: Transaction, code: VoucherCode) -> VoucherRow | None:
    """The voucher with that code; nobody else moves it until the end of the transaction."""
    which = tables.vouchers.c.code == code
    return tx.known(tables.vouchers, ("code", code), lambda: _first(tx, which))


def expect(tx: Transaction, wanted: Iterable[RedemptionId], codes: Iterable[VoucherCode]) -> None:
    """Fetch those vouchers at once, and who has the codes: a batch is about to ask for each."""
    table, gone = tables.vouchers, tables.redemption_abandons
    redemptions = tx.unknown(table, wanted)
    with_codes = tx.unknown(table, (("code", code) for code in codes))
    if not (redemptions or with_codes):
        return
    either = or_(
        table.c.redemption.in_(redemptions), table.c.code.in_([code for _, code in with_codes])
    )
    found = [_row(row) for row in tx.rows(select(table).where(table.c.tenant == tx.tenant, either))]
    tx.learn(table, {row.voucher.redemption: row for row in found}, redemptions)
    tx.learn(table, {("code", row.voucher.code): row for row in found}, with_codes)
    given_up = tx.rows(
        select(gone.c.redemption).where(
            gone.c.tenant == tx.tenant, gone.c.redemption.in_(redemptions)
        )
    )
    tx.learn(gone, {row.redemption: True for row in given_up}, redemptions)


def vouchers(tx: Transaction, wanted: Sequence[str]) -> tuple[VoucherRow, ...]:
    """The vouchers of those redemptions, in no order; not those without a code."""
    table = tables.vouchers
    found = tx.rows(
        select(table).where(
            table.c.tenant == tx.tenant, table.c.redemption.in_(wanted), table.c.code.is_not(None)
        )
    )
    return tuple(_row(row) for row in found)


def of_members(tx: Transaction, wanted: Sequence[MemberId], limit: int) -> tuple[VoucherRow, ...]:
    """The latest vouchers of those accounts, by the day on which they end; not without a code."""
    table = tables.vouchers
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member.in_(wanted), table.c.code.is_not(None))
        .order_by(table.c.deadline.desc(), table.c.redemption)
        .limit(limit)
    )
    return tuple(_row(row) for row in found)


def open_reservations(tx: Transaction, member: MemberId, program: ProgramId) -> frozenset[EntryId]:
    """The entries that may still be voided by whoever holds them: a terminal, or a till."""
    table, held = tables.vouchers, tables.point_uses
    found = tx.rows(
        select(table.c.entry).where(
            table.c.tenant == tx.tenant,
            table.c.member == member,
            table.c.program == program,
            table.c.state == VoucherState.RESERVED.value,
        )
    )
    at_tills = tx.rows(
        select(held.c.id).where(
            held.c.tenant == tx.tenant,
            held.c.member == member,
            held.c.program == program,
            held.c.state == "held",
        )
    )
    return frozenset(
        (
            *(EntryId(row.entry) for row in found),
            *(reservation_entry(RedemptionId(row.id)) for row in at_tills),
        )
    )


def _first(tx: Transaction, which: ColumnElement[bool]) -> VoucherRow | None:
    table = tables.vouchers
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, which))
    return None if row is None else _row(row)


def _row(row: Row[tuple[object, ...]]) -> VoucherRow:
    return VoucherRow(
        voucher=Voucher(
            code=VoucherCode(row.code or ""),
            redemption=RedemptionId(row.redemption),
            member=MemberId(row.member),
            program=ProgramId(row.program),
            reward=RewardId(row.reward),
            state=VoucherState(row.state),
            deadline=row.deadline,
            points=row.points,
            money=row.money,
            redeemed_at=row.redeemed_at,
            redeemed_in=None if row.redeemed_in is None else StoreId(row.redeemed_in),
            redeemed_place=row.redeemed_place,
        ),
        entry=EntryId(row.entry),
        program_version=row.program_version,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A till took a voucher, under an id of its own."""

    id: str
    redemption: RedemptionId
    till: str
    at: datetime


def add_redeemed(tx: Transaction, taken: Redeemed) -> None:
    """Write down which till took the voucher; the schema allows one."""
    tx.run(
        insert(tables.voucher_redemptions).values(
            tenant=tx.tenant,
            id=taken.id,
            redemption=taken.redemption,
            till=taken.till,
            till_at=taken.at,
            recorded_at=tx.now,
        )
    )


def redeemed(tx: Transaction, wanted: str) -> Redeemed | None:
    """What was taken under that id of a till."""
    table = tables.voucher_redemptions
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return Redeemed(
        id=row.id, redemption=RedemptionId(row.redemption), till=row.till, at=row.till_at
    )


def abandon(tx: Transaction, wanted: RedemptionId, terminal: TerminalId, at: datetime) -> None:
    """Remember that nothing was promised, so that a late request is refused."""
    if is_abandoned(tx, wanted):
        return
    table = tables.redemption_abandons
    tx.add(table, {"redemption": wanted, "terminal": terminal, "at": at})
    tx.keep(table, wanted, value=True)


def is_abandoned(tx: Transaction, wanted: RedemptionId) -> bool:
    """Whether the terminal gave the redemption up."""
    table = tables.redemption_abandons
    query = select(table.c.at).where(table.c.tenant == tx.tenant, table.c.redemption == wanted)
    return bool(tx.known(table, wanted, lambda: tx.first(query) is not None))
