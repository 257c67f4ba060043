"""Two persons: what is above a limit waits until somebody else has said yes (F16).

A service that wants a second person calls `ask` with what is to be done and answers that it waits.
It names, in `CARRY_OUT`, the function that does it once it is approved; that function runs in the
transaction of the decision, so that both are written or neither.
"""

from collections.abc import Callable
from uuid import uuid4

from backend.db import Transaction, approvals
from backend.db.approvals import Approval
from backend.errors import Refused, phrase
from backend.services.team import audit
from backend_client.schemas.problems import ProblemName

CARRY_OUT: dict[str, Callable[[Transaction, Approval], None]] = {}
"""By kind: what to do with what was approved; `approval.decided_by` is the second person."""


def ask(tx: Transaction, *, kind: str, about: str, content: str, asked_by: str) -> Approval:
    """Let it wait for a second person. `content` holds nothing personal: ids and numbers."""
    wanted = Approval(
        id=str(uuid4()),
        kind=kind,
        about=about,
        content=content,
        state="waiting",
        asked_by=asked_by,
        asked_at=tx.now,
        decided_by=None,
        decided_at=None,
    )
    approvals.add(tx, wanted)
    audit.note(tx, asked_by, "approval.ask", about, approval=wanted.id, kind=kind)
    return wanted


def decide(tx: Transaction, wanted: str, *, by: str, approve: bool) -> Approval:
    """Say yes or no, once; a yes is carried out at once. Said again, it is the same. Refused."""
    found = get(tx, wanted)
    state = "approved" if approve else "refused"
    if found.state != "waiting":
        if (found.state, found.decided_by) == (state, by):
            return found
        raise Refused(ProblemName.DECIDED, phrase("it was {state}", state=found.state))
    if found.asked_by == by:
        raise Refused(ProblemName.TWO_PERSONS, "somebody else must decide on what you asked for")
    approvals.decide(tx, wanted, state, by=by)
    audit.note(tx, by, f"approval.{state}", found.about, approval=wanted, kind=found.kind)
    decided = get(tx, wanted)
    if approve and found.kind in CARRY_OUT:
        CARRY_OUT[found.kind](tx, decided)
    return decided


def get(tx: Transaction, wanted: str) -> Approval:
    """The request of that id. Raises Refused."""
    found = approvals.approval(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "nothing of this id waits or waited")
    return found
