"""A person's own data, given out or forgotten by the staff."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.links import zip_of
from backend.api.problems import BODY, TOKEN, documented
from backend.rights import Right
from backend.services.people import privacy
from backend_client.schemas.base import API, Id
from backend_client.schemas.desk import Erased, Erasure, PersonalData
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId

_Officer = Annotated[Caller, Depends(allowed(Right.PRIVACY))]
_Member = Annotated[Id, Path()]

routes = APIRouter(prefix=API, tags=["privacy"])


@routes.get(
    "/members/{member}/data",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def data(database: Data, caller: _Officer, member: _Member) -> PersonalData:
    """All that is kept of a person."""
    with looking_at(database, caller, "member.export", member) as tx:
        return privacy.data_of(tx, MemberId(member))


@routes.get(
    "/members/{member}/data/file",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "JSON, and a table each."},
        **documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
    },
)
def file(database: Data, caller: _Officer, member: _Member) -> Response:
    """The same as a file to hand over."""
    with looking_at(database, caller, "member.export", member) as tx:
        found = privacy.data_of(tx, MemberId(member))
    return zip_of(found)


@routes.post(
    "/members/{member}/erasure", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND)
)
def erase(database: Data, caller: _Officer, member: _Member, body: Erasure) -> Erased:
    """Forget a person: what remains are points under a number that nobody can claim."""
    del body  # its id makes the request one; an erasure is the same however often it is asked
    return privacy.erase_for_good(database, caller.tenant, MemberId(member), actor=caller.actor)
