"""The print job: one piece of paper on its way, and what its outcome means for the points.

waiting → sending → printed | not_printed | unknown. An unknown job is reprinted with the same
code, as a duplicate; a new code is never minted for an old reservation.
"""

from enum import StrEnum


class JobState(StrEnum):
    """Where a print job stands."""

    WAITING = "waiting"
    SENDING = "sending"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


class Consequence(StrEnum):
    """What the outcome of printing a voucher does to it."""

    ISSUE = "issue"
    VOID = "void"
    HOLD = "hold"
    """Neither: the points stay held and the same code may be printed again."""


def consequence(state: JobState) -> Consequence:
    """What a voucher becomes when its paper ends in `state`."""
    if state is JobState.PRINTED:
        return Consequence.ISSUE
    if state in (JobState.NOT_PRINTED, JobState.WAITING):
        return Consequence.VOID
    return Consequence.HOLD


def after_power_cut(state: JobState) -> JobState:
    """Where a job stands that the process left behind: one that was being sent is unknown."""
    return JobState.UNKNOWN if state is JobState.SENDING else state
