"""Work in the background: what there is, when it ran, how it went."""

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Wire


class JobRun(Wire):
    """One run of a job."""

    id: Id
    started_at: Instant
    ended_at: Instant | None = Field(description="null while it runs.")
    outcome: str = Field(description="running, done, failed, or lost where its server died.")
    done: int = Field(description="How many things were done.")
    error: str = Field(description="The kind of mistake; the log of the server has the rest.")


class JobBody(Wire):
    """A job and its latest runs."""

    name: str
    says: str = Field(description="What it does.")
    every_s: int = Field(description="Seconds between two runs; 0 for whenever there is work.")
    next_at: Instant | None = Field(description="null before its first run.")
    running: bool
    runs: tuple[JobRun, ...] = Field(description="The last one first.")


class Jobs(Wire):
    """Every job."""

    jobs: tuple[JobBody, ...]
