"""Links that people open on their own phone: to join, to fetch their data. They are the key."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from backend.api.callers import Address, Caller, Data, StoreNamed, allowed
from backend.api.deeds import doing
from backend.api.members import store_of
from backend.api.own import keep
from backend.api.problems import BODY, TOKEN, documented
from backend.rights import Right
from backend.services.people import link_desk, links, own_sessions, privacy
from backend_client.schemas.base import API, Id
from backend_client.schemas.desk import PersonalData
from backend_client.schemas.kiosks import (
    JoinAnswer,
    JoinBody,
    JoinForm,
    LinkAnswer,
    LinkFound,
    LinksFound,
    NewLink,
)
from backend_client.schemas.problems import ProblemName

_Inviter = Annotated[Caller, Depends(allowed(Right.MEMBERS))]
_Token = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]

routes = APIRouter(prefix=API, tags=["links"])


@routes.post(
    "/links", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.ID_REUSED)
)
def invite(
    database: Data, caller: _Inviter, address: Address, body: NewLink, named: StoreNamed = ""
) -> LinkAnswer:
    """A link to print on a receipt; it opens the sign-up form for seven days."""
    store = store_of(database, caller, named or None, in_header=True)
    wanted = body.model_copy(update={"card": None})
    return doing(
        database, caller, "link.make", body.id, links.hand_out, wanted, "invite", store, address
    )


@routes.get("/links", responses=documented(*TOKEN, ProblemName.INVALID))
def on_receipt(
    database: Data,
    caller: _Inviter,
    receipt: Annotated[str, Query(max_length=64, description="The number of the ticket.")],
) -> LinksFound:
    """The link that is printed on a ticket, in whichever store; without what opens it."""
    with database.read(caller.tenant) as tx:
        return link_desk.on_receipt(tx, receipt)


@routes.get("/members/{member}/links", responses=documented(*TOKEN, ProblemName.NOT_FOUND))
def of_member(database: Data, caller: _Inviter, member: Annotated[Id, Path()]) -> LinksFound:
    """What was handed out for a member and may still be opened; without what opens it."""
    with database.read(caller.tenant) as tx:
        return link_desk.of_member(tx, member)


@routes.post(
    "/links/{link}/withdrawal",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def withdraw(database: Data, caller: _Inviter, link: Annotated[Id, Path()]) -> LinkFound:
    """A link that nobody opens any more: a ticket that was lost, or shown to the wrong person."""
    return database.run(caller.tenant, link_desk.withdraw, caller.actor, link)


@routes.get("/join/{token}", responses=documented(ProblemName.LINK, ProblemName.INVALID))
def form(database: Data, token: _Token) -> JoinForm:
    """What the form behind a link shows."""
    with database.read(links.tenant_of(token)) as tx:
        return links.form(tx, token)


@routes.post(
    "/join/{token}",
    responses=documented(
        *BODY,
        ProblemName.LINK,
        ProblemName.LINK_USED,
        ProblemName.EMAIL_REFUSED,
        ProblemName.NAME_REFUSED,
        ProblemName.PHONE_REFUSED,
        ProblemName.CARD_TAKEN,
        ProblemName.CARD_BLOCKED,
        ProblemName.NOT_FOUND,
    ),
)
def join(
    request: Request, response: Response, database: Data, token: _Token, body: JoinBody
) -> JoinAnswer:
    """Join, once for each link; sent again, the answer is the same.

    The browser that joins is signed in with a cookie, as by POST /v1/me/session.
    """
    answer, opened = database.run(links.tenant_of(token), own_sessions.join, token, body)
    if opened is not None:
        keep(request, response, opened)
    return answer


@routes.get(
    "/my-data/{token}",
    responses=documented(ProblemName.LINK, ProblemName.INVALID, ProblemName.NOT_FOUND),
)
def my_data(database: Data, token: _Token) -> PersonalData:
    """All that is kept of the person to whom a kiosk showed the link."""
    with database.read(links.tenant_of(token)) as tx:
        return privacy.data_by_link(tx, token)


@routes.get(
    "/my-data/{token}/file",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "JSON, and a table each."},
        **documented(ProblemName.LINK, ProblemName.INVALID, ProblemName.NOT_FOUND),
    },
)
def my_file(database: Data, token: _Token) -> Response:
    """The same as a file to keep."""
    with database.read(links.tenant_of(token)) as tx:
        data = privacy.data_by_link(tx, token)
    return zip_of(data)


def zip_of(data: PersonalData) -> Response:
    """The answer that carries a person's data as a file."""
    return Response(
        privacy.zipped(data),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
    )
