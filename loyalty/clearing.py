"""Pool or silo, and clearing: what stores owe each other for points earned here and spent there.

In a pool, points are good everywhere. The store that gave them owes the store that took them: it
had the sale, the other hands out the gift. In silos, each group of stores keeps its own account,
and nobody owes anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loyalty.ids import EntryId, Points, StoreId
from loyalty.ledger import Account, Draw, Entry, EntryKind, replay
from loyalty.program import Stores

_POOL = Stores()


def accounts(entries: Iterable[Entry], stores: Stores) -> dict[str, Account]:
    """The member's account in each group; in a pool one, under the empty name."""
    return {group: replay(part) for group, part in by_group(entries, stores).items()}


def by_group(entries: Iterable[Entry], stores: Stores) -> dict[str, tuple[Entry, ...]]:
    """The entries that make the account of each group.

    An entry that is about another belongs where that one does: goods bought in Angers and brought
    back in Bordeaux take the points of Angers.
    """
    known = {entry.id: entry for entry in entries}
    found: dict[str, list[Entry]] = {}
    for entry in known.values():
        found.setdefault(stores.group(_first(entry, known).store), []).append(entry)
    return {group: tuple(part) for group, part in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One line of a statement."""

    debtor: StoreId
    """The store that gave the points."""
    creditor: StoreId
    """The store where they were spent."""
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What stores owe each other, in points."""

    lines: tuple[Owed, ...]

    def net(self) -> dict[StoreId, Points]:
        """What each store gets, or pays where it is negative; together always 0."""
        found: dict[StoreId, Points] = {}
        for line in self.lines:
            found[line.creditor] = found.get(line.creditor, 0) + line.points
            found[line.debtor] = found.get(line.debtor, 0) - line.points
        return found


def statement(
    accounts_entries: Iterable[Iterable[Entry]],
    *,
    only: Iterable[EntryId] | None = None,
    stores: Stores = _POOL,
) -> Statement:
    """Who owes whom, from the journals of whole accounts; `only` keeps to the debits of a period.

    Nobody does where the program has no clearing. In silos each group is an account of its own, so
    a debt stays within it.
    A gift that was voided owes nothing, for it draws on no lot any more. Debt owes nothing yet.
    """
    kept = None if only is None else frozenset(only)
    totals: dict[tuple[StoreId, StoreId], Points] = {}
    for entries in accounts_entries if stores.clearing else ():
        for part in by_group(entries, stores).values():
            for line in _owed(part, kept):
                pair = (line.debtor, line.creditor)
                totals[pair] = totals.get(pair, 0) + line.points
    lines = [
        Owed(debtor=debtor, creditor=creditor, points=points)
        for (debtor, creditor), points in sorted(totals.items())
    ]
    return Statement(lines=tuple(lines))


def _owed(entries: tuple[Entry, ...], only: frozenset[EntryId] | None) -> Iterable[Owed]:
    known = {entry.id: entry for entry in entries}
    for debit, draws in replay(entries).draws.items():
        spent = known[debit]
        if spent.kind is not EntryKind.REDEEM or (only is not None and debit not in only):
            continue
        for draw in draws:
            gave = _giver(draw, known)
            if gave is not None and gave != spent.store:
                yield Owed(debtor=gave, creditor=spent.store, points=draw.points)


def _giver(draw: Draw, known: Mapping[EntryId, Entry]) -> StoreId | None:
    lot = known.get(draw.lot) if draw.lot else None
    return lot.store if lot else None


def _first(entry: Entry, known: Mapping[EntryId, Entry]) -> Entry:
    """The entry that it is about in the end."""
    steps = 0
    while entry.about and entry.about in known and steps < len(known):
        entry, steps = known[entry.about], steps + 1
    return entry
