"""Closing the months between stores: each statement is kept as it was when its month was over."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.db import Transaction, deadlines, shops
from backend.db.daily import Period
from backend.errors import Refused
from backend.services.figures.clearing import clearing_report
from backend.services.keeping.working import Work
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.reports import ClearingReport
from loyalty.ids import ProgramId


def close_month(work: Work) -> int:
    """How many statements were made: those of last month, each once."""
    return work.database.run(work.tenant, _close)


def closed_statement(tx: Transaction, program: ProgramId, period: str) -> ClearingReport:
    """The statement of a month that was closed, `2026-05`. Raises Refused."""
    kept = deadlines.statement(tx, program, period)
    if kept is None:
        raise Refused(ProblemName.NOT_FOUND, "no month of that program was closed so")
    return ClearingReport.model_validate_json(kept)


def _close(tx: Transaction) -> int:
    made = 0
    stores = shops.stores(tx)
    for program_id in dict.fromkeys(store.program for store in stores):
        program = shops.program(tx, program_id)
        if program is None or not program.stores.clearing:
            continue
        zone = next(store.zone for store in stores if store.program == program_id)
        period, since, until = _last_month(tx.now, zone)
        if deadlines.statement(tx, program_id, period) is None:
            asked = Period(since=since, until=until, booked=True, program=program_id)
            body = clearing_report(tx, program_id, asked).model_dump_json()
            made += deadlines.save_statement(tx, program_id, period, body)
    return made


def _last_month(now: datetime, zone: ZoneInfo) -> tuple[str, datetime, datetime]:
    """Its name, its first moment and the first of the next, on the shop's clock."""
    this = now.astimezone(zone).date().replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    return (
        f"{last:%Y-%m}",
        datetime(last.year, last.month, 1, tzinfo=zone),
        datetime(this.year, this.month, 1, tzinfo=zone),
    )
