"""Where a member stands among a program's tiers, for the till, the kiosk and their own account.

A rank is a person's: what they earned in the wallet of a household counts as theirs.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from backend.db import Transaction, sales
from backend.db.sales import ActKind, SaleRow
from backend.services.points.belonging import moved_by, records_of
from backend.services.selling import sold
from loyalty.ids import MemberId
from loyalty.program import Metric, Program
from loyalty.returns import money_of
from loyalty.tiers import Purchase, Standing, matter, standing


def rank(
    tx: Transaction, member: MemberId, program: Program, *, at: datetime, zone: tzinfo
) -> Standing | None:
    """Where they stand at that time; None where the program has no tiers."""
    rules = program.tiers
    if rules is None:
        return None
    by_points = rules.metric is Metric.EARNED
    return standing(
        moved_by(tx, member, program.id) if by_points else (),
        rules,
        now=at,
        zone=zone,
        purchases=() if by_points else _purchases(tx, member),
    )


def tier_at(
    tx: Transaction, member: MemberId, program: Program, *, at: datetime, zone: tzinfo
) -> str:
    """Their tier at that time as rules look at it; empty for none, and where no rule asks."""
    found = rank(tx, member, program, at=at, zone=zone) if matter(program) else None
    return found.tier.id if found and found.tier else ""


def _purchases(tx: Transaction, member: MemberId) -> Iterator[Purchase]:
    """What the member bought and brought back, for tiers by money or by visits."""
    for each in records_of(tx, member):
        for row in sales.settled_of(tx, each):
            yield Purchase(sale=row.id, at=row.closed_at, amount=row.total)
            yield from _brought_back(tx, row)


def _brought_back(tx: Transaction, row: SaleRow) -> Iterator[Purchase]:
    acts = [act for act in sales.acts_on(tx, row.id) if act.kind is ActKind.RETURN]
    sale = sold.sale_of(sold.body_of(row), row.store) if acts else None
    for act in acts:
        assert sale is not None
        money = money_of(sale, sold.came_back(act, sale))
        yield Purchase(sale=row.id, at=act.at, amount=-money)
