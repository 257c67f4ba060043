"""The journals of accounts: entries in the order in which they were accepted, each chained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, and_, or_, select, union_all

from backend.db import daily, earned, fraud, open_lots, tables
from backend.db.entry_text import adjustment_read, adjustment_written, trace_read, trace_written
from backend.db.transaction import Transaction
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.ledger import Entry, EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An entry in its place."""

    position: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row of the journal as it is kept: to be checked."""

    posted: Posted
    canonical: bytes
    chain: bytes


def expect_entries(tx: Transaction, wanted: Iterable[EntryId]) -> None:
    """Fetch those entries and what undid them at once: a batch is about to ask for each."""
    keys = tx.unknown(tables.entries, wanted)
    if not keys:
        return
    table = tables.entries
    ours = select(table).where(table.c.tenant == tx.tenant)
    # Two halves and no OR: for an OR, SQLite reads every entry of the company.
    either = union_all(ours.where(table.c.id.in_(keys)), ours.where(table.c.about.in_(keys)))
    found = [_posted(row) for row in tx.rows(either)]
    tx.learn(table, {posted.entry.id: posted for posted in found}, keys)
    tx.learn(
        table,
        {_undoing(posted.entry): posted for posted in found if _undoing(posted.entry)},
        [(EntryKind.REVERSAL, key) for key in keys],
    )


def _undoing(entry: Entry) -> tuple[EntryKind, EntryId] | None:
    undoes = entry.kind is EntryKind.REVERSAL and entry.about is not None
    return (entry.kind, entry.about) if undoes and entry.about else None


def add_entry(tx: Transaction, posted: Posted, canonical: bytes, chain: bytes) -> None:
    """Append an entry to its account's journal."""
    entry = posted.entry
    tx.add(
        tables.entries,
        {
            "id": entry.id,
            "member": entry.member,
            "program": entry.program,
            "position": posted.position,
            "kind": entry.kind.value,
            "points": entry.points,
            "occurred_at": entry.occurred_at,
            "fact": entry.fact,
            "store": entry.store,
            "deadline": entry.deadline,
            "about": entry.about,
            "trace": trace_written(entry.trace),
            "made_by": entry.by,
            "available_from": entry.available_from,
            "owes": int(entry.owes),
            "adjustment": adjustment_written(entry.adjustment),
            "canonical": canonical.decode(),
            "chain": chain.hex(),
            "recorded_at": tx.now,
        },
    )
    daily.note(tx, entry)
    open_lots.born(tx, entry)
    tx.keep(tables.entries, entry.id, posted)
    undoing = _undoing(entry)
    if undoing:
        tx.keep(tables.entries, undoing, posted)
    if entry.kind is EntryKind.EARN:
        earned.note(tx, entry)
        fraud.note(tx, entry)


def entry(tx: Transaction, wanted: EntryId) -> Posted | None:
    """The entry of that id."""
    expect_entries(tx, [wanted])
    found: Posted | None = tx.known(tables.entries, wanted, lambda: None)
    return found


def entries(tx: Transaction, wanted: Sequence[EntryId]) -> dict[EntryId, Posted]:
    """Those of the entries that are booked."""
    expect_entries(tx, wanted)
    found = {each: entry(tx, each) for each in wanted}
    return {each: posted for each, posted in found.items() if posted is not None}


def reversal_of(tx: Transaction, wanted: EntryId) -> Posted | None:
    """The entry that undid that one."""
    expect_entries(tx, [wanted])

    def read() -> Posted | None:
        table = tables.entries
        row = tx.first(
            select(table).where(
                table.c.tenant == tx.tenant,
                table.c.kind == EntryKind.REVERSAL.value,
                table.c.about == wanted,
            )
        )
        return None if row is None else _posted(row)

    return tx.known(tables.entries, (EntryKind.REVERSAL, wanted), read)


def welcomes(
    tx: Transaction, members: Sequence[MemberId], program: ProgramId
) -> tuple[Posted, ...]:
    """The welcome entries of those members that nothing has undone."""
    table, undone = tables.entries, tables.entries.alias()
    reversal = and_(
        undone.c.tenant == table.c.tenant,
        undone.c.kind == EntryKind.REVERSAL.value,
        undone.c.about == table.c.id,
    )
    found = tx.rows(
        select(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.member.in_(members),
            table.c.program == program,
            table.c.kind == EntryKind.WELCOME.value,
            ~select(undone.c.id).where(reversal).exists(),
        )
        .order_by(table.c.recorded_at, table.c.id)
    )
    return tuple(_posted(row) for row in found)


def journal(tx: Transaction, member: MemberId, program: ProgramId) -> tuple[Posted, ...]:
    """Every entry of an account, in the order in which they were accepted."""
    return tuple(link.posted for link in links(tx, member, program))


def newest(
    tx: Transaction,
    member: MemberId,
    program: ProgramId,
    *,
    kinds: frozenset[EntryKind],
    before: int | None,
    limit: int,
) -> tuple[Posted, ...]:
    """Entries of those kinds before a place in the journal, the newest first; of all for none."""
    table = tables.entries
    query = select(table).where(
        table.c.tenant == tx.tenant, table.c.member == member, table.c.program == program
    )
    if kinds:
        query = query.where(table.c.kind.in_(sorted(kind.value for kind in kinds)))
    if before is not None:
        query = query.where(table.c.position < before)
    found = tx.rows(query.order_by(table.c.position.desc()).limit(limit))
    return tuple(_posted(row) for row in found)


def links(tx: Transaction, member: MemberId, program: ProgramId) -> Iterator[Link]:
    """The account's journal with what its rows are chained by."""
    table = tables.entries
    for row in tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member, table.c.program == program)
        .order_by(table.c.position)
    ):
        yield Link(
            posted=_posted(row),
            canonical=row.canonical.encode(),
            chain=bytes.fromhex(row.chain),
        )


def latest(
    tx: Transaction, keys: Sequence[tuple[MemberId, ProgramId]], limit: int
) -> dict[tuple[MemberId, ProgramId], tuple[Posted, ...]]:
    """The last entries of each account, oldest first."""
    table, account = tables.entries, tables.accounts
    same = and_(
        account.c.tenant == table.c.tenant,
        account.c.member == table.c.member,
        account.c.program == table.c.program,
    )
    wanted = [
        and_(table.c.member == member, table.c.program == program) for member, program in keys
    ]
    found: dict[tuple[MemberId, ProgramId], tuple[Posted, ...]] = dict.fromkeys(keys, ())
    if not wanted:
        return found
    for row in tx.rows(
        select(table)
        .join(account, same)
        .where(
            table.c.tenant == tx.tenant,
            or_(*wanted),
            table.c.position > account.c.position - limit,
        )
        .order_by(table.c.member, table.c.program, table.c.position)
    ):
        found[row.member, row.program] += (_posted(row),)
    return found


def _posted(row: Row[tuple[object, ...]]) -> Posted:
    return Posted(
        position=row.position,
        entry=Entry(
            id=EntryId(row.id),
            member=MemberId(row.member),
            program=ProgramId(row.program),
            kind=EntryKind(row.kind),
            points=row.points,
            occurred_at=row.occurred_at,
            fact=row.fact,
            store=StoreId(row.store),
            deadline=row.deadline,
            about=None if row.about is None else EntryId(row.about),
            trace=trace_read(row.trace),
            by=None if row.made_by is None else MemberId(row.made_by),
            available_from=row.available_from,
            owes=bool(row.owes),
            adjustment=adjustment_read(row.adjustment),
        ),
    )
