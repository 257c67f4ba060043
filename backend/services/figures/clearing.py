"""What stores owe each other for points given here and spent there, over a period (F10, OCT-41)."""

from datetime import datetime

from backend.db import Transaction, journals, shops
from backend.db.daily import Period
from backend.db.reports import who_spent
from backend.errors import Refused
from backend.services.points.worth import in_money
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.reports import ClearingLine, ClearingNet, ClearingReport
from loyalty.clearing import Statement, statement
from loyalty.ids import EntryId, MemberId, ProgramId


def clearing_report(tx: Transaction, program: str, period: Period) -> ClearingReport:
    """The statement with what the points are worth. Raises Refused."""
    rules = shops.program(tx, ProgramId(program))
    if rules is None:
        raise Refused(ProblemName.NOT_FOUND, "no program has this id")
    found = clearing(tx, ProgramId(program), since=period.since, until=period.until)
    return ClearingReport(
        since=period.since,
        until=period.until,
        program=program,
        currency=rules.currency,
        lines=tuple(
            ClearingLine(
                debtor=line.debtor,
                creditor=line.creditor,
                points=line.points,
                value=in_money(rules, line.points),
            )
            for line in found.lines
        ),
        net=tuple(
            ClearingNet(store=store, points=points, value=in_money(rules, points))
            for store, points in sorted(found.net().items())
        ),
    )


def clearing(tx: Transaction, program: ProgramId, *, since: datetime, until: datetime) -> Statement:
    """The statement of what was spent from `since` to `until`, itself not, by when it was booked.

    Booked, so that a month that was closed stays as it was, whatever a kiosk tells late. Sums to
    zero over the stores.
    """
    rules = shops.program(tx, program)
    if rules is None:
        return Statement(lines=())
    period = Period(since=since, until=until, booked=True, program=program)
    spent = who_spent(tx, period)
    booked = (
        tuple(posted.entry for posted in journals.journal(tx, MemberId(member), program))
        for member in sorted(spent)
    )
    only = {EntryId(entry) for debits in spent.values() for entry in debits}
    return statement(booked, only=only, stores=rules.stores)
