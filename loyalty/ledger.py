"""The points ledger: an append-only list of entries; a balance is their replay.

A credit opens a lot, with its deadline. A debit takes from the lots, nearest deadline first and
never-expiring last; what no lot can give becomes debt, which the next credits absorb. Nothing is
ever changed or deleted: what must be undone gets a reversal, which never runs a rule again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from operator import attrgetter

from loyalty.ids import EntryId, MemberId, Points, ProgramId, RuleId, StoreId
from loyalty.program import Rounding


class EntryKind(StrEnum):
    """Why points moved."""

    WELCOME = "welcome"
    EARN = "earn"
    REDEEM = "redeem"
    REVERSAL = "reversal"
    """Undoes the entry it is `about`, to the point."""
    EXPIRY = "expiry"
    """Closes the lot it is `about`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How a number of points came to be: enough to compute it again, and to explain it."""

    rule: RuleId
    program_version: int
    basis: int
    """What the rule counted, in minor units of money; 0 for a fixed gift."""
    factor: Decimal
    """Points per unit of the basis; the points themselves for a fixed gift."""
    rounding: Rounding
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One immutable movement of points."""

    id: EntryId
    member: MemberId
    program: ProgramId
    kind: EntryKind
    points: Points
    """Positive when the member gains, negative when the member gives."""
    occurred_at: datetime
    fact: str
    """The id of what happened: a sale, a redemption, an enrolment."""
    store: StoreId
    deadline: datetime | None = None
    """Until when the points of a credit live; None for ever."""
    about: EntryId | None = None
    """The entry that a reversal undoes, or whose lot an expiry closes."""
    trace: Trace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of one credit."""

    entry: EntryId
    left: Points
    deadline: datetime | None

    def alive(self, at: datetime) -> bool:
        """Whether its points can still be spent at that time."""
        return self.deadline is None or at < self.deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a debit took from one lot; from no lot, it made debt."""

    lot: EntryId | None
    points: Points
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The state of one member in one program: a replay's result, or a snapshot to replay from."""

    lots: tuple[Lot, ...] = ()
    debt: Points = 0
    draws: Mapping[EntryId, tuple[Draw, ...]] = field(default_factory=dict)
    """What each debit took, so that its reversal gives back the same points and deadlines."""

    def balance(self, at: datetime) -> Points:
        """The points that can be spent at that time; negative when the member is in debt."""
        return sum(lot.left for lot in self.lots if lot.alive(at)) - self.debt

    def next_deadline(self, at: datetime) -> Lot | None:
        """The points that will be lost first, gathered in one lot; None when none expires."""
        dated = [lot for lot in self.lots if lot.left and lot.deadline and lot.alive(at)]
        if not dated:
            return None
        first = min(dated, key=_nearest_deadline_first)
        together = sum(lot.left for lot in dated if lot.deadline == first.deadline)
        return replace(first, left=together)


def replay(entries: Iterable[Entry], opening: Account | None = None) -> Account:
    """The account after `entries`, starting from `opening` or from nothing.

    Entries may come in any order and more than once: they are booked by time, each id once, and
    a reversal never before what it undoes.
    """
    book = _Book(opening or Account())
    for entry in sorted({e.id: e for e in entries}.values(), key=attrgetter("occurred_at", "id")):
        book.post(entry)
    return book.close()


