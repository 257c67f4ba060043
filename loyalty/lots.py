"""Open lots: the points of an account while entries are booked, in the order they are spent in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush

from loyalty.accounts import FOREVER, Lot, nearest_deadline_first
from loyalty.ids import EntryId, Points


@dataclass(slots=True, kw_only=True)
class OpenLot:
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
    """Whether it stands in one of the two queues."""

    def alive(self, at: datetime) -> bool:
        """Whether its points have not expired at that time."""
        return self.deadline is None or at < self.deadline

    def closed(self) -> Lot:
        """The lot as an account shows it."""
        return Lot(
            self.entry,
            self.left,
            self.deadline,
            self.available_from,
            self.gave,
            self.returned,
            self.expired,
        )


class OpenLots:
    """The lots of an account while entries are booked in the order of time.

    Those that can be spent stand in a queue (a heap), nearest deadline first, and those that are
    pending in another: a debit looks at the lots it takes and no others, so that an entry of a
    long story is booked as fast as one of a short story.
    """

    __slots__ = ("_known", "_pending", "_spendable")

    def __init__(self, lots: Iterable[Lot] = ()) -> None:
        self._known: dict[EntryId, OpenLot] = {}
        self._spendable: list[tuple[datetime, EntryId]] = []
        self._pending: list[tuple[datetime, EntryId]] = []
        for lot in lots:
            self.queue(self.add(_opened(lot)))

    def add(self, lot: OpenLot) -> OpenLot:
        """The lot, known from now on; `queue` it once it holds points."""
        self._known[lot.entry] = lot
        return lot

    def of(self, entry: EntryId | None) -> OpenLot | None:
        """The lot that this entry opened; None when it is not known here, or there is none."""
        return self._known.get(entry) if entry else None

    def reopened(self, entry: EntryId, deadline: datetime | None) -> OpenLot:
        """The lot of that entry, opened again when a snapshot dropped it because it was empty."""
        return self._known.setdefault(entry, OpenLot(entry=entry, deadline=deadline))

    def queue(self, lot: OpenLot) -> None:
        """Let the points of the lot be found by `first`."""
        if lot.queued or not lot.left:
            return
        lot.queued = True
        if lot.pending:
            heappush(self._pending, (lot.available_from or FOREVER, lot.entry))
        else:
            heappush(self._spendable, (lot.deadline or FOREVER, lot.entry))

    def mature(self, at: datetime) -> None:
        """Lots that were pending can be spent from their day on."""
        while self._pending and self._pending[0][0] <= at:
            lot = self._known[heappop(self._pending)[1]]
            lot.pending = lot.queued = False
            self.queue(lot)

    def release(self, lot: OpenLot, at: datetime) -> None:
        """The points of a pending lot can be spent from now on."""
        # It stands in the queue under another day; pending lots are few, and are sorted anew.
        self._pending = [(day, entry) for day, entry in self._pending if entry != lot.entry]
        heapify(self._pending)
        lot.available_from, lot.pending, lot.queued = at, False, False
        self.queue(lot)

    def first(self, at: datetime) -> OpenLot | None:
        """The lot to spend from: the nearest deadline; pending points only before debt is made."""
        for queue in (self._spendable, self._pending):
            while queue:
                lot = self._known[queue[0][1]]
                if lot.left and lot.alive(at):
                    return lot
                lot.queued = False
                heappop(queue)
        return None

    def usable(self, at: datetime) -> Points:
        """The points that can be spent at that time."""
        return sum(
            lot.left
            for lot in self._known.values()
            if lot.left
            and lot.alive(at)
            and (not lot.pending or (lot.available_from or FOREVER) <= at)
        )

    def closed(self) -> tuple[Lot, ...]:
        """All of them, the nearest deadline first; the empty ones too."""
        return tuple(
            sorted([lot.closed() for lot in self._known.values()], key=nearest_deadline_first)
        )


def _opened(lot: Lot) -> OpenLot:
    return OpenLot(
        entry=lot.entry,
        deadline=lot.deadline,
        left=lot.left,
        available_from=lot.available_from,
        pending=lot.available_from is not None,
        gave=lot.gave,
        returned=lot.returned,
        expired=lot.expired,
    )
