"""Reports, each as JSON and as a file for spreadsheets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from backend.api.callers import Caller, Data, allowed
from backend.api.pages import Asked as Listed
from backend.api.pages import page, place_in_time
from backend.api.problems import BODY, TOKEN, documented
from backend.api.tables import table
from backend.db import Database, Transaction, shops
from backend.db.daily import Period
from backend.db.discounts import tickets as tickets_with_discounts
from backend.errors import Refused
from backend.rights import Right
from backend.services.figures import accounting, reports
from backend.services.figures import discounts as discounting
from backend.services.figures.clearing import clearing_report
from backend.services.points.worth import decimals, in_a_table, major, unit_of
from backend.services.team import audit
from backend_client.schemas.base import API, Id, Instant
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.reports import (
    AccountCodes,
    ActivityReport,
    By,
    CampaignsReport,
    ClearingReport,
    DiscountsReport,
    GiftsReport,
    JournalReport,
    LiabilityReport,
    RetentionReport,
    TrendReport,
    UpliftReport,
)
from loyalty.ids import ProgramId
from loyalty.program import Program

_Reader = Annotated[Caller, Depends(allowed(Right.REPORTS))]
_Owner = Annotated[Caller, Depends(allowed(Right.SETTINGS))]
_YEARS_MAX = 10
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A table."}
}
_ANSWERS = documented(*TOKEN, ProblemName.INVALID, ProblemName.NOT_FOUND)

Report = TypeVar("Report")

routes = APIRouter(prefix=API, tags=["reports"])


def _asked(
    since: Annotated[Instant, Query(description="The first moment that counts.")],
    until: Annotated[Instant, Query(description="The first that does not count any more.")],
    program: Annotated[Id | None, Query(description="One program only.")] = None,
    store: Annotated[Id | None, Query(description="One store only.")] = None,
    by: Annotated[
        By, Query(description="Count by when it happened, or by when it was written down.")
    ] = "happened",
) -> Period:
    if not since < until <= since + timedelta(days=366 * _YEARS_MAX):
        raise Refused(ProblemName.INVALID, "until: later than since, by ten years at most")
    return Period(
        since=since, until=until, booked=by == "booked", program=program or "", store=store or ""
    )


_Asked = Annotated[Period, Depends(_asked)]
_Breakage = Annotated[
    int | None,
    Query(ge=0, le=10000, description="Basis points expected to run out; as seen by default."),
]
_Campaign = Annotated[Id | None, Query(description="Who earned in it; else who took a reward.")]


@routes.get("/reports/activity", responses=_ANSWERS)
def activity(database: Data, caller: _Reader, asked: _Asked) -> ActivityReport:
    """Members, and points earned, spent and expired, by program, store and kind."""
    with database.read(caller.tenant) as tx:
        return reports.activity(tx, asked)


@routes.get("/reports/activity.csv", responses=_ANSWERS | _CSV, response_class=Response)
def activity_file(database: Data, caller: _Reader, asked: _Asked) -> Response:
    """The same as a table."""
    report = _exported(database, caller, "activity", lambda tx: reports.activity(tx, asked))
    read = _reader_of(database, caller)
    return table(
        ("program", "store", "kind", "points", "unit", "entries"),
        (
            (
                *(each.program, line.store, line.kind),
                *_points(read(each.program), line.points),
                line.entries,
            )
            for each in report.programs
            for line in each.lines
        ),
    )


@routes.get("/reports/trend", responses=_ANSWERS)
def trend(database: Data, caller: _Reader, asked: _Asked) -> TrendReport:
    """Points earned, spent and lost, and who joined, month by month on the first store's clock."""
    with database.read(caller.tenant) as tx:
        zone = caller.store.zone if caller.store else shops.stores(tx)[0].zone
        return reports.trend(tx, asked, zone)


@routes.get("/reports/liability", responses=_ANSWERS)
def liability(
    database: Data, caller: _Reader, asked: _Asked, breakage_bp: _Breakage = None
) -> LiabilityReport:
    """What members could still ask for now: open lots × value × (1 − breakage)."""
    with database.read(caller.tenant) as tx:
        return reports.liability(tx, asked, breakage_bp)


