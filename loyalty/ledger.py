"""The points ledger: an append-only list of entries; a balance is their replay.

A credit opens a lot, with its deadline. A debit draws on the lots, nearest deadline first and
never-expiring last; what no lot can give becomes debt, which the next credits pay. Nothing is ever
changed or deleted: what must be undone gets a reversal, which never runs a rule again.

Read here what happens to points, in `Book`. Beside it stand what is written (`loyalty.entries`),
what that amounts to (`loyalty.accounts`), in which order it is booked (`loyalty.turns`), and how an
entry's number of points was computed (`loyalty.traces`). Their nouns can be had from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from loyalty.accounts import Account, Draw, Lot
from loyalty.entries import Adjustment, Entry, EntryKind
from loyalty.ids import EntryId, Points
from loyalty.lots import OpenLot, OpenLots
from loyalty.traces import EarnedLine, Step, StepKind, Trace
from loyalty.turns import in_turn

__all__ = [
    "Account",
    "Adjustment",
    "Book",
    "Draw",
    "EarnedLine",
    "Entry",
    "EntryKind",
    "Lot",
    "Moved",
    "Step",
    "StepKind",
    "Trace",
    "movements",
    "replay",
]


def replay(entries: Iterable[Entry], opening: Account | None = None) -> Account:
    """The account after `entries`, starting from `opening` or from nothing.

    Entries may arrive in any order and more than once: they are booked by time, each id once, and
    none before what it is about. At the same time credits come first, then debits, reversals,
    and expiries last.
    """
    book = Book(opening or Account())
    for at, _, _, _, entry in in_turn(entries):
        book.post(entry, at)
    return book.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One entry as it was booked."""

    entry: Entry
    points: Points
    """What really moved: an expiry or a second reversal may find less than its entry says."""
    held: Points
    """All points of the account after it, less its debt; those past their deadline count until
    their expiry is booked."""


def movements(entries: Iterable[Entry], opening: Account | None = None) -> tuple[Moved, ...]:
    """The same as `replay`, step by step, in the order of booking: the account's statement."""
    book = Book(opening or Account())
    found = []
    for at, _, _, _, entry in in_turn(entries):
        before = book.held
        book.post(entry, at)
        found.append(Moved(entry=entry, points=book.held - before, held=book.held))
    return tuple(found)


# A member is looked up in its enumeration at every use, which takes longer than booking one.
_TRANSFER, _RETURN, _REVERSAL = EntryKind.TRANSFER, EntryKind.RETURN, EntryKind.REVERSAL


@dataclass(frozen=True, slots=True, kw_only=True)
class _TakenBack:
    """What taking a credit back did to its lot, for the case that this is undone in its turn."""

    lot: OpenLot
    returned: Points
    expired: Points


