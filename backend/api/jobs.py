"""Work in the background, seen from outside; and what stores owe each other."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Configured, Data, allowed
from backend.api.problems import TOKEN, documented
from backend.db import Transaction
from backend.db import jobs as kept
from backend.errors import Refused
from backend.jobs import JOBS
from backend.rights import Right
from backend.services.figures import closing
from backend.services.keeping.working import Job, is_running, run_job
from backend.services.team import audit
from backend_client.schemas.base import API, Id
from backend_client.schemas.jobs import JobBody, JobRun, Jobs
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.reports import ClearingReport
from loyalty.ids import ProgramId

_RUNS_SHOWN = 10

_Owner = Annotated[Caller, Depends(allowed(Right.SETTINGS))]
_Reader = Annotated[Caller, Depends(allowed(Right.REPORTS))]

routes = APIRouter(prefix=API)


@routes.get("/jobs", tags=["operations"], responses=documented(*TOKEN))
def jobs(database: Data, caller: _Owner) -> Jobs:
    """Every job: when it ran last, how that went, when it runs next."""
    with database.read(caller.tenant) as tx:
        return Jobs(jobs=tuple(_body(tx, job) for job in JOBS))


@routes.post(
    "/jobs/{job}/run",
    tags=["operations"],
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def run(
    database: Data,
    caller: _Owner,
    config: Configured,
    job: Annotated[str, Path(max_length=40, description="Its name.")],
) -> JobBody:
    """Run a job now; answered when it is over. One that runs already is left alone."""
    wanted = next((each for each in JOBS if each.name == job), None)
    if wanted is None:
        raise Refused(ProblemName.NOT_FOUND, "no such job")
    with database.write(caller.tenant) as tx:
        audit.note(tx, caller.actor, "job.run", wanted.name)
    run_job(database, caller.tenant, config, wanted, forced=True)
    with database.read(caller.tenant) as tx:
        return _body(tx, wanted)


@routes.get(
    "/reports/clearing/{program}/{period}",
    tags=["reports"],
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def closed_statement(
    database: Data,
    caller: _Reader,
    program: Annotated[Id, Path()],
    period: Annotated[
        str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="The month: 2026-05.")
    ],
) -> ClearingReport:
    """What stores owe each other for a month that is over, as it was when it was closed."""
    with database.read(caller.tenant) as tx:
        return closing.closed_statement(tx, ProgramId(program), period)


def _body(tx: Transaction, job: Job) -> JobBody:
    row = kept.job(tx, job.name)
    return JobBody(
        name=job.name,
        says=job.says,
        every_s=int(job.every.total_seconds()),
        next_at=None if row is None else row.next_at,
        running=row is not None and is_running(row, tx.now),
        runs=tuple(
            JobRun(
                id=run.id,
                started_at=run.started_at,
                ended_at=run.ended_at,
                outcome=run.outcome,
                done=run.done,
                error=run.error,
            )
            for run in kept.runs(tx, job.name, _RUNS_SHOWN)
        ),
    )
