"""Staff: who is let in, with which role. For owners only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Configured, Data, allowed
from backend.api.languages import Language
from backend.api.problems import BODY, TOKEN, documented
from backend.api.sessions import told
from backend.db import staff as kept
from backend.rights import Right, Role
from backend.services.team import letters
from backend.services.team import staff as people
from backend.services.team.staff import NewPerson
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import (
    Done,
    InvitationAnswer,
    NewStaff,
    PinChange,
    StaffAnswer,
    StaffChange,
    StaffList,
)
from loyalty.ids import MemberId, StoreId

_Owner = Annotated[Caller, Depends(allowed(Right.STAFF))]
_Staff = Annotated[Id, Path(description="The id of somebody of the staff.")]

routes = APIRouter(prefix=API, tags=["staff"])


@routes.get("/staff", responses=documented(*TOKEN))
def everybody(database: Data, caller: _Owner) -> StaffList:
    """All staff, by name."""
    with database.read(caller.tenant) as tx:
        return StaffList(staff=tuple(told(each) for each in kept.everybody(tx)))


@routes.post(
    "/staff",
    responses=documented(
        *BODY, *TOKEN, ProblemName.ID_REUSED, ProblemName.EMAIL_REFUSED, ProblemName.NOT_FOUND
    ),
)
def add(database: Data, caller: _Owner, body: NewStaff) -> StaffAnswer:
    """Write somebody down, who comes in by an invitation; sent again, they are the same."""
    new = NewPerson(
        id=body.id,
        name=body.name,
        email=body.email,
        role=Role(body.role),
        store=None if body.store is None else StoreId(body.store),
        member=None if body.member is None else MemberId(body.member),
    )
    return told(database.run(caller.tenant, people.add_person, new, actor=caller.actor))


@routes.get(
    "/staff/{staff}", responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID)
)
def one(database: Data, caller: _Owner, staff: _Staff) -> StaffAnswer:
    """Somebody of the staff."""
    with database.read(caller.tenant) as tx:
        return told(people.get(tx, staff))


@routes.patch(
    "/staff/{staff}",
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.LAST_OWNER),
)
def change(database: Data, caller: _Owner, staff: _Staff, body: StaffChange) -> StaffAnswer:
    """Change what is sent; whoever gets another role or is shut out must sign in again."""
    changes = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or name in ("store", "member")
    }
    return told(
        database.run(caller.tenant, people.change_person, staff, changes, actor=caller.actor)
    )


@routes.post(
    "/staff/{staff}/invitation",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def invite(
    database: Data, caller: _Owner, staff: _Staff, config: Configured, language: Language
) -> InvitationAnswer:
    """A link to choose a password with, good for seven days; earlier ones end.

    It is mailed too, where the server has a mail server and knows its own address.
    """
    link, mailed = database.run(
        caller.tenant, letters.invite, staff, language, config, actor=caller.actor
    )
    return InvitationAnswer(staff=staff, link=link, mailed=mailed)


@routes.put("/staff/{staff}/pin", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def pin(database: Data, caller: _Owner, staff: _Staff, body: PinChange) -> Done:
    """Somebody's PIN for kiosks, or none."""
    database.run(caller.tenant, people.set_pin, staff, body.pin, actor=caller.actor)
    return Done()


@routes.delete(
    "/staff/{staff}/sessions",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def sign_out(database: Data, caller: _Owner, staff: _Staff) -> Done:
    """End every session and token of somebody."""
    database.run(caller.tenant, people.sign_out_everywhere, staff, actor=caller.actor)
    return Done()
