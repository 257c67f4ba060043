"""What the kiosk need not keep: the backend has it, and nobody here will ask for it."""

from datetime import UTC, datetime

from sqlalchemy import and_, delete, func, select

from kiosk.db import tables
from kiosk.db.part import Part, instant
from loyalty.vouchers import VoucherState

_AT_ONCE = 500
"""Rows of one evening: nobody waits for the rest, and a tap must not wait for these."""
_SECONDS = 19
"""Letters of a time to the second: what is written with and without parts of one compares."""


class ForgettingPart(Part):
    """Letting go of what is settled."""

    def forget_settled(self, limit: datetime) -> int:
        """Drop vouchers and entries that were over before `limit`; returns how many.

        Only what the backend has acknowledged and counted: nothing at all while facts wait to be
        sent, no entry that the snapshot does not hold, none of a voucher that is still kept.
        """
        waiting = select(func.count()).select_from(tables.outbox)
        if self._connection.execute(waiting).scalar_one():
            return 0
        return self._forget_vouchers(limit) + self._forget_entries(limit)

    def _forget_vouchers(self, limit: datetime) -> int:
        table, jobs = tables.vouchers, tables.print_jobs
        deadline = func.substr(func.json_extract(table.c.body, "$.deadline"), 1, _SECONDS)
        over = self._connection.execute(
            select(table.c.redemption)
            .where(
                table.c.state != VoucherState.RESERVED.value,
                deadline < limit.astimezone(UTC).isoformat()[:_SECONDS],
            )
            .limit(_AT_ONCE)
        ).scalars()
        gone = list(over)
        self._connection.execute(delete(jobs).where(jobs.c.redemption.in_(gone)))
        self._connection.execute(delete(table).where(table.c.redemption.in_(gone)))
        return len(gone)

    def _forget_entries(self, limit: datetime) -> int:
        table, accounts, vouchers = tables.entries, tables.accounts, tables.vouchers
        counted = and_(
            accounts.c.member == table.c.member,
            accounts.c.program == table.c.program,
            accounts.c.position >= table.c.position,
        )
        kept = vouchers.c.redemption == func.json_extract(table.c.body, "$.fact")
        over = (
            select(table.c.id)
            .join(accounts, counted)
            .where(table.c.occurred_at < instant(limit), ~select(vouchers).where(kept).exists())
            .limit(_AT_ONCE)
        )
        return self._connection.execute(delete(table).where(table.c.id.in_(over))).rowcount
