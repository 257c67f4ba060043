"""What people earned with sales in a span of time, for the caps of a program.

By person: what is earned into a household's wallet counts for who earned it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, func, select

from backend.db import households, tables
from backend.db.transaction import Transaction
from loyalty.entries import Entry, EntryKind
from loyalty.ids import MemberId, ProgramId


def earned_between(
    tx: Transaction, member: MemberId, program: ProgramId, start: datetime, end: datetime
) -> int:
    """The points that sales have earned from `start` to `end`, itself not."""

    def read() -> Windows:
        return {(start, end): _earned(tx, [member], program, start, end).get(member, 0)}

    windows = tx.known(tables.entries, ("earned", member, program), read)
    if (start, end) not in windows:
        windows |= read()
        tx.keep(tables.entries, ("earned", member, program), windows)
    return windows[start, end]


Windows = dict[tuple[datetime, datetime], int]
"""What was earned in each of some spans of time."""


def expect_earned(
    tx: Transaction,
    members: Sequence[MemberId],
    program: ProgramId,
    start: datetime,
    end: datetime,
) -> None:
    """Fetch at once what those members earned in that time: a batch is about to ask for each."""
    earned = _earned(tx, members, program, start, end)
    for member in members:
        key = ("earned", member, program)
        known: Windows = tx.known(tables.entries, key, dict)
        tx.keep(tables.entries, key, known | {(start, end): earned.get(member, 0)})


def _earned(
    tx: Transaction,
    members: Sequence[MemberId],
    program: ProgramId,
    start: datetime,
    end: datetime,
) -> dict[MemberId, int]:
    """By person: what is earned into a household's wallet counts for who earned it."""
    table = tables.entries
    who = earned_by(table)
    found = tx.rows(
        select(who.label("who"), func.sum(table.c.points).label("points"))
        .where(
            table.c.tenant == tx.tenant,
            table.c.member.in_(households.accounts_of(tx, members, program)),
            who.in_(members),
            table.c.program == program,
            table.c.kind == EntryKind.EARN.value,
            table.c.occurred_at >= start,
            table.c.occurred_at < end,
        )
        .group_by(who)
    )
    return {MemberId(row.who): int(row.points) for row in found}


def _and_this(windows: Windows, entry: Entry) -> Windows:
    return {
        (start, end): points + entry.points * (start <= entry.occurred_at < end)
        for (start, end), points in windows.items()
    }


def note(tx: Transaction, entry: Entry) -> None:
    """One more, for whoever asks again before the transaction ends."""
    key = ("earned", entry.by or entry.member, entry.program)
    tx.amend(tables.entries, key, lambda windows: _and_this(windows, entry))


def earned_by(entries: Table) -> ColumnElement[str]:
    """Whose entry it is: who made it for a household, else the account's own member."""
    return func.coalesce(entries.c.made_by, entries.c.member)
