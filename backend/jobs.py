"""Every job there is, and the clock that runs them inside a server."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from backend.config import Config
from backend.db import Database, shops
from backend.errors import DatabaseBusy
from backend.services.figures import closing
from backend.services.keeping import imports
from backend.services.keeping.working import Job, Lane, Ran, Work, run_job
from backend.services.mailing import posting, reminding, webhooks, welcoming
from backend.services.people import retention
from backend.services.points import expiry
from backend.services.programs import automatic
from backend.services.selling import forgotten
from backend.services.shop import stock

log = logging.getLogger(__name__)

TICK_S = 5.0
"""How often a server looks for work that nobody told it of: other processes queue mail too."""
_STOP_S = 30
"""A stop waits for the mail that is being handed over, so that nobody need wonder about it."""


def _mail(work: Work) -> int:
    return posting.send_due(work.database, work.tenant, work.config)


def _news(work: Work) -> int:
    return webhooks.deliver_due(work.database, work.tenant, work.config)


def _imports(work: Work) -> int:
    return imports.go_on(work.database, work.tenant)


def _analysis(work: Work) -> int:
    work.database.analyse()
    return 0


JOBS: tuple[Job, ...] = (
    Job(
        name="mail",
        says="Sends the mail that waits.",
        every=timedelta(0),
        run=_mail,
        lane=Lane.MAIL,
        is_due=posting.is_due,
    ),
    Job(
        name="webhooks",
        says="Delivers news to the systems that subscribed.",
        every=timedelta(0),
        run=_news,
        lane=Lane.NEWS,
        is_due=webhooks.is_due,
    ),
    Job(
        name="welcome",
        says="Queues the welcome mail of who joined (CLI-12), and of who came back (LSX-34).",
        every=timedelta(0),
        run=welcoming.welcome,
        is_due=welcoming.is_due,
    ),
    Job(
        name="enrolment",
        says="Gives customers from before an account, where a program takes all in (LSX-07).",
        every=timedelta(0),
        run=automatic.enrol_all,
        is_due=automatic.is_due,
    ),
    Job(
        name="expiry",
        says="Closes the lots whose points have died, each once (CLI-09).",
        every=timedelta(minutes=15),
        run=expiry.expire,
    ),
    Job(
        name="unclaimed",
        says="Gives points back for gifts that nobody came for, where the company wants it (F15).",
        every=timedelta(hours=1),
        run=expiry.return_unfetched,
    ),
    Job(
        name="forgotten",
        says="Gives points back that a till set aside a day ago and used on no sale.",
        every=timedelta(hours=1),
        run=forgotten.give_back,
    ),
    Job(
        name="shelf",
        says="Puts gifts back on the shelf that nobody took in time, or came for (F15).",
        every=timedelta(minutes=1),
        run=stock.shelve,
    ),
    Job(
        name="reminders",
        says="Reminds of points that can be used and will be lost (OCT-15 to OCT-18).",
        every=timedelta(hours=1),
        run=reminding.remind,
    ),
    Job(
        name="deadlines",
        says="Says that points are lost in so many days (F18).",
        every=timedelta(hours=1),
        run=reminding.announce_deadlines,
    ),
    Job(
        name="retention",
        says="Tells members of whom nothing was heard for years, and erases them a month later.",
        every=timedelta(hours=12),
        run=retention.retain,
    ),
    Job(
        name="imports",
        says="Ends imports that were interrupted, and forgets files that were not used (F17).",
        every=timedelta(minutes=5),
        run=_imports,
    ),
    Job(
        name="analysis",
        says="Looks at what the tables hold, so that lists and reports take the shortest way.",
        every=timedelta(days=1),
        run=_analysis,
    ),
    Job(
        name="clearing",
        says="Closes last month's statement between stores (F10).",
        every=timedelta(hours=6),
        run=closing.close_month,
    ),
)
"""In the order in which they run."""


def run_due(
    database: Database,
    config: Config,
    *,
    jobs: Iterable[Job] = JOBS,
    forced: bool = False,
) -> list[Ran]:
    """What was done, for every company; what is not due, or runs elsewhere, is left out."""
    with database.across() as connection:
        tenants = list(shops.tenants(connection))
    found = [
        run_job(database, tenant, config, job, forced=forced) for job in jobs for tenant in tenants
    ]
    return [ran for ran in found if ran is not None]


@contextmanager
def ticking(database: Database, config: Config) -> Iterator[None]:
    """The clock, while a server serves, unless the jobs run elsewhere."""
    if not config.jobs.in_server:
        yield
        return
    clock = Clock(database, config)
    clock.start()
    try:
        yield
    finally:
        clock.close()


class Clock:
    """Runs what is due in threads of its own, one for each lane."""

    def __init__(self, database: Database, config: Config, *, tick_s: float = TICK_S) -> None:
        self._database, self._config, self._tick_s = database, config, tick_s
        self._stop = threading.Event()
        self._rung = {lane: threading.Event() for lane in Lane}
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"jobs-{lane}", daemon=True)
            for lane in Lane
        ]

    def start(self) -> None:
        """Begin; what is queued in this process is sent at once."""
        self._database.posted = self.ring
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """Something was queued: look now."""
        for rung in self._rung.values():
            rung.set()

    def close(self) -> None:
        """Stop when what is being done is done."""
        self._stop.set()
        self.ring()
        for thread in self._threads:
            thread.join(_STOP_S)

    def _run(self, lane: Lane) -> None:
        mine = [job for job in JOBS if job.lane is lane]
        while True:
            # In this order: a ring that comes later is heard below, and so is a stop.
            self._rung[lane].clear()
            if self._stop.is_set():
                return
            try:
                for job in mine:
                    if not self._stop.is_set():
                        run_due(self._database, self._config, jobs=[job])
            except DatabaseBusy:
                log.info("too busy for the jobs now")
            except Exception:
                log.exception("the clock of the jobs failed")
            self._rung[lane].wait(self._tick_s)
