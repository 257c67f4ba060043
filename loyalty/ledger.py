"""The points ledger: an append-only list of entries; a balance is their replay.

A credit opens a lot, with its deadline. A debit draws on the lots, nearest deadline first and
never-expiring last; what no lot can give becomes debt, which the next credits pay. Nothing is ever
changed or deleted: what must be undone gets a reversal, which never runs a rule again.

Read in this order: EntryKind and Entry (what is written), Lot and Account (what it amounts to),
replay (from one to the other).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from heapq import heapify, heappop, heappush

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
    RETURN = "return"
    """Undoes a part of the entry it is `about`, for goods that came back: claws back some of what a
    credit gave, or gives back some of what a debit took. About nothing: a free credit note."""
    ADJUSTMENT = "adjustment"
    """Somebody of the shop gives or takes points, and says who and why."""
    RELEASE = "release"
    """Moves no points: those of the lot it is `about` may be spent from now on."""
    FORFEIT = "forfeit"
    """What falls away when points are used and the program lets no rest stand."""
    TRANSFER = "transfer"
    """Points that move between two accounts: always a debit here and a credit there. The debit is
    `about` the lot that leaves, the credit about the lot it was."""
    OPENING = "opening"
    """Points from the books kept before this program."""


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
class Adjustment:
    """Who moved points by hand, and why."""

    actor: str
    """The id of the person at work; never a name."""
    nature: str
    """The merchant's code for the reason: "commercial-gesture", "correction" …"""
    booked_at: datetime
    """When it was written down, which nobody chooses; `Entry.occurred_at` is its value date."""
    comment: str | None = None
    """The salted hash of the free text, which is kept outside the books and can be erased."""
    approved_by: str | None = None
    """The id of the second person, where the program asks for one."""


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
    by: MemberId | None = None
    """Who earned or spent in a wallet that several share; None for the account's own member."""
    available_from: datetime | None = None
    """From when the points of a credit can be spent; None for at once."""
    owes: bool = True
    """False where a debit may take what is there, and make no debt of the rest."""
    adjustment: Adjustment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of one credit."""

    entry: EntryId
    left: Points
    deadline: datetime | None
    available_from: datetime | None = None
    gave: Points | None = None
    """What the credit gave, the most that can be clawed back; None when that is not known here."""
    returned: Points = 0
    """What was clawed back of it."""
    expired: Points = 0
    """What expired of it, and is not taken again when the goods come back."""

    def alive(self, at: datetime) -> bool:
        """Whether its points have not expired at that time."""
        return self.deadline is None or at < self.deadline

    def usable(self, at: datetime) -> bool:
        """Whether its points can be spent at that time: neither expired nor pending."""
        return self.alive(at) and (self.available_from is None or self.available_from <= at)


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
        return sum(lot.left for lot in self.lots if lot.usable(at)) - self.debt

    def pending(self, at: datetime) -> Points:
        """The points that are there and cannot be spent yet."""
        return sum(lot.left for lot in self.lots if lot.alive(at) and not lot.usable(at))

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
    book = _Book(opening or Account())
    for (at, *_), entry in _in_turn(entries):
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
    book = _Book(opening or Account())
    found = []
    for (at, *_), entry in _in_turn(entries):
        before = book.held
        book.post(entry, at)
        found.append(Moved(entry=entry, points=book.held - before, held=book.held))
    return tuple(found)


_Turn = tuple[datetime, int, int, EntryId]

_ABOUT_MAX = 16
"""How many entries about entries are followed: a sale, its void, the undoing of that … A ring of
entries, which only a forger writes, ends there too."""


def _in_turn(entries: Iterable[Entry]) -> list[tuple[_Turn, Entry]]:
    """Each entry once, in the order of booking; what makes the order comes with it."""
    known = {entry.id: entry for entry in entries}

    def turn(entry: Entry) -> _Turn:
        at, steps = (entry.occurred_at, 0) if entry.about is None else _after_about(entry, known)
        # Of a void's two sides, what comes back is there before what was earned is taken.
        return (at, _rank(entry), 2 * steps + (entry.points < 0), entry.id)

    return sorted(((turn(entry), entry) for entry in known.values()), key=lambda pair: pair[0])


def _after_about(entry: Entry, known: Mapping[EntryId, Entry]) -> tuple[datetime, int]:
    """When it is booked, and after how many others of that instant that it is about.

    Two terminals' clocks differ: a reversal may be dated before what it undoes.
    """
    line = [entry]
    while len(line) < _ABOUT_MAX and (about := line[-1].about) and (earlier := known.get(about)):
        line.append(earlier)
    at, steps = line.pop().occurred_at, 0
    for later in reversed(line):
        at, steps = (later.occurred_at, 0) if later.occurred_at > at else (at, steps + 1)
    return at, steps


def _rank(entry: Entry) -> int:
    """What comes first of two entries at the same time."""
    kind = entry.kind
    if kind is EntryKind.EXPIRY:
        return 4
    if kind is EntryKind.REVERSAL or kind is EntryKind.RETURN:
        return 3
    if kind is EntryKind.RELEASE:
        return 1
    if entry.points >= 0:
        return 0
    return 3 if kind is EntryKind.TRANSFER else 2


_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class _OpenLot:
    """A lot while entries are booked."""

    entry: EntryId
    deadline: datetime | None
    left: Points = 0
    available_from: datetime | None = None
    gave: Points | None = None
    returned: Points = 0
    expired: Points = 0
    pending: bool = False
    queued: bool = False
    """Whether it stands in one of the book's two queues."""

    def alive(self, at: datetime) -> bool:
        return self.deadline is None or at < self.deadline

    def closed(self) -> Lot:
        return Lot(
            entry=self.entry,
            left=self.left,
            deadline=self.deadline,
            available_from=self.available_from,
            gave=self.gave,
            returned=self.returned,
            expired=self.expired,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _TakenBack:
    """What taking a credit back did to its lot, for the case that this is undone in its turn."""

    about: EntryId
    returned: Points
    expired: Points


class _Book:
    """An account while entries are booked: one method for each thing that can happen to points.

    Entries come in the order of time. The lots that can be spent stand in a queue (a heap), nearest
    deadline first, and those that are pending in another: a debit looks at the lots it takes and
    no others, so that an entry of a long story is booked as fast as one of a short story.
    """

    def __init__(self, opening: Account) -> None:
        self.held = sum(lot.left for lot in opening.lots) - opening.debt
        """All points, less the debt."""
        self._lots: dict[EntryId, _OpenLot] = {}
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
        self._spendable: list[tuple[datetime, EntryId]] = []
        self._pending: list[tuple[datetime, EntryId]] = []
        for lot in opening.lots:
            self._lots[lot.entry] = _opened(lot)
            self._queue(self._lots[lot.entry])

    def post(self, entry: Entry, at: datetime) -> None:
        """Book one entry; `at` never goes back."""
        if self._pending:
            self._mature(at)
        if entry.kind is EntryKind.EXPIRY:
            self._expire(entry)
        elif entry.kind is EntryKind.RELEASE:
            self._release(entry, at)
        elif entry.kind is EntryKind.REVERSAL or entry.kind is EntryKind.RETURN:
            self._undo(entry, at)
        elif entry.points >= 0:
            self._credit(entry)
        else:
            self._debit(entry, at)

    def close(self) -> Account:
        lots = sorted((lot.closed() for lot in self._lots.values()), key=_nearest_deadline_first)
        draws = {
            debit: (*drawn, Draw(lot=None, points=self._owing[debit]))
            if debit in self._owing
            else tuple(drawn)
            for debit, drawn in self._draws.items()
        }
        return Account(lots=tuple(lots), debt=self._debt, draws=draws)

    # --- points come --------------------------------------------------------------------------

    def _credit(self, entry: Entry) -> None:
        lot = _OpenLot(
            entry=entry.id,
            deadline=entry.deadline,
            available_from=entry.available_from,
            pending=entry.available_from is not None,
            # What comes from another account is only a part of what was earned there.
            gave=None if entry.kind is EntryKind.TRANSFER else entry.points,
        )
        self._lots[entry.id] = lot
        self._put(lot, entry.points)

    def _put(self, lot: _OpenLot, points: Points) -> None:
        """Points come into a lot; they pay the debt first."""
        self.held += points
        paid = min(self._debt, points)
        if paid:
            self._charge(lot, paid)
            self._debt -= paid
        lot.left += points - paid
        self._queue(lot)

    def _queue(self, lot: _OpenLot) -> None:
        if lot.queued or not lot.left:
            return
        lot.queued = True
        if lot.pending:
            heappush(self._pending, (lot.available_from or _FOREVER, lot.entry))
        else:
            heappush(self._spendable, (lot.deadline or _FOREVER, lot.entry))

    def _mature(self, at: datetime) -> None:
        """Lots that were pending can be spent from their day on."""
        while self._pending and self._pending[0][0] <= at:
            lot = self._lots[heappop(self._pending)[1]]
            lot.pending = lot.queued = False
            self._queue(lot)

    def _release(self, release: Entry, at: datetime) -> None:
        lot = self._lots.get(release.about) if release.about else None
        if lot and lot.pending:
            # It stands in the queue under another day; pending lots are few, and are sorted anew.
            self._pending = [(day, entry) for day, entry in self._pending if entry != lot.entry]
            heapify(self._pending)
            lot.available_from, lot.pending, lot.queued = at, False, False
            self._queue(lot)

    def _charge(self, lot: _OpenLot, paid: Points) -> None:
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
        lot = self._lots.get(entry.about) if entry.about else None
        if lot:
            points -= self._take(lot, points, draws)
        self._spend(entry, points, draws, at)

    def _spend(self, entry: Entry, points: Points, draws: list[Draw], at: datetime) -> None:
        """Take the points from the lots that live at that time, and owe the rest."""
        self._draws[entry.id] = draws
        while points and (lot := self._next_lot(at)):
            points -= self._take(lot, points, draws)
        if points and entry.owes:
            self.held -= points
            self._debt += points
            self._owe(entry.id, points)

    def _next_lot(self, at: datetime) -> _OpenLot | None:
        """The lot to spend from: the nearest deadline; pending points only before debt is made."""
        for queue in (self._spendable, self._pending):
            while queue:
                lot = self._lots[queue[0][1]]
                if lot.left and lot.alive(at):
                    return lot
                lot.queued = False
                heappop(queue)
        return None

    def _take(self, lot: _OpenLot, points: Points, draws: list[Draw]) -> Points:
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

    def _expire(self, expiry: Entry) -> None:
        """What is left of the lot goes; what was spent in time stays spent."""
        lot = self._lots.get(expiry.about) if expiry.about else None
        if lot:
            gone = min(lot.left, -expiry.points)
            lot.left -= gone
            lot.expired += gone
            self.held -= gone

    # --- what was done is undone --------------------------------------------------------------

    def _undo(self, entry: Entry, at: datetime) -> None:
        if entry.points >= 0:
            self._give_back(entry, at)
        elif entry.kind is EntryKind.RETURN or entry.about is None:
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
        if entry.kind is EntryKind.REVERSAL:
            del self._draws[entry.about]
            self._forget_taking_back(entry.about)
        for draw in given:
            self._put_back(draw, at)

    def _put_back(self, draw: Draw, at: datetime) -> None:
        assert draw.lot is not None, "what is owed stands apart"
        # A snapshot holds no empty lots: one that was spent whole is opened again.
        lot = self._lots.setdefault(draw.lot, _OpenLot(entry=draw.lot, deadline=draw.deadline))
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
        lot = self._lots.get(entry.about) if entry.about else None
        if lot:
            if lot.gave is not None:
                points = min(points, lot.gave - lot.returned)
            lot.returned += points
            taken = self._take(lot, points, draws)
            gone = min(lot.expired, points - taken)
            lot.expired -= gone
            self._taken_back[entry.id] = _TakenBack(about=lot.entry, returned=points, expired=gone)
            points -= taken + gone
        self._spend(entry, points, draws, at)

    def _forget_taking_back(self, undone: EntryId) -> None:
        """A credit that was taken back by mistake can be taken back again."""
        taking = self._taken_back.pop(undone, None)
        if taking:
            self._lots[taking.about].returned -= taking.returned
            self._lots[taking.about].expired += taking.expired
            self._undone.discard(taking.about)


def _opened(lot: Lot) -> _OpenLot:
    return _OpenLot(
        entry=lot.entry,
        deadline=lot.deadline,
        left=lot.left,
        available_from=lot.available_from,
        pending=lot.available_from is not None,
        gave=lot.gave,
        returned=lot.returned,
        expired=lot.expired,
    )


def _draw_on(lot: _OpenLot, points: Points) -> Draw:
    return Draw(lot=lot.entry, points=points, deadline=lot.deadline)


def _split(draws: list[Draw], points: Points) -> tuple[list[Draw], list[Draw]]:
    """What stays drawn, and what is given back of `points`: the last, which live the longest."""
    kept, given = list(draws), list[Draw]()
    while points and kept:
        last = kept.pop()
        part = min(points, last.points)
        if part < last.points:
            kept.append(replace(last, points=last.points - part))
        given.append(replace(last, points=part))
        points -= part
    return kept, given[::-1]


def _owed(draws: Iterable[Draw]) -> Points:
    return sum(draw.points for draw in draws if draw.lot is None)


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
        **_rarely(entry),
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


def _rarely(entry: Entry) -> dict[str, object]:
    """What most entries do not say, written only where it is said: old links stay what they are."""
    said: dict[str, object] = {}
    if entry.by is not None:
        said["by"] = entry.by
    if entry.available_from is not None:
        said["available_from"] = _in_utc(entry.available_from)
    if not entry.owes:
        said["owes"] = False
    if entry.adjustment is not None:
        said["adjustment"] = {
            "actor": entry.adjustment.actor,
            "nature": entry.adjustment.nature,
            "booked_at": _in_utc(entry.adjustment.booked_at),
            "comment": entry.adjustment.comment,
            "approved_by": entry.adjustment.approved_by,
        }
    return said


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


GENESIS = bytes(32)
"""What the first link of a journal is chained to."""


def link(previous: bytes, body: bytes) -> bytes:
    """The next link of a journal's hash chain: one changed or missing body breaks all after it."""
    return sha256(previous + body).digest()
