"""Accounts as they stand.

Truth is the journal; the snapshot that is kept here saves reading it. `verify` compares the two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from backend.db import open_lots, tables
from backend.db.transaction import Transaction
from backend_client.schemas.ledger import AccountSnapshot
from loyalty.chain import GENESIS
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import (
    Account,
)

SHAPE = 1
"""How snapshots are written today. 0: without what lots gave, and what debits owe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account and where its journal stands."""

    snapshot: AccountSnapshot
    chain: bytes
    last_at: datetime | None
    """When its latest entry happened, which is not always the last in the journal."""
    moved_at: datetime | None = None
    """When points last went, came back or paid a debt; since then, there were only credits."""
    shape: int = SHAPE
    debt_max: int = 0
    """What the policy lets the member owe."""

    @property
    def member(self) -> MemberId:
        """Whose it is."""
        return MemberId(self.snapshot.member)

    @property
    def program(self) -> ProgramId:
        """The program it counts in."""
        return ProgramId(self.snapshot.program)


def account(
    tx: Transaction, member: MemberId, program: ProgramId, *, lock: bool = False
) -> AccountRow | None:
    """The account; locked, nobody else moves it until the end of the transaction."""

    def read() -> AccountRow | None:
        table = tables.accounts
        query = select(table).where(
            table.c.tenant == tx.tenant, table.c.member == member, table.c.program == program
        )
        row = tx.first(query.with_for_update() if lock else query)
        return None if row is None else _account(row)

    return tx.known(tables.accounts, (member, program), read)


def expect(tx: Transaction, keys: Iterable[tuple[MemberId, ProgramId]]) -> None:
    """Fetch those accounts at once: a batch is about to ask for each of them."""
    wanted = tx.unknown(tables.accounts, keys)
    found = {(row.member, row.program): row for row in _accounts(tx, wanted)}
    tx.learn(tables.accounts, found, wanted)


def accounts(tx: Transaction, keys: Sequence[tuple[MemberId, ProgramId]]) -> tuple[AccountRow, ...]:
    """Those accounts, in no order."""
    return _accounts(tx, keys)


def _accounts(
    tx: Transaction, keys: Sequence[tuple[MemberId, ProgramId]]
) -> tuple[AccountRow, ...]:
    table, by_program = tables.accounts, dict[ProgramId, list[MemberId]]()
    for member, program in keys:
        by_program.setdefault(program, []).append(member)
    found: list[AccountRow] = []
    for program, members in by_program.items():
        rows = tx.rows(
            select(table).where(
                table.c.tenant == tx.tenant,
                table.c.program == program,
                table.c.member.in_(members),
            )
        )
        found += map(_account, rows)
    return tuple(found)


def accounts_of(tx: Transaction, member: MemberId) -> tuple[AccountRow, ...]:
    """The member's account in each program."""
    table = tables.accounts
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member)
        .order_by(table.c.program)
    )
    return tuple(_account(row) for row in found)


def every_account(tx: Transaction) -> tuple[AccountRow, ...]:
    """Every account of the company, by member."""
    table = tables.accounts
    found = tx.rows(
        select(table).where(table.c.tenant == tx.tenant).order_by(table.c.member, table.c.program)
    )
    return tuple(_account(row) for row in found)


def open_account(tx: Transaction, member: MemberId, program: ProgramId) -> AccountRow:
    """A new account, empty."""
    opened = AccountRow(
        snapshot=AccountSnapshot.of(member, program, 0, Account()), chain=GENESIS, last_at=None
    )
    tx.add(
        tables.accounts,
        {
            "member": member,
            "program": program,
            "position": 0,
            "chain": opened.chain.hex(),
            "snapshot": opened.snapshot.model_dump_json(),
            "held": 0,
            "last_at": None,
            "moved_at": None,
            "shape": SHAPE,
            "debt": 0,
            "debt_max": 0,
        },
    )
    tx.keep(tables.accounts, (member, program), opened)
    return opened


def save_account(tx: Transaction, row: AccountRow) -> None:
    """The account as it stands now."""
    before = account(tx, row.member, row.program)
    open_lots.note(tx, None if before is None else before.snapshot, row.snapshot)
    tx.change(
        tables.accounts,
        {
            "member": row.member,
            "program": row.program,
            "position": row.snapshot.position,
            "chain": row.chain.hex(),
            "snapshot": row.snapshot.model_dump_json(),
            "held": sum(lot.left for lot in row.snapshot.lots) - row.snapshot.debt,
            "last_at": row.last_at,
            "moved_at": row.moved_at,
            "shape": row.shape,
            "debt": row.snapshot.debt,
            "debt_max": max(row.debt_max, row.snapshot.debt if row.shape < SHAPE else 0),
            "next_deadline": _next_deadline(row.snapshot),
        },
    )
    tx.keep(tables.accounts, (row.member, row.program), row)


def _next_deadline(snapshot: AccountSnapshot) -> datetime | None:
    """When the first lot dies that holds points and was not closed."""
    dated = (lot.deadline for lot in snapshot.lots if lot.left and not lot.expired)
    return min((at for at in dated if at is not None), default=None)


def _account(row: Row[tuple[object, ...]]) -> AccountRow:
    snapshot = AccountSnapshot.model_validate_json(row.snapshot)
    return AccountRow(
        snapshot=snapshot.model_copy(update={"position": row.position}),
        chain=bytes.fromhex(row.chain),
        last_at=row.last_at,
        moved_at=row.moved_at,
        shape=row.shape,
        debt_max=row.debt_max,
    )