@routes.get("/reports/liability.csv", responses=_ANSWERS | _CSV, response_class=Response)
def liability_file(
    database: Data, caller: _Reader, asked: _Asked, breakage_bp: _Breakage = None
) -> Response:
    """The same as a table."""
    report = _exported(
        database, caller, "liability", lambda tx: reports.liability(tx, asked, breakage_bp)
    )
    read = _reader_of(database, caller)
    return table(
        ("program", "currency", "points", "unit", "debt", "breakage_bp", "value", "liability"),
        (
            (
                *(each.program, each.currency, *_points(read(each.program), each.points)),
                *(in_a_table(read(each.program), each.debt), each.breakage_bp),
                *(_amount(each.value, each.currency), _amount(each.liability, each.currency)),
            )
            for each in report.programs
        ),
    )


@routes.get("/reports/gifts", responses=_ANSWERS)
def gifts(database: Data, caller: _Reader, asked: _Asked) -> GiftsReport:
    """Every loyalty gift, apart from other discounts: program, reason, points, cost."""
    with database.read(caller.tenant) as tx:
        return reports.gifts(tx, asked)


@routes.get("/reports/gifts.csv", responses=_ANSWERS | _CSV, response_class=Response)
def gifts_file(database: Data, caller: _Reader, asked: _Asked) -> Response:
    """The same as a table, in amounts."""
    report = _exported(database, caller, "gifts", lambda tx: reports.gifts(tx, asked))
    read = _reader_of(database, caller)
    return table(
        (
            *("program", "store", "reason", "article", "state", "gifts", "points", "unit"),
            *("money", "cost", "currency"),
        ),
        (
            (
                *(each.program, each.store, each.reason, each.article, each.state, each.gifts),
                *_points(rules := read(each.program), each.points),
                *(_amount(minor, rules.currency) for minor in (each.money, each.cost)),
                rules.currency,
            )
            for each in report.lines
        ),
    )


@routes.get("/reports/discounts", responses=_ANSWERS)
def discounts(database: Data, caller: _Reader, asked: _Asked, paging: Listed) -> DiscountsReport:
    """Every discount: on an article, on a whole ticket, by points; by whom, and on which ticket."""
    with database.read(caller.tenant) as tx:
        found = tickets_with_discounts(
            tx, asked, before=place_in_time(paging), limit=paging.limit + 1
        )
        told, following = page(found, paging, lambda each: (each.at.isoformat(), each.sale))
        return DiscountsReport(
            since=asked.since,
            until=asked.until,
            sums=discounting.sums(discounting.every(tx, asked)),
            lines=tuple(discounting.given(tx, told)),
            next=following,
        )


@routes.get("/reports/discounts.csv", responses=_ANSWERS | _CSV, response_class=Response)
def discounts_file(database: Data, caller: _Reader, asked: _Asked) -> Response:
    """All of the period as a table, in amounts, with the names of stores, tills and staff."""
    lines = _exported(database, caller, "discounts", lambda tx: tuple(discounting.every(tx, asked)))
    with database.read(caller.tenant) as tx:
        names = discounting.names(tx)
    return table(
        (
            *("at", "ticket", "store", "till", "by", "member", "kind", "article", "reward"),
            *("amount", "of", "currency", "stands"),
        ),
        (
            (
                *(line.at.isoformat(), line.sale),
                *(names.get(each or "", each) for each in (line.store, line.till, line.by)),
                *(line.member, line.kind.value, line.article, line.reward),
                *(_amount(minor, line.currency) for minor in (line.amount, line.of)),
                *(line.currency, "yes" if line.stands else "no"),
            )
            for line in lines
        ),
    )


@routes.get("/reports/retention", responses=_ANSWERS)
def retention(database: Data, caller: _Reader, asked: _Asked) -> RetentionReport:
    """Who came back, beside those who bought in as long a time before; and who can be reached."""
    with database.read(caller.tenant) as tx:
        return reports.retention(tx, asked)


@routes.get("/reports/uplift", responses=_ANSWERS)
def uplift(
    database: Data, caller: _Reader, asked: _Asked, campaign: _Campaign = None
) -> UpliftReport:
    """What members who took a reward (or earned in a campaign) bought, beside the others."""
    with database.read(caller.tenant) as tx:
        return reports.uplift(tx, asked, campaign or "")


@routes.get("/reports/campaigns", responses=_ANSWERS)
def campaigns(database: Data, caller: _Reader, asked: _Asked) -> CampaignsReport:
    """Each campaign: tickets, members, points, cost, who took a reward, and what they bought."""
    with database.read(caller.tenant) as tx:
        return reports.campaigns(tx, asked)


