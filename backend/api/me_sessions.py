"""Members sign in and out, on their own phones: by a code from their mail, or by a link."""

from fastapi import APIRouter, Request, Response

from backend.api.callers import Data
from backend.api.own import COOKIE, MemberCaller, Visitor, keep
from backend.api.problems import BODY, documented
from backend.api.sessions import door_of
from backend.db import Database, shops
from backend.services.people import own_sessions
from backend.services.shop.companies import the_company
from backend_client.schemas.base import API
from backend_client.schemas.kiosks import CodeAsked
from backend_client.schemas.me import MyCodeRequest, MySession, MySignIn
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import Done

_ME = (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED)

routes = APIRouter(prefix=f"{API}/me", tags=["me"])


@routes.post(
    "/codes",
    responses=documented(
        *BODY,
        ProblemName.EMAIL_REFUSED,
        ProblemName.PHONE_REFUSED,
        ProblemName.TOO_MANY_CODES,
        ProblemName.ID_REUSED,
        ProblemName.LOCKED,
        ProblemName.NOT_FOUND,
    ),
)
def ask_code(request: Request, database: Data, body: MyCodeRequest) -> CodeAsked:
    """A code goes to the address, if it is a member's; nobody is told whether it is."""
    door_of(request).slow_down(request, database)
    return database.run(the_company(database, body.company), own_sessions.ask_code, body)


@routes.post(
    "/session",
    responses=documented(
        *BODY,
        ProblemName.CODE_WRONG,
        ProblemName.LINK,
        ProblemName.LINK_USED,
        ProblemName.LOCKED,
        ProblemName.NOT_FOUND,
    ),
)
def sign_in(request: Request, response: Response, database: Data, body: MySignIn) -> MySession:
    """Sign in with the code that was mailed, or with a link: a browser gets a cookie."""
    door_of(request).slow_down(request, database)
    company = the_company(database, body.company) if body.link is None else None
    opened = own_sessions.sign_in(database, company, body)
    with database.read(opened.token.tenant) as tx:
        person = own_sessions.person_of(tx, opened.session)
        shop = shops.company_name(tx)
    if opened.session.kind == "cookie":
        keep(request, response, opened)
    return MySession(
        member=person.id,
        first_name=person.first_name,
        language=person.language,
        company=opened.token.tenant,
        shop=shop,
        csrf=opened.csrf,
        ends_at=opened.session.ends_at,
        token=opened.token.text if opened.session.kind == "token" else None,
    )


@routes.get("/session", responses=documented(*_ME))
def session(database: Data, visitor: MemberCaller) -> MySession:
    """Who is signed in, and the CSRF token of the session."""
    return _told(database, visitor)


@routes.delete("/session", responses=documented(*_ME))
def sign_out(response: Response, database: Data, visitor: MemberCaller) -> Done:
    """End the session that asks."""
    database.run(visitor.tenant, own_sessions.sign_out, visitor.session)
    response.delete_cookie(COOKIE)
    return Done()


@routes.delete("/sessions", responses=documented(*_ME))
def sign_out_everywhere(response: Response, database: Data, visitor: MemberCaller) -> Done:
    """End every session of the member's, on every phone, this one too."""
    database.run(visitor.tenant, own_sessions.sign_out_everywhere, visitor.id)
    response.delete_cookie(COOKIE)
    return Done()


def _told(database: Database, visitor: Visitor) -> MySession:
    with database.read(visitor.tenant) as tx:
        shop = shops.company_name(tx)
    return MySession(
        member=visitor.id,
        first_name=visitor.person.first_name,
        language=visitor.person.language,
        company=visitor.tenant,
        shop=shop,
        csrf=visitor.csrf,
        ends_at=visitor.session.ends_at,
    )
