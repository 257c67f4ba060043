"""Running a job: by one process at a time, whoever comes first, and again when it is due again.

The turn is a lease in the database, not a lock of a connection: it holds on both databases and
through a pooler, and ends by itself when its holder dies. A job must be idempotent all the same,
for a holder that was only slow may still be at work when the next begins.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import uuid4

from backend.config import Config
from backend.db import Database, Transaction, jobs
from backend.db.jobs import JobRow
from backend.logs import facts
from loyalty.ids import TenantId

Place = TypeVar("Place")

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
_AGAIN_AFTER_FAILURE = timedelta(minutes=5)


class LeaseLost(Exception):
    """Another process has taken the job over: whoever raises this stops at once."""


class Lane(StrEnum):
    """Jobs of one lane follow each other; lanes do not wait for one another."""

    MAIL = "mail"
    NEWS = "news"
    BOOKS = "books"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a job is given."""

    database: Database
    tenant: TenantId
    config: Config
    go_on: Callable[[], None]
    """Called between two parts of the work: keeps the lease. Raises LeaseLost."""

    def page_by_page(
        self, page: Callable[[Transaction, Place | None], tuple[Place | None, int]]
    ) -> int:
        """How many things were done, a transaction for each page.

        `page` does those after a place, and says where the next begin, None after the last.
        """
        place, total = self.database.run(self.tenant, page, None)
        while place is not None:
            self.go_on()
            place, done = self.database.run(self.tenant, page, place)
            total += done
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done again and again."""

    name: str
    says: str
    """What it does, for the list of jobs."""
    every: timedelta
    run: Callable[[Work], int]
    """Does it; how many things were done."""
    lane: Lane = Lane.BOOKS
    is_due: Callable[[Transaction], bool] | None = None
    """For what must be prompt: looked at each time, instead of waiting for `every`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run went."""

    job: str
    done: int
    failed: bool


def run_job(
    database: Database, tenant: TenantId, config: Config, job: Job, *, forced: bool = False
) -> Ran | None:
    """How it went; None when it is not due, or another process runs it."""
    if not forced and not _is_due(database, tenant, job):
        return None
    holder = str(uuid4())
    run = database.run(tenant, _take, job, holder, forced=forced)
    if run is None:
        return None

    def go_on() -> None:
        database.run(tenant, _keep, job, holder)

    work = Work(database=database, tenant=tenant, config=config, go_on=go_on)
    outcome, done, error = "done", 0, ""
    try:
        done = job.run(work)
    except LeaseLost:
        log.warning("job taken over by another process", extra=facts(job=job.name))
        return None
    except Exception as failure:
        # The name of what went wrong; its text may hold anything, and goes to the log only.
        outcome, error = "failed", type(failure).__name__
        log.exception("job failed", extra=facts(job=job.name))
    database.run(tenant, _finish, job, holder, run, outcome, done, error)
    log.info("job", extra=facts(job=job.name, outcome=outcome, done=done))
    return Ran(job=job.name, done=done, failed=outcome == "failed")


def _is_due(database: Database, tenant: TenantId, job: Job) -> bool:
    """A look that writes nothing: most of the time nothing is due."""
    with database.read(tenant) as tx:
        row = jobs.job(tx, job.name)
        if row is not None and is_running(row, tx.now):
            return False
        if job.is_due is None:
            return row is None or row.next_at <= tx.now
        # After a failure, not before its pause has ended, however much is due.
        return (row is None or row.next_at <= tx.now) and job.is_due(tx)


def _take(tx: Transaction, job: Job, holder: str, *, forced: bool) -> str | None:
    row = jobs.job(tx, job.name)
    if row is not None and (is_running(row, tx.now) or (row.next_at > tx.now and not forced)):
        return None
    next_at = tx.now if row is None else row.next_at
    jobs.save_job(
        tx, JobRow(name=job.name, next_at=next_at, leased_until=tx.now + LEASE, holder=holder)
    )
    return jobs.begin_run(tx, job.name)


def _keep(tx: Transaction, job: Job, holder: str) -> None:
    row = jobs.job(tx, job.name)
    if row is None or row.holder != holder:
        raise LeaseLost
    jobs.save_job(
        tx,
        JobRow(name=job.name, next_at=row.next_at, leased_until=tx.now + LEASE, holder=holder),
    )


def _finish(
    tx: Transaction, job: Job, holder: str, run: str, outcome: str, done: int, error: str
) -> None:
    jobs.end_run(tx, run, outcome=outcome, done=done, error=error)
    row = jobs.job(tx, job.name)
    if row is None or row.holder != holder:
        return
    next_at = tx.now + (_AGAIN_AFTER_FAILURE if outcome == "failed" else job.every)
    jobs.save_job(tx, JobRow(name=job.name, next_at=next_at, leased_until=None, holder=None))


def is_running(row: JobRow, now: datetime) -> bool:
    """Whether a process holds the job's turn."""
    return row.leased_until is not None and row.leased_until > now
