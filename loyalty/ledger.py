"""The points ledger: an append-only list of entries; a balance is their replay.

A credit opens a lot, with its deadline. A debit draws on the lots, nearest deadline first and
never-expiring last; what no lot can give becomes debt, which the next credits pay. Nothing is ever
changed or deleted: what must be undone gets a reversal, which never runs a rule again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from loyalty.ids import EntryId, MemberId, Points, ProgramId, RuleId, StoreId
from loyalty.program import Rounding


class EntryKind(StrEnum):
    """Why points moved."""

    WELCOME = "welcome"
    EARN = "earn"
    REDEEM = "redeem"
    REVERSAL = "reversal"
    """Undoes the entry it is `about`, whole and once: gives back what a debit took, or takes back
    what a credit gave."""
    EXPIRY = "expiry"
    """Takes what is left of the lot it is `about`, after its deadline."""


class StepKind(StrEnum):
    """What one line of a calculation does; `loyalty.explain.recompute` walks them in order."""

    COUNT = "count"
    """Take `value` as the basis; `what` says of what: ttc, ht, visits, articles …"""
    DEDUCT = "deduct"
    """Take `value` off the basis; `what` says for what: voucher, points, ticket_discount."""
    RATE = "rate"
    """Give `value` points per `per` of the basis, rounded."""
    GIVE = "give"
    """Give `value` points; `what` says why: fixed, band, article."""
    FACTOR = "factor"
    """The campaign `what` multiplies by `value` / `per`."""
    COMBINE = "combine"
    """Multiply by the factors above, combined as `what` says: best, multiply or add."""
    ONLY = "only"
    """What follows is given on top, for the lines of a campaign alone."""
    CAP = "cap"
    """Give `value` points at most; `what` says which limit."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation, in whole numbers; rates are `value` / `per`."""

    kind: StepKind
    what: str
    value: int
    per: int = 1


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
    steps: tuple[Step, ...] = ()
    """The calculation line by line; empty where basis, factor and rounding say it all."""


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
    """What a debit took from one lot, or from no lot: then it is debt that nothing has paid yet."""

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

    Entries may arrive in any order and more than once: they are booked by time, each id once, and
    none before what it is about. At the same time credits come first, then debits, reversals,
    and expiries last.
    """
    known = {entry.id: entry for entry in entries}

    def turn(entry: Entry) -> tuple[datetime, int, EntryId]:
        # Two terminals' clocks differ: a reversal may be dated before what it undoes.
        about = known.get(entry.about) if entry.about else None
        at = max(entry.occurred_at, about.occurred_at) if about else entry.occurred_at
        return (at, _rank(entry), entry.id)

    book = _Book(opening or Account())
    for entry in sorted(known.values(), key=turn):
        book.post(entry)
    return book.close()


def _rank(entry: Entry) -> int:
    if entry.kind is EntryKind.EXPIRY:
        return 3
    if entry.kind is EntryKind.REVERSAL:
        return 2
    return 0 if entry.points >= 0 else 1


class _Book:
    """An account while entries are booked: one method for each thing that can happen to points."""

    def __init__(self, opening: Account) -> None:
        self._lots = {lot.entry: lot for lot in opening.lots}
        self._debt = opening.debt
        self._draws = dict(opening.draws)
        self._taken_back: set[EntryId] = set()

    def post(self, entry: Entry) -> None:
        if entry.kind is EntryKind.EXPIRY:
            self._expire(entry)
        elif entry.kind is EntryKind.REVERSAL and entry.points >= 0:
            self._give_back(entry)
        elif entry.kind is EntryKind.REVERSAL:
            self._take_back(entry)
        elif entry.points >= 0:
            self._lots[entry.id] = Lot(entry=entry.id, left=0, deadline=entry.deadline)
            self._put(self._lots[entry.id], entry.points)
        else:
            self._draws[entry.id] = self._draw(-entry.points, entry.occurred_at)

    def close(self) -> Account:
        lots = sorted(self._lots.values(), key=_nearest_deadline_first)
        return Account(lots=tuple(lots), debt=self._debt, draws=self._draws)

    def _draw(self, points: Points, at: datetime) -> tuple[Draw, ...]:
        """Take points from the lots that live at that time, and owe the rest."""
        draws = []
        open_lots = [lot for lot in self._lots.values() if lot.left and lot.alive(at)]
        for lot in sorted(open_lots, key=_nearest_deadline_first):
            taken = min(lot.left, points)
            if taken:
                draws.append(self._take(lot, taken))
                points -= taken
        if points:
            self._debt += points
            draws.append(Draw(lot=None, points=points))
        return tuple(draws)

    def _take(self, lot: Lot, points: Points) -> Draw:
        self._lots[lot.entry] = replace(lot, left=lot.left - points)
        return Draw(lot=lot.entry, points=points, deadline=lot.deadline)

    def _put(self, lot: Lot, points: Points) -> None:
        """Points come into a lot; they pay the debt first."""
        paid = min(self._debt, points)
        self._charge(lot, paid)
        self._debt -= paid
        self._lots[lot.entry] = replace(lot, left=lot.left + points - paid)

    def _charge(self, lot: Lot, paid: Points) -> None:
        """The debits that were owed have now drawn on this lot: their reversal gives back to it.

        The oldest are paid first. Debt that no known draw made is older: its debits are settled,
        and a snapshot keeps the draws of those that may still be undone.
        """
        paid -= min(paid, self._debt - sum(map(_owed, self._draws.values())))
        for debit, draws in self._draws.items():
            part = min(paid, _owed(draws))
            if part:
                self._draws[debit] = _paid(draws, part, lot)
                paid -= part

    def _give_back(self, reversal: Entry) -> None:
        """Put back what a debit drew, where it was; nothing when it drew nothing, or is undone."""
        draws = self._draws.pop(reversal.about, ()) if reversal.about else ()
        self._debt -= _owed(draws)
        for draw in draws:
            if draw.lot is None:
                continue
            # A snapshot holds no empty lots: one that was spent whole is opened again.
            spent = Lot(entry=draw.lot, left=0, deadline=draw.deadline)
            lot = self._lots.get(draw.lot, spent)
            if lot.alive(reversal.occurred_at):
                self._put(lot, draw.points)
            else:
                self._lots[lot.entry] = replace(lot, left=lot.left + draw.points)

    def _take_back(self, reversal: Entry) -> None:
        """Take a credit back, once: what its lot no longer holds, the others give."""
        if reversal.about in self._taken_back:
            return
        if reversal.about:
            self._taken_back.add(reversal.about)
        points, draws = -reversal.points, []
        lot = self._lots.get(reversal.about) if reversal.about else None
        if lot and lot.left:
            draws.append(self._take(lot, min(lot.left, points)))
            points -= draws[0].points
        self._draws[reversal.id] = (*draws, *self._draw(points, reversal.occurred_at))

    def _expire(self, expiry: Entry) -> None:
        """What is left of the lot goes; what was spent in time stays spent."""
        lot = self._lots.get(expiry.about) if expiry.about else None
        if lot:
            self._take(lot, min(lot.left, -expiry.points))


def _owed(draws: Iterable[Draw]) -> Points:
    return sum(draw.points for draw in draws if draw.lot is None)


def _paid(draws: tuple[Draw, ...], points: Points, lot: Lot) -> tuple[Draw, ...]:
    """The draws of a debit once `points` of what it owes were paid from `lot`."""
    owed = _owed(draws) - points
    return (
        *(draw for draw in draws if draw.lot is not None),
        Draw(lot=lot.entry, points=points, deadline=lot.deadline),
        *([Draw(lot=None, points=owed)] if owed else []),
    )


_FOREVER = datetime.max.replace(tzinfo=UTC)


def _nearest_deadline_first(lot: Lot) -> tuple[datetime, EntryId]:
    return (lot.deadline or _FOREVER, lot.entry)


def canonical(entry: Entry) -> bytes:
    """The entry as bytes, the same wherever they are written: JSON, keys sorted, times in UTC."""
    body = {
        "id": entry.id,
        "member": entry.member,
        "program": entry.program,
        "kind": entry.kind.value,
        "points": entry.points,
        "occurred_at": _in_utc(entry.occurred_at),
        "fact": entry.fact,
        "store": entry.store,
        "deadline": entry.deadline and _in_utc(entry.deadline),
        "about": entry.about,
        "trace": entry.trace and _traced(entry.trace),
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _traced(trace: Trace) -> dict[str, object]:
    steps = [[step.kind.value, step.what, step.value, step.per] for step in trace.steps]
    return {
        "rule": trace.rule,
        "program_version": trace.program_version,
        "basis": trace.basis,
        "factor": str(trace.factor),
        "rounding": trace.rounding.value,
        "points": trace.points,
        **({"steps": steps} if steps else {}),
    }


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


GENESIS = bytes(32)
"""What the first link of a journal is chained to."""


def link(previous: bytes, body: bytes) -> bytes:
    """The next link of a journal's hash chain: one changed or missing body breaks all after it."""
    return sha256(previous + body).digest()
