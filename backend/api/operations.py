"""The audit log, and what waits for a second person."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from backend.api.callers import Caller, Data, allowed
from backend.api.pages import Asked, page
from backend.api.problems import BODY, TOKEN, documented
from backend.db import approvals as kept
from backend.db.approvals import Approval
from backend.db.audit import Line, Wanted
from backend.errors import Refused
from backend.rights import Right
from backend.services.team import approvals, audit
from backend_client.schemas.base import API, Id, Instant
from backend_client.schemas.operations import (
    ApprovalAnswer,
    ApprovalsPage,
    AuditLine,
    AuditPage,
    DecisionBody,
)
from backend_client.schemas.problems import ProblemName

_Owner = Annotated[Caller, Depends(allowed(Right.STAFF))]
_Second = Annotated[Caller, Depends(allowed(Right.APPROVE))]
_Word = Annotated[str, Query(max_length=140, pattern=r"^[A-Za-z0-9_.:/*+-]*$")]

routes = APIRouter(prefix=API, tags=["operations"])


@routes.get("/audit", responses=documented(*TOKEN, ProblemName.INVALID))
def audit_log(
    database: Data,
    caller: _Owner,
    paging: Asked,
    actor: _Word = "",
    action: _Word = "",
    about: _Word = "",
    since: Annotated[Instant | None, Query()] = None,
    until: Annotated[Instant | None, Query()] = None,
) -> AuditPage:
    """Who did what, latest first: by whom, which action, about what, from when to when."""
    place = paging.after(int)
    wanted = Wanted(
        actor=actor,
        action=action,
        about=about,
        since=since,
        until=until,
        before=None if place is None else place[0],
    )
    with database.read(caller.tenant) as tx:
        found = audit.page(tx, wanted, paging.limit + 1)
    lines, following = page(found, paging, lambda line: (line.number,))
    return AuditPage(lines=tuple(_line(each) for each in lines), next=following)


def _line(line: Line) -> AuditLine:
    return AuditLine.model_validate(
        {
            "number": line.number,
            "at": line.at,
            "actor": line.actor,
            "action": line.action,
            "about": line.about,
            "detail": line.detail,
            "chain": line.chain.hex(),
        }
    )


@routes.get("/approvals", responses=documented(*TOKEN, ProblemName.INVALID))
def list_approvals(
    database: Data,
    caller: _Second,
    paging: Asked,
    state: Annotated[Literal["waiting", "approved", "refused"], Query()] = "waiting",
) -> ApprovalsPage:
    """What waits for a second person, or did; oldest first."""
    with database.read(caller.tenant) as tx:
        found = kept.approvals(
            tx, state, after=place_of(paging.after(str, str)), limit=paging.limit + 1
        )
    shown, following = page(found, paging, lambda each: (each.asked_at.isoformat(), each.id))
    return ApprovalsPage(approvals=tuple(_told(each) for each in shown), next=following)


@routes.get(
    "/approvals/{approval}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def one_approval(
    database: Data, caller: _Second, approval: Annotated[Id, Path()]
) -> ApprovalAnswer:
    """One of them."""
    with database.read(caller.tenant) as tx:
        return _told(approvals.get(tx, approval))


@routes.post(
    "/approvals/{approval}/decision",
    responses=documented(
        *BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.DECIDED, ProblemName.TWO_PERSONS
    ),
)
def decide(
    database: Data, caller: _Second, approval: Annotated[Id, Path()], body: DecisionBody
) -> ApprovalAnswer:
    """Say yes, and it is done at once, or no. Nobody decides on what they asked for."""
    decided = database.run(
        caller.tenant, approvals.decide, approval, by=caller.actor, approve=body.approve
    )
    return _told(decided)


def place_of(place: tuple[str, str] | None) -> tuple[datetime, str] | None:
    """A cursor's time and id. Raises Refused when it holds no time."""
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        raise Refused(ProblemName.INVALID, "cursor: not one of ours") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)), place[1]


def _told(approval: Approval) -> ApprovalAnswer:
    return ApprovalAnswer.model_validate(
        {
            "id": approval.id,
            "kind": approval.kind,
            "about": approval.about,
            "state": approval.state,
            "asked_by": approval.asked_by,
            "asked_at": approval.asked_at,
            "decided_by": approval.decided_by,
            "decided_at": approval.decided_at,
        }
    )
