"""Checking the books: every chain walked, every balance replayed."""

from collections.abc import Iterator

from backend.db import Transaction, accounts, daily, journals, open_lots
from backend.db.accounts import SHAPE, AccountRow
from backend.db.journals import Link
from backend.services.points.ledger import replayed
from backend_client.schemas.ledger import AccountSnapshot
from loyalty.chain import GENESIS, canonical, link


def faults(tx: Transaction) -> Iterator[str]:
    """One line for each account that does not add up, with its first bad entry.

    Sums are looked at where every account adds up: a changed entry changes its sum too.
    """
    sound = True
    for row in accounts.every_account(tx):
        fault = fault_of(tx, row)
        if fault is not None:
            sound = False
            yield f"account {row.member} in {row.program}: {fault}"
    if sound:
        yield from daily.faults(tx)
        yield from open_lots.faults(tx)


def fault_of(tx: Transaction, row: AccountRow) -> str | None:
    """What is wrong with one account; None when it adds up."""
    chain = GENESIS
    position = 0
    for position, found in enumerate(journals.links(tx, row.member, row.program), start=1):
        chain = link(chain, found.canonical)
        fault = _bad_link(found, position, chain)
        if fault is not None:
            return fault
    if (position, chain) != (row.snapshot.position, row.chain):
        return f"the journal ends after entry {position}, the account after {row.snapshot.position}"
    due = replayed(tx, row)
    told = (lambda snapshot: snapshot) if row.shape == SHAPE else _as_once_written
    if told(due) != told(row.snapshot):
        return "the balance that is kept is not the one its entries give"
    return None


def _as_once_written(snapshot: AccountSnapshot) -> object:
    """What a snapshot of an earlier shape said too."""
    lots = [(lot.entry, lot.left, lot.deadline) for lot in snapshot.lots if lot.left]
    return lots, snapshot.debt, snapshot.position, snapshot.welcomed


def _bad_link(found: Link, position: int, chain: bytes) -> str | None:
    entry = found.posted.entry
    if found.posted.position != position:
        return f"entry {position} is missing: {entry.id} is at {found.posted.position}"
    if canonical(entry) != found.canonical:
        return f"entry {position} ({entry.id}) was changed"
    if found.chain != chain:
        return f"entry {position} ({entry.id}) breaks the chain"
    return None
