"""The past of a company as a stream of facts, member by member, for the time machine.

Nothing of it is kept in memory but one member's: a year of sales streams through.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from backend.db import Transaction, accounts, sales, shops
from backend.db.sales import ActKind, SaleRow
from backend.errors import Refused
from backend.services.selling.returns import came_back
from backend.services.selling.sales import body_of, sale_of
from backend_client.schemas import ProblemName, SaleAnswer, SaleStage
from loyalty.ids import ProgramId, StoreId
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

    `after` leaves out the members up to that one. Raises Refused when there are too many sales to
    tell at once.
    """
    stores = {store.id for store in shops.stores(tx) if store.published == program}
    if sales.count_between(tx, since, until) > SALES_MAX:
        raise Refused(
            ProblemName.INVALID, f"more than {SALES_MAX} sales: tell a shorter time at once"
        )
    rows = sales.between(tx, since, until, after=after)
    for _, theirs in groupby(rows, key=lambda row: row.member):
        sold = [row for row in theirs if row.store in stores]
        if sold:
            yield from _of_member(tx, program, sold, since)


def zones(tx: Transaction, program: ProgramId) -> Zones:
    """The zones of the program's stores; that of the first is the usual one. Raises Refused."""
    stores = [store for store in shops.stores(tx) if store.published == program]
    if not stores:
        raise Refused(ProblemName.NOT_FOUND, "no store works with this program")
    return Zones(usual=stores[0].zone, of={StoreId(store.id): store.zone for store in stores})


def _of_member(
    tx: Transaction, program: ProgramId, rows: list[SaleRow], since: datetime
) -> Iterator[Fact]:
    told: list[tuple[datetime, int, Fact]] = []
    for visits, row in enumerate(rows):
        told += [(at, 1, fact) for at, fact in _of_sale(tx, row, visits)]
    for posted in accounts.journal(tx, rows[0].member, program):
        if posted.entry.kind in _STANDS:
            at = posted.entry.occurred_at
            told.append((max(at, since), 0, Stands(entry=posted.entry)))
    told.sort(key=lambda each: each[:2])
    yield from (fact for _, _, fact in told)


def _of_sale(tx: Transaction, row: SaleRow, visits: int) -> Iterator[tuple[datetime, Fact]]:
    answer = SaleAnswer.model_validate_json(row.answer)
    sale = sale_of(body_of(row), row.store)
    buyer = Buyer(first_purchase=visits == 0, visits=visits)
    yield row.closed_at, Sold(sale=sale, buyer=buyer, booked=answer.earned)
    for act in sales.acts_on(tx, row.id):
        if act.kind is ActKind.RETURN and row.stage is not SaleStage.VOIDED:
            back = CameBack(member=row.member, sale=row.id, act=came_back(act, sale))
            yield act.at, back
        elif act.kind is ActKind.VOID and row.stage is SaleStage.VOIDED:
            yield act.at, Undone(member=row.member, sale=row.id, at=act.at)
