"""Jobs at the command line: for a timer of the system, and to see how they go."""

import argparse
import os
from pathlib import Path

from backend.commands.base import add_command, opened, tell, tenants_of
from backend.config import Config, read_config
from backend.db import jobs as kept
from backend.errors import CannotStart
from backend.jobs import JOBS, run_due
from backend.logs import set_up_logs


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `jobs`."""
    actions = commands.add_parser("jobs", help="run and list work in the background")
    group = actions.add_subparsers(required=True, metavar="ACTION")
    running = add_command(group, "run", _run)
    running.add_argument("names", nargs="*", metavar="NAME", help="all of them without")
    running.add_argument("--now", action="store_true", help="even those that are not due yet")
    take_config(running)
    add_command(group, "list", _list)


def take_config(parser: argparse.ArgumentParser) -> None:
    """The option that names the server's settings."""
    parser.add_argument(
        "--config",
        type=Path,
        default=os.environ.get("LOYALTY_CONFIG"),
        help="the server's settings: LOYALTY_CONFIG; without, no mail leaves",
    )


def config_of(wanted: argparse.Namespace) -> Config:
    """The settings that the command was given. Raises CannotStart."""
    return read_config(None if wanted.config is None else Path(wanted.config))


def _run(wanted: argparse.Namespace) -> int:
    """Run the jobs that are due, once; one that fails makes the exit status 1."""
    config = config_of(wanted)
    set_up_logs(config.logs.format)
    unknown = set(wanted.names) - {job.name for job in JOBS}
    if unknown:
        raise CannotStart(f"there is no job {min(unknown)}: {', '.join(job.name for job in JOBS)}")
    chosen = [job for job in JOBS if not wanted.names or job.name in wanted.names]
    with opened(wanted) as database:
        ran = run_due(database, config, jobs=chosen, forced=wanted.now)
    for each in ran:
        tell(wanted, job=each.job, done=each.done, outcome="failed" if each.failed else "done")
    return int(any(each.failed for each in ran))


def _list(wanted: argparse.Namespace) -> int:
    """List the jobs: when each ran last, how it went, when it runs next."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.read(tenant) as tx:
                for job in JOBS:
                    row = kept.job(tx, job.name)
                    last = next(iter(kept.runs(tx, job.name, 1)), None)
                    tell(
                        wanted,
                        job=job.name,
                        last=None if last is None else last.started_at.isoformat(),
                        outcome=None if last is None else last.outcome,
                        done=None if last is None else last.done,
                        next=None if row is None else row.next_at.isoformat(),
                    )
    return 0