@routes.get("/reports/campaigns.csv", responses=_ANSWERS | _CSV, response_class=Response)
def campaigns_file(database: Data, caller: _Reader, asked: _Asked) -> Response:
    """The same as a table; cost as an amount, rates in basis points."""
    report = _exported(database, caller, "campaigns", lambda tx: reports.campaigns(tx, asked))
    read = _reader_of(database, caller)
    return table(
        (
            *("program", "campaign", "tickets", "members", "points", "unit", "cost", "currency"),
            *("redeemers", "redemption_bp", "uplift_bp"),
        ),
        (
            (
                *(each.program, each.campaign, each.tickets, each.members),
                *_points(rules := read(each.program), each.points),
                *(_amount(each.cost, rules.currency), rules.currency),
                *(each.redeemers, each.redemption_bp, each.uplift_bp),
            )
            for each in report.campaigns
        ),
    )


@routes.get("/reports/accounting", responses=_ANSWERS)
def journal(database: Data, caller: _Reader, asked: _Asked) -> JournalReport:
    """Debits and credits of the period, by when they were booked; they are equal."""
    with database.read(caller.tenant) as tx:
        return accounting.journal(tx, _as_booked(asked))


@routes.get("/reports/accounting.csv", responses=_ANSWERS | _CSV, response_class=Response)
def journal_file(database: Data, caller: _Reader, asked: _Asked) -> Response:
    """The same as a manual journal: debits positive, credits negative, days as 31/12/2026."""
    report = _exported(
        database, caller, "accounting", lambda tx: accounting.journal(tx, _as_booked(asked))
    )
    day = f"{asked.until - timedelta(seconds=1):%d/%m/%Y}"
    read = _reader_of(database, caller)
    return table(
        (
            *("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"),
            *("TrackingName1", "TrackingOption1"),
        ),
        (
            (
                f"Loyalty {line.program}",
                day,
                " ".join((line.what, *map(str, _points(read(line.program), line.points)))),
                line.account,
                "Tax Exempt",
                _amount(line.debit - line.credit, line.currency),
                "Store",
                line.store,
            )
            for line in report.lines
        ),
    )


@routes.get("/reports/clearing", responses=_ANSWERS)
def clearing(
    database: Data, caller: _Reader, asked: _Asked, of: Annotated[Id, Query(description="Program.")]
) -> ClearingReport:
    """What stores owe each other for points given here and spent there."""
    with database.read(caller.tenant) as tx:
        return clearing_report(tx, of, asked)


@routes.get("/reports/clearing.csv", responses=_ANSWERS | _CSV, response_class=Response)
def clearing_file(
    database: Data, caller: _Reader, asked: _Asked, of: Annotated[Id, Query(description="Program.")]
) -> Response:
    """The same as a table."""
    report = _exported(database, caller, "clearing", lambda tx: clearing_report(tx, of, asked))
    read = _reader_of(database, caller)
    return table(
        ("debtor", "creditor", "points", "unit", "value", "currency"),
        (
            (
                *(line.debtor, line.creditor, *_points(read(report.program), line.points)),
                *(_amount(line.value, report.currency), report.currency),
            )
            for line in report.lines
        ),
    )


@routes.get("/settings/accounting", responses=documented(*TOKEN))
def account_codes(database: Data, caller: _Owner) -> AccountCodes:
    """Where loyalty stands in the merchant's chart of accounts."""
    with database.read(caller.tenant) as tx:
        return accounting.codes(tx)


@routes.put("/settings/accounting", responses=documented(*BODY, *TOKEN))
def change_account_codes(database: Data, caller: _Owner, body: AccountCodes) -> AccountCodes:
    """Book under other accounts from now on."""
    return database.run(caller.tenant, accounting.save_codes, body, actor=caller.actor)


def _as_booked(asked: Period) -> Period:
    return replace(asked, booked=True)


def _exported(
    database: Database, caller: Caller, name: str, make: Callable[[Transaction], Report]
) -> Report:
    """The report, and a line in the audit log: files leave the house."""
    with database.write(caller.tenant) as tx:
        audit.note(tx, caller.actor, "report.export", name)
        return make(tx)


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else major(minor, decimals(currency))


def _reader_of(database: Database, caller: Caller) -> Callable[[Id], Program]:
    """The rules in force of a program that a report tells of; each is read once."""

    @cache
    def found(wanted: Id) -> Program:
        with database.read(caller.tenant) as tx:
            program = shops.program(tx, ProgramId(wanted))
        assert program is not None, "the report tells of it"
        return program

    return found


def _points(program: Program, points: int) -> tuple[int | str, str]:
    """Points as they stand in a table, and what they are: points, visits, EUR."""
    return in_a_table(program, points), unit_of(program)
