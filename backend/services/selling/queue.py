"""Sales that tills tell at the same moment are booked together: one turn and one commit for all.

Writers of a company take turns (docs/decisions/0007), and most of what a sale costs is the turn's
own: its beginning, the rules, the sums, the disk. So whoever gets the turn takes along the sales
that came while it waited. Nothing is held back for others to come, so a till that is alone waits
for nobody; and each is answered after the commit, as if it had been alone (docs/decisions/0011).
"""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from backend.db import Database, Transaction
from backend.db.access import Till
from backend.db.engine import BUSY_TIMEOUT_S
from backend.errors import DatabaseBusy, Refused
from backend.services.selling import receipts
from backend.services.selling.many_sales import Outcome, Stopped, expect
from backend_client.schemas.sales import SaleAnswer, SaleBody
from loyalty.errors import LoyaltyError
from loyalty.ids import StoreId, TenantId

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class _Told:
    """A sale on its way into the books."""

    till: Till
    body: SaleBody
    accepted: str
    address: str
    done: bool = False
    """Whether whoever took it along is back."""
    outcome: Outcome | None = None
    """What is committed, or why it is not; None where it is still to be booked, by itself."""

    def book(self, tx: Transaction) -> SaleAnswer:
        """Raises what `receipts.sell` raises."""
        return receipts.sell(tx, self.till, self.body, self.accepted, self.address)


@dataclass(slots=True, eq=False)
class _Company:
    """The sales of one company that wait, and whether somebody is booking some."""

    waiting: deque[_Told] = field(default_factory=deque)
    busy: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)


class SalesQueue:
    """The sales of this process that wait for their company's turn, at most one for each thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._companies: dict[TenantId, _Company] = {}

    def sell(self, till: Till, body: SaleBody, accepted: str, address: str) -> SaleAnswer:
        """The sale recorded, with all that its receipt says. Raises what `receipts.sell` does.

        After DatabaseBusy it may be in the books all the same, as after any silence: told again, it
        is known.
        """
        mine = _Told(till=till, body=body, accepted=accepted, address=address)
        company = self._company(till.tenant)
        company.waiting.append(mine)
        try:
            self._booked(company, mine)
        finally:
            with suppress(ValueError):  # as a rule it was taken along
                company.waiting.remove(mine)
        match mine.outcome:
            case None:
                return self._database.run(till.tenant, mine.book)
            case SaleAnswer() as answer:
                return answer
            case why:
                raise why

    def waiting(self, tenant: TenantId) -> int:
        """How many sales of the company nobody has taken along yet."""
        return len(self._company(tenant).waiting)

    def _company(self, tenant: TenantId) -> _Company:
        with self._lock:
            return self._companies.setdefault(tenant, _Company())

    def _booked(self, company: _Company, mine: _Told) -> None:
        """Wait until somebody has taken the sale along; or do it, and take along all that wait."""
        with company.changed:
            if not company.changed.wait_for(lambda: mine.done or not company.busy, BUSY_TIMEOUT_S):
                raise DatabaseBusy
            if mine.done:
                return
            company.busy = True
        taken: list[_Told] = []
        try:
            self._book(company, mine, taken)
        finally:
            with company.changed:
                company.busy = False
                for told in taken:
                    told.done = True
                company.changed.notify_all()

    def _book(self, company: _Company, mine: _Told, taken: list[_Told]) -> None:
        """Book what waits, in its order, and answer it.

        Those before one that is refused go first, by themselves, as in a batch of one till.
        """
        done, most = 0, None
        while done < max(len(taken), 1):
            try:
                found = self._database.run(
                    mine.till.tenant, _together, company, taken, slice(done, most)
                )
            except Stopped as stopped:
                if stopped.at:
                    most = done + stopped.at
                    continue
                found = [stopped.why]
            except Exception:
                if taken in ([], [mine]):
                    raise
                # Whatever it is, it must not be the answer of those who did nothing: each is told
                # by itself, and whoever it belongs to meets it again.
                log.warning("%d sales are booked one by one", len(taken) - done, exc_info=True)
                return
            for told, outcome in zip(taken[done:], found, strict=False):
                told.outcome = outcome
            done, most = done + len(found), None


def _together(tx: Transaction, company: _Company, taken: list[_Told], part: slice) -> list[Outcome]:
    """Take along who waits, now that it is our turn; then a part of those who were taken along."""
    if not taken:
        with suppress(IndexError):  # one that lost its patience leaves by itself, at any moment
            while True:
                taken.append(company.waiting.popleft())
    some = taken[part]
    if len(some) > 1:
        _expect(tx, some)
    answers: list[Outcome] = []
    for place, told in enumerate(some):
        try:
            answers.append(told.book(tx))
        except (Refused, LoyaltyError) as no:
            raise Stopped(place, no) from no
    return answers


def _expect(tx: Transaction, some: Sequence[_Told]) -> None:
    """Fetch at once what booking them is going to ask for, one after the other."""
    by_store: dict[StoreId, list[_Told]] = {}
    for told in some:
        by_store.setdefault(told.till.store.id, []).append(told)
    for group in by_store.values():
        expect(tx, group[0].till, [told.body for told in group])
