"""Chains: an entry as bytes, and the hash that links it to the one before."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from loyalty.entries import Entry
from loyalty.traces import Trace


def canonical(entry: Entry) -> bytes:
    """The entry as bytes, the same wherever they are written: JSON, keys sorted, times in UTC."""
    body = {
        "id": entry.id,
        "member": entry.member,
        "program": entry.program,
        "kind": entry.kind.value,
        "points": entry.points,
        "occurred_at": _in_utc(entry.occurred_at),
        "fact": entry.fact,
        "store": entry.store,
        "deadline": entry.deadline and _in_utc(entry.deadline),
        "about": entry.about,
        "trace": entry.trace and _traced(entry.trace),
        **_rarely(entry),
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _traced(trace: Trace) -> dict[str, object]:
    steps = [[step.kind.value, step.what, step.value, step.per] for step in trace.steps]
    lines = [[line.line, line.points, line.quantity] for line in trace.lines]
    return {
        "rule": trace.rule,
        "program_version": trace.program_version,
        "basis": trace.basis,
        "factor": str(trace.factor),
        "rounding": trace.rounding.value,
        "points": trace.points,
        **({"steps": steps} if steps else {}),
        **({"lines": lines} if lines else {}),
    }


def _rarely(entry: Entry) -> dict[str, object]:
    """What most entries do not say, written only where it is said: old links stay what they are."""
    said: dict[str, object] = {}
    if entry.by is not None:
        said["by"] = entry.by
    if entry.available_from is not None:
        said["available_from"] = _in_utc(entry.available_from)
    if not entry.owes:
        said["owes"] = False
    if entry.adjustment is not None:
        said["adjustment"] = {
            "actor": entry.adjustment.actor,
            "nature": entry.adjustment.nature,
            "booked_at": _in_utc(entry.adjustment.booked_at),
            "comment": entry.adjustment.comment,
            "approved_by": entry.adjustment.approved_by,
        }
    return said


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


GENESIS = bytes(32)
"""What the first link of a journal is chained to."""


def link(previous: bytes, body: bytes) -> bytes:
    """The next link of a journal's hash chain: one changed or missing body breaks all after it."""
    return sha256(previous + body).digest()