class _Book:
    """An account while it is being replayed."""

    def __init__(self, opening: Account) -> None:
        self._lots = {lot.entry: lot for lot in opening.lots}
        self._debt = opening.debt
        self._draws = dict(opening.draws)
        self._early: dict[EntryId, list[Entry]] = {}
        self._undone: set[EntryId] = set()

    def post(self, entry: Entry) -> None:
        if entry.about in self._undone:
            return
        if entry.about and entry.about not in self._lots and entry.about not in self._draws:
            # Two terminals' clocks differ: what this entry is about may still be to come.
            self._early.setdefault(entry.about, []).append(entry)
            return
        self._apply(entry)
        for late in self._early.pop(entry.id, []):
            self._apply(late)

    def close(self) -> Account:
        for entries in self._early.values():
            for entry in entries:
                self._move(entry)
        lots = sorted(self._lots.values(), key=_nearest_deadline_first)
        return Account(lots=tuple(lots), debt=self._debt, draws=self._draws)

    def _apply(self, entry: Entry) -> None:
        if entry.kind is EntryKind.REVERSAL and entry.about is not None:
            self._undone.add(entry.about)
        if entry.about in self._draws:
            self._give_back(entry, self._draws.pop(entry.about))
        elif entry.about in self._lots:
            self._take_from(self._lots[entry.about], entry)
        else:
            self._move(entry)

    def _move(self, entry: Entry) -> None:
        if entry.points >= 0:
            self._credit(entry.id, entry.points, entry.deadline)
        else:
            self._debit(entry.id, -entry.points, entry.occurred_at)

    def _credit(self, lot: EntryId, points: Points, deadline: datetime | None) -> None:
        absorbed = min(self._debt, points)
        self._debt -= absorbed
        self._lots[lot] = Lot(entry=lot, left=points - absorbed, deadline=deadline)

    def _debit(self, debit: EntryId, points: Points, at: datetime) -> None:
        draws = []
        open_lots = [lot for lot in self._lots.values() if lot.left and lot.alive(at)]
        for lot in sorted(open_lots, key=_nearest_deadline_first):
            taken = min(lot.left, points)
            if not taken:
                break
            self._lots[lot.entry] = replace(lot, left=lot.left - taken)
            draws.append(Draw(lot=lot.entry, points=taken, deadline=lot.deadline))
            points -= taken
        if points:
            self._debt += points
            draws.append(Draw(lot=None, points=points))
        self._draws[debit] = tuple(draws)

    def _give_back(self, reversal: Entry, draws: tuple[Draw, ...]) -> None:
        for draw in draws:
            if draw.lot is None:
                self._credit(reversal.id, draw.points, reversal.deadline)
                continue
            # A snapshot holds no empty lots: one that was spent whole is opened again.
            spent = Lot(entry=draw.lot, left=0, deadline=draw.deadline)
            lot = self._lots.get(draw.lot, spent)
            self._lots[draw.lot] = replace(lot, left=lot.left + draw.points)

    def _take_from(self, lot: Lot, entry: Entry) -> None:
        taken = min(lot.left, -entry.points)
        self._lots[lot.entry] = replace(lot, left=lot.left - taken)
        if entry.kind is EntryKind.REVERSAL:
            # What the lot no longer holds was spent meanwhile: the others pay, or it becomes debt.
            self._debit(entry.id, -entry.points - taken, entry.occurred_at)


def _nearest_deadline_first(lot: Lot) -> tuple[bool, float, EntryId]:
    return (lot.deadline is None, lot.deadline.timestamp() if lot.deadline else 0, lot.entry)


def canonical(entry: Entry) -> bytes:
    """The entry as bytes that are the same in every program that writes it (JSON, keys sorted)."""
    trace = entry.trace and {
        "rule": entry.trace.rule,
        "program_version": entry.trace.program_version,
        "basis": entry.trace.basis,
        "factor": str(entry.trace.factor),
        "rounding": entry.trace.rounding.value,
        "points": entry.trace.points,
    }
    body = {
        "id": entry.id,
        "member": entry.member,
        "program": entry.program,
        "kind": entry.kind.value,
        "points": entry.points,
        "occurred_at": entry.occurred_at.isoformat(),
        "fact": entry.fact,
        "store": entry.store,
        "deadline": entry.deadline and entry.deadline.isoformat(),
        "about": entry.about,
        "trace": trace,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


GENESIS = bytes(32)
"""What the first link of a journal is chained to."""


def link(previous: bytes, body: bytes) -> bytes:
    """The next link of a journal's hash chain: one changed or missing body breaks all after it."""
    return sha256(previous + body).digest()
