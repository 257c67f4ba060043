"""What an entry says of itself beside its numbers, as the text that the books keep."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from loyalty.ids import RuleId
from loyalty.ledger import Adjustment, EarnedLine, Step, StepKind, Trace
from loyalty.program import Rounding


def adjustment_written(adjustment: Adjustment | None) -> str | None:
    if adjustment is None:
        return None
    return json.dumps(
        {
            "actor": adjustment.actor,
            "nature": adjustment.nature,
            "booked_at": adjustment.booked_at.isoformat(),
            "comment": adjustment.comment,
            "approved_by": adjustment.approved_by,
        }
    )


def adjustment_read(text: str | None) -> Adjustment | None:
    if text is None:
        return None
    told = json.loads(text)
    booked_at = datetime.fromisoformat(told.pop("booked_at")).astimezone(UTC)
    return Adjustment(booked_at=booked_at, **told)


def trace_written(trace: Trace | None) -> str | None:
    if trace is None:
        return None
    return json.dumps(
        {
            "rule": trace.rule,
            "program_version": trace.program_version,
            "basis": trace.basis,
            "factor": str(trace.factor),
            "rounding": trace.rounding.value,
            "points": trace.points,
            "steps": [[step.kind.value, step.what, step.value, step.per] for step in trace.steps],
            "lines": [[line.line, line.points, line.quantity] for line in trace.lines],
        }
    )


def trace_read(text: str | None) -> Trace | None:
    if text is None:
        return None
    trace = json.loads(text)
    return Trace(
        rule=RuleId(trace["rule"]),
        program_version=trace["program_version"],
        basis=trace["basis"],
        factor=Decimal(trace["factor"]),
        rounding=Rounding(trace["rounding"]),
        points=trace["points"],
        steps=tuple(
            Step(StepKind(kind), what, value, per)
            for kind, what, value, per in trace.get("steps", ())
        ),
        lines=tuple(EarnedLine(*line) for line in trace.get("lines", ())),
    )
