"""Households and merges: members who share a wallet, records that are one person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.deeds import doing
from backend.api.members import program_of, store_of
from backend.api.problems import BODY, TOKEN, documented
from backend.rights import Right
from backend.services.people import households, merging
from backend_client.schemas.base import API, Id
from backend_client.schemas.desk import (
    HouseholdAnswer,
    HouseholdJoin,
    HouseholdLeave,
    HouseholdTerms,
    MergeAnswer,
    NewHousehold,
    NewMerge,
)
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId

_STEP = (ProblemName.NOT_FOUND, ProblemName.ID_REUSED, ProblemName.HOUSEHOLD)
_MERGE = (ProblemName.NOT_FOUND, ProblemName.ID_REUSED, ProblemName.MERGED)

_Adjuster = Annotated[Caller, Depends(allowed(Right.ADJUST))]
_Reader = Annotated[Caller, Depends(allowed(Right.MEMBERS))]
_Household = Annotated[Id, Path()]

routes = APIRouter(prefix=API, tags=["households"])


@routes.post("/households", responses=documented(*BODY, *TOKEN, *_STEP))
def create(database: Data, caller: _Adjuster, body: NewHousehold) -> HouseholdAnswer:
    """Make a household, where the program has them; nobody is in it yet."""
    program = program_of(database, caller, body.program)
    return doing(database, caller, "household.make", body.id, households.create, body, program)


@routes.get(
    "/households/{household}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def read(database: Data, caller: _Reader, household: _Household) -> HouseholdAnswer:
    """A household: its wallet, who is in it, and what is left of what each brought."""
    with looking_at(database, caller, "household.view", household) as tx:
        return households.read(tx, household)


@routes.post("/households/{household}/members", responses=documented(*BODY, *TOKEN, *_STEP))
def join(
    database: Data, caller: _Adjuster, household: _Household, body: HouseholdJoin
) -> HouseholdAnswer:
    """Somebody joins, with the points they have; a household is welcomed once, if so set."""
    store = store_of(database, caller, body.store).id
    return doing(
        database, caller, "household.join", body.member, households.join, household, body, store
    )


@routes.put("/households/{household}/members/{member}", responses=documented(*BODY, *TOKEN, *_STEP))
def limit(
    database: Data,
    caller: _Adjuster,
    household: _Household,
    member: Annotated[Id, Path()],
    body: HouseholdTerms,
) -> HouseholdAnswer:
    """Say what somebody of the household may do with the wallet."""
    person = MemberId(member)
    return doing(
        database, caller, "household.limit", member, households.limit, household, person, body
    )


@routes.post("/households/{household}/leave", responses=documented(*BODY, *TOKEN, *_STEP))
def leave(
    database: Data, caller: _Adjuster, household: _Household, body: HouseholdLeave
) -> HouseholdAnswer:
    """Somebody leaves, and takes what is left of the points they brought."""
    store = store_of(database, caller, body.store).id
    return doing(
        database, caller, "household.leave", body.member, households.leave, household, body, store
    )


@routes.post("/merges/preview", responses=documented(*BODY, *TOKEN, *_MERGE))
def preview(database: Data, caller: _Adjuster, body: NewMerge) -> MergeAnswer:
    """What a merge would do; nothing is written."""
    store = store_of(database, caller, body.store).id
    with looking_at(database, caller, "merge.preview", body.kept):
        pass
    with database.read(caller.tenant) as tx:
        return merging.preview(tx, body, store, actor=caller.actor)


@routes.post("/merges", responses=documented(*BODY, *TOKEN, *_MERGE))
def merge(database: Data, caller: _Adjuster, body: NewMerge) -> MergeAnswer:
    """Make two records one: points with their deadlines, cards, and one welcome for both."""
    store, actor = store_of(database, caller, body.store).id, caller.actor
    return doing(
        database, caller, "member.merge", body.kept, merging.merge, body, store, actor=actor
    )


@routes.post(
    "/merges/{merge}/undo",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def undo(database: Data, caller: _Adjuster, merge: Annotated[Id, Path()]) -> MergeAnswer:
    """Take a merge back: both accounts have again what they had."""
    return doing(database, caller, "member.unmerge", merge, merging.undo, merge, actor=caller.actor)
