"""Which job runs when, who runs it now, and how it went."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select, update

from backend.db import tables
from backend.db.transaction import Transaction

RUNS_KEPT = 50
"""Of each job: enough to see when something began to fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """Where a job stands."""

    name: str
    next_at: datetime
    leased_until: datetime | None
    holder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run of a job."""

    id: str
    job: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    done: int
    error: str


def job(tx: Transaction, name: str) -> JobRow | None:
    """Where the job of that name stands; None before its first run."""
    table = tables.jobs
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.name == name))
    if row is None:
        return None
    return JobRow(
        name=row.name, next_at=row.next_at, leased_until=row.leased_until, holder=row.holder
    )


def save_job(tx: Transaction, row: JobRow) -> None:
    """Where it stands now."""
    told = {"next_at": row.next_at, "leased_until": row.leased_until, "holder": row.holder}
    fresh = tx.insert_or_update(tables.jobs).values(tenant=tx.tenant, name=row.name, **told)
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "name"], set_=told))


def begin_run(tx: Transaction, name: str) -> str:
    """A run has begun; those that were never ended are lost, and the oldest are forgotten."""
    table = tables.job_runs
    mine = (table.c.tenant == tx.tenant, table.c.job == name)
    tx.run(
        update(table)
        .where(*mine, table.c.outcome == "running")
        .values(outcome="lost", ended_at=tx.now)
    )
    old = tx.first(
        select(table.c.started_at)
        .where(*mine)
        .order_by(table.c.started_at.desc())
        .offset(RUNS_KEPT - 1)
        .limit(1)
    )
    if old is not None:
        tx.run(delete(table).where(*mine, table.c.started_at <= old.started_at))
    run = str(uuid4())
    tx.run(
        table.insert().values(
            tenant=tx.tenant,
            id=run,
            job=name,
            started_at=tx.now,
            outcome="running",
            done=0,
            error="",
        )
    )
    return run


def end_run(tx: Transaction, run: str, *, outcome: str, done: int, error: str) -> None:
    """How it went."""
    table = tables.job_runs
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == run)
        .values(outcome=outcome, done=done, error=error, ended_at=tx.now)
    )


def runs(tx: Transaction, name: str, limit: int) -> tuple[RunRow, ...]:
    """The latest runs of a job, the last one first."""
    table = tables.job_runs
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.job == name)
        .order_by(table.c.started_at.desc(), table.c.id)
        .limit(limit)
    )
    return tuple(
        RunRow(
            id=row.id,
            job=row.job,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            done=row.done,
            error=row.error,
        )
        for row in found
    )