class Book:
    """An account while entries are booked: one method for each thing that can happen to points.

    Entries come in the order of time.
    """

    __slots__ = (
        "_debt",
        "_draws",
        "_lots",
        "_owing",
        "_owing_known",
        "_taken_back",
        "_undone",
        "held",
    )

    def __init__(self, opening: Account) -> None:
        self.held = sum(lot.left for lot in opening.lots) - opening.debt
        """All points, less the debt."""
        self._lots = OpenLots(opening.lots)
        self._debt = opening.debt
        self._draws = {
            debit: [draw for draw in draws if draw.lot is not None]
            for debit, draws in opening.draws.items()
        }
        self._owing = {d: owed for d, draws in opening.draws.items() if (owed := _owed(draws))}
        """What each debit has taken from no lot, the oldest first."""
        self._owing_known = sum(self._owing.values())
        self._taken_back: dict[EntryId, _TakenBack] = {}
        self._undone: set[EntryId] = set()

    def post(self, entry: Entry, at: datetime) -> None:
        """Book one entry; `at` never goes back."""
        self._lots.mature(at)
        book = _BOOKED.get(entry.kind)
        if book:
            book(self, entry, at)
        elif entry.points >= 0:
            self._credit(entry)
        else:
            self._debit(entry, at)

    def balance(self, at: datetime) -> Points:
        """The points that can be spent then, after all that was posted; negative in debt."""
        return self._lots.usable(at) - self._debt

    def close(self) -> Account:
        """The account as it stands after all that was posted."""
        draws = {
            debit: (*drawn, Draw(lot=None, points=self._owing[debit]))
            if debit in self._owing
            else tuple(drawn)
            for debit, drawn in self._draws.items()
        }
        return Account(lots=self._lots.closed(), debt=self._debt, draws=draws)

    # --- points come --------------------------------------------------------------------------

    def _credit(self, entry: Entry) -> None:
        lot = OpenLot(
            entry=entry.id,
            deadline=entry.deadline,
            available_from=entry.available_from,
            pending=entry.available_from is not None,
            # What comes from another account is only a part of what was earned there.
            gave=None if entry.kind is _TRANSFER else entry.points,
        )
        self._put(self._lots.add(lot), entry.points)

    def _put(self, lot: OpenLot, points: Points) -> None:
        """Points come into a lot; they pay the debt first."""
        self.held += points
        paid = min(self._debt, points)
        if paid:
            self._charge(lot, paid)
            self._debt -= paid
        lot.left += points - paid
        self._lots.queue(lot)

    def _release(self, release: Entry, at: datetime) -> None:
        lot = self._lots.of(release.about)
        if lot and lot.pending:
            self._lots.release(lot, at)

    def _charge(self, lot: OpenLot, paid: Points) -> None:
        """The debits that were owed have now drawn on this lot: their reversal gives back to it.

        The oldest are paid first. Debt that no known draw made is older: its debits are settled,
        and a snapshot keeps the draws of those that may still be undone.
        """
        paid -= min(paid, self._debt - self._owing_known)
        while paid:
            debit = next(iter(self._owing))
            part = min(paid, self._owing[debit])
            self._draws[debit].append(_draw_on(lot, part))
            self._owe(debit, self._owing[debit] - part)
            paid -= part

    # --- points go ----------------------------------------------------------------------------

    def _debit(self, entry: Entry, at: datetime) -> None:
        """Points are spent, or leave for another account: then those of their own lot first."""
        draws: list[Draw] = []
        points = -entry.points
        lot = self._lots.of(entry.about)
        if lot:
            points -= self._take(lot, points, draws)
        self._spend(entry, points, draws, at)

    def _spend(self, entry: Entry, points: Points, draws: list[Draw], at: datetime) -> None:
        """Take the points from the lots that live at that time, and owe the rest."""
        self._draws[entry.id] = draws
        while points and (lot := self._lots.first(at)):
            points -= self._take(lot, points, draws)
        if points and entry.owes:
            self.held -= points
            self._debt += points
            self._owe(entry.id, points)

    def _take(self, lot: OpenLot, points: Points, draws: list[Draw]) -> Points:
        taken = min(lot.left, points)
        if taken:
            lot.left -= taken
            self.held -= taken
            draws.append(_draw_on(lot, taken))
        return taken

    def _owe(self, debit: EntryId, points: Points) -> None:
        self._owing_known += points - self._owing.get(debit, 0)
        self._owing[debit] = points  # its place among the others stays
        if not points:
            del self._owing[debit]

    def _expire(self, expiry: Entry, _: datetime) -> None:
        """What is left of the lot goes; what was spent in time stays spent."""
        lot = self._lots.of(expiry.about)
        if lot:
            gone = min(lot.left, -expiry.points)
            lot.left -= gone
            lot.expired += gone
            self.held -= gone

    # --- what was done is undone --------------------------------------------------------------

    def _undo(self, entry: Entry, at: datetime) -> None:
        if entry.points >= 0:
            self._give_back(entry, at)
        elif entry.kind is _RETURN or entry.about is None:
            self._take_back(entry, at)
        elif entry.about not in self._undone:
            self._undone.add(entry.about)
            self._take_back(entry, at)

    def _give_back(self, entry: Entry, at: datetime) -> None:
        """Put back what a debit drew, where it was; nothing when it drew nothing, or is undone."""
        drawn = self._draws.get(entry.about) if entry.about else None
        if entry.about is None or drawn is None:
            return
        owed = self._owing.get(entry.about, 0)
        forgiven = min(owed, entry.points)
        if forgiven:
            self._owe(entry.about, owed - forgiven)
            self._debt -= forgiven
            self.held += forgiven
        kept, given = _split(drawn, entry.points - forgiven)
        self._draws[entry.about] = kept
        if entry.kind is _REVERSAL:
            del self._draws[entry.about]
            self._forget_taking_back(entry.about)
        for draw in given:
            self._put_back(draw, at)

    def _put_back(self, draw: Draw, at: datetime) -> None:
        assert draw.lot is not None, "what is owed stands apart"
        # A snapshot holds no empty lots: one that was spent whole is opened again.
        lot = self._lots.reopened(draw.lot, draw.deadline)
        if lot.alive(at):
            self._put(lot, draw.points)
        else:
            lot.left += draw.points
            self.held += draw.points

    def _take_back(self, entry: Entry, at: datetime) -> None:
        """Take a credit back: from its lot, and what that no longer holds, from the others.

        Never more than the credit gave; what has expired of it is gone already.
        """
        draws: list[Draw] = []
        points = -entry.points
        lot = self._lots.of(entry.about)
        if lot:
            if lot.gave is not None:
                points = min(points, lot.gave - lot.returned)
            lot.returned += points
            taken = self._take(lot, points, draws)
            gone = min(lot.expired, points - taken)
            lot.expired -= gone
            self._taken_back[entry.id] = _TakenBack(lot=lot, returned=points, expired=gone)
            points -= taken + gone
        self._spend(entry, points, draws, at)

    def _forget_taking_back(self, undone: EntryId) -> None:
        """A credit that was taken back by mistake can be taken back again."""
        taking = self._taken_back.pop(undone, None)
        if taking:
            taking.lot.returned -= taking.returned
            taking.lot.expired += taking.expired
            self._undone.discard(taking.lot.entry)


_BOOKED = {
    EntryKind.EXPIRY: Book._expire,  # noqa: SLF001 - the book's own
    EntryKind.RELEASE: Book._release,  # noqa: SLF001 - the book's own
    EntryKind.REVERSAL: Book._undo,  # noqa: SLF001 - the book's own
    EntryKind.RETURN: Book._undo,  # noqa: SLF001 - the book's own
}
"""Kinds that are neither a plain credit nor a plain debit."""


def _draw_on(lot: OpenLot, points: Points) -> Draw:
    return Draw(lot.entry, points, lot.deadline)


def _split(draws: list[Draw], points: Points) -> tuple[list[Draw], list[Draw]]:
    """What stays drawn, and what is given back of `points`: the last, which live the longest."""
    kept, given = list(draws), list[Draw]()
    while points and kept:
        last = kept.pop()
        part = min(points, last.points)
        if part < last.points:
            kept.append(last._replace(points=last.points - part))
        given.append(last._replace(points=part))
        points -= part
    return kept, given[::-1]


def _owed(draws: Iterable[Draw]) -> Points:
    return sum(draw.points for draw in draws if draw.lot is None)
