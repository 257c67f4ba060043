"""What the fraud guard needs to know of an account's recent past."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, distinct, func, select

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.entries import EntryKind
from loyalty.ids import MemberId, ProgramId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """The tickets of a member that earned."""

    today: int
    last_at: datetime | None


def tickets(
    tx: Transaction, member: MemberId, program: ProgramId, start: datetime, end: datetime
) -> Tickets:
    """How many earned from `start` to `end`, itself not, and when the latest of all did."""
    table = tables.entries
    earned = (
        (table.c.tenant == tx.tenant)
        & (table.c.member == member)
        & (table.c.program == program)
        & (table.c.kind == EntryKind.EARN.value)
    )
    today = tx.first(
        select(func.count(distinct(table.c.fact))).where(
            earned, table.c.occurred_at >= start, table.c.occurred_at < end
        )
    )
    last = tx.first(
        select(table.c.occurred_at).where(earned).order_by(table.c.occurred_at.desc()).limit(1)
    )
    return Tickets(today=0 if today is None else int(today[0]), last_at=last and last.occurred_at)


def rewards_since(tx: Transaction, member: MemberId, program: ProgramId, since: datetime) -> int:
    """How many rewards the member took since then, and did not give back."""
    voucher, entry = tables.vouchers, tables.entries
    debit = and_(entry.c.tenant == voucher.c.tenant, entry.c.id == voucher.c.entry)
    found = tx.first(
        select(func.count())
        .select_from(voucher.join(entry, debit))
        .where(
            voucher.c.tenant == tx.tenant,
            voucher.c.member == member,
            voucher.c.program == program,
            voucher.c.state != "voided",
            entry.c.occurred_at >= since,
        )
    )
    return 0 if found is None else int(found[0])
