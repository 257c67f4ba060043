"""The past of a company as a stream of facts, member by member, for the time machine.

Nothing of it is kept in memory but one member's: a year of sales streams through.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from backend.db import Transaction, journals, members, sales, shops
from backend.db.sales import Act, ActKind, SaleRow
from backend.errors import Refused, phrase
from backend.services.people.records import as_buyer
from backend.services.points import fraud
from backend.services.selling.sold import body_of, came_back, sale_of
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import SaleActAnswer, SaleAnswer, SaleStage
from loyalty.ids import Points, ProgramId, StoreId
from loyalty.ledger import EntryKind
from loyalty.sales import Buyer
from loyalty.timemachine import CameBack, Fact, Sold, Stands, Undone, Zones

SALES_MAX = 200_000
"""A longer past is told in parts."""

_STANDS = (EntryKind.WELCOME, EntryKind.ADJUSTMENT, EntryKind.OPENING, EntryKind.REDEEM)


def facts(
    tx: Transaction, program: ProgramId, since: datetime, until: datetime, *, after: str = ""
) -> Iterator[Fact]:
    """What happened in the stores of the program, each member's facts in their order.

    What rules look at of a buyer is what their record says today; what the books counted, they
    count again. `after` leaves out the members up to that one. Raises Refused when there are too
    many sales to tell at once.
    """
    stores = {store.id for store in shops.stores(tx) if store.published == program}
    if sales.count_between(tx, since, until) > SALES_MAX:
        raise Refused(
            ProblemName.INVALID,
            phrase("more than {most} sales: tell a shorter time at once", most=SALES_MAX),
        )
    rows = sales.between(tx, since, until, after=after)
    for _, theirs in groupby(rows, key=lambda row: row.member):
        bought = list(theirs)
        if any(row.store in stores for row in bought):
            yield from _of_member(tx, program, bought, stores, since)


def zones(tx: Transaction, program: ProgramId) -> Zones:
    """The zones of the program's stores; that of the first is the usual one. Raises Refused."""
    stores = [store for store in shops.stores(tx) if store.published == program]
    if not stores:
        raise Refused(ProblemName.NOT_FOUND, "no store works with this program")
    return Zones(usual=stores[0].zone, of={StoreId(store.id): store.zone for store in stores})


def _of_member(
    tx: Transaction,
    program: ProgramId,
    rows: list[SaleRow],
    stores: Container[StoreId],
    since: datetime,
) -> Iterator[Fact]:
    told: list[tuple[datetime, int, Fact]] = []
    person = members.member(tx, rows[0].member)
    known = as_buyer(person) if person else Buyer()
    before, voided = sales.visits_before(tx, rows[0].member, since), list[datetime]()
    for sold, row in enumerate(rows):
        acts = sales.acts_on(tx, row.id)
        visits = before + sold - sum(1 for at in voided if at <= row.closed_at)
        void = _void(row, acts)
        voided += [void.at] if void else []
        if row.store not in stores:
            continue
        buyer = replace(
            known,
            enrolled=known.enrolled and not fraud.is_staff_of(tx, row.store, row.member),
            first_purchase=visits == 0,
            visits=visits,
        )
        told += [(at, 1, fact) for at, fact in _of_sale(row, acts, buyer)]
    for posted in journals.journal(tx, rows[0].member, program):
        if posted.entry.kind in _STANDS:
            at = posted.entry.occurred_at
            told.append((max(at, since), 0, Stands(entry=posted.entry)))
    told.sort(key=lambda each: each[:2])
    yield from (fact for _, _, fact in told)


def _void(row: SaleRow, acts: Sequence[Act]) -> Act | None:
    """What voided it; of several voids, with restorations between them, the last one stands."""
    if row.stage is not SaleStage.VOIDED:
        return None
    return [act for act in acts if act.kind is ActKind.VOID][-1]


def _of_sale(row: SaleRow, acts: Sequence[Act], buyer: Buyer) -> Iterator[tuple[datetime, Fact]]:
    answer = SaleAnswer.model_validate_json(row.answer)
    sale = sale_of(body_of(row), row.store)
    yield row.closed_at, Sold(sale=sale, buyer=buyer, booked=answer.earned)
    void = _void(row, acts)
    if void is not None:
        # Of what came back before, nothing is left to come back.
        booked = _taken(void)
        yield void.at, Undone(member=row.member, sale=row.id, at=void.at, booked=booked)
        return
    for act in acts:
        if act.kind is ActKind.RETURN:
            back, booked = came_back(act, sale), _taken(act)
            yield act.at, CameBack(member=row.member, sale=row.id, act=back, booked=booked)


def _taken(act: Act) -> Points:
    """How many points the books took back, positive; what was given back stands apart."""
    answer = SaleActAnswer.model_validate_json(act.answer)
    return -sum(min(each.entry.points, 0) for each in answer.entries)
