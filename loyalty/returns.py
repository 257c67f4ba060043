"""Voids, returns and credit notes: taking back what a sale earned, and giving back what it cost.

Nothing here runs an earning rule. A return looks at the entry its own sale wrote, takes the share
of its own line, once, and leaves the rest alone: to buy, return and keep the points is impossible,
and so is to lose them twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from loyalty.division import apportioned
from loyalty.errors import NotEnoughPoints
from loyalty.ids import EntryId, Points, StoreId, derived_entry
from loyalty.ledger import Account, Entry, EntryKind
from loyalty.program import Negative
from loyalty.traces import EarnedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One line that came back."""

    id: str
    """The id of this act: told twice, it is one."""
    line: str
    quantity: int
    at: datetime
    store: StoreId


def earned_lines(earned: Entry) -> tuple[EarnedLine, ...]:
    """What each line of its sale earned within the entry, as its trace holds it since that day."""
    return earned.trace.lines if earned.trace else ()


def shares(points: Points, lines: Mapping[str, tuple[int, int]]) -> tuple[EarnedLine, ...]:
    """What each line earned of an entry whose trace does not say it, by what the line cost.

    For entries of other books: `{line: (cost, quantity)}`. The shares make the whole exactly;
    points that do not divide go to the largest remainders, and between equals to the first line.
    """
    whole = apportioned(points, [cost for cost, _ in lines.values()])
    return tuple(
        EarnedLine(line, share, quantity)
        for (line, (_, quantity)), share in zip(lines.items(), whole, strict=True)
    )


def claw_back(
    earned: Entry,
    line: EarnedLine,
    returned: Returned,
    before: Iterable[Returned] = (),
    *,
    holder: Account | None = None,
    negative: Negative = Negative.ALLOW,
) -> Entry | None:
    """The entry that takes back what the returned pieces of a line earned; None for no points.

    `before` are the returns of the same line that are booked. Together they take, after each, the
    whole points of the pieces that came back so far; of all pieces, exactly what the line earned.
    Pieces that were never sold take nothing. Raises NotEnoughPoints where the program refuses.
    """
    earlier = min(
        sum(each.quantity for each in before if each.line == line.line and each.id != returned.id),
        line.quantity,
    )
    later = min(earlier + returned.quantity, line.quantity)
    points = line.points * later // line.quantity - line.points * earlier // line.quantity
    if points <= 0:
        return None
    _refuse_debt(points, earned.id, holder, negative, returned.at)
    return Entry(
        id=derived_entry("return", returned.id, earned.id, line.line),
        member=earned.member,
        program=earned.program,
        kind=EntryKind.RETURN,
        points=-points,
        occurred_at=max(returned.at, earned.occurred_at),
        fact=returned.id,
        store=returned.store,
        about=earned.id,
        by=earned.by,
        owes=negative is not Negative.CLAMP,
    )


def give_back(spent: Entry, points: Points, returned: Returned) -> Entry:
    """The entry that gives back a part of what was paid in points, with its deadlines."""
    return Entry(
        id=derived_entry("give-back", returned.id, spent.id),
        member=spent.member,
        program=spent.program,
        kind=EntryKind.RETURN,
        points=min(points, -spent.points),
        occurred_at=max(returned.at, spent.occurred_at),
        fact=returned.id,
        store=returned.store,
        about=spent.id,
        by=spent.by,
    )


def void_sale(
    earned: Sequence[Entry],
    spent: Sequence[Entry] = (),
    *,
    now: datetime,
    holder: Account | None = None,
    negative: Negative = Negative.ALLOW,
) -> tuple[Entry, ...]:
    """The reversals of all that a sale earned and of all that was spent on it (LSX-57).

    Points come back before others go: who paid with points and returns everything owes nothing.
    Raises NotEnoughPoints where the program refuses a debt.
    """
    back = tuple(reversal(entry, now=now) for entry in spent)
    gained = sum(entry.points for entry in back)
    taken = sum(entry.points for entry in earned)
    if holder is not None and negative is Negative.REFUSE:
        missing = taken - max(holder.balance(now), 0) - holder.pending(now) - gained
        if missing > 0:
            raise NotEnoughPoints(missing)
    owes = negative is not Negative.CLAMP
    return (*back, *(reversal(entry, now=now, owes=owes) for entry in earned))


def reversal(entry: Entry, *, now: datetime, owes: bool = True) -> Entry:
    """The entry that undoes another, whole and once: its id is made of what it undoes."""
    return Entry(
        id=reversal_entry(entry),
        member=entry.member,
        program=entry.program,
        kind=EntryKind.REVERSAL,
        points=-entry.points,
        occurred_at=max(now, entry.occurred_at),
        fact=entry.fact,
        store=entry.store,
        about=entry.id,
        by=entry.by,
        owes=owes,
    )


def reversal_entry(entry: Entry) -> EntryId:
    """The id of the reversal of an entry; of a gift's, the id its voided voucher gives it too."""
    if entry.kind is EntryKind.REDEEM:
        return derived_entry("void", entry.fact)
    return derived_entry("undo", entry.id)


def under_policy(
    note: Sequence[Entry], negative: Negative, *, holder: Account, at: datetime
) -> tuple[Entry, ...]:
    """The entries of a free credit note (`loyalty.earning.credit_note`) as the program takes debts.

    Raises NotEnoughPoints where it refuses them.
    """
    _refuse_debt(-sum(entry.points for entry in note), None, holder, negative, at)
    return tuple(replace(entry, owes=negative is not Negative.CLAMP) for entry in note)


def _refuse_debt(
    points: Points,
    about: EntryId | None,
    holder: Account | None,
    negative: Negative,
    at: datetime,
) -> None:
    if holder is None or negative is not Negative.REFUSE:
        return
    gone = sum(
        lot.expired + (0 if lot.alive(at) else lot.left)
        for lot in holder.lots
        if lot.entry == about
    )
    missing = points - gone - max(holder.balance(at), 0) - holder.pending(at)
    if missing > 0:
        raise NotEnoughPoints(missing)
