"""Points given and taken by hand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.deeds import doing
from backend.api.members import store_of
from backend.api.operations import place_of
from backend.api.pages import Asked, page
from backend.api.problems import BODY, TOKEN, documented
from backend.db import adjustments as kept
from backend.errors import Refused
from backend.rights import Right
from backend.services.points import adjustments
from backend.services.points.adjustments import Hand
from backend_client.schemas.base import API, Id
from backend_client.schemas.desk import (
    AdjustmentAnswer,
    AdjustmentsPage,
    AdjustmentState,
    AdjustmentTable,
    AdjustmentTableAnswer,
    NewAdjustment,
)
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId

_RULES = (
    ProblemName.ADJUSTMENT_REFUSED,
    ProblemName.VALUE_DATE,
    ProblemName.OWN_POINTS,
    ProblemName.NOT_ENOUGH_POINTS,
)

_Adjuster = Annotated[Caller, Depends(allowed(Right.ADJUST))]

routes = APIRouter(prefix=API, tags=["adjustments"])


@routes.post(
    "/adjustments",
    responses={
        202: {"model": AdjustmentAnswer, "description": "It waits for a second person."},
        **documented(*BODY, *TOKEN, *_RULES, ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
    },
)
def ask(
    database: Data, caller: _Adjuster, body: NewAdjustment, response: Response
) -> AdjustmentAnswer:
    """Give or take points, and say why; above the program's limit a second person must agree."""
    hand = _hand(caller)
    if adjustments.is_own(body, hand):
        database.run(caller.tenant, adjustments.tell_own, hand)
        raise Refused(ProblemName.OWN_POINTS, "ask a colleague: staff was told")
    store = store_of(database, caller, body.store)
    told = doing(
        database, caller, "adjustment.ask", body.member, adjustments.ask, body, hand, store
    )
    if told.state is AdjustmentState.PENDING:
        response.status_code = 202
    return told


@routes.post(
    "/adjustments/table",
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
)
def ask_many(database: Data, caller: _Adjuster, body: AdjustmentTable) -> AdjustmentTableAnswer:
    """Give and take points by a table; the same session with the same content is done once."""
    store = store_of(database, caller, body.store)
    hand = _hand(caller)
    return doing(
        database, caller, "adjustment.table", body.session, adjustments.ask_many, body, hand, store
    )


@routes.get("/adjustments", responses=documented(*TOKEN, ProblemName.INVALID))
def listed(
    database: Data, caller: _Adjuster, member: Annotated[Id, Query()], paging: Asked
) -> AdjustmentsPage:
    """What was asked for a member by hand, the latest first."""
    after = place_of(paging.after(str, str))
    with looking_at(database, caller, "adjustment.list", member) as tx:
        found = kept.adjustments(tx, MemberId(member), after, paging.limit + 1)
        told, following = page(found, paging, lambda each: (each.asked_at.isoformat(), each.id))
        return AdjustmentsPage(
            adjustments=tuple(adjustments.told(tx, each) for each in told), next=following
        )


@routes.get(
    "/adjustments/{adjustment}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def read(database: Data, caller: _Adjuster, adjustment: Annotated[Id, Path()]) -> AdjustmentAnswer:
    """An adjustment, and whether a second person has agreed."""
    with looking_at(database, caller, "adjustment.view", adjustment) as tx:
        return adjustments.get(tx, adjustment)


def _hand(caller: Caller) -> Hand:
    # A key may not choose the date: who approves what others do, may.
    return Hand(
        actor=caller.actor,
        member=caller.member,
        may_choose_date=Right.APPROVE in caller.rights,
    )
